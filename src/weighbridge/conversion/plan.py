"""The plan of a conversion: which bytes of a file make which tensor, and what is not carried over.

It crosses the wall of the jail as JSON, and both sides hold it against the same bounds: a plan that a hostile file
wrote can name no byte outside of the file and no tensor that its bytes do not fill.
"""

from __future__ import annotations

import json

from weighbridge.conversion.views import work
from weighbridge.core.errors import Malformed
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

WIDTHS = {
    "BOOL": 1, "F4": 1, "F6_E2M3": 1, "F6_E3M2": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1,
    "F8_E4M3FNUZ": 1, "F8_E5M2FNUZ": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4,
    "F64": 8, "I64": 8, "U64": 8, "C64": 8,
}  # fmt: skip
"""Bytes per element of the types of safetensors. Of those of less than a byte the last dimension counts bytes here."""

TENSORS = 200_000
"""Tensors of one file; the largest checkpoints have some ten thousand."""
NAME_LENGTH = 4_096
"""Characters of a name."""
RANK = 64
DROPPED = 10_000
"""Things that are listed as dropped; how many more there are is told."""
PLAIN_BYTES = 16 << 20
"""Characters of the plain data, as JSON."""
GROWTH, FLOOR = 4, 64 << 20
"""A file may make so many times its size, and ``FLOOR`` more: views that repeat what they are views of grow."""

PIECES, PIECE_BYTES = 1 << 23, 16
"""Pieces that gathering views may take (``views.work``), and one more for so many bytes of the result.

A piece takes a microsecond or two. A transposed matrix of 262,144 rows takes one for 32 bytes.
"""

ENCODED = "weighbridge.encoded"
"""Key of a file's metadata under which tensors that are made of others are described: JSON, by name."""


@value
class Tensor:
    """One tensor: ``offset`` is that of its first element in its source, strides count elements.

    Its source is the file, or the file that was ``unpacked`` beside it. ``swapped`` numbers lie with their most
    significant byte first, and are turned round on the way.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    unpacked: bool = False
    swapped: bool = False

    @property
    def count(self) -> int:
        """Elements."""
        count = 1
        for size in self.shape:
            count *= size
        return count

    @property
    def size(self) -> int:
        """Bytes once it is contiguous."""
        return self.count * WIDTHS[self.dtype]

    @property
    def span(self) -> int:
        """Bytes of its source from its first to its last element."""
        if not self.count:
            return 0
        reach = sum((size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True))
        return (reach + 1) * WIDTHS[self.dtype]

    @property
    def contiguous(self) -> bool:
        """Tell whether its bytes lie in its source as they will lie in the result."""
        if self.swapped:
            return not self.count
        expected = 1
        for size, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
            if size != 1 and stride != expected:
                return not self.count
            expected *= size
        return True


@value
class Sum:
    """The CRC-32 that an archive gives of a member that lies raw in it."""

    name: str
    offset: int
    size: int
    crc: int


@value
class Dropped:
    """Something of the file that is not in the result: where it was, what it was, and why it is not carried."""

    path: str
    what: str
    reason: str


@value
class Plan:
    """All that a conversion needs to know of a file of ``size`` bytes, of which ``unpacked`` bytes were made beside it.

    ``aliases`` are names and the tensors that they are the same view as. ``plain`` is the rest of the plain data as
    JSON text, empty when there is none. ``unsupported`` are tensors that cannot be converted: name and reason.
    ``encoded`` are tensors that are made of others: name, and as JSON text how. ``sums`` are checksums of the archive
    that are still to be compared.
    """

    layout: str
    size: int
    unpacked: int = 0
    tensors: tuple[Tensor, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    plain: str = ""
    dropped: tuple[Dropped, ...] = ()
    more_dropped: int = 0
    unsupported: tuple[tuple[str, str], ...] = ()
    encoded: tuple[tuple[str, str], ...] = ()
    sums: tuple[Sum, ...] = ()


def dumps(plan: Plan) -> bytes:
    """Write a plan."""
    document = {
        "layout": plan.layout,
        "size": plan.size,
        "unpacked": plan.unpacked,
        "tensors": [
            [one.name, one.dtype, one.shape, one.strides, one.offset, one.unpacked, one.swapped] for one in plan.tensors
        ],
        "aliases": plan.aliases,
        "plain": plan.plain,
        "dropped": [[one.path, one.what, one.reason] for one in plan.dropped],
        "more": plan.more_dropped,
        "unsupported": plan.unsupported,
        "encoded": plan.encoded,
        "sums": [[one.name, one.offset, one.size, one.crc] for one in plan.sums],
    }
    return json.dumps(document, separators=(",", ":")).encode()


def loads(text: bytes, size: int, unpacked: int = 0) -> Plan:
    """Read a plan for a file of ``size`` bytes and ``unpacked`` beside it.

    Raises Malformed for one that is not within all bounds.
    """
    try:
        found = json.loads(text)
        plan = Plan(
            layout=_text(found["layout"], 40),
            size=_whole(found["size"]),
            unpacked=_whole(found["unpacked"]),
            tensors=tuple(_tensor(one) for one in _items(found["tensors"], TENSORS)),
            aliases=tuple(_texts(one, 2) for one in _items(found["aliases"], TENSORS)),  # type: ignore[misc]
            plain=_json(found["plain"]),
            dropped=tuple(_dropped(one) for one in _items(found["dropped"], DROPPED)),
            more_dropped=_whole(found["more"]),
            unsupported=tuple(_texts(one, 2) for one in _items(found["unsupported"], TENSORS)),  # type: ignore[misc]
            encoded=tuple(_encoded(one) for one in _items(found["encoded"], TENSORS)),
            sums=tuple(_sum(one) for one in _items(found["sums"], TENSORS)),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Malformed("the plan does not fit its schema") from None
    if (plan.size, plan.unpacked) != (size, unpacked):
        raise Malformed("the plan is for a file of another size")
    check(plan)
    return plan


def notes(text: str) -> tuple[tuple[str, str], ...]:
    """Read the text that a file has under ``ENCODED``; empty for one that is something else."""
    try:
        found = json.loads(text)
        pairs = [(name, json.dumps(note)) for name, note in found.items() if _is_note(note)]
    except (ValueError, AttributeError, RecursionError):
        return ()
    return tuple(pairs) if len(pairs) == len(found) <= TENSORS else ()


def _is_note(found: Any) -> bool:
    """Tell whether something is what a note is at the least: an encoding and the names of parts."""
    parts = found.get("parts") if type(found) is dict else None
    return type(parts) is list and all(type(one) is str for one in parts) and type(found.get("encoding")) is str


def encoded_in(encoded: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the metadata by which a file says how tensors are made of others; none when there are no such tensors."""
    made = {name: json.loads(note) for name, note in encoded}
    return {ENCODED: json.dumps(made, separators=(",", ":"))} if made else {}


