"""Parquet: column chunks, and a footer in Thrift's compact protocol that says where they are and what they mean.

Source: https://github.com/apache/parquet-format (``parquet.thrift`` of version 2.11). The footer's metadata may hold a
schema of Arrow (``ARROW:schema``) whose extension types some libraries unpickle. Pages are not decompressed: rows are
data for whoever asks for them, and this reader does not look at their values.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry
from weighbridge.core.references import Reference, Target
from weighbridge.core.source import BytesSource, SubSource
from weighbridge.core.when import When
from weighbridge.formats import bulk
from weighbridge.formats.arrow_schema import SCHEMA, SchemaFacts
from weighbridge.formats.thrift import BINARY, I32, I64, LIST, STRUCT, Thrift

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

MAGIC, ENCRYPTED = b"PAR1", b"PARE"
FORMAT = "parquet"

FOOTER = 32 << 20
"""Bytes of a footer; one of ten thousand columns in twenty row groups has that, most have some kB."""

_SHOWN = 8
_COPY = 1 << 16  # bytes of the metadata of one column
_KEPT = 1 << 12
_ARROW = "ARROW:schema"
_SCHEMA_BYTES = 16 << 20


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a Parquet file; raises Malformed when it has no footer, OverLimit when that is larger than honest ones."""
    size = source.size
    if source.read_at(0, 4) not in (MAGIC, ENCRYPTED):
        raise Malformed("this is no Parquet file")
    yield Identity(at=node.at(), format=FORMAT)
    end = source.read_at(max(0, size - 8), 8)
    length = int.from_bytes(end[:4], "little")
    if end[4:] == ENCRYPTED:
        yield node.gap(GapKind.UNSUPPORTED, "the footer is encrypted")
        return
    if size < 12 or end[4:] != MAGIC:
        raise Malformed("the footer is missing: the file may be cut off", offset=size)
    begin = size - 8 - length
    if begin < 4:
        detail = f"a footer of {length} bytes in a file of {size}"
        yield Inconsistency(at=node.at(size - 8, 4), what="footer length", detail=detail, memory=True)
        raise Malformed("the footer does not fit into the file", offset=size - 8)
    if length > FOOTER:
        raise OverLimit(f"a footer of {length} bytes", offset=begin)
    footer = Footer(source, node, bench, begin, source.read_at(begin, length))
    try:
        yield from footer.read()
    except Malformed as broken:
        raise Malformed(str(broken), offset=begin + broken.offset) from None
    yield from footer.accounts()


