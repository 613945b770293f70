"""Reads anybody's SPDX 3.0 document (JSON-LD) into a graph.

A document of this program comes back as the graph that it was written from. Of others everything is taken that the
graph has a word for, as declared by the document. References to nothing are gaps. Contexts are not followed: the
compact names of the specification are read.
"""

from __future__ import annotations

import json

from weighbridge.core.errors import Malformed
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.bom.spdx.writer import GAPS, ORIGINS, STATED
from weighbridge.inventory.document import MOST, parsed, read_claim, read_origin
from weighbridge.inventory.graph import Confidence, Field, Kind, License, Method, Metric, Origin, RelationKind
from weighbridge.inventory.licenses import is_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from weighbridge.inventory.graph import Graph

_KINDS = {
    "ai_AIPackage": Kind.MODEL, "dataset_DatasetPackage": Kind.DATASET, "software_File": Kind.FILE,
    "software_Package": Kind.LIBRARY, "software_Snippet": Kind.FILE,
}  # fmt: skip
_PURPOSES = {
    "application": Kind.APPLICATION, "framework": Kind.FRAMEWORK, "library": Kind.LIBRARY, "device": Kind.HARDWARE,
    "model": Kind.MODEL, "data": Kind.DATASET,
}  # fmt: skip
_RELATIONS = {
    "contains": RelationKind.CONTAINS, "dependsOn": RelationKind.DEPENDS_ON, "trainedOn": RelationKind.TRAINED_ON,
    "testedOn": RelationKind.EVALUATED_ON, "descendantOf": RelationKind.DERIVED, "usesTool": RelationKind.USES,
    "hasDataFile": RelationKind.CONTAINS, "hasDistributionArtifact": RelationKind.CONTAINS,
}  # fmt: skip
_LICENSES = frozenset({"hasDeclaredLicense", "hasConcludedLicense"})
_TEXTS = {
    "name": Field.NAME, "software_packageVersion": Field.VERSION, "software_packageUrl": Field.PURL,
    "description": Field.DESCRIPTION, "software_downloadLocation": Field.URL, "software_homePage": Field.URL,
    "releaseTime": Field.RELEASED, "ai_limitation": Field.LIMITATION, "ai_typeOfModel": Field.ARCHITECTURE,
    "ai_domain": Field.TASK, "ai_informationAboutApplication": Field.INTENDED_USE,
    "ai_informationAboutTraining": Field.TRAINING, "dataset_datasetType": Field.DATASET_TYPE,
}  # fmt: skip
_MANY = frozenset({Field.ARCHITECTURE, Field.DATASET_TYPE})
"""Fields of one value in the graph for which SPDX lists several: they are joined."""
_HASHES = {"sha256": Field.SHA256, "sha512": Field.SHA512}


def is_spdx(document: dict[str, Any]) -> bool:
    """Tell whether a JSON document is one of SPDX 3."""
    context = document.get("@context")
    contexts = context if isinstance(context, list) else [context]
    return any(isinstance(one, str) and "spdx.org/rdf/3." in one for one in contexts)


def read(text: bytes) -> Graph:
    """Read a document; raises Malformed for what is no SPDX 3."""
    return graph_of(parsed(text))


def graph_of(found: dict[str, Any]) -> Graph:
    """Read a document that was ``parsed``; raises Malformed for what is no SPDX 3."""
    if not is_spdx(found):
        raise Malformed("it is no SPDX 3 document")
    return _Reading(found).graph()


