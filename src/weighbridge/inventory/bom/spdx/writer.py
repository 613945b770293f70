"""Writes a graph as an SPDX 3.0.1 document: JSON-LD, one element for each component and relation.

Source: https://spdx.github.io/spdx-spec/v3.0.1/. What SPDX has no word for (the kind of a descent, origins, services)
stands in comments and in annotations of type ``other``, so that nothing is lost. Equal graphs and times give equal
bytes.
"""

from __future__ import annotations

import json
import uuid
from urllib.parse import quote

from weighbridge.inventory.bom.spdx.packages import MANDATORY, package
from weighbridge.inventory.document import claim as plain_claim
from weighbridge.inventory.document import dumps, origin
from weighbridge.inventory.graph import LINEAGE, Confidence, Field, Kind, License, RelationKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.bom.made import Made
    from weighbridge.inventory.graph import Component, Graph, Relation

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
STATED, ORIGINS, GAPS = "weighbridge:stated", "weighbridge:origins", "weighbridge:gaps"
"""What the statement of an annotation holds."""
NO_LICENSE = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
_RELATIONS = {
    RelationKind.CONTAINS: "contains", RelationKind.DEPENDS_ON: "dependsOn", RelationKind.TRAINED_ON: "trainedOn",
    RelationKind.EVALUATED_ON: "testedOn", RelationKind.USES: "dependsOn",
    **dict.fromkeys(LINEAGE, "descendantOf"),
}  # fmt: skip
_PROFILES = ("core", "software", "simpleLicensing")
"""Profiles that every document conforms to; to AI one does whose models have all that this profile makes mandatory.

No document conforms to Dataset, which wants to know when a data set was built.
"""


def write(graph: Graph, made: Made) -> str:
    """Write a document."""
    return _Writing(graph, made).text()


class _Writing:
    def __init__(self, graph: Graph, made: Made) -> None:
        self.graph = graph
        self.made = made
        self.base = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'weighbridge:spdx:{dumps(graph)}')}#"
        self.elements: list[dict[str, Any]] = []
        self.agents: dict[str, str] = {}
        self.licenses: dict[str, str] = {}

    def text(self) -> str:
        creator = self._element("SoftwareAgent", "creator", name=f"weighbridge {self.made.version}")
        tool = self._element("Tool", "tool", name=f"weighbridge {self.made.version}")
        for one in self.graph.components:
            self._component(one)
        for number, relation in enumerate(self.graph.relations):
            self._relation(f"relation-{number}", relation)
        self._link_floating()
        ids = [one["spdxId"] for one in self.elements]
        root = self._of(self.graph.root)
        profiles = [*_PROFILES, *(["ai"] if self._is_ai() else [])]
        sbom = self._element(
            "software_Sbom", "sbom", rootElement=[root], element=sorted(ids), software_sbomType=["analyzed"],
            profileConformance=profiles,
        )  # fmt: skip
        document = self._element(
            "SpdxDocument", "document", name=self.graph.component(self.graph.root).text(Field.NAME) or "model",
            rootElement=[sbom], element=sorted([*ids, sbom]), profileConformance=profiles,
        )  # fmt: skip
        if self.graph.gaps:
            self._annotate("gaps", document, GAPS, list(self.graph.gaps))
        creation = {
            "type": "CreationInfo", "@id": "_:creation", "specVersion": "3.0.1", "created": self.made.timestamp,
            "createdBy": [creator], "createdUsing": [tool],
        }  # fmt: skip
        whole = {"@context": CONTEXT, "@graph": [creation, *sorted(self.elements, key=lambda one: str(one["spdxId"]))]}
        return json.dumps(whole, indent=2, ensure_ascii=True) + "\n"

    def _id(self, name: str) -> str:
        return f"{self.base}{quote(name, safe='', errors='surrogatepass')}"

    def _of(self, component: str) -> str:
        return self._id(f"component-{component}")

    def _element(self, kind: str, key: str, /, **parts: Any) -> str:
        id_ = self._id(key)
        self.elements.append({"type": kind, "spdxId": id_, "creationInfo": "_:creation", **parts})
        return id_

    def _component(self, one: Component) -> None:
        written = package(one, self._agent)
        id_ = self._element(written.pop("type"), f"component-{one.id}", **written)
        stated = {str(part.field): [plain_claim(claim) for claim in part.claims] for part in one.stated}
        self._annotate(f"stated-{one.id}", id_, STATED, {"id": one.id, "kind": str(one.kind), "stated": stated})
        if one.kind is not Kind.FILE:
            self._license(one, id_, "hasDeclaredLicense", declared=True)
            self._license(one, id_, "hasConcludedLicense", declared=False)

    def _annotate(self, name: str, subject: str, what: str, content: Any) -> None:
        statement = json.dumps({what: content}, ensure_ascii=True, separators=(",", ":"))
        self._element(
            "Annotation", name, annotationType="other", subject=subject, contentType="application/json",
            statement=statement,
        )  # fmt: skip

    def _agent(self, name: str) -> str:
        if name not in self.agents:
            self.agents[name] = self._element("Organization", f"agent-{name}", name=name)
        return self.agents[name]

    def _license(self, one: Component, id_: str, kind: str, *, declared: bool) -> None:
        """The AI profile wants both: nobody has concluded anything where no text of a licence was recognised."""
        held = [
            claim.content
            for claim in one.claims(Field.LICENSE)
            if isinstance(claim.content, License)
            and (claim.origin.confidence is not Confidence.INFERRED) is declared
        ]  # fmt: skip
        to = [self._license_element(license_) for license_ in held[:1]] or [NO_LICENSE]
        self._element("Relationship", f"{kind}-{one.id}", **{"from": id_, "relationshipType": kind, "to": to})

    def _license_element(self, held: License) -> str:
        text = held.expression or held.name
        if text not in self.licenses:
            if held.expression:
                self.licenses[text] = self._element(
                    "simplelicensing_LicenseExpression", f"license-{text}", simplelicensing_licenseExpression=text
                )
            else:
                self.licenses[text] = self._element(
                    "simplelicensing_SimpleLicensingText", f"license-{text}", name=text,
                    simplelicensing_licenseText=f"Named so: {text}" + (f", see {held.url}" if held.url else ""),
                )  # fmt: skip
        return self.licenses[text]

    def _relation(self, name: str, relation: Relation) -> None:
        id_ = self._element(
            "Relationship", name, comment=str(relation.kind), completeness="noAssertion",
            **{
                "from": self._of(relation.source), "relationshipType": _RELATIONS[relation.kind],
                "to": [self._of(relation.target)],
            },
        )  # fmt: skip
        self._annotate(f"origins-{name}", id_, ORIGINS, [origin(each) for each in relation.origins])

    def _is_ai(self) -> bool:
        models = [one for one in self.elements if one["type"] == "ai_AIPackage"]
        return bool(models) and all(key in one for one in models for key in MANDATORY)

    def _link_floating(self) -> None:
        """What hangs on the root by a descent or a training only is linked once more: checkers look for no others."""
        held = {RelationKind.CONTAINS, RelationKind.DEPENDS_ON}
        reached = {relation.target for relation in self.graph.relations if relation.kind in held}
        reached.add(self.graph.root)
        for number, one in enumerate(self.graph.components):
            if one.id not in reached:
                self._element(
                    "Relationship", f"link-{number}", comment="so that every package is reached from the root",
                    **{
                        "from": self._of(self.graph.root), "relationshipType": "dependsOn", "to": [self._of(one.id)],
                    },
                )  # fmt: skip
