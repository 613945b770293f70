"""ExecuTorch programs (``.pte``) and tensor data (``.ptd``): a FlatBuffer, and segments behind it.

Source: schema/program.fbs, extension/flat_tensor/serialize/flat_tensor.fbs and the extended headers ``eh00`` and
``FH01`` of ExecuTorch 1.5. The runtime verifies no FlatBuffer unless it is asked to, and multiplies sizes that it has
read (CVE-2025-54949 to CVE-2025-54952): here every offset, index, product and sum is held against what is there.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, TensorDecl
from weighbridge.core.source import SubSource
from weighbridge.formats import bulk
from weighbridge.formats.flatbuffers import FlatBuffer, Table, verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

PROGRAM = {
    "Program": "4 vt:Plan vt:Bytes vt:Bytes vt:Segment t:Offsets vt:Offsets vt:Named",
    "Bytes": "v1",
    "Segment": "8 8",
    "Offsets": "4 v8",
    "Named": "s 4 t:Layout",
    "Layout": "1 v4 v1",
    "Plan": "s t:Container vt:EValue v4 v4 vt:Chain vt:OperatorName vt:Delegate v8 vt:Device",
    "Container": "s s",
    "EValue": "1 u:Value",
    "Value.2": "8",
    "Value.3": "1",
    "Value.4": "8",
    "Value.5": "1 4 v4 v1 1 4 t:Allocation 1 1 t:Extra",
    "Value.6": "s",
    "Value.7": "v8",
    "Value.8": "v8",
    "Value.9": "v1",
    "Value.10": "v4",
    "Value.11": "v4",
    "Allocation": "4 4 4",
    "Extra": "8 s 1 1 1",
    "Chain": "v4 v4 vt:Instruction vt:Frames",
    "Instruction": "1 u:Call",
    "Call.1": "4 v4",
    "Call.2": "4 v4",
    "Call.3": "4 4",
    "Call.4": "4 4",
    "Call.5": "4",
    "Frames": "vt:Frame",
    "Frame": "s 4 s s",
    "OperatorName": "s s",
    "Delegate": "s t:Reference vt:Option",
    "Reference": "1 4",
    "Option": "s v1",
    "Device": "4 1 1",
    "FlatTensor": "4 vt:Segment vt:Named",
}
"""Both formats, table by table."""

SCALARS = {
    0: ("uint8", 1), 1: ("int8", 1), 2: ("int16", 2), 3: ("int32", 4), 4: ("int64", 8), 5: ("float16", 2),
    6: ("float32", 4), 7: ("float64", 8), 11: ("bool", 1), 12: ("qint8", 1), 13: ("quint8", 1), 14: ("qint32", 4),
    15: ("bfloat16", 2), 16: ("quint4x2", 1), 17: ("quint2x4", 1), 22: ("bits16", 2), 23: ("float8_e5m2", 1),
    24: ("float8_e4m3fn", 1), 25: ("float8_e5m2fnuz", 1), 26: ("float8_e4m3fnuz", 1), 27: ("uint16", 2),
    28: ("uint32", 4), 29: ("uint64", 8),
}  # fmt: skip
"""Element types with their bytes."""

_EXTENDED = Struct("<4sIQQQ")
_FLAT_TENSOR = Struct("<4sIQQQQ")
_AT = 8  # where the extended headers begin
_WORD = 1 << 63
_SHOWN = 8
_ALIGNED = 1 << 16  # segments begin at a page or less


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a program or tensor data; raises Malformed when the header is none, OverLimit for too many tables."""
    magic = source.read_at(4, 4)
    if magic not in (b"ET12", b"FT01"):
        raise Malformed("this is neither an ExecuTorch program nor its tensor data")
    is_program = magic == b"ET12"
    yield Identity(at=node.at(), format="executorch" if is_program else "executorch.data")
    header = Header(source, node, is_program=is_program)
    header.read()
    buffer = FlatBuffer(SubSource(source, 0, header.size))
    segments = Segments(source, node, buffer, header.base)
    try:
        root = verify(buffer, PROGRAM, "Program" if is_program else "FlatTensor")
        if root is not None:
            yield from segments.read(root, 4 if is_program else 1)
            if is_program:
                from weighbridge.formats.executorch_plan import Plans

                yield from Plans(buffer, segments, node, bench).read(root)
            else:
                yield from _tensor_data(root, segments, node, bench)
    except OverLimit as spent:
        yield node.gap(GapKind.OVER_LIMIT, str(spent), spent.offset)
    yield from header.lies(whole=buffer.is_sound())
    yield from buffer.lies(node)
    if segments.told:
        return
    if buffer.is_sound():
        yield from buffer.unread(source, node, bench)
        yield from segments.rest(bench, max(buffer.reach, header.size if header.present else 0))
    else:
        yield node.gap(GapKind.UNPARSED, "not all parts of the program lie where its offsets say")


