"""Reads anybody's CycloneDX document (JSON, 1.4 to 1.7) into a graph.

A document of this program comes back as the graph that it was written from. Of others everything is taken that the
graph has a word for, as declared by the document; nothing is added. References to nothing are gaps.
"""

from __future__ import annotations

import json

from weighbridge.core.errors import Malformed
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.bom.cyclonedx.components import CLAIM, KIND, UNKNOWN
from weighbridge.inventory.bom.cyclonedx.pedigree import Descent
from weighbridge.inventory.bom.cyclonedx.writer import GAP, RELATION
from weighbridge.inventory.document import MOST, parsed, read_claim, read_origin
from weighbridge.inventory.graph import Confidence, Field, Kind, License, Method, Metric, Origin, RelationKind
from weighbridge.inventory.licenses import is_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.graph import Graph

_KINDS = {
    "machine-learning-model": Kind.MODEL, "data": Kind.DATASET, "file": Kind.FILE, "library": Kind.LIBRARY,
    "framework": Kind.FRAMEWORK, "application": Kind.APPLICATION, "device": Kind.HARDWARE,
    "container": Kind.APPLICATION, "operating-system": Kind.FRAMEWORK, "firmware": Kind.FRAMEWORK,
    "platform": Kind.FRAMEWORK, "device-driver": Kind.FRAMEWORK, "cryptographic-asset": Kind.FILE,
}  # fmt: skip
_HASHES = {"SHA-256": Field.SHA256, "SHA-512": Field.SHA512}
_DEEPEST = 64
"""Components within components."""


def read(text: bytes) -> Graph:
    """Read a document; raises Malformed for what is no CycloneDX."""
    return graph_of(parsed(text))


def graph_of(found: dict[str, Any]) -> Graph:
    """Read a document that was ``parsed``; raises Malformed for what is no CycloneDX."""
    if found.get("bomFormat") != "CycloneDX":
        raise Malformed("it is no CycloneDX document")
    return _Reading(found).graph()