def check(plan: Plan) -> None:
    """Hold a plan against its bounds; raises Malformed with what is wrong."""
    names, total, pieces = set[str](), 0, 0
    for one in plan.tensors:
        if one.dtype not in WIDTHS or len(one.shape) != len(one.strides) or len(one.shape) > RANK:
            raise Malformed(f"tensor {one.name[:80]!r} has no known type or shape")
        if one.name in names or one.name == "__metadata__":
            raise Malformed(f"tensor {one.name[:80]!r} has a name that is taken")
        names.add(one.name)
        held = plan.unpacked if one.unpacked else plan.size
        if min((*one.shape, *one.strides, one.offset)) < 0 or one.offset + one.span > held:
            raise Malformed(f"tensor {one.name[:80]!r} lies outside of the file")
        total += one.size
        if total > GROWTH * (plan.size + plan.unpacked) + FLOOR:
            raise Malformed(f"the tensors would take more than {GROWTH} times the file: views repeat the same bytes")
        pieces += work(one, WIDTHS[one.dtype])
        if pieces > PIECES + total // PIECE_BYTES:
            raise Malformed(f"tensor {one.name[:80]!r} is scattered over the file in too many small pieces")
    for name, kept in plan.aliases:
        if name in names or kept not in names:
            raise Malformed(f"{name[:80]!r} is no alias of a tensor")
        names.add(name)
    end = 0
    for summed in plan.sums:
        if summed.offset < end or summed.offset + summed.size > plan.size:
            raise Malformed("members of the archive lie outside of the file, or over each other")
        end = summed.offset + summed.size
    for name, _ in plan.encoded:
        if name in names:
            raise Malformed(f"tensor {name[:80]!r} has a name that is taken")
        names.add(name)


def _items(found: Any, most: int) -> list[Any]:
    if type(found) is not list or len(found) > most:
        raise ValueError
    return found


def _text(found: Any, most: int = NAME_LENGTH) -> str:
    if type(found) is not str or len(found) > most:
        raise ValueError
    found.encode()  # lone surrogates raise a ValueError
    return found


def _json(found: Any) -> str:
    text = _text(found, PLAIN_BYTES)
    if text:
        json.loads(text)
    return text


def _texts(found: Any, count: int) -> tuple[str, ...]:
    texts = tuple(_text(one) for one in _items(found, count))
    if len(texts) != count:
        raise ValueError
    return texts


def _whole(found: Any) -> int:
    if type(found) is not int or not 0 <= found < 1 << 63:
        raise ValueError
    return found


def _tensor(found: Any) -> Tensor:
    name, dtype, shape, strides, offset, unpacked, swapped = _items(found, 7)
    if type(unpacked) is not bool or type(swapped) is not bool:
        raise ValueError
    return Tensor(
        name=_text(name),
        dtype=_text(dtype),
        shape=tuple(map(_whole, _items(shape, RANK))),
        strides=tuple(map(_whole, _items(strides, RANK))),
        offset=_whole(offset),
        unpacked=unpacked,
        swapped=swapped,
    )


def _sum(found: Any) -> Sum:
    name, offset, size, crc = _items(found, 4)
    return Sum(name=_text(name), offset=_whole(offset), size=_whole(size), crc=_whole(crc))


def _encoded(found: Any) -> tuple[str, str]:
    name, note = _items(found, 2)
    text = _json(note)
    if not _is_note(json.loads(text or "0")):
        raise ValueError
    return _text(name), text


def _dropped(found: Any) -> Dropped:
    path, what, reason = _texts(found, 3)
    return Dropped(path=path, what=what, reason=reason)