class Header:
    """The extended header: ``size`` of the FlatBuffer and ``base`` of the segments, where it is ``present``."""

    def __init__(self, source: ByteSource, node: Node, *, is_program: bool) -> None:
        self.source, self.node, self.is_program = source, node, is_program
        self.size, self.base, self.present = source.size, 0, False
        self.length = self.end = self.data = 0

    def read(self) -> None:
        """Read the header, if there is one."""
        layout = _EXTENDED if self.is_program else _FLAT_TENSOR
        raw = self.source.read_at(_AT, layout.size)
        if len(raw) < layout.size or raw[:4] != (b"eh00" if self.is_program else b"FH01"):
            return
        self.present = True
        fields = list(layout.unpack(raw))
        self.length = fields[1]
        begin = 0 if self.is_program else fields.pop(2)
        self.end, self.base, self.data = begin + fields[2], fields[3], fields[4]
        if self.is_program and self.length < layout.size:
            self.data = 0  # before 2025 the header ended here
        self.size = min(self.end, self.source.size)

    def lies(self, *, whole: bool) -> Iterator[Yield]:
        """Yield what the header says beyond the file; ``whole`` when the FlatBuffer is, so that nothing was cut off."""
        size, end, base = self.source.size, self.end, self.base
        if self.present and self.length < (24 if self.is_program else _FLAT_TENSOR.size):
            yield self._wrong("header length", f"the extended header claims {self.length} bytes")
        if end > size:
            yield self._wrong("program size", f"{end} bytes of FlatBuffer in a file of {size}", memory=whole)
        elif base and base < end:
            yield self._wrong("segment base", f"segments begin at {base}, inside the FlatBuffer of {end} bytes")
        if base + self.data > size:
            words = f"segments at {base} with {self.data} bytes in a file of {size}"
            far = base - max(end, size) > _ALIGNED or base + self.data >= _WORD
            yield self._wrong("segment base", words, memory=whole and far)

    def _wrong(self, what: str, detail: str, *, memory: bool = False) -> Inconsistency:
        return Inconsistency(at=self.node.at(_AT, 32), what=what, detail=detail, memory=memory)


