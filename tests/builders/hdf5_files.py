"""HDF5 files, byte by byte: honest ones, and one function for each way in which they point outside or lie (KER-09, 10).

Layout: HDF5 File Format Specification 3.0 with the oldest structures that have no checksums: superblock version 0,
object headers version 1, links as messages.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.builders.noise import noise

SIGNATURE = b"\x89HDF\r\n\x1a\n"
NOWHERE = b"\xff" * 8
F32 = b"\x11\x20\x1f\x00" + struct.pack("<IHHBBBBI", 4, 0, 32, 23, 8, 0, 23, 127)
"""The datatype of a little-endian IEEE float."""

_SUPERBLOCK = 96


def message(kind: int, body: bytes, flags: int = 0) -> bytes:
    """A header message of version 1, padded to eight bytes."""
    body += bytes(-len(body) % 8)
    return struct.pack("<HHB3x", kind, len(body), flags) + body


def object_header(*messages: bytes) -> bytes:
    """An object header of version 1."""
    body = b"".join(messages)
    return struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body


def dataspace(shape: Sequence[int]) -> bytes:
    """A dataspace message of version 1."""
    return message(1, struct.pack("<BBB5x", 1, len(shape), 0) + b"".join(struct.pack("<Q", dim) for dim in shape))


def hard(name: str, address: int) -> bytes:
    """A link to an object of the file."""
    return message(6, b"\x01\x00" + bytes([len(name)]) + name.encode() + struct.pack("<Q", address))


def soft(name: str, target: str) -> bytes:
    """A link to a path of the file."""
    return message(6, b"\x01\x08\x01" + bytes([len(name)]) + name.encode() + _counted(target.encode()))


def external(name: str, file: str, target: str) -> bytes:
    """A link to an object of another file."""
    value = b"\0" + file.encode() + b"\0" + target.encode() + b"\0"
    return message(6, b"\x01\x08\x40" + bytes([len(name)]) + name.encode() + _counted(value))


def _counted(value: bytes) -> bytes:
    return struct.pack("<H", len(value)) + value


def attribute(name: str, text: bytes) -> bytes:
    """An attribute that holds one string of fixed length."""
    kind = b"\x13\x00\x00\x00" + struct.pack("<I", len(text))
    space = struct.pack("<BBB5x", 1, 0, 0)
    named = name.encode() + b"\0"
    head = struct.pack("<BxHHH", 1, len(named), len(kind), len(space))
    return message(12, head + b"".join(part + bytes(-len(part) % 8) for part in (named, kind, space)) + text)


LINK_INFO = message(2, b"\0\0" + NOWHERE + NOWHERE)
GROUP = (LINK_INFO, message(10, b"\0\0"))
"""What makes an object header one of a group: its links are messages."""


@dataclass(slots=True)
class Image:
    """A file that grows: each object gets the next address."""

    user_block: bytes = b""
    body: bytearray = field(default_factory=lambda: bytearray(_SUPERBLOCK))

    def put(self, content: bytes) -> int:
        """Append bytes and tell their address."""
        self.body += bytes(-len(self.body) % 8)
        at = len(self.body)
        self.body += content
        return at

    def done(self, root: int, *, end: int | None = None) -> bytes:
        """The whole file, its superblock filled in."""
        base = len(self.user_block)
        head = SIGNATURE + bytes((0, 0, 0, 0, 0, 8, 8, 0)) + struct.pack("<HHI", 4, 16, 0)
        size = base + len(self.body) if end is None else end
        head += struct.pack("<Q", base) + NOWHERE + struct.pack("<Q", size) + NOWHERE
        head += struct.pack("<QQII16x", 0, root, 0, 0)
        return self.user_block + head + bytes(self.body[_SUPERBLOCK:])


def heap(image: Image, names: Sequence[str]) -> tuple[int, list[int]]:
    """A local heap of names: its address and the offset of each name."""
    data, offsets = bytearray(8), []
    for name in names:
        offsets.append(len(data))
        data += name.encode() + b"\0"
    data += bytes(-len(data) % 8)
    at = image.put(bytes(data))
    return image.put(b"HEAP" + bytes(4) + struct.pack("<QQQ", len(data), 1, at)), offsets


def contiguous(address: int, size: int) -> bytes:
    """A layout message of version 3: elements in one piece."""
    return message(8, b"\x03\x01" + struct.pack("<QQ", address, size))


def chunked(image: Image, sides: Sequence[int], chunks: Sequence[Chunk], *, width: int = 4) -> bytes:
    """A layout message of version 3: chunks that a tree of one node lists, of elements of ``width`` bytes."""
    keys = b""
    for one in chunks:
        at = image.put(one.data) if one.address is None else one.address
        size = len(one.data) if one.size is None else one.size
        keys += struct.pack(f"<II{len(sides) + 1}Q", size, one.mask, *one.origin, 0) + struct.pack("<Q", at)
    last = struct.pack(f"<II{len(sides) + 1}Q", 0, 0, *[1 << 40] * len(sides), 0)
    tree = image.put(b"TREE\x01\0" + struct.pack("<H", len(chunks)) + NOWHERE * 2 + keys + last)
    shape = struct.pack(f"<{len(sides) + 1}I", *sides, width)
    return message(8, b"\x03\x02" + bytes([len(sides) + 1]) + struct.pack("<Q", tree) + shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One chunk: ``size`` and ``address`` are where and how long its data are unless they lie."""

    origin: tuple[int, ...]
    data: bytes = b""
    size: int | None = None
    address: int | None = None
    mask: int = 0


