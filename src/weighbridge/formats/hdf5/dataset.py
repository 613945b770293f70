"""One dataset: what its messages say together, and whether that can be true."""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Inconsistency, ResourceClaim, TensorDecl
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats import bulk
from weighbridge.formats.containers.paths import escapes
from weighbridge.formats.hdf5 import header, messages
from weighbridge.formats.hdf5.chunks import stored
from weighbridge.formats.hdf5.image import Fields
from weighbridge.formats.hdf5.trees import local_heap, name_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.hdf5.header import Message
    from weighbridge.formats.hdf5.heaps import GlobalHeap
    from weighbridge.formats.hdf5.image import Image
    from weighbridge.formats.hdf5.messages import Datatype, Layout
    from weighbridge.formats.node import Bench, Node, Yield

MAPPINGS = 1_000
"""Sources of one virtual dataset that are told."""
HEADS = 10_000
"""Chunks of one dataset whose first bytes are looked at."""

_WORD = 1 << 64
_SHOWN = 200  # characters of a file's name
_LIST = 16 << 20  # bytes of a list of virtual sources
_CHUNK = 1 << 32  # the library's own bound on the bytes of a chunk


class Dataset:
    """What the messages of one object say; a group has no layout and yields nothing here."""

    def __init__(self, image: Image, source: ByteSource, node: Node, bench: Bench, name: str) -> None:
        self.image, self.source, self.node, self.bench, self.name = image, source, node, bench, name
        self.type: Datatype | None = None
        self.dims: tuple[int, ...] | None = None
        self.layout: Layout | None = None
        self.files: Fields | None = None
        self.filters: list[int] = []
        self.whole = True
        self.claimed = 0
        self.unread = ""

    def see(self, message: Message) -> None:
        """Take one message of the header; raises Malformed."""
        body: Fields | None = message.body
        if message.shared and body is not None:
            body = header.committed(self.image, body) if message.kind == header.DATATYPE else None
            if body is None and message.kind in (header.DATATYPE, header.DATASPACE, header.FILTERS):
                self.unread = "a message in the heap of shared messages"
        if body is None:
            return
        if message.kind == header.DATATYPE:
            self.type = messages.datatype(body)
        elif message.kind == header.DATASPACE:
            self.dims = messages.dataspace(body)
        elif message.kind == header.LAYOUT:
            self.layout = messages.layout(body)
        elif message.kind == header.FILTERS:
            self.filters = [one.number for one in messages.filters(body)]
        elif message.kind == header.EXTERNAL_FILES:
            self.files = body

    def facts(self, heap: GlobalHeap) -> Iterator[Yield]:
        """Yield what there is to say; raises Malformed and OverLimit."""
        if self.unread:
            self.whole = False
            yield self.node.gap(GapKind.UNSUPPORTED, f"{self.name}: {self.unread} is not read")
        if self.files is not None:
            yield from self._external(self.files)
        layout = self.layout
        if layout is None or self.type is None:
            return
        at = self.node.at()
        if layout.kind == messages.CONTIGUOUS and layout.address is not None and layout.size is not None:
            at = self.node.at(self.image.base + layout.address, layout.size)
        yield TensorDecl(at=at, name=self.name, dtype=self.type.name, shape=self.dims or ())
        for number in self.filters:
            if number not in messages.FILTERS:
                reason = f"{self.name} is packed by filter {number}, a plugin that the library does not have"
                yield self.node.gap(GapKind.UNSUPPORTED, reason)
        needed = self._needed(self.type)
        if needed is None:
            words = f"the shape of {self.name} overflows 64 bits: {self._shape()}"
            yield Inconsistency(at=at, what="shape overflow", detail=words, memory=True)
            return
        self.claimed = needed
        if layout.kind == messages.COMPACT:
            yield from self._sized(needed, len(layout.data), at)
            span = (layout.start, layout.start + len(layout.data), self.name)
            yield from bulk.probe_heads(self.source, self.node, [span], "tensor")
        elif layout.kind == messages.CONTIGUOUS:
            yield from self._contiguous(layout, needed, at)
        elif layout.kind == messages.CHUNKED:
            yield from self._chunked(layout, needed, self.type.size, at)
        else:
            yield from self._virtual(layout, heap)

    def _shape(self) -> str:
        words = str(list(self.dims or ()))
        return words if len(words) <= 80 else f"{words[:80]}…"

    def _needed(self, kind: Datatype) -> int | None:
        """Tell how many bytes the shape asks for; None when 64 bits do not hold it."""
        if self.dims is None:
            return 0
        count = 1
        for dim in self.dims:
            count *= dim or 1
            if count * max(kind.size, 1) >= _WORD:
                return None
        return 0 if 0 in self.dims else count * kind.size

    def _sized(self, needed: int, held: int, at: Location) -> Iterator[Yield]:
        if needed != held:
            words = f"{self.name}: shape {self._shape()} needs {needed} bytes, its layout holds {held}"
            yield Inconsistency(at=at, what="dataset size", detail=words, memory=needed > held)

    def _contiguous(self, layout: Layout, needed: int, at: Location) -> Iterator[Yield]:
        if self.files is not None:
            return
        if layout.address is None:
            yield from self._unbacked(needed, 0, at)
            return
        held = needed if layout.size is None else layout.size
        yield from self._sized(needed, held, at)
        begin = self.image.base + layout.address
        if begin + held > self.source.size:
            words = f"{self.name} ends at byte {begin + held}, the file at {self.source.size}"
            yield Inconsistency(at=self.node.at(begin), what="out of bounds", detail=words)
        self.image.take(layout.address, held)
        end = min(begin + held, self.source.size)
        if begin < end:
            yield from bulk.probe_heads(self.source, self.node, [(begin, end, self.name)], "tensor")

    def _unbacked(self, needed: int, held: int, at: Location) -> Iterator[Yield]:
        """Tell of a shape that claims far more than is stored: what is missing is made up when it is read."""
        limits = self.bench.limits
        if needed > max(limits.ratio_floor, held * limits.ratio):
            yield ResourceClaim(at=at, what=f"dataset {self.name}", claimed=needed, limit=held, unit="bytes")
            self.claimed = 0

    def _chunked(self, layout: Layout, needed: int, width: int, at: Location) -> Iterator[Yield]:
        dims = self.dims or ()
        plain, count = width, 1
        for side in layout.chunk:
            plain *= side
        if not plain or plain >= _CHUNK or len(layout.chunk) != len(dims):
            words = f"{self.name}: chunks of {list(layout.chunk)[: messages.RANK]} for the shape {self._shape()}"
            yield Inconsistency(at=at, what="chunk shape", detail=words, memory=plain >= _CHUNK)
            self.whole = False
            return
        for dim, side in zip(dims, layout.chunk, strict=True):
            count *= -(-dim // side)
        held, size = 0, self.source.size
        heads: list[tuple[int, int, str]] = []
        for address, length in stored(self.image, layout, len(dims), plain, count):
            begin = self.image.base + address
            if begin + length > size:
                words = f"a chunk of {self.name} ends at byte {begin + length}, the file at {size}"
                yield Inconsistency(at=self.node.at(min(begin, size)), what="out of bounds", detail=words)
                break
            held += length
            self.image.take(address, length)
            if not self.filters and length and len(heads) < HEADS:
                heads.append((begin, begin + length, self.name))
        yield from self._unbacked(needed, held, at)
        yield from bulk.probe_heads(self.source, self.node, sorted(heads), "tensor")

    # -- what lies in other files --------------------------------------------------------------------------------------

    def _external(self, body: Fields) -> Iterator[Yield]:
        """Read the list of external files (message 7)."""
        body.take(4)
        _, used, address = body.whole(2), body.whole(2), body.address()
        names = local_heap(self.image, address) if address is not None else b""
        for _ in range(used):
            name = name_in(names, body.length())
            body.take(2 * self.image.length_bytes)
            yield self._other("hdf5 external storage", name)

    def _other(self, relation: str, name: str) -> Reference:
        return Reference(
            at=self.node.at(), relation=relation, kind=Target.PATH, target=name[:_SHOWN], key=self.name,
            escapes=bool(escapes(name)), when=When.LOAD,
        )  # fmt: skip

    def _virtual(self, layout: Layout, heap: GlobalHeap) -> Iterator[Yield]:
        """Read the list of sources of a virtual dataset; ``.`` is the file itself."""
        if layout.address is None:
            return
        at, size = heap.span(layout.address, layout.heap_index)
        fields = Fields(self.image.read(at, min(size, _LIST)), self.image, self.image.base + at)
        version, count = fields.whole(1), fields.length()
        if version not in (0, 1):
            raise Malformed(f"virtual list version {version} is unknown", offset=fields.start)
        names: dict[str, None] = {}
        for _ in range(count):
            flags = fields.whole(1) if version else 0
            # Version 1 leaves out a name that is the one of an earlier entry, or of the file itself.
            if flags & 1:
                fields.length()
            elif not flags & 4:
                name = messages.text_of(fields.text())
                if name != ".":
                    names[name] = None
            fields.length() if flags & 2 else fields.text()
            _selection(fields)
            _selection(fields)
            if len(names) > MAPPINGS:
                yield self.node.gap(GapKind.OVER_LIMIT, f"{self.name} has more than {MAPPINGS} sources")
                break
        for name in names:
            yield self._other("virtual dataset", name)


def _selection(fields: Fields) -> None:
    """Step over a selection of elements (section VII.B); raises Malformed."""
    kind, version = fields.whole(4), fields.whole(4)
    if kind in (0, 3):  # none, all
        fields.take(8)
    elif version == 1:  # points and hyperslabs with their length
        fields.take(4)
        fields.take(fields.whole(4))
    elif kind == 2 and version == 2:
        fields.take(1)
        fields.take(fields.whole(4))
    elif kind == 2 and version == 3:
        regular, width, rank = fields.whole(1) & 1, fields.whole(1), fields.whole(4)
        fields.take(4 * rank * width if regular else 2 * rank * width * fields.whole(width))
    elif kind == 1 and version == 2:
        width, rank = fields.whole(1), fields.whole(4)
        fields.take(rank * width * fields.whole(width))
    else:
        raise Malformed(f"a selection of kind {kind} and version {version}", offset=fields.start + fields.at)
