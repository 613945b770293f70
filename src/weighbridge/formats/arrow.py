"""Arrow IPC: streams of messages, files with a footer (Feather version 2), each message with a body of buffers.

Source: Arrow Columnar Format 1.5, "Serialization and Interprocess Communication". Readers map bodies into memory and
trust lengths and offsets of the messages unless a full validation is asked for. The values in a body are not looked at.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.source import SubSource
from weighbridge.formats import bulk
from weighbridge.formats.arrow_layout import Layouts, short_buffers
from weighbridge.formats.arrow_schema import SCHEMA, SchemaFacts
from weighbridge.formats.flatbuffers import FlatBuffer, Table, verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.arrow_layout import Layout
    from weighbridge.formats.node import Bench, Node, Yield

MAGIC = b"ARROW1"
FORMAT = "arrow"

MESSAGE = 64 << 20
"""Bytes of the metadata of one message; a schema of ten thousand columns has two MB."""

_CONTINUES = b"\xff\xff\xff\xff"
_BEGIN = 8
_TRAILER = 10
_WORD = 1 << 63
_SHOWN = 8
_SCHEMA, _DICTIONARY, _BATCH = 1, 2, 3


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether bytes begin with a message of the stream format that holds a schema."""
    if head[:4] != _CONTINUES:
        return ""
    length = int.from_bytes(head[4:8], "little")
    if not 16 <= length <= min(MESSAGE, source.size - _BEGIN):
        return ""
    root = FlatBuffer(SubSource(source, _BEGIN, length)).root()
    is_schema = root is not None and root.number(1, "B") == _SCHEMA and root.number(0, "H") <= 4
    return FORMAT if is_schema else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a file or stream; raises Malformed when it is neither, OverLimit for what is larger than any honest one."""
    is_file = source.read_at(0, 6) == MAGIC
    if not is_file and not sniff(source.read_at(0, 8), source):
        raise Malformed("this is neither an Arrow file nor a stream")
    yield Identity(at=node.at(), format=FORMAT)
    messages = Messages(source, node, bench)
    if not is_file:
        yield from messages.walk(0, source.size)
        if messages.whole and messages.end < source.size:
            yield from bulk.unclaimed(source, node, bench, messages.end, source.size, where="tail", after="the stream")
        return
    size = source.size
    length = int.from_bytes(source.read_at(size - _TRAILER, 4), "little")
    begin = size - _TRAILER - length
    if source.read_at(size - 6, 6) != MAGIC:
        yield Inconsistency(at=node.at(size), what="truncated", detail="the footer of an Arrow file is missing")
        yield from messages.walk(_BEGIN, size)
        return
    if not _BEGIN <= begin < size - _TRAILER:
        detail = f"a footer of {length} bytes in a file of {size}"
        yield Inconsistency(at=node.at(size - _TRAILER, 4), what="footer length", detail=detail, memory=True)
        yield from messages.walk(_BEGIN, size - _TRAILER)
        return
    yield from messages.walk(_BEGIN, begin)
    yield from _footer(messages, begin, length)


def _footer(messages: Messages, begin: int, length: int) -> Iterator[Yield]:
    """Read the footer, which says again what the messages say, and hold the two against each other."""
    source, node, bench = messages.source, messages.node, messages.bench
    if length > MESSAGE:
        raise OverLimit(f"a footer of {length} bytes", offset=begin)
    buffer = FlatBuffer(SubSource(source, begin, length))
    footer = verify(buffer, SCHEMA, "Footer")
    yield from buffer.lies(node, begin)
    if footer is None or not buffer.is_sound():
        yield node.gap(GapKind.UNPARSED, "the footer of the Arrow file cannot be read", begin)
        return
    schema = footer.table(1)
    if schema is not None:
        facts = SchemaFacts(source, begin, node, bench)
        yield from facts.read(schema)
        if messages.schema is not None and (facts.names, facts.entries) != messages.schema:
            detail = "the schema in the footer is not the one at the beginning"
            yield Inconsistency(at=node.at(begin, length), what="two schemas", detail=detail)
    listed = []
    for field in (2, 3):
        vector = footer.vector(field, 24)
        for block in () if vector is None else vector.blocks("q"):
            listed += [(block[at], block[at + 1] & 0xFFFF_FFFF, block[at + 2]) for at in range(0, len(block), 3)]
    for offset, metadata, body in listed:
        if offset < 0 or body < 0 or offset + metadata + body > begin:
            detail = f"a block at {offset} with {metadata} and {body} bytes before a footer at {begin}"
            yield Inconsistency(at=node.at(begin, length), what="block out of bounds", detail=detail, memory=True)
            return
    if {offset for offset, _, _ in listed} - messages.begins and messages.whole:
        yield Inconsistency(at=node.at(begin, length), what="blocks", detail="the footer lists what is no message")
    yield from buffer.unread(source, node, bench, begin)
    if messages.end < begin:
        yield from bulk.unclaimed(source, node, bench, messages.end, begin, where="gap", after="the last message")
    yield from buffer.lies(node, begin)


class Messages:
    """The messages of a stream: where they begin, where they ``end``, the ``schema`` and whether all were read."""

    def __init__(self, source: ByteSource, node: Node, bench: Bench) -> None:
        self.source, self.node, self.bench = source, node, bench
        self.begins: set[int] = set()
        self.end = 0
        self.whole = False
        self.schema: tuple[list[str], list[tuple[str, bytes]]] | None = None
        self.layouts: Layouts | None = None
        self._told: dict[str, int] = {}

    def walk(self, at: int, end: int) -> Iterator[Yield]:
        """Read one message after the other up to the end of the stream or a break."""
        self.end = at
        while at + 4 <= end:
            self.bench.meter.spend_member()
            head = self.source.read_at(at, 8)
            prefix = 8 if head[:4] == _CONTINUES else 4
            length = int.from_bytes(head[prefix - 4 : prefix], "little")
            if not length:
                self.end = at + prefix
                break
            if length > end - at - prefix:
                yield from self._wrong("truncated", f"a message at {at} claims {length} bytes, {end - at} are left")
                return
            if length > MESSAGE:
                raise OverLimit(f"a message of {length} bytes", offset=at)
            body = yield from self._message(at, prefix, length, end)
            if body < 0:
                return
            self.begins.add(at)
            at += prefix + length + body
            self.end = at
        self.whole = True

    def _message(self, at: int, prefix: int, length: int, end: int) -> Generator[Yield, None, int]:
        """Read one message; returns the length of its body, -1 where the walk cannot go on."""
        buffer = FlatBuffer(SubSource(self.source, at + prefix, length))
        root = verify(buffer, SCHEMA, "Message")
        yield from buffer.lies(self.node, at + prefix)
        if root is None or not buffer.is_sound():
            yield self.node.gap(GapKind.UNPARSED, "a message of the Arrow stream cannot be read", at)
            return -1
        body, kind, header = root.number(3, "q"), root.number(1, "B"), root.table(2)
        room = end - at - prefix - length
        if body < 0:
            yield from self._wrong("body length", f"a message at {at} has a body of {body} bytes", memory=True)
            return -1
        if body > room:
            yield from self._wrong("truncated", f"a body of {body} bytes behind the message at {at}, {room} are left")
        if header is not None and kind == _SCHEMA:
            facts = SchemaFacts(self.source, at + prefix, self.node, self.bench)
            yield from facts.read(header)
            if self.schema is None:
                self.schema = (facts.names, facts.entries)
                self.layouts = Layouts(header, root.number(0, "H"))
        elif header is not None and kind in (_DICTIONARY, _BATCH):
            batch = header.table(1) if kind == _DICTIONARY else header
            layouts = None if self.layouts is None else self.layouts.columns
            if kind == _DICTIONARY and self.layouts is not None:
                layouts = self.layouts.dictionaries.get(header.number(0, "q"))
            if batch is not None:
                yield from self._batch(batch, layouts, at, body)
        elif header is not None and kind in (4, 5):
            place = header.place(4 if kind == 4 else 6, 16)
            if place is not None:
                yield from self._buffer(buffer.number(place, 8), buffer.number(place + 8, 8), at, body)
        yield from buffer.unread(self.source, self.node, self.bench, at + prefix)
        return body if body <= room else -1

    def _batch(self, batch: Table, layouts: list[Layout] | None, at: int, body: int) -> Iterator[Yield]:
        """Hold rows, nodes and buffers of a record batch against its body."""
        rows = batch.number(0, "q")
        if rows < 0:
            yield from self._wrong("rows", f"a batch at {at} of {rows} rows", memory=True)
        nodes = batch.vector(1, 16)
        for block in () if nodes is None else nodes.blocks("q"):
            for length, nulls in zip(block[::2], block[1::2], strict=True):
                if length < 0 or not -1 <= nulls <= length:
                    words = f"a column of {length} values and {nulls} nulls in the batch at {at}"
                    yield from self._wrong("column length", words, memory=True)
        buffers = batch.vector(2, 16)
        for block in () if buffers is None else buffers.blocks("Q"):
            for offset, length in zip(block[::2], block[1::2], strict=True):
                if offset + length > body:
                    yield from self._buffer(offset, length, at, body)
        yield from self._columns(batch, layouts, at)

    def _columns(self, batch: Table, layouts: list[Layout] | None, at: int) -> Iterator[Yield]:
        """Hold the columns against their buffers, unless those are compressed."""
        nodes, buffers = batch.vector(1, 16), batch.vector(2, 16)
        if layouts is None or self.layouts is None or not self.layouts.known or batch.table(3) is not None:
            return
        lengths = [] if nodes is None else [number for block in nodes.blocks("q") for number in block]
        sizes = [] if buffers is None else [size for block in buffers.blocks("q") for size in block[1::2]]
        pairs = list(zip(lengths[::2], lengths[1::2], strict=True))
        for words in short_buffers(layouts, pairs, sizes, list(batch.numbers(4, "q"))):
            yield from self._wrong("column size", f"{words} in the batch at {at}", memory=True)

    def _buffer(self, offset: int, length: int, at: int, body: int) -> Iterator[Yield]:
        if offset + length > body:
            words = f"a buffer at {offset} with {length} bytes in a body of {body} behind the message at {at}"
            yield from self._wrong("buffer out of bounds", words, memory=True)

    def _wrong(self, what: str, detail: str, *, memory: bool = False) -> Iterator[Yield]:
        count = self._told[what] = self._told.get(what, 0) + 1
        if count <= _SHOWN:
            yield Inconsistency(at=self.node.at(self.end), what=what, detail=detail, memory=memory)