def pipeline(*filters: tuple[int, tuple[int, ...]]) -> bytes:
    """A filter message of version 2: numbers and values."""
    body = b"\x02" + bytes([len(filters)])
    for number, values in filters:
        body += struct.pack("<HHH", number, 0, len(values)) + struct.pack(f"<{len(values)}I", *values)
    return message(11, body)


def in_chunks(
    shape: Sequence[int], sides: Sequence[int], *chunks: Chunk, filters: Sequence[tuple[int, tuple[int, ...]]] = ()
) -> bytes:
    """A file of one dataset of floats, named kernel, in these chunks."""
    image = Image()
    layout = chunked(image, sides, chunks)
    more = [pipeline(*filters)] if filters else []
    return encode(hard("kernel", dataset(image, shape, layout=layout, more=more)), image=image)


def dataset(
    image: Image, shape: Sequence[int] = (2, 3), *, data: bytes | None = None, more: Sequence[bytes] = (),
    kind: bytes = F32, layout: bytes | None = None,
) -> int:  # fmt: skip
    """A dataset, honest unless told otherwise."""
    held = noise(24, "hdf5") if data is None else data
    placed = contiguous(image.put(held), len(held)) if layout is None else layout
    return image.put(object_header(dataspace(shape), message(3, kind), placed, *more))


def encode(*links: bytes, image: Image | None = None, attributes: Sequence[bytes] = ()) -> bytes:
    """A file whose root group has these links and attributes."""
    image = image or Image()
    return image.done(image.put(object_header(*GROUP, *links, *attributes)))


def honest(*more: bytes, attributes: Sequence[bytes] = (), user_block: bytes = b"") -> bytes:
    """Two datasets in a group, and whatever else is asked for."""
    image = Image(user_block=user_block)
    kernel, bias = dataset(image), dataset(image, (6,))
    group = image.put(object_header(*GROUP, hard("kernel", kernel), hard("bias", bias)))
    return encode(hard("dense", group), *more, image=image, attributes=attributes)


def soft_link() -> bytes:
    """A link inside the file: honest."""
    return honest(soft("alias", "/dense/kernel"))


def external_link(file: str = "/etc/inert-absent", target: str = "/x") -> bytes:
    """KER-09: a link that leads into another file."""
    return honest(external("kernel", file, target))


def neighbour_named_h5() -> bytes:
    """A link into a file of the same directory."""
    return external_link("inert-absent.h5")


def honest_named_h5() -> bytes:
    """The same file with its own values only."""
    return honest(soft("kernel", "/dense/kernel"))


def external_storage(file: str = "/etc/inert-absent") -> bytes:
    """KER-09: a dataset whose elements are the bytes of another file."""
    image = Image()
    at, (offset,) = heap(image, [file])
    slot = struct.pack("<QQQ", offset, 0, 24)
    files = message(7, b"\x01\0\0\0" + struct.pack("<HHQ", 1, 1, at) + slot)
    made = dataset(image, more=[files], layout=message(8, b"\x03\x01" + NOWHERE + struct.pack("<Q", 24)))
    return encode(hard("kernel", made), image=image)