class Footer:
    """The footer on its way into facts; ``spans`` are the parts of the file that it gives a place."""

    def __init__(self, source: ByteSource, node: Node, bench: Bench, begin: int, content: bytes) -> None:
        self.source, self.node, self.bench, self.begin = source, node, bench, begin
        self.thrift = Thrift(content)
        self.spans: list[tuple[int, int]] = []
        self.copies: set[int] = set()
        self.elsewhere = False
        self._columns = 0
        self._rows: list[int] = []
        self._told: dict[str, int] = {}

    def read(self) -> Iterator[Yield]:
        """Yield the facts of the file's metadata; raises Malformed where it breaks."""
        thrift, rows = self.thrift, -1
        for number, kind in thrift.fields():
            if number == 2:
                yield from self._schema(kind)
            elif number == 3 and kind == I64:
                rows = thrift.integer()
            elif number == 4:
                for _ in thrift.structs(kind):
                    yield from self._row_group()
            elif number == 5:
                for _ in thrift.structs(kind):
                    yield from self._entry()
            elif number == 6 and kind == BINARY:
                yield MetadataEntry(at=self._at(), key="created_by", text=thrift.text())
            else:
                if number == 8:
                    yield self.node.gap(GapKind.UNSUPPORTED, "columns are encrypted", self.begin)
                thrift.skip(kind)
        if thrift.at < thrift.size:
            left = thrift.size - thrift.at
            begin = self.begin + thrift.at
            if self.source.read_at(begin, left).strip(b"\0"):
                yield from bulk.unclaimed(
                    self.source, self.node, self.bench, begin, begin + left, where="gap", after="the footer"
                )
        if rows != sum(self._rows):
            yield from self._wrong("rows", f"{rows} rows, the row groups have {sum(self._rows)}")

    def _schema(self, kind: int) -> Iterator[Yield]:
        """Read the schema, a tree written depth first, and hold the numbers of children against the elements."""
        thrift, count, leaves, children = self.thrift, 0, 0, 0
        for _ in thrift.structs(kind):
            self.bench.meter.spend_member()
            count += 1
            below = 0
            for number, held in thrift.fields():
                if number == 5 and held == I32:
                    below = thrift.integer()
                    if below < 0:
                        yield from self._wrong("schema", f"a group of {below} columns", memory=True)
                else:
                    thrift.skip(held)
            children += max(below, 0)
            leaves += not below
        if count and children != count - 1:
            words = f"groups of {children} columns in all, {count - 1} are there"
            yield from self._wrong("schema", words, memory=children > count - 1)
        self._columns = leaves

    def _row_group(self) -> Iterator[Yield]:
        thrift, columns = self.thrift, 0
        for number, kind in thrift.fields():
            if number == 1:
                for _ in thrift.structs(kind):
                    columns += 1
                    yield from self._chunk()
            elif number == 3 and kind == I64:
                self._rows.append(thrift.integer())
                if self._rows[-1] < 0:
                    yield from self._wrong("rows", f"a row group of {self._rows[-1]} rows", memory=True)
            else:
                thrift.skip(kind)
        if self._columns and columns != self._columns:
            words = f"a row group of {columns} columns, the schema has {self._columns}"
            yield from self._wrong("columns", words, memory=columns < self._columns)

    def _chunk(self) -> Iterator[Yield]:
        """Read a column chunk: where its pages and indexes are, or which other file has them."""
        thrift = self.thrift
        numbers: dict[int, int] = {}
        for number, kind in thrift.fields():
            if number == 1 and kind == BINARY:
                path = thrift.text()
                self.elsewhere = True
                escapes = path.startswith(("/", "\\")) or ".." in path.replace("\\", "/").split("/") or path[1:2] == ":"
                yield Reference(
                    at=self._at(), relation="external_data", kind=Target.PATH, target=path, key="file_path",
                    escapes=escapes, when=When.LOAD,
                )  # fmt: skip
            elif number == 3 and kind == STRUCT:
                yield from self._metadata()
            elif kind in (I32, I64):
                numbers[number] = thrift.integer()
            else:
                if number == 8:
                    yield self.node.gap(GapKind.UNSUPPORTED, "a column is encrypted", self.begin)
                thrift.skip(kind)
        self.copies.add(numbers.get(2, 0))
        for place in (4, 6):
            if numbers.get(place, 0):
                yield from self._place(numbers[place], numbers.get(place + 1, 0), "an index")

    def _metadata(self) -> Iterator[Yield]:
        thrift = self.thrift
        numbers: dict[int, int] = {}
        for number, kind in thrift.fields():
            if number == 8 and kind == LIST:
                for _ in thrift.structs(kind):
                    yield from self._entry()
            elif kind in (I32, I64):
                numbers[number] = thrift.integer()
            else:
                thrift.skip(kind)
        if self.elsewhere:
            return
        first, dictionary = numbers.get(9, 0), numbers.get(11, 0)
        if 0 < dictionary < first:
            first = dictionary
        if numbers.get(5, 0) < 0 or numbers.get(6, 0) < 0:
            yield from self._wrong("column", f"a column of {numbers.get(5, 0)} values", memory=True)
        yield from self._place(first, numbers.get(7, 0), "a column")
        if numbers.get(14, 0):
            self.spans.append((numbers[14], numbers[14] + max(numbers.get(15, 0), 0)))

    def _place(self, begin: int, length: int, what: str) -> Iterator[Yield]:
        end = begin + length
        if length < 0 or not 4 <= begin <= end <= self.begin:
            words = f"{what} at {begin} with {length} bytes, the data ends at {self.begin}"
            yield from self._wrong("out of bounds", words, memory=True)
        else:
            self.spans.append((begin, end))

    def _entry(self) -> Iterator[Yield]:
        """Read a key and its value; a schema of Arrow is read on."""
        thrift, key, span = self.thrift, "", (0, 0)
        self.bench.meter.spend_member()
        for number, kind in thrift.fields():
            if number == 1 and kind == BINARY:
                key = thrift.text()
            elif number == 2 and kind == BINARY:
                span = thrift.binary()
            else:
                thrift.skip(kind)
        begin, length = span
        at = self.node.at(self.begin + begin, length)
        value = thrift.content[begin : begin + min(length, _KEPT)]
        yield MetadataEntry(at=at, key=key, text=value.decode("utf-8", "backslashreplace"))
        if key == _ARROW:
            yield from self._arrow(begin, length)
        else:
            content = SubSource(self.source, self.begin + begin, length)
            facts = SchemaFacts(self.source, self.begin, self.node, self.bench)
            yield from facts.held_by(content, key, self.begin + begin)

    def _arrow(self, begin: int, length: int) -> Iterator[Yield]:
        """Read the schema of Arrow: a message of its stream format in base64."""
        from binascii import Error, a2b_base64

        from weighbridge.formats.flatbuffers import FlatBuffer, verify

        if length > _SCHEMA_BYTES:
            yield self.node.gap(GapKind.OVER_LIMIT, f"a schema of Arrow of {length} bytes", self.begin + begin)
            return
        try:
            message = a2b_base64(self.thrift.content[begin : begin + length])
        except Error:
            yield self.node.gap(GapKind.UNPARSED, "the schema of Arrow is no base64", self.begin + begin)
            return
        start = 8 if message[:4] == b"\xff\xff\xff\xff" else 4
        source = BytesSource(message[start:])
        buffer = FlatBuffer(source)
        root = verify(buffer, SCHEMA, "Message")
        for lie in buffer.lies(self.node):
            yield Inconsistency(at=self._at(), what="schema of Arrow", detail=getattr(lie, "detail", ""), memory=True)
        header = None if root is None or root.number(1, "B") != 1 else root.table(2)
        if header is None or not buffer.is_sound():
            yield self.node.gap(GapKind.UNPARSED, "the schema of Arrow cannot be read", self.begin + begin)
            return
        # Its bytes are not in the file as they are, so what it says is told of the place of the text.
        yield from SchemaFacts(source, 0, self.node, self.bench).read(header)

    def accounts(self) -> Iterator[Yield]:
        """Yield bytes that no column, index or filter needs."""
        if self.elsewhere or self._told:
            return
        filters = any(end == begin for begin, end in self.spans)  # of old writers, which left out their lengths
        cursor, holes = 4, 0
        for begin, end in [*sorted(self.spans), (self.begin, self.begin)]:
            if begin > cursor and not filters and holes < _SHOWN and not self._is_copy(cursor, begin):
                holes += 1
                yield from bulk.unclaimed(
                    self.source, self.node, self.bench, cursor, begin, where="gap", after="a column chunk"
                )
            cursor = max(cursor, end)

    def _is_copy(self, begin: int, end: int) -> bool:
        """Tell whether a hole holds what ``file_offset`` of a column points at: old writers repeat metadata there."""
        if begin not in self.copies or end - begin > _COPY:
            return False
        thrift = Thrift(self.source.read_at(begin, end - begin))
        try:
            thrift.skip(STRUCT)
        except (Malformed, OverLimit):
            return False
        return thrift.at == thrift.size

    def _at(self) -> Location:
        return self.node.at(self.begin, self.thrift.size)

    def _wrong(self, what: str, detail: str, *, memory: bool = False) -> Iterator[Yield]:
        count = self._told[what] = self._told.get(what, 0) + 1
        if count <= _SHOWN:
            yield Inconsistency(at=self._at(), what=what, detail=detail, memory=memory)
