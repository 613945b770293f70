"""Schemas of Arrow, in IPC messages and the footers of Parquet files: fields, their types, what their metadata holds.

Source: format/Schema.fbs, Message.fbs, File.fbs and Tensor.fbs of Apache Arrow 18. A type of somebody's own is a field
with the metadata ``ARROW:extension:name`` and ``ARROW:extension:metadata``: some libraries unpickle the latter when
they read a schema (``arrow.py_extension_type`` in PyArrow before 14.0.1, CVE-2023-47248; Ray, CVE-2026-41486).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import EmbeddedPayload, MetadataEntry
from weighbridge.core.programs import CodeUnit
from weighbridge.core.source import SubSource
from weighbridge.core.when import When
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.flatbuffers import Table, Vector
    from weighbridge.formats.node import Bench, Node, Yield

SCHEMA = {
    "Footer": "2 t:Schema v24 v24 vt:KeyValue",
    "Message": "2 1 u:Header 8 vt:KeyValue",
    "Header.1": "2 vt:Field vt:KeyValue v8",
    "Schema": "2 vt:Field vt:KeyValue v8",
    "Header.2": "8 t:Batch 1",
    "Header.3": "8 v16 v16 t:Compression v8",
    "Batch": "8 v16 v16 t:Compression v8",
    "Compression": "1 1",
    "Header.4": "1 u:Type vt:Dimension v8 16",
    "Header.5": "1 u:Type vt:Dimension 8 1 u:Index 16",
    "Dimension": "8 s",
    "Index.1": "t:Type.2 v8 16 1",
    "Index.2": "1 t:Type.2 16 t:Type.2 16",
    "Index.3": "t:Type.2 v16 t:Type.2 v16 v4",
    "Field": "s 1 1 u:Type t:Dictionary vt:Field vt:KeyValue",
    "Dictionary": "8 t:Type.2 1 2",
    "KeyValue": "s s",
    "Type.2": "4 1",
    "Type.3": "2",
    "Type.7": "4 4 4",
    "Type.8": "2",
    "Type.9": "2 4",
    "Type.10": "2 s",
    "Type.11": "2",
    "Type.14": "2 v4",
    "Type.15": "4",
    "Type.16": "4",
    "Type.17": "1",
    "Type.18": "2",
}
"""Messages and the footer, table by table."""

UNPICKLED = ("arrow.py_extension_type", "ray.data.arrow_tensor", "ray.data.arrow_tensor_v2", "ray.")
"""Extension types whose metadata some release of a library unpickles as soon as it reads the schema."""

PICKLED_VALUES = ("ray.data.arrow_pickled_object",)
"""Extension types whose values are pickles, which the library loads when somebody asks for a row."""

_NAME, _METADATA = "ARROW:extension:name", "ARROW:extension:metadata"
_SHOWN = 1 << 12
_TELLING = 24  # characters of text that may hold something of their own
_FIELDS = 200_000
_DEPTH = 64


class SchemaFacts:
    """Reads a schema whose FlatBuffer begins at ``base`` of ``source``; ``names`` are its fields, depth first."""

    def __init__(self, source: ByteSource, base: int, node: Node, bench: Bench) -> None:
        self.source, self.base, self.node, self.bench = source, base, node, bench
        self.names: list[str] = []
        self.entries: list[tuple[str, bytes]] = []

    def read(self, schema: Table) -> Iterator[Yield]:
        """Yield what the metadata of the schema and of every field says."""
        yield from self._entries(schema, 2, "")
        stack = [(field, "", 0) for field in schema.tables(1, "a field")][::-1]
        while stack:
            field, path, depth = stack.pop()
            if field is None:
                continue
            name = f"{path}.{field.text(0, 256)}" if path else field.text(0, 256)
            self.names.append(f"{name}:{field.number(2, 'B')}")
            if len(self.names) > _FIELDS or depth > _DEPTH:
                yield self.node.gap(GapKind.OVER_LIMIT, "a schema with too many or too deep fields", self.base)
                return
            yield from self._entries(field, 6, name)
            stack += [(child, name, depth + 1) for child in field.tables(5, "a field")][::-1]

    def _entries(self, holder: Table, number: int, field: str) -> Iterator[Yield]:
        """Read key-value metadata; an extension's name says what its metadata means."""
        pairs = []
        for entry in holder.tables(number, "metadata"):
            self.bench.meter.spend_member()
            if entry is not None:
                pairs.append((entry.text(0, 256), entry.vector(1, 1)))
        extension = next((_text(held) for key, held in pairs if key == _NAME), "")
        if extension.startswith(PICKLED_VALUES):
            at = self.node.at(self.base + holder.at)
            carrier = f"column {field!r} of the type {extension}, whose values are pickles"
            yield CodeUnit(at=at, language="pickle", carrier=carrier, name=field, when=When.FLAG)
        for key, held in pairs:
            if held is None:
                continue
            self.entries.append((key, held.read(_SHOWN)))
            begin = self.base + held.start
            at = self.node.at(begin, held.count)
            yield MetadataEntry(at=at, key=f"{field}/{key}" if field else key, text=_text(held))
            content = SubSource(self.source, begin, held.count)
            if key == _METADATA and extension.startswith(UNPICKLED):
                yield from self._extension(content, extension, begin)
            elif key != "ARROW:schema":
                yield from self.held_by(content, key, begin)

    def _extension(self, content: ByteSource, extension: str, begin: int) -> Iterator[Yield]:
        """Hand on metadata that a library unpickles, unless it is the JSON that honest releases write."""
        if extension != "arrow.py_extension_type" and content.read_at(0, 1) in (b"[", b"{", b""):
            return
        name = f"metadata of {extension}"
        yield Child(name, Stored(content), offset=begin, role="arrow extension", formats=("pickle",))

    def held_by(self, content: ByteSource, key: str, begin: int) -> Iterator[Yield]:
        """Look at a value as at a constant of a pickle: it may hold one, plain or encoded."""
        if content.size < _TELLING:
            return
        from weighbridge.formats.pickle.embedded import held_by_text
        from weighbridge.formats.pickle.probe import holds_pickle

        at = self.node.at(begin, content.size)
        head = content.read_at(0, self.bench.limits.probe_bytes)
        if head[:1] == b"\x80" and holds_pickle(content):
            excerpt = head[:80].decode("latin-1")
            yield EmbeddedPayload(at=at, what="pickle", encoding="raw", excerpt=excerpt)
            yield Child(key, Stored(content), offset=begin, quiet=True)
            return
        yield from held_by_text(head.decode("utf-8", "replace"), at, self.node, self.bench.limits)


def _text(held: Vector | None) -> str:
    return "" if held is None else held.read(_SHOWN).decode("utf-8", "backslashreplace")
