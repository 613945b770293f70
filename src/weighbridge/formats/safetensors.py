"""safetensors: a length, a JSON header, one buffer that the tensors cover without overlap and without holes.

Source: the format section of the safetensors README, and what the reference reader (version 0.8) accepts. Facts name
every departure; what a reader could still load is read on, so that a lie about one tensor hides no other. Nothing here
looks inside tensors beyond their first bytes (``bulk``).
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry, ResourceClaim, TensorDecl
from weighbridge.core.reader import Reader
from weighbridge.formats import bulk, hidden_bits
from weighbridge.formats.strict_json import JsonReader, pairs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeGuard

    from weighbridge.core.location import Location
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.bulk import Stretch
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

FORMAT = "safetensors"

MAX_HEADER = 100_000_000
"""Bytes of a header that the reference reader accepts."""

WIDTHS = (
    {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6}
    | dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8)
    | dict.fromkeys(("I16", "U16", "F16", "BF16"), 16)
    | dict.fromkeys(("I32", "U32", "F32"), 32)
    | dict.fromkeys(("I64", "U64", "F64", "C64"), 64)
)
"""Bits of one element, for every dtype of safetensors 0.8."""

_FLOATS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}
"""Bytes of the types whose low bits carry little."""

_LENGTH = 8
_METADATA = "__metadata__"
_FIELDS = ("dtype", "shape", "data_offsets")
_FIELD_NAMES = frozenset(_FIELDS)
_DEPTH = 16  # a header nests three levels
_WORD = 1 << 64
_RANK = 64  # dimensions; numpy and torch end there
_SHOWN = 8  # departures of one kind that are told one by one; the rest is counted
_HOLES = 256  # stretches between tensors that are examined
_BUILT = frozenset({"_target_", "__target__", "_component_", "class_path", "auto_map"})
"""Keys of metadata by which programs that build a model from it choose what to call (CVE-2026-22584)."""

_TELLING = 24  # characters of metadata that may hold something of their own: no pickle that calls is shorter
_WORDS = 80  # characters of the file's own words in a sentence about it
_BLANK = b" \t\n\r"
_U64 = Struct("<Q")


def sniff(head: bytes, size: int) -> bool:
    """Tell whether ``head``, the start of ``size`` bytes, is meant as safetensors, even if its length is a lie."""
    text = head[_LENGTH:].lstrip(_BLANK)
    if text[:1] != b"{" or size < _LENGTH + 2:
        return False
    if b'"data_offsets"' in text or b'"__metadata__"' in text:
        return True
    length: int = _U64.unpack_from(head)[0]
    return 2 <= length <= min(size - _LENGTH, MAX_HEADER) and text[1:].lstrip(_BLANK)[:1] in (b'"', b"}")


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a safetensors file; raises Malformed and OverLimit when the header cannot be read."""
    reader = Reader(source)
    length = reader.u64()
    if not sniff(source.read_at(0, 4096), source.size):
        raise Malformed("this is no safetensors header", offset=_LENGTH)
    yield Identity(at=node.at(), format=FORMAT)
    largest = min(MAX_HEADER, bench.limits.header_bytes)
    if length > min(largest, reader.left):
        limit = min(largest, reader.left)
        yield ResourceClaim(at=node.at(0, _LENGTH), what="header", claimed=length, limit=limit, unit="bytes")
        if length > reader.left:
            raise Malformed(f"the header claims {length} bytes, {reader.left} are there", offset=0)
        raise OverLimit(f"the header claims {length} bytes, more than {largest}", offset=0)
    header = Header(source, node, bench, length)
    yield from header.read()
    yield from header.lay_out()
    yield from header.remainder()
    inside = [(begin, min(end, source.size), name) for begin, end, name in header.spans]
    held = [span for span in inside if span[0] < span[1]]
    yield from bulk.probe_heads(source, node, held, "tensor")
    for width, names in header.floats.items():
        yield from hidden_bits.look(source, node, [span for span in held if span[2] in names], (width,))


