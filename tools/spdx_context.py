"""Make a JSON-LD context out of the model of SPDX 3.0.1 in Turtle: `python tools/spdx_context.py MODEL CONTEXT`.

Names are those of the serialisation (SPDX 3.0.1, annex on serialization formats): of Core as they are, of other
profiles behind the profile's name in lower case. Values with a closed list (`sh:in`) stand as their last part. Both
files are for the test that holds our documents against the shapes; it needs pyshacl beside them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import rdflib
from rdflib.namespace import OWL, RDF, SH, XSD

TERMS = "https://spdx.org/rdf/3.0.1/terms/"


def context(model: rdflib.Graph) -> dict[str, Any]:
    """Give the context of a model: classes, individuals, and properties with the type of their values."""
    made: dict[str, Any] = {"@version": 1.1, "type": "@type", "spdxId": "@id", "xsd": str(XSD)}
    for kind in (OWL.Class, OWL.NamedIndividual):
        named = (str(one) for one in model.subjects(RDF.type, kind))
        made |= {_short(one): one for one in named if one.startswith(TERMS) and one[len(TERMS) :].count("/") == 1}
    for part in model.objects(None, SH.property):
        path = str(model.value(part, SH.path))
        if path.startswith(TERMS):
            made[_short(path)] = {"@id": path} | _values(model, part)
    return made


def _values(model: rdflib.Graph, part: rdflib.term.Node) -> dict[str, Any]:
    literal, kind = model.value(part, SH.datatype), model.value(part, SH["class"])
    if literal is not None:
        return {"@type": str(literal)}
    if model.value(part, SH["in"]) is not None:
        return {"@type": "@vocab", "@context": {"@vocab": f"{kind}/"}}
    return {"@type": "@id" if kind is None else "@vocab"}


def _short(iri: str) -> str:
    profile, _, name = iri[len(TERMS) :].partition("/")
    return name if profile == "Core" else f"{profile.lower()}_{name}"


if __name__ == "__main__":
    source, target = sys.argv[1:]
    Path(target).write_text(json.dumps({"@context": context(rdflib.Graph().parse(source, format="turtle"))}, indent=1))
