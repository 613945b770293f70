"""TFLite models: a FlatBuffer of subgraphs, operators and buffers, large buffers behind it, and perhaps a zip.

Source: schema.fbs of TFLite (file identifier ``TFL3``), the interpreter's own checks, and the metadata of TFLite
Support, whose files lie in a zip that is appended to the model. Interpreters on small devices check next to none
of this.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identities, Identity, Inconsistency, MetadataEntry, TensorDecl
from weighbridge.core.source import SubSource
from weighbridge.formats import bulk
from weighbridge.formats import tflite_schema as schema
from weighbridge.formats.flatbuffers import FlatBuffer, Table, verify
from weighbridge.formats.tflite_graph import Graphs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

FORMAT = "tflite"
MAGIC = b"TFL3"

_SHOWN = 8
_ZIP_END = 22
_RANK = 256  # dimensions that are read; interpreters take eight
_METADATA = "TFLITE_METADATA"
_WORD = 1 << 63


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a TFLite model; raises Malformed when it has no root, OverLimit when it is larger than any honest one."""
    if source.read_at(4, 4) != MAGIC:
        raise Malformed("this is no TFLite model: the identifier TFL3 is missing")
    yield Identity(at=node.at(), format=FORMAT)
    buffer = FlatBuffer(source)
    model = Model(buffer, source, node, bench)
    try:
        root = verify(buffer, schema.SCHEMA, "Model")
        if root is not None:
            yield from model.read(root)
    except OverLimit as spent:
        yield node.gap(GapKind.OVER_LIMIT, str(spent), spent.offset)
    yield from buffer.lies(node)
    if buffer.is_sound():
        yield from buffer.unread(source, node, bench)
        yield from model.rest()
    else:
        yield node.gap(GapKind.UNPARSED, "not all parts of the model lie where its offsets say")