class _Reading:
    def __init__(self, document: dict[str, Any]) -> None:
        listed = document.get("@graph")
        elements = [one for one in (listed if isinstance(listed, list) else [document]) if isinstance(one, dict)]
        self.elements: dict[str, dict[str, Any]] = {}
        self.assembly = Assembly()
        for one in elements:
            id_ = _text(one.get("spdxId") or one.get("@id"))
            if id_ in self.elements:
                self.assembly.gap(f"two elements have the id {id_[:200]!r}")
            self.elements.setdefault(id_, one)
        self.author = next((_text(one.get("name")) for one in self._of("Tool", "SoftwareAgent")), "") or "a document"
        self.annotated: dict[str, dict[str, Any]] = {}
        """Statements of annotations of this program, by the element that they are about."""
        for one in self._of("Annotation"):
            held = _statement(_text(one.get("statement")))
            if held:
                self.annotated[_text(one.get("subject"))] = held
        self.names: dict[str, str] = {}
        """Ids of components by those of elements."""

    def graph(self) -> Graph:
        found = [(id_, one) for id_, one in self.elements.items() if _text(one.get("type")) in _KINDS]
        if len(found) > MOST:
            raise Malformed(f"it has more than {MOST} components")
        for id_, one in found:
            self._component(id_, one)
        for id_, one in self.elements.items():
            if _text(one.get("type")) in {"Relationship", "LifecycleScopedRelationship"}:
                self._relation(id_, one)
        for held in self.annotated.values():
            for words in _list(held.get(GAPS)):
                self.assembly.gap(_text(words))
        return self.assembly.finish(self._root())

    def _of(self, *types: str) -> Iterator[dict[str, Any]]:
        return (one for one in self.elements.values() if _text(one.get("type")) in types)

    def _root(self) -> str:
        for one in (*self._of("software_Sbom"), *self._of("SpdxDocument")):
            for ref in map(_text, _list(one.get("rootElement"))):
                if ref in self.names:
                    return self.names[ref]
        root = self.assembly.component("application:.", Kind.APPLICATION)
        for name in self.names.values():
            self.assembly.relate(root, RelationKind.DEPENDS_ON, name, self._origin(""))
        return root

    def _component(self, id_: str, one: dict[str, Any]) -> None:
        held = self.annotated.get(id_, {}).get(STATED)
        if isinstance(held, dict):
            name = self.assembly.component(_text(held.get("id")), _member(Kind, held.get("kind")))
            stated = held.get("stated")
            for field, claims in (stated if isinstance(stated, dict) else {}).items():
                self.assembly.ask(name, _member(Field, field))
                for claim in map(read_claim, _list(claims)):
                    self.assembly.claim(name, _member(Field, field), claim.content, claim.origin, claim.note)
        else:
            kind = _KINDS[_text(one.get("type"))]
            if kind is Kind.LIBRARY:
                kind = _PURPOSES.get(_text(one.get("software_primaryPurpose")), kind)
            name = self.assembly.component(id_, kind)
            self._native(name, id_, one)
        self.names[id_] = name

    def _native(self, name: str, id_: str, one: dict[str, Any]) -> None:
        for key, field in _TEXTS.items():
            texts = [text for text in map(_text, _list(one.get(key))) if text]
            for text in [", ".join(texts)] if field in _MANY and texts else texts:
                self.assembly.claim(name, field, text, self._origin(f"{id_} {key}"))
        for key, field in (("suppliedBy", Field.SUPPLIER), ("originatedBy", Field.AUTHOR)):
            for ref in map(_text, _list(one.get(key))):
                if text := _text(self.elements.get(ref, {}).get("name")):
                    self.assembly.claim(name, field, text, self._origin(f"{id_} {key}"))
        for held in _list(one.get("verifiedUsing")):
            digest = held if isinstance(held, dict) else {}
            field_of = _HASHES.get(_text(digest.get("algorithm")))
            if field_of is not None and (text := _text(digest.get("hashValue")).lower()):
                self.assembly.claim(name, field_of, text, self._origin(f"{id_} verifiedUsing"))
        for held in _list(one.get("ai_metric")):
            entry = held if isinstance(held, dict) else {}
            metric = Metric(type=_text(entry.get("key")), value=_text(entry.get("value")))
            self.assembly.claim(name, Field.METRIC, metric, self._origin(f"{id_} ai_metric"))
        for held in _list(one.get("ai_hyperparameter")):
            entry = held if isinstance(held, dict) else {}
            text = f"{_text(entry.get('key'))}={_text(entry.get('value'))}"
            self.assembly.claim(name, Field.HYPERPARAMETER, text, self._origin(f"{id_} ai_hyperparameter"))

    def _relation(self, id_: str, one: dict[str, Any]) -> None:
        source, word = _text(one.get("from")), _text(one.get("relationshipType"))
        targets = list(map(_text, _list(one.get("to"))))
        held = self.annotated.get(id_, {}).get(ORIGINS)
        if source not in self.names:
            if word in _RELATIONS or word in _LICENSES:
                self.assembly.gap(f"a relationship leads from nothing: {source[:200]!r} {word}")
            return
        if STATED in self.annotated.get(source, {}) and held is None:
            return  # of this program's own components everything is stated already
        for target in targets:
            if word in _LICENSES:
                self._license(self.names[source], target)
            elif target in self.names and word in _RELATIONS:
                kind = _member(RelationKind, one.get("comment")) if held is not None else _RELATIONS[word]
                origins = tuple(map(read_origin, _list(held))) if held is not None else (self._origin(id_),)
                self.assembly.relate(self.names[source], kind, self.names[target], *origins)
            elif word in _RELATIONS:
                self.assembly.gap(f"a relationship leads to nothing: {source[:200]!r} {word} {target[:200]!r}")

    def _license(self, name: str, target: str) -> None:
        one = self.elements.get(target, {})
        expression = _text(one.get("simplelicensing_licenseExpression"))
        other = "" if is_expression(expression) else expression or _text(one.get("name"))
        if expression or other:
            held = License(expression="" if other else expression, name=other)
            self.assembly.claim(name, Field.LICENSE, held, self._origin(target))

    def _origin(self, at: str) -> Origin:
        return Origin(method=Method.MANIFEST, confidence=Confidence.DECLARED, pointer=at, author=self.author)


def _statement(text: str) -> dict[str, Any]:
    """Give what an annotation of this program states; nothing for the annotations of others."""
    if not text.startswith('{"weighbridge:'):
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("an annotation holds no JSON") from None
    return found if isinstance(found, dict) else {}


def _member(kind: Any, found: Any) -> Any:
    try:
        return kind(_text(found))
    except ValueError:
        raise Malformed(f"{_text(found)[:40]!r} is no {kind.__name__}") from None


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [] if found is None else [found]


def _text(found: Any) -> str:
    return found if isinstance(found, str) else ""