class Header:
    """The header on its way into facts; ``spans`` are the tensors' bytes in the file, in order once laid out."""

    def __init__(self, source: ByteSource, node: Node, bench: Bench, length: int) -> None:
        self.source, self.node, self.bench = source, node, bench
        self.start = _LENGTH + length
        self.spans: list[Stretch] = []
        self.floats: dict[int, set[str]] = {}
        self.at = node.at(_LENGTH, length)
        self._facts: list[Yield] = []
        self._told: dict[tuple[str, bool], int] = {}
        self._unknown: dict[str, int] = {}
        self._holes = 0

    def read(self) -> Iterator[Yield]:
        """Yield the facts of the JSON text: metadata, tensors, whatever is odd about them."""
        length = self.start - _LENGTH
        if self.source.read_at(_LENGTH, 1) != b"{":
            self._wrong("header start", "the header begins with blanks, not with a brace")
        try:
            json = JsonReader(self.source.read_at(_LENGTH, length), depth=_DEPTH)
            for name, entry in json.members():
                self.bench.meter.spend_member()
                if name == _METADATA:
                    self._metadata(entry)
                else:
                    self._tensor(name, entry)
                yield from self._drained()
        except Malformed as error:
            raise Malformed(str(error), offset=_LENGTH + error.offset) from None
        for odd in json.oddities():
            self._wrong(odd.kind, odd.detail)
        rest = self.source.read_at(_LENGTH + json.end(), length - json.end())
        if rest.strip(_BLANK):
            begin = self.start - len(rest.lstrip(b" "))
            yield from self._unclaimed(begin, self.start, "gap", "the header's object")
        elif rest.strip(b" "):
            self._wrong("header padding", "the header is padded with other blanks than spaces")

    def _metadata(self, table: JsonValue) -> None:
        if not isinstance(table, dict):
            self._wrong("metadata", f"{_METADATA} is {_kind(table)}, not an object")
            self._facts.append(MetadataEntry(at=self.at, key="", text=_text(table)))
            return
        if not _BUILT.isdisjoint(table):
            from weighbridge.formats.config.settings import surveyed

            self._facts.extend(surveyed(table, self.node, shared=False))
        for key, content in pairs_of(table):
            self.bench.meter.spend_member()
            if not isinstance(content, str):
                self._wrong("metadata", f"the value of {_short(key)} is {_kind(content)}, not a string")
            elif len(content) >= _TELLING:
                from weighbridge.formats.words import words

                self._facts.extend(words(key, content, self.at, self.node, self.bench))
            self._facts.append(MetadataEntry(at=self.at, key=key, text=_text(content)))

    def _tensor(self, name: str, entry: JsonValue) -> None:
        if isinstance(entry, list) and len(entry) == len(_FIELDS):
            self._wrong("entry", f"{_short(name)} is an array, which only some readers take")
            entry = dict(zip(_FIELDS, entry, strict=True))
        if not isinstance(entry, dict):
            self._wrong("entry", f"{_short(name)} is {_kind(entry)}, not an object")
            return
        if entry.keys() != _FIELD_NAMES:
            for field in sorted(entry.keys() - _FIELD_NAMES):
                self._wrong("unknown field", f"{_short(name)} has a field {_short(field)}")
        dtype, dims, span = map(entry.get, _FIELDS)
        if not isinstance(dtype, str):
            self._wrong("dtype", f"the dtype of {_short(name)} is {_kind(dtype)}, not a string")
            dtype = ""
        if not _are_whole(dims):
            self._wrong("shape", f"the shape of {_short(name)} is not a list of whole numbers")
            dims = None
        elif len(dims) > _RANK:
            self._wrong("shape", f"{_short(name)} has {len(dims)} dimensions")
            dims = None
        at = self.at
        if not _are_whole(span) or len(span) != 2:
            self._wrong("offsets", f"the offsets of {_short(name)} are not two whole numbers")
        elif span[1] < span[0]:
            self._wrong("offsets", f"{_short(name)} ends before it begins", memory=True)
        else:
            begin, end = self.start + span[0], self.start + span[1]
            self.spans.append((begin, end, name))
            if end <= self.source.size:
                at = self.node.at(begin, end - begin)
            if dims is not None:
                self._extent(name, dtype, dims, end - begin, at)
        if dtype in _FLOATS:
            self.floats.setdefault(_FLOATS[dtype], set()).add(name)
        self._facts.append(TensorDecl(at=at, name=name, dtype=dtype, shape=tuple(dims or ())))

    def _extent(self, name: str, dtype: str, dims: list[int], held: int, at: Location) -> None:
        """Compare what dtype and shape ask for with what the offsets give."""
        width = WIDTHS.get(dtype, 0)
        count, product = 1, 1
        for dim in dims:
            count *= dim
            product *= dim or 1
            if product * (width or 8) >= _WORD * 8:
                words = f"the shape of {_short(name)} overflows 64 bits: {_short(dims)}"
                self._wrong("shape overflow", words, at, memory=0 not in dims)
                return
        needed, rest = divmod(count * width, 8)
        if not width:
            self._unknown[dtype] = self._unknown.get(dtype, 0) + 1
        elif rest:
            words = f"{count} elements of {dtype} in {_short(name)} end inside a byte"
            self._wrong("sub-byte shape", words, at)
        elif needed != held:
            words = f"{_short(name)}: {dtype} {_short(dims)} needs {needed} bytes, its offsets hold {held}"
            self._wrong("tensor size", words, at, memory=needed > held)

    def lay_out(self) -> Iterator[Yield]:
        """Yield what the spans of all tensors leave out, share or exceed."""
        self.spans.sort()
        size, cursor, before = self.source.size, self.start, "the header"
        if _lie_in_a_row(self.start, self.spans):
            cursor = self.spans[-1][1] if self.spans else cursor
            if cursor > size:
                # Only the end of the file is missing, as after a broken download: no lie about memory is told.
                self._wrong("truncated", f"the tensors need {_short(cursor)} bytes, the file has {size}")
        else:
            for begin, end, name in self.spans:
                if end > size:
                    words = f"{_short(name)} ends at byte {_short(end)}, the file at {size}"
                    self._wrong("out of bounds", words, memory=True)
                if cursor < min(begin, size):
                    yield from self._hole(cursor, min(begin, size), _short(before))
                elif begin < cursor and begin < end:
                    self._wrong("overlap", f"{_short(name)} shares bytes with {_short(before)}")
                elif begin < cursor:
                    self._wrong("empty tensor", f"{_short(name)} is empty and lies inside {_short(before)}")
                if end >= cursor:
                    cursor, before = end, name
        yield from self._drained()
        if cursor < size:
            yield from self._unclaimed(cursor, size, "tail", "the last tensor")

    def remainder(self) -> Iterator[Yield]:
        """Yield how often each departure was met that was not told every time."""
        for (what, memory), count in self._told.items():
            if count > _SHOWN:
                yield Inconsistency(at=self.at, what=what, detail=f"{count - _SHOWN} more", memory=memory)
        for dtype, count in list(self._unknown.items())[:_SHOWN]:
            reason = f"{count} tensors are of dtype {_short(dtype)}, which safetensors 0.8 does not have"
            yield self.node.gap(GapKind.UNSUPPORTED, reason, self.at.offset, self.at.length)

    def _hole(self, begin: int, end: int, before: str) -> Iterator[Yield]:
        self._holes += 1
        if self._holes <= _HOLES:
            yield from self._unclaimed(begin, end, "gap", before)
        elif self._holes == _HOLES + 1:
            yield self.node.gap(GapKind.OVER_LIMIT, f"more than {_HOLES} holes between tensors", begin)

    def _unclaimed(self, begin: int, end: int, where: str, after: str) -> Iterator[Yield]:
        return bulk.unclaimed(self.source, self.node, self.bench, begin, end, where=where, after=after)

    def _drained(self) -> list[Yield]:
        facts, self._facts = self._facts, []
        return facts

    def _wrong(self, what: str, detail: str, at: Location | None = None, *, memory: bool = False) -> None:
        count = self._told[what, memory] = self._told.get((what, memory), 0) + 1
        if count <= _SHOWN:
            self._facts.append(Inconsistency(at=at or self.at, what=what, detail=detail, memory=memory))


def _lie_in_a_row(start: int, spans: list[Stretch]) -> bool:
    for begin, end, _ in spans:
        if begin != start:
            return False
        start = end
    return True


def _are_whole(found: JsonValue) -> TypeGuard[list[int]]:
    if type(found) is not list:
        return False
    for item in found:  # noqa: SIM110  (twice for every tensor: a generator would cost more than the test)
        if not (type(item) is int and item >= 0):
            return False
    return True


def _kind(found: JsonValue) -> str:
    match found:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def _text(content: JsonValue) -> str:
    if isinstance(content, str):
        return content
    import json

    return json.dumps(content)


def _short(found: object) -> str:
    words = repr(found)
    return words if len(words) <= _WORDS else f"{words[:_WORDS]}…"
