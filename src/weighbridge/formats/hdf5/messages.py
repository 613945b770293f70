"""Header messages that say something of a dataset: its type, its shape, its filters, its layout (section IV.A.2)."""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.values import value
from weighbridge.formats.hdf5.header import committed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.hdf5.image import Fields

RANK = 32
"""Dimensions that the library allows (H5S_MAX_RANK)."""

_KINDS = (
    "int", "float", "time", "string", "bitfield", "opaque", "compound", "reference", "enum", "vlen", "array", "complex",
)  # fmt: skip
STRING, VLEN, UNKNOWN = 3, 9, 15
COMPACT, CONTIGUOUS, CHUNKED, VIRTUAL = range(4)
"""Layout classes."""

FILTERS = {1: "deflate", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf"}
"""Filters of the library and of h5py; others come as plugins, native code that is found by the number."""


@value
class Datatype:
    """A datatype as far as sizes and names need it: ``text`` when it is a variable-length string."""

    kind: int
    name: str
    size: int
    text: bool = False


@value
class Layout:
    """Where the elements are.

    ``data`` are those that the message itself holds, from ``start`` on; ``chunk`` are the sides of a chunk, ``index``
    names how chunks are found. Of a single chunk ``filtered`` is the size and ``mask`` the filters that were left out;
    ``whole_only`` when no chunk at an edge is filtered.
    """

    kind: int
    address: int | None = None
    size: int | None = None
    data: bytes = b""
    start: int = 0
    chunk: tuple[int, ...] = ()
    index: str = ""
    heap_index: int = 0
    filtered: int = 0
    mask: int = 0
    whole_only: bool = False


def datatype(fields: Fields) -> Datatype:
    """Read a datatype; what it consists of is stepped over by whoever knows its length."""
    first = fields.whole(1)
    bits = fields.whole(3)
    size = fields.whole(4)
    kind = first & 15
    name = _KINDS[kind] if kind < len(_KINDS) else "unknown"
    text = kind == VLEN and bits & 15 == 1
    if kind == 0:
        name = f"{'int' if bits & 8 else 'uint'}{size * 8}"
    elif kind == 1:
        name = f"float{size * 8}"
    elif text:
        name = "string"
    return Datatype(kind=kind, name=name, size=size, text=text)


def dataspace(fields: Fields) -> tuple[int, ...] | None:
    """Read the current dimensions; None where there are no elements at all."""
    dims = extent(fields)
    return None if dims is None else dims[0]


def extent(fields: Fields) -> tuple[tuple[int, ...], tuple[int | None, ...]] | None:
    """Read the current dimensions and the largest ones, None for those without a bound; None for no elements at all."""
    version, rank, flags = fields.whole(1), fields.whole(1), fields.whole(1)
    if version == 1:
        fields.take(5)
    elif version == 2:
        if fields.whole(1) == 2:
            return None
    else:
        raise Malformed(f"dataspace version {version} is unknown", offset=fields.start)
    if rank > RANK:
        raise Malformed(f"a dataspace of {rank} dimensions", offset=fields.start)
    dims = tuple(fields.length() for _ in range(rank))
    if not flags & 1:
        return dims, dims
    unlimited = (1 << 8 * fields.image.length_bytes) - 1
    largest = (fields.length() for _ in range(rank))
    return dims, tuple(None if dim == unlimited else dim for dim in largest)


def layout(fields: Fields) -> Layout:
    """Read where the elements of a dataset are."""
    version = fields.whole(1)
    if version in (1, 2):
        return _old_layout(fields)
    if version not in (3, 4, 5):
        raise Malformed(f"layout version {version} is unknown", offset=fields.start)
    kind = fields.whole(1)
    if kind == COMPACT:
        size = fields.whole(2)
        return Layout(kind=kind, start=fields.start + fields.at, data=fields.take(size))
    if kind == CONTIGUOUS:
        return Layout(kind=kind, address=fields.address(), size=fields.length())
    if kind == VIRTUAL:
        return Layout(kind=kind, address=fields.address(), heap_index=fields.whole(4))
    if kind != CHUNKED:
        raise Malformed(f"layout class {kind} is unknown", offset=fields.start)
    if version == 3:
        rank = fields.whole(1)
        address = fields.address()
        sides = tuple(fields.whole(4) for _ in range(rank))
        return Layout(kind=kind, address=address, chunk=sides[:-1], index="v1 tree")
    return _new_chunks(fields)


def _new_chunks(fields: Fields) -> Layout:
    flags, rank, width = fields.whole(1), fields.whole(1), fields.whole(1)
    sides = tuple(fields.whole(width) for _ in range(rank))
    index, filtered, mask = fields.whole(1), 0, 0
    if index == 1 and flags & 2:
        filtered, mask = fields.length(), fields.whole(4)
    fields.take({3: 1, 4: 5, 5: 6}.get(index, 0))
    name = {1: "single", 2: "implicit", 3: "fixed array", 4: "extensible array", 5: "v2 tree"}.get(index, "unknown")
    return Layout(
        kind=CHUNKED, address=fields.address(), chunk=sides[:-1], index=name, filtered=filtered, mask=mask,
        whole_only=bool(flags & 1),
    )  # fmt: skip


def _old_layout(fields: Fields) -> Layout:
    rank, kind = fields.whole(1), fields.whole(1)
    fields.take(5)
    address = fields.address() if kind != COMPACT else None
    sides = tuple(fields.whole(4) for _ in range(rank))
    if kind == COMPACT:
        size = fields.whole(4)
        return Layout(kind=kind, start=fields.start + fields.at, data=fields.take(size))
    if kind == CHUNKED:
        return Layout(kind=kind, address=address, chunk=sides[:-1], index="v1 tree")
    return Layout(kind=kind, address=address)


@value
class Filter:
    """A filter of a pipeline: its number and the values that it was set up with."""

    number: int
    values: tuple[int, ...]


def filters(fields: Fields) -> list[Filter]:
    """List a pipeline's filters in the order in which they were applied."""
    version, count = fields.whole(1), fields.whole(1)
    if version == 1:
        fields.take(6)
    found = []
    for _ in range(count):
        number = fields.whole(2)
        named = fields.whole(2) if version == 1 or number >= 256 else 0
        fields.take(2)
        values = fields.whole(2)
        fields.take((named + 7) // 8 * 8 if version == 1 else named)
        found.append(Filter(number=number, values=tuple(fields.whole(4) for _ in range(values))))
        fields.take(4 if values & 1 and version == 1 else 0)
    return found


def fill_value(fields: Fields) -> bytes:
    """Read the value of elements that were never written (message 5); empty where none is told."""
    version = fields.whole(1)
    if version in (1, 2):
        fields.take(2)
        told = fields.whole(1) or version == 1
    elif version == 3:
        told = fields.whole(1) >> 5 & 1
    else:
        raise Malformed(f"fill value version {version} is unknown", offset=fields.start)
    return fields.take(fields.whole(4)) if told else b""


@value
class Link:
    """A link: ``kind`` is 0 hard, 1 soft, 64 external, else of somebody's own; ``address`` of what a hard one names."""

    name: str
    kind: int
    address: int | None = None
    target: str = ""
    file: str = ""


def text_of(raw: bytes) -> str:
    """Read a name or a value as UTF-8, whatever it is."""
    return raw.decode("utf-8", "backslashreplace")


def link(fields: Fields) -> Link:
    """Read a link message."""
    if fields.whole(1) != 1:
        raise Malformed("a link of an unknown version", offset=fields.start)
    flags = fields.whole(1)
    kind = fields.whole(1) if flags & 8 else 0
    fields.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = text_of(fields.take(fields.whole(1 << (flags & 3))))
    if kind == 0:
        return Link(name=name, kind=kind, address=fields.address())
    content = fields.take(fields.whole(2))
    if kind == 1:
        return Link(name=name, kind=kind, target=text_of(content.rstrip(b"\0")))
    if kind == 64:
        file, _, target = content[1:].partition(b"\0")
        return Link(name=name, kind=kind, file=text_of(file), target=text_of(target.rstrip(b"\0")))
    return Link(name=name, kind=kind)


@value
class Attribute:
    """An attribute: its name, what it consists of, and the bytes of its value, which begin at ``start``.

    ``kind`` is the message of the datatype, None for one that is not found.
    """

    name: str
    type: Datatype
    dims: tuple[int, ...] | None
    data: bytes
    start: int = 0
    kind: Fields | None = None


def attribute(fields: Fields) -> Attribute:
    """Read an attribute message; a datatype that is kept elsewhere in the file is looked up."""
    version, flags = fields.whole(1), fields.whole(1)
    if version not in (1, 2, 3):
        raise Malformed(f"attribute version {version} is unknown", offset=fields.start)
    lengths = [fields.whole(2) for _ in range(3)]
    if version == 3:
        fields.take(1)
    name, kind, space = (_part(fields, length, padded=version == 1) for length in lengths)
    described = committed(fields.image, kind) if version > 1 and flags & 1 else kind
    known = Datatype(kind=UNKNOWN, name="shared", size=0)
    if described is not None:
        begin = described.at
        known = datatype(described)
        described.at = begin
    dims = None if version > 1 and flags & 2 else dataspace(space)
    name.data = name.data.rstrip(b"\0")
    start = fields.start + fields.at
    data = fields.take(fields.left)
    return Attribute(name=text_of(name.data), type=known, dims=dims, data=data, start=start, kind=described)


def _part(fields: Fields, length: int, *, padded: bool) -> Fields:
    start = fields.at
    made = type(fields)(fields.take(length), fields.image, fields.start + start)
    if padded:
        fields.take(min(-length % 8, fields.left))
    return made