class Model:
    """A model on its way into facts; ``data`` are the spans of its buffers in the file by number."""

    def __init__(self, buffer: FlatBuffer, source: ByteSource, node: Node, bench: Bench) -> None:
        self.buffer, self.source, self.node, self.bench = buffer, source, node, bench
        self.data: list[tuple[int, int]] = []
        self.end = 0
        self.files: list[str] = []
        self._told: dict[str, int] = {}

    def read(self, root: Table) -> Iterator[Yield]:
        """Yield the facts of a model that was verified."""
        version = root.number(0)
        if version != 3:
            yield self.node.gap(GapKind.UNSUPPORTED, f"schema version {version} of TFLite is not analysed")
        if root.text(3):
            yield MetadataEntry(at=self.node.at(), key="description", text=root.text(3))
        yield from self._buffers(root)
        graphs = Graphs(self.buffer, self.source, self.node)
        yield from graphs.codes(root)
        subgraphs = [graph for graph in root.tables(2, "a subgraph") if graph is not None]
        graphs.sizes = [graph.count(0) for graph in subgraphs]
        for number, graph in enumerate(subgraphs):
            graphs.begin()
            yield from self._tensors(graph, number, graphs)
            yield from graphs.operators(graph, number)
        yield from graphs.signatures(root)
        yield from graphs.summary()
        yield from self._metadata(root)

    def _buffers(self, root: Table) -> Iterator[Yield]:
        """Place all buffers, inside the FlatBuffer or behind it."""
        named = []
        for number, held in enumerate(root.tables(4, "a buffer")):
            span = (0, 0)
            if held is not None:
                vector = held.vector(0, 1)
                offset, size = held.number(1, "Q"), held.number(2, "Q")
                if vector is not None and vector.count:
                    span = (vector.start, vector.start + vector.count)
                elif offset > 1:
                    span = (offset, offset + size)
                    if span[1] > self.source.size:
                        words = f"buffer {number} at {offset} with {size} bytes, the file has {self.source.size}"
                        yield from self._wrong("buffer out of bounds", words, memory=not self._cut(offset, span[1]))
                        span = (0, 0)
                    self.end = max(self.end, span[1])
            self.data.append(span)
            if span[1] > span[0]:
                named.append((*span, f"buffer {number}"))
        yield from bulk.probe_heads(self.source, self.node, sorted(named), "tensor")

    def _cut(self, begin: int, end: int) -> bool:
        """Tell whether a buffer that lies outside could be what a broken download has lost."""
        return begin <= self.source.size < end < _WORD and begin >= self.buffer.reach

    def _tensors(self, graph: Table, number: int, graphs: Graphs) -> Iterator[Yield]:
        for index, tensor in enumerate(graph.tables(0, "a tensor")):
            self.bench.meter.spend_member()
            if tensor is None:
                graphs.tensor("", (), constant=False)
                continue
            kind, place = tensor.number(1, "b"), tensor.number(2)
            dtype = schema.TYPES[kind] if 0 <= kind < len(schema.TYPES) else f"type {kind}"
            dims = tensor.numbers(0, "i", _RANK)
            name = tensor.text(3, 256) or f"{number}/{index}"
            if place >= len(self.data) and (place or self.data):
                words = f"{name!r} is in buffer {place} of {len(self.data)}"
                yield from self._wrong("buffer index", words, memory=True)
                span = (0, 0)
            else:
                span = self.data[place] if self.data else (0, 0)
            graphs.tensor(name, dims, constant=span[1] > span[0])
            at = self.node.at(span[0], span[1] - span[0]) if span[1] else self.node.at(tensor.at)
            yield TensorDecl(at=at, name=name, dtype=dtype, shape=tuple(max(dim, 0) for dim in dims))
            yield from self._extent(tensor, name, dtype, dims, span[1] - span[0])
            yield from self._quantized(tensor, name, dims)

    def _extent(self, tensor: Table, name: str, dtype: str, dims: tuple[int, ...], held: int) -> Iterator[Yield]:
        """Compare what type and shape ask for with what the buffer holds, as the interpreter does."""
        bits = schema.BITS.get(dtype, 0)
        if any(dim < 0 for dim in dims):
            words = f"{name!r} has the shape {list(dims)[:_SHOWN]}"
            yield from self._wrong("negative dimension", words, memory=min(dims) < -1)
            return
        needed = bits or 8
        for dim in dims:
            needed *= dim
        if needed >= _WORD and 0 not in dims:
            yield from self._wrong("shape overflow", f"the shape of {name!r} overflows 63 bits", memory=True)
            return
        sparse = tensor.table(6) is not None
        needed = (needed + 7) // 8
        if not bits or not held or sparse or needed == held:
            return
        words = f"{name!r}: {dtype} {list(dims)[:_SHOWN]} needs {needed} bytes, its buffer holds {held}"
        yield from self._wrong("tensor size", words, memory=needed > held)

    def _quantized(self, tensor: Table, name: str, dims: tuple[int, ...]) -> Iterator[Yield]:
        """Hold the scales of each channel against the channels there are: kernels count the one and read the other."""
        found = tensor.table(4)
        if found is None or found.number(4, "B"):
            return
        scales, zeros, axis = found.count(2), found.vector(3, 8), found.number(6, "i")
        if scales <= 1:
            return
        if not 0 <= axis < len(dims):
            words = f"{name!r} is quantized along dimension {axis} of {len(dims)}"
            yield from self._wrong("quantized dimension", words, memory=True)
        elif scales != dims[axis]:
            words = f"{name!r} has {scales} scales for {dims[axis]} channels"
            yield from self._wrong("quantization", words, memory=scales < dims[axis])
        elif zeros is not None and zeros.count not in (0, 1, scales):
            words = f"{name!r} has {scales} scales and {zeros.count} zero points"
            yield from self._wrong("quantization", words, memory=True)

    def _metadata(self, root: Table) -> Iterator[Yield]:
        for entry in root.tables(6, "a metadata entry"):
            if entry is None:
                continue
            self.bench.meter.spend_member()
            name, place = entry.text(0, 256), entry.number(1)
            if place >= len(self.data):
                words = f"the metadata {name!r} is in buffer {place} of {len(self.data)}"
                yield from self._wrong("buffer index", words, memory=True)
                continue
            begin, end = self.data[place]
            if name == _METADATA:
                yield from self._description(begin, end)
            else:
                piece = self.source.read_at(begin, min(end - begin, 256)).rstrip(b"\0")
                text = piece.decode("utf-8", "backslashreplace")
                yield MetadataEntry(at=self.node.at(begin, end - begin), key=name, text=text)
        for place in root.numbers(5):
            if not 0 <= place < len(self.data):
                yield from self._wrong("buffer index", f"metadata in buffer {place} of {len(self.data)}", memory=True)

    def _description(self, begin: int, end: int) -> Iterator[Yield]:
        """Read the metadata of TFLite Support: a FlatBuffer in a buffer."""
        inner = FlatBuffer(SubSource(self.source, begin, end - begin))
        root = verify(inner, schema.METADATA, "Model")
        if root is not None:
            for field, key in enumerate(("name", "description", "version", "", "author", "license")):
                if key and root.text(field):
                    yield MetadataEntry(at=self.node.at(begin, end - begin), key=key, text=root.text(field))
            self.files = [] if inner.broken else _associated(root)
        yield from inner.lies(self.node, begin)

    def rest(self) -> Iterator[Yield]:
        """Yield what lies behind the model: nothing, padding, or the zip with the files that its metadata names."""
        end = max(self.end, self.buffer.reach)
        tail = self.source.read_at(end, bulk.PADDING)
        archive = end + len(tail) - len(tail.lstrip(b"\0"))
        if _is_empty_zip(self.source.read_at(archive, _ZIP_END + 1), archive):
            return  # metadata was added, and no files with it
        if self.source.read_at(archive, 4) != b"PK\x03\x04":
            yield from bulk.behind(self.source, self.node, self.bench, end, "the model")
        elif not self.files:
            yield Identities(at=self.node.at(0, self.source.size), formats=(FORMAT, "zip"))

    def _wrong(self, what: str, detail: str, *, memory: bool = False) -> Iterator[Yield]:
        if not self.buffer.is_sound():  # what does not fit together then is that lie's doing
            return
        count = self._told[what] = self._told.get(what, 0) + 1
        if count <= _SHOWN:
            yield Inconsistency(at=self.node.at(), what=what, detail=detail, memory=memory)
        elif count == _SHOWN + 1:
            yield Inconsistency(at=self.node.at(), what=what, detail="and more like these", memory=memory)