def virtual_dataset(file: str = "/etc/inert-absent") -> bytes:
    """KER-09: a dataset put together from datasets of other files."""
    image = Image()
    everything = struct.pack("<IIII", 3, 1, 0, 0)
    listed = b"\0" + struct.pack("<Q", 1) + file.encode() + b"\0" + b"/x\0" + everything * 2 + bytes(4)
    padded = listed + bytes(-len(listed) % 8)
    collection = struct.pack("<HH4xQ", 1, 1, len(listed)) + padded
    left = 4096 - 16 - len(collection)
    free = struct.pack("<HH4xQ", 0, 0, left).ljust(left, b"\0")
    at = image.put(b"GCOL\x01\0\0\0" + struct.pack("<Q", 4096) + collection + free)
    made = dataset(image, layout=message(8, b"\x04\x03" + struct.pack("<QI", at, 1)))
    return encode(hard("kernel", made), image=image)


def shape_bomb(shape: Sequence[int] = (1 << 20, 1 << 20)) -> bytes:
    """KER-10: a chunked dataset that claims terabytes and stores nothing."""
    image = Image()
    chunked = message(8, b"\x03\x02\x03" + NOWHERE + struct.pack("<III", 64, 64, 4))
    return encode(hard("kernel", dataset(image, shape, layout=chunked)), image=image)


def unallocated_bomb() -> bytes:
    """KER-10: the same without chunks."""
    image = Image()
    layout = message(8, b"\x03\x01" + NOWHERE + struct.pack("<Q", 4 << 40))
    return encode(hard("kernel", dataset(image, (1 << 20, 1 << 20), layout=layout)), image=image)


def many_bombs(count: int = 400) -> bytes:
    """KER-10: many datasets, each below what one may claim."""
    image = Image()
    layout = message(8, b"\x03\x01" + NOWHERE + struct.pack("<Q", 60 << 20))
    links = [hard(f"t{number}", dataset(image, (15 << 20,), layout=layout)) for number in range(count)]
    return encode(*links, image=image)


def wrong_size(shape: Sequence[int] = (50, 50)) -> bytes:
    """A dataset whose shape wants more bytes than its layout holds."""
    image = Image()
    return encode(hard("kernel", dataset(image, shape)), image=image)


def overflowing_shape() -> bytes:
    """A dataset whose size is nothing modulo 2**64."""
    image = Image()
    return encode(hard("kernel", dataset(image, (1 << 32, 1 << 32, 6))), image=image)


def out_of_bounds() -> bytes:
    """A dataset that lies behind the end of the file."""
    image = Image()
    return encode(hard("kernel", dataset(image, layout=contiguous(1 << 40, 24))), image=image)


def unknown_filter(number: int = 32015) -> bytes:
    """A dataset packed by a plugin."""
    image = Image()
    pipeline = message(11, b"\x01\x01" + bytes(6) + struct.pack("<HHHH", number, 0, 0, 0))
    chunked = message(8, b"\x03\x02\x03" + NOWHERE + struct.pack("<III", 2, 3, 4))
    return encode(hard("kernel", dataset(image, layout=chunked, more=[pipeline])), image=image)


def cycle() -> bytes:
    """A group that holds itself."""
    image = Image()
    root = image.put(object_header(*GROUP, hard("self", len(image.body))))
    return image.done(root)


def user_defined_link() -> bytes:
    """A link of a kind that only some program knows."""
    return honest(message(6, b"\x01\x08\x50\x04kern" + _counted(b"INERT")))


def stowaway(content: bytes, *, place: str = "tensor") -> bytes:
    """Any content as the elements of a dataset, in space that nothing uses, before the file or behind it."""
    if place == "tail":
        return honest() + content
    if place == "prefix":
        return honest(user_block=content + bytes(-len(content) % 512) if len(content) > 512 else content.ljust(512))
    image = Image()
    if place == "gap":
        image.put(content)
    held = content if place == "tensor" else None
    shape = (len(content) // 4,) if place == "tensor" else (2, 3)
    if held is not None:
        held += bytes(-len(held) % 4)
        shape = (len(held) // 4,)
    return encode(hard("kernel", dataset(image, shape, data=held)), image=image)
