"""B-trees of both versions and the symbol tables of old groups (sections III.A and III.B)."""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.hdf5.image import width_of
from weighbridge.formats.hdf5.messages import Link, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.formats.hdf5.image import Fields, Image

NODES = 1_000_000
"""Nodes of one tree that are read: a tree of chunks of the largest honest dataset has fewer."""

_LEVELS = 64
_SYMBOL = 4 + 4 + 16  # cache type, reserved, scratch pad


def old_leaves(image: Image, root: int, kind: int, key: int) -> Iterator[tuple[Fields, int]]:
    """Yield key and child of every entry at level 0 of a version 1 tree; ``key`` is the width of a key."""
    pending, seen = [(root, _LEVELS)], {root}
    while pending:
        address, below = pending.pop()
        wide = image.address_bytes
        node = image.signed(b"TREE", address, 8 + 2 * wide)
        found, level, used = node.whole(1), node.whole(1), node.whole(2)
        if found != kind or level >= below:
            raise Malformed("a tree has nodes that are not its own", offset=node.start)
        body = image.fields(address + 8 + 2 * wide, used * (key + wide) + key)
        for _ in range(used):
            entry = type(body)(body.take(key), image, body.start)
            child = body.address()
            if child is None:
                continue
            if level == 0:
                yield entry, child
            elif child not in seen:
                seen.add(child)
                pending.append((child, level))
        if len(seen) > NODES:
            raise OverLimit(f"a tree of more than {NODES} nodes", offset=node.start)


def local_heap(image: Image, address: int) -> bytes:
    """Read the names of an old group."""
    head = image.signed(b"HEAP", address, 8 + 2 * image.length_bytes + image.address_bytes)
    head.take(4)
    size = head.length()
    head.length()
    at = head.address()
    return image.fields(at, size).data if at is not None else b""


def name_in(heap: bytes, offset: int) -> str:
    """Read a name of a local heap."""
    end = heap.find(b"\0", offset)
    return text_of(heap[offset : end if end >= 0 else len(heap)])


def symbols(image: Image, table: Fields) -> Iterator[Link]:
    """Yield the links of an old group, whose symbol table message is given."""
    root, heap_at = table.address(), table.address()
    if root is None or heap_at is None:
        return
    heap = local_heap(image, heap_at)
    wide = image.address_bytes
    for _, address in old_leaves(image, root, 0, image.length_bytes):
        node = image.signed(b"SNOD", address, 8)
        node.take(2)
        count = node.whole(2)
        body = image.fields(address + 8, count * (2 * wide + _SYMBOL))
        for _ in range(count):
            name = name_in(heap, body.address() or 0)
            target = body.address()
            cached = body.whole(4)
            body.take(4)
            scratch = body.take(16)
            if cached == 2:
                soft = name_in(heap, int.from_bytes(scratch[:4], "little"))
                yield Link(name=name, kind=1, target=soft)
            else:
                yield Link(name=name, kind=0, address=target)


def new_records(image: Image, address: int) -> Iterator[tuple[int, Fields]]:
    """Yield type and content of every record of a version 2 tree."""
    head = image.signed(b"BTHD", address, 22 + image.address_bytes + image.length_bytes)
    head.take(1)
    kind, node, record, depth = head.whole(1), head.whole(4), head.whole(2), head.whole(2)
    head.take(2)
    root, count = head.address(), head.whole(2)
    if root is None or not count:
        return
    if not record or depth > _LEVELS:
        raise Malformed("a tree of impossible size", offset=head.start)
    shapes = _shapes(image, node, record, depth)
    pending, seen = [(root, count, depth)], {root}
    while pending:
        at, held, level = pending.pop()
        fields = image.signed(b"BTIN" if level else b"BTLF", at, node)
        fields.take(2)
        for _ in range(held):
            yield kind, type(fields)(fields.take(record), image, fields.start + fields.at - record)
        if not level:
            continue
        wide, total = shapes[level]
        for _ in range(held + 1):
            child, records = fields.address(), fields.whole(wide)
            fields.take(total)
            if child is not None and child not in seen:
                seen.add(child)
                pending.append((child, records, level - 1))
        if len(seen) > NODES:
            raise OverLimit(f"a tree of more than {NODES} nodes", offset=fields.start)


def _shapes(image: Image, node: int, record: int, depth: int) -> list[tuple[int, int]]:
    """Tell for each level how wide the two counts beside a child's address are."""
    most = cumulated = max(0, node - 10) // record
    wide, shapes = width_of(most), [(0, 0)]
    total = 0
    for _ in range(depth):
        shapes.append((wide, total))
        most = max(0, node - 10 - image.address_bytes - wide - total) // (record + image.address_bytes + wide + total)
        cumulated = (most + 1) * cumulated + most
        total = width_of(cumulated)
    return shapes