class Segments:
    """The segments of a file: ``spans`` by number."""

    def __init__(self, source: ByteSource, node: Node, buffer: FlatBuffer, base: int) -> None:
        self.source, self.node, self.buffer, self.base = source, node, buffer, base
        self.spans: list[tuple[int, int]] = []
        self.told: dict[str, int] = {}

    def read(self, root: Table, field: int) -> Iterator[Yield]:
        """Place all segments; yields those that leave the file or share bytes."""
        size, lost = self.source.size, 0
        for number, segment in enumerate(root.tables(field, "a segment")):
            begin = end = 0
            if segment is not None:
                begin = self.base + segment.number(0, "Q")
                end = begin + segment.number(1, "Q")
            if end > size:
                lost += 1
                words = f"segment {number} is at {begin} to {end}, the file ends at {size}"
                yield from self.wrong("segment out of bounds", words, memory=end >= _WORD)
            self.spans.append((begin, end))
        cursor = 0
        for begin, end in sorted(span for span in self.spans if span[1] > span[0]):
            if begin < cursor:
                yield from self.wrong("segment overlap", f"a segment at {begin} begins before {cursor}")
            cursor = max(cursor, end)
        if lost and self._is_lie():
            yield from self.wrong("segments", f"{lost} segments lie outside of a file that is whole", memory=True)

    def _is_lie(self) -> bool:
        """Tell whether segments outside of the file can be no broken download: it would cut one and lose the rest."""
        size = self.source.size
        outside = [begin for begin, end in self.spans if end > size]
        inside = [end for begin, end in self.spans if end <= size and end > begin]
        return bool(max(inside, default=0) > min(outside) or (inside and min(outside) > size))

    def rest(self, bench: Bench, end: int) -> Iterator[Yield]:
        """Yield bytes that neither the FlatBuffer nor a segment needs, and look at how segments begin."""
        size = self.source.size
        inside = sorted((begin, stop) for begin, stop in self.spans if begin < stop <= size)
        named = [(begin, stop, f"segment at {begin}") for begin, stop in inside]
        yield from bulk.probe_heads(self.source, self.node, named, "tensor")
        cursor = end
        for begin, stop in [*inside, (size, size)]:
            padding = self.source.read_at(cursor, min(begin - cursor, _ALIGNED)) if begin > cursor else b""
            if padding.strip(b"\0"):
                cursor += len(padding) - len(padding.lstrip(b"\0"))
            if padding.strip(b"\0") or begin - cursor > _ALIGNED:
                where = "tail" if begin == size else "gap"
                yield from bulk.unclaimed(
                    self.source, self.node, bench, cursor, begin, where=where, after="the program or a segment"
                )
            cursor = max(cursor, stop)

    def wrong(self, what: str, detail: str, *, memory: bool = False) -> Iterator[Yield]:
        """Yield a contradiction, each kind a few times; none that follows from an offset that is false itself."""
        if not self.buffer.is_sound():
            return
        count = self.told[what] = self.told.get(what, 0) + 1
        if count <= _SHOWN:
            yield Inconsistency(at=self.node.at(), what=what, detail=detail, memory=memory)


def extent(scalar: int, sizes: tuple[int, ...]) -> int:
    """Count the bytes of a tensor; an unknown type counts as one byte an element."""
    needed = SCALARS.get(scalar, ("", 1))[1]
    for size in sizes:
        needed *= size
    return needed


def shape_lies(name: str, scalar: int, sizes: tuple[int, ...], order: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """Find what is false about a shape: a negative size, a product that overflows, an order that is none."""
    if any(size < 0 for size in sizes):
        yield "negative size", f"{name} has the sizes {list(sizes)[:_SHOWN]}"
    elif 0 not in sizes and extent(scalar, sizes) >= _WORD:
        yield "size overflow", f"the sizes of {name} overflow 63 bits: {list(sizes)[:_SHOWN]}"
    if sorted(order) != list(range(len(sizes))):
        yield "dimension order", f"{name} of {len(sizes)} dimensions has the order {list(order)[:_SHOWN]}"


def _tensor_data(root: Table, segments: Segments, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the named tensors of a ``.ptd`` file."""
    for entry in root.tables(2, "named data"):
        bench.meter.spend_member()
        if entry is None:
            continue
        name, index, layout = entry.text(0, 256), entry.number(1), entry.table(2)
        if index >= len(segments.spans):
            words = f"{name!r} is in segment {index} of {len(segments.spans)}"
            yield from segments.wrong("segment index", words, memory=True)
            continue
        begin, end = segments.spans[index]
        if layout is None:
            continue
        scalar, sizes = layout.number(0, "b"), layout.numbers(1)
        lies = list(shape_lies(repr(name), scalar, sizes, layout.numbers(2, "B")))
        for what, words in lies:
            yield from segments.wrong(what, words, memory=True)
        dtype = SCALARS.get(scalar, (f"type {scalar}", 1))[0]
        at = node.at(begin, end - begin)
        yield TensorDecl(at=at, name=name, dtype=dtype, shape=tuple(max(size, 0) for size in sizes))
        needed = extent(scalar, sizes)
        if not lies and scalar in SCALARS and needed > end - begin:
            words = f"{name!r} needs {needed} bytes, segment {index} holds {end - begin}"
            yield from segments.wrong("tensor size", words, memory=True)
