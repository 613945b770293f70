"""XML 1.0: events of one document, bounded, with nothing fetched; then what the root element means.

``KINDS`` maps the local name of a root element to the module that knows its meaning. Such a module has
``inspect(root, reader, source, node, bench) -> Iterator[Yield]``; ``reader`` is an iterator of ``Event`` and goes on
behind the root's start tag. A document of another kind is read up to its root element, no further: the reader of text
looks at all of it.

Source: Extensible Markup Language 1.0, fifth edition. Tokens come from expat; what a document type declares is told, an
external entity is never fetched, and where internal ones unfold to more than ``EXPANSION`` nothing is read behind them.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, ResourceClaim
from weighbridge.core.modules import fetch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

KINDS: tuple[tuple[str, str], ...] = (
    # (local name of the root element, module)
    # -- ONNX, CoreML, Paddle, OpenVINO
    ("net", "weighbridge.formats.openvino"),
    # -- trees and classical models
    # -- PMML
    ("PMML", "weighbridge.formats.text.pmml"),
)

DEPTH = 256
"""Elements within elements: libxml2 ends there too, and no model format needs a tenth of it."""
TOKEN = 1 << 20
"""Bytes of one tag, comment or instruction; expat keeps a token whole and begins it anew with each piece it gets."""
EXPANSION = 1 << 16
"""Characters that one entity may unfold to; honest ones abbreviate a namespace."""
ENTITIES = 1_000
"""Entities of one document; the largest honest set, that of XHTML, has 253."""

ENDLESS = 1 << 62
"""What stands for a size beyond all bounds."""

_PIECE = 1 << 16
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Tell whether text begins as an XML document: by its declaration, or by a root element that has a reader."""
    mark = _MARKS.get(head[:2])
    begin = (head[2:].decode(mark, "ignore").encode() if mark else head.removeprefix(b"\xef\xbb\xbf")).lstrip()
    if begin.startswith((b"<?xml", b"<!DOCTYPE")):
        return "xml"
    if not begin.startswith(b"<"):
        return ""
    while begin.startswith(b"<!--") and b"-->" in begin:
        begin = begin.partition(b"-->")[2].lstrip()
    name = begin[1:].replace(b"/", b" ").replace(b">", b" ").split(None, 1)[:1]
    local = name[0].rpartition(b":")[2].decode("latin-1") if name else ""
    return "xml" if any(local == kind for kind, _ in KINDS) else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a document up to its root element and hand it to whoever knows it; raises Malformed and OverLimit."""
    yield Identity(at=node.at(), format="xml")
    reader = XmlReader(source)
    try:
        root = next((event for event in reader if event.kind == START), None)
    except OverLimit as bomb:
        yield from reader.declared(node)
        yield node.gap(GapKind.OVER_LIMIT, str(bomb), bomb.offset)
        return
    yield from reader.declared(node)
    if root is None:
        raise Malformed("the document has no element")
    for kind, module in KINDS:
        if kind == root.local:
            inspect: Callable[[Event, XmlReader, ByteSource, Node, Bench], Iterator[Yield]] = fetch(module).inspect
            yield from inspect(root, reader, source, node, bench)


START, END, TEXT = "start", "end", "text"


class Event:
    """A start tag with its attributes, an end tag, or a piece of text (long text comes in several)."""

    __slots__ = ("attributes", "kind", "name", "offset", "text")

    def __init__(self, kind: str, name: str, attributes: dict[str, str], text: str, offset: int) -> None:
        self.kind = kind
        self.name = name
        self.attributes = attributes
        self.text = text
        self.offset = offset

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]


class Entity:
    """An entity as it is declared: its text, or the address it stands for."""

    __slots__ = ("address", "name", "offset", "text")

    def __init__(self, name: str, text: str, address: str, offset: int) -> None:
        self.name = name
        self.text = text
        self.address = address
        self.offset = offset


class XmlReader:
    """The events of one document in order; iterating raises Malformed and OverLimit.

    ``entities`` are those declared so far, all of them once the first element is there; ``doctype`` is the address of
    the document type's other part.
    """

    def __init__(self, source: ByteSource) -> None:
        from pyexpat import ParserCreate

        self.source = source
        self.entities: list[Entity] = []
        self.doctype = ""
        self._depth = 0
        self._events: list[Event] = []
        self._parser = parser = ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EndDoctypeDeclHandler = self._weigh
        self._iterator = self._run()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        return next(self._iterator)

    def declared(self, node: Node) -> Iterator[Yield]:
        """Tell what the document type declares: external entities, entities that unfold without measure."""
        from weighbridge.core.references import Reference, Target
        from weighbridge.core.when import When

        for entity in self.entities:
            if entity.address:
                remote = "://" in entity.address and not entity.address.lower().startswith("file:")
                yield Reference(
                    at=node.at(entity.offset),
                    relation="entity",
                    kind=Target.URL if remote else Target.PATH,
                    target=entity.address,
                    key=entity.name,
                    escapes=not remote,
                    when=When.LOAD,
                )
        if any(entity.name.startswith("%") and entity.text for entity in self.entities):
            yield node.gap(GapKind.UNSUPPORTED, "parameter entities are not unfolded", 0)
        largest, circular = unfolded({entity.name: entity.text for entity in self.entities})
        if circular:
            yield Inconsistency(at=node.at(0), what="entity", detail=f"the entity {circular[:80]} contains itself")
        if largest > EXPANSION:
            yield ResourceClaim(
                at=node.at(0), what="entity expansion", claimed=largest, limit=EXPANSION, unit="characters"
            )

    def _run(self) -> Iterator[Event]:
        from pyexpat import ExpatError

        offset, size = 0, self.source.size
        while True:
            piece = self.source.read_at(offset, _PIECE)
            offset += len(piece)
            last = offset >= size or not piece
            try:
                self._parser.Parse(piece, last)
            except ExpatError as error:
                yield from self._drained()
                at = max(0, self._parser.ErrorByteIndex)
                raise Malformed(f"this is no well-formed XML ({error})", offset=at) from None
            except OverLimit:
                yield from self._drained()
                raise
            except (LookupError, UnicodeError, ValueError):
                yield from self._drained()
                raise Malformed("the document has an encoding that is not read", offset=0) from None
            yield from self._drained()
            if last:
                return
            if offset - self._parser.CurrentByteIndex > TOKEN:
                raise OverLimit(f"a tag or comment of more than {TOKEN} bytes", offset=offset)

    def _drained(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        at = self._parser.CurrentByteIndex
        if self._depth > DEPTH:
            raise OverLimit(f"more than {DEPTH} elements within each other", offset=at)
        self._events.append(Event(START, name, attributes, "", at))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._events.append(Event(END, name, {}, "", self._parser.CurrentByteIndex))

    def _text(self, text: str) -> None:
        self._events.append(Event(TEXT, "", {}, text, self._parser.CurrentByteIndex))

    def _doctype(self, _name: str, system: str | None, _public: str | None, _internal: bool) -> None:
        self.doctype = system or ""

    def _entity(
        self,
        name: str,
        parameter: bool,
        text: str | None,
        _base: str | None,
        system: str,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        at = self._parser.CurrentByteIndex
        if len(self.entities) >= ENTITIES:
            raise OverLimit(f"more than {ENTITIES} entities", offset=at)
        self.entities.append(Entity(f"%{name}" if parameter else name, text or "", system or "", at))

    def _weigh(self) -> None:
        largest, _ = unfolded({entity.name: entity.text for entity in self.entities})
        if largest > EXPANSION:
            raise OverLimit("entities unfold without measure", offset=self._parser.CurrentByteIndex)


def unfolded(entities: dict[str, str]) -> tuple[int, str]:
    """Say how many characters the largest entity unfolds to (at most ``ENDLESS``), and name one that holds itself."""
    uses: dict[str, dict[str, int]] = {}
    for name, text in entities.items():
        counts = uses.setdefault(name, {})
        for part in text.split("&")[1:]:
            use = part.partition(";")[0]
            if use in entities:
                counts[use] = counts.get(use, 0) + 1
    sizes: dict[str, int] = {}
    circular = ""
    for first in entities:
        stack, waits = [first], {first}
        while stack:
            name = stack[-1]
            unknown = next((use for use in uses[name] if use not in sizes), None)
            if unknown is None:
                size = len(entities[name]) + sum(sizes[use] * count for use, count in uses[name].items())
                sizes[name] = min(size, ENDLESS)
                waits.discard(stack.pop())
            elif unknown in waits:
                circular = circular or unknown
                sizes[unknown] = ENDLESS
            else:
                stack.append(unknown)
                waits.add(unknown)
    return max(sizes.values(), default=0), circular