def _is_empty_zip(tail: bytes, at: int) -> bool:
    """Tell whether bytes are the end of a zip archive without members, whose directory is where they begin."""
    if len(tail) != _ZIP_END or tail[:4] != b"PK\x05\x06" or int.from_bytes(tail[16:20], "little") not in (0, at):
        return False
    return not any(tail[4:16]) and not any(tail[20:])


def _associated(root: Table) -> list[str]:
    """Name the files that metadata says lie in the zip behind the model."""
    found: list[str] = []
    holders = [(root, 6)]
    for graph in root.tables(3, "a subgraph's metadata"):
        if graph is None:
            continue
        holders.append((graph, 4))
        for field in (2, 3):
            for tensor in graph.tables(field, "a tensor's metadata"):
                if tensor is not None:
                    holders.append((tensor, 6))
                    holders += _units(tensor, 4)
        for field in (5, 6):
            holders += _units(graph, field)
    for holder, field in holders:
        found += [file.text(0, 256) for file in holder.tables(field, "a file") if file is not None]
    return found


def _units(holder: Table, field: int) -> list[tuple[Table, int]]:
    """Find the tables of options of process units that name files: tokenizers."""
    found = []
    for unit in holder.tables(field, "a process unit"):
        options = None if unit is None else unit.table(1)
        if unit is not None and options is not None:
            places = {4: (0,), 5: (0, 1), 6: (1,)}.get(unit.number(0, "B"), ())
            found += [(options, place) for place in places]
    return found