class _Reading:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.assembly = Assembly()
        self.author = _author(document)
        self.left = MOST
        self.anonymous = 0
        self.descent = Descent(self.assembly, self._component, self._origin)

    def graph(self) -> Graph:
        metadata = _table(self.document.get("metadata"))
        subject = _table(metadata.get("component"))
        root = self._component(subject, "/metadata/component", _DEEPEST) if subject else ""
        tops = [
            self._component(_table(one), f"/components/{at}", _DEEPEST)
            for at, one in enumerate(_list(self.document.get("components")))
        ]
        for at, one in enumerate(_list(self.document.get("services"))):
            self._service(_table(one), f"/services/{at}")
        if not root:
            root = self.assembly.component("application:.", Kind.APPLICATION)
            for top in tops:
                self.assembly.relate(root, RelationKind.DEPENDS_ON, top, self._origin("/components"))
        own = self._own_properties()
        if not own:
            self._dependencies()
            self.descent.join()
        return self.assembly.finish(root)

    # -- components ------------------------------------------------------------------------------------------------

    def _component(self, one: dict[str, Any], at: str, depth: int) -> str:
        self.left -= 1
        if self.left < 0 or depth == 0:
            raise Malformed(f"it has more than {MOST} components, or they lie deeper than {_DEEPEST}")
        held = _properties(one)
        kind = _kind(one, held)
        id_ = self._id(one, kind)
        self.assembly.component(id_, kind)
        if KIND in held:
            self._claims(id_, held)
        else:
            self._native(id_, one, at)
        self.descent.note(id_, kind, one, at, depth)
        for number, inner in enumerate(_list(one.get("components"))):
            target = self._component(_table(inner), f"{at}/components/{number}", depth - 1)
            if KIND not in held:
                self.assembly.relate(id_, RelationKind.CONTAINS, target, self._origin(at))
        return id_

    def _id(self, one: dict[str, Any], kind: Kind) -> str:
        given = _text(one.get("bom-ref"))
        if given and given not in self.assembly:
            return given
        self.anonymous += 1
        if given:
            self.assembly.gap(f"the reference {given[:200]!r} is given to two components")
        return f"{kind}:#{self.anonymous}"

    def _claims(self, id_: str, held: dict[str, list[str]]) -> None:
        """Take back what this program has written, every claim with its origin."""
        for name, texts in held.items():
            if name == UNKNOWN:
                self.assembly.ask(id_, *map(_field, texts))
            elif name.startswith(CLAIM):
                for text in texts:
                    claim = read_claim(_json(text))
                    field = _field(name.removeprefix(CLAIM))
                    self.assembly.claim(id_, field, claim.content, claim.origin, claim.note)

    def _native(self, id_: str, one: dict[str, Any], at: str) -> None:
        """Take what another program has written, as far as the graph has words for it."""
        say = self._say
        for key, field in (
            ("name", Field.NAME), ("version", Field.VERSION), ("purl", Field.PURL), ("description", Field.DESCRIPTION),
        ):  # fmt: skip
            say(id_, field, _text(one.get(key)), f"{at}/{key}")
        for key, field in (
            ("supplier", Field.SUPPLIER),
            ("manufacturer", Field.SUPPLIER),
            ("publisher", Field.SUPPLIER),
        ):
            held = one.get(key)
            say(id_, field, _text(held.get("name") if isinstance(held, dict) else held), f"{at}/{key}")
        for number, author in enumerate(_list(one.get("authors"))):
            say(id_, Field.AUTHOR, _text(_table(author).get("name")), f"{at}/authors/{number}")
        for number, tag in enumerate(_list(one.get("tags"))):
            say(id_, Field.TAG, _text(tag), f"{at}/tags/{number}")
        for number, held in enumerate(map(_table, _list(one.get("hashes")))):
            field_of = _HASHES.get(_text(held.get("alg")))
            if field_of is not None:
                say(id_, field_of, _text(held.get("content")).lower(), f"{at}/hashes/{number}")
        for number, held in enumerate(map(_table, _list(one.get("licenses")))):
            self._license(id_, held, f"{at}/licenses/{number}")
        for number, held in enumerate(map(_table, _list(one.get("externalReferences")))):
            say(id_, Field.URL, _text(held.get("url")), f"{at}/externalReferences/{number}")
        self._card(id_, _table(one.get("modelCard")), f"{at}/modelCard")

    def _license(self, id_: str, held: dict[str, Any], at: str) -> None:
        inner = _table(held.get("license"))
        expression = _text(held.get("expression")) or _text(inner.get("id"))
        name, url = _text(inner.get("name")), _text(inner.get("url"))
        if expression and not is_expression(expression):
            name, expression = name or expression, ""
        if expression or name:
            self.assembly.claim(
                id_, Field.LICENSE, License(expression=expression, name=name, url=url), self._origin(at)
            )

    def _card(self, id_: str, card: dict[str, Any], at: str) -> None:
        parameters = _table(card.get("modelParameters"))
        for key, field in (
            ("task", Field.TASK), ("architectureFamily", Field.FAMILY), ("modelArchitecture", Field.ARCHITECTURE),
        ):  # fmt: skip
            self._say(id_, field, _text(parameters.get(key)), f"{at}/modelParameters/{key}")
        for key, field in (("inputs", Field.INPUT), ("outputs", Field.OUTPUT)):
            for number, held in enumerate(map(_table, _list(parameters.get(key)))):
                self._say(id_, field, _text(held.get("format")), f"{at}/modelParameters/{key}/{number}")
        metrics = _list(_table(card.get("quantitativeAnalysis")).get("performanceMetrics"))
        for number, held in enumerate(map(_table, metrics)):
            metric = Metric(
                type=_text(held.get("type")), value=_text(held.get("value")), slice_=_text(held.get("slice"))
            )
            place = f"{at}/quantitativeAnalysis/performanceMetrics/{number}"
            self.assembly.claim(id_, Field.METRIC, metric, self._origin(place))
        considerations = _table(card.get("considerations"))
        for key, field in (
            ("users", Field.USER), ("useCases", Field.INTENDED_USE), ("technicalLimitations", Field.LIMITATION),
            ("performanceTradeoffs", Field.TRADEOFF),
        ):  # fmt: skip
            for number, text in enumerate(_list(considerations.get(key))):
                self._say(id_, field, _text(text), f"{at}/considerations/{key}/{number}")
        for number, held in enumerate(map(_table, _list(considerations.get("ethicalConsiderations")))):
            place = f"{at}/considerations/ethicalConsiderations/{number}"
            self._say(id_, Field.RISK, _text(held.get("name")), place)

    def _service(self, one: dict[str, Any], at: str) -> None:
        held = _properties(one)
        id_ = self._id(one, Kind.SERVICE)
        self.assembly.component(id_, Kind.SERVICE)
        if KIND in held:
            self._claims(id_, held)
            return
        self._say(id_, Field.NAME, _text(one.get("name")), f"{at}/name")
        self._say(id_, Field.VERSION, _text(one.get("version")), f"{at}/version")
        self._say(id_, Field.PROVIDER, _text(_table(one.get("provider")).get("name")), f"{at}/provider")
        for number, text in enumerate(_list(one.get("endpoints"))):
            self._say(id_, Field.ENDPOINT, _text(text), f"{at}/endpoints/{number}")

    # -- relations -------------------------------------------------------------------------------------------------

    def _own_properties(self) -> bool:
        """Take back the relations that this program has written; False where it has not written the document."""
        held = _properties(self.document)
        for text in held.get(GAP, ()):
            self.assembly.gap(text)
        for text in held.get(RELATION, ()):
            one = _table(_json(text))
            ends = [_text(one.get("source")), _text(one.get("target"))]
            try:
                kind = RelationKind(_text(one.get("kind")))
            except ValueError:
                raise Malformed("a relation of an unknown kind") from None
            if not all(end in self.assembly for end in ends):
                self.assembly.gap(f"a relation leads to nothing: {ends[0][:200]!r} {kind} {ends[1][:200]!r}")
                continue
            self.assembly.relate(ends[0], kind, ends[1], *map(read_origin, _list(one.get("origins"))))
        return RELATION in held

    def _dependencies(self) -> None:
        for number, held in enumerate(map(_table, _list(self.document.get("dependencies")))):
            source = _text(held.get("ref"))
            for target in map(_text, _list(held.get("dependsOn"))):
                if source in self.assembly and target in self.assembly:
                    self.assembly.relate(
                        source, RelationKind.DEPENDS_ON, target, self._origin(f"/dependencies/{number}")
                    )
                else:
                    self.assembly.gap(f"a dependency leads to nothing: {source[:200]!r} on {target[:200]!r}")

    def _say(self, id_: str, field: Field, text: str, at: str) -> None:
        if text:
            self.assembly.claim(id_, field, text, self._origin(at))

    def _origin(self, at: str) -> Origin:
        return Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, pointer=at, author=self.author)


def _author(document: dict[str, Any]) -> str:
    """Name the program that has written a document."""
    tools = _table(document.get("metadata")).get("tools")
    listed = _list(_table(tools).get("components")) if isinstance(tools, dict) else _list(tools)
    named = _table(listed[0]) if listed else {}
    return " ".join(filter(None, (_text(named.get("name")), _text(named.get("version")))))[:200] or "a document"


def _kind(one: dict[str, Any], held: dict[str, list[str]]) -> Kind:
    try:
        return Kind(held[KIND][0]) if KIND in held else _KINDS.get(_text(one.get("type")), Kind.LIBRARY)
    except ValueError:
        raise Malformed("a component of an unknown kind") from None


def _properties(one: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for held in map(_table, _list(one.get("properties"))):
        found.setdefault(_text(held.get("name")), []).append(_text(held.get("value")))
    return found


def _field(text: str) -> Field:
    try:
        return Field(text)
    except ValueError:
        raise Malformed(f"{text[:40]!r} is no field") from None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("a property holds no JSON") from None


def _table(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _text(found: Any) -> str:
    return found if isinstance(found, str) else str(found) if isinstance(found, int | float) else ""
