"""VEX documents: read in both formats, held against an audit, and written so that they read back."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventory.advisories import lineages
from tests.inventory.advisories.lineages import BAD, DIGEST, advisory, alone, family
from tests.inventory.graphs import graphs
from weighbridge.core.errors import Malformed, UsageError
from weighbridge.core.finding import Severity
from weighbridge.core.values import replace
from weighbridge.inventory.advisories.exposure import Basis, Exposure, Standing
from weighbridge.inventory.advisories.models import model_exposures
from weighbridge.inventory.advisories.record import Advisory
from weighbridge.inventory.advisories.vex import cyclonedx, openvex
from weighbridge.inventory.advisories.vex.applying import applied, unused
from weighbridge.inventory.advisories.vex.reading import read
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.bom import links
from weighbridge.inventory.bom.made import Made
from weighbridge.inventory.graph import Field, Graph, Kind, RelationKind

MADE = Made(timestamp="2026-01-01T00:00:00Z", version="1")
CVE = "CVE-2025-1550"


def application() -> Graph:
    assembly = Assembly()
    root = assembly.component("application:.", Kind.APPLICATION)
    assembly.claim(root, Field.NAME, "shop", lineages.SEEN)
    for name, version in (("keras", "3.8.0"), ("torch", "2.5.1")):
        id_ = assembly.component(f"library:pypi:{name}@{version}", Kind.LIBRARY)
        assembly.claim(id_, Field.NAME, name, lineages.SEEN)
        assembly.claim(id_, Field.VERSION, version, lineages.SEEN)
        assembly.claim(id_, Field.PURL, f"pkg:pypi/{name}@{version}", lineages.SEEN)
        assembly.relate(root, RelationKind.DEPENDS_ON, id_, lineages.SEEN)
    return assembly.finish(root)


KERAS = "library:pypi:keras@3.8.0"


def exposed(component: str = KERAS, id_: str = "GHSA-48g7-3x6r-xfhp", alias: str = CVE) -> Exposure:
    known = Advisory(id=id_, aliases=(alias,), modified="2025-03-11T00:00:00Z", summary="Runs code", cwes=("CWE-94",))
    return Exposure(
        component=component, advisory=known, found=Standing.AFFECTED, basis=Basis.VERSION, severity=Severity.HIGH,
        path=(component,), fixed=("3.9.0",),
    )  # fmt: skip


def open_vex(*products: object, status: str = "not_affected", **more: object) -> dict[str, Any]:
    reason = {"justification": "vulnerable_code_not_present"} if status == "not_affected" else {}
    statement = {"vulnerability": {"name": CVE}, "products": list(products), "status": status, **reason, **more}
    return {
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://acme.invalid/1", "author": "Jo",
        "timestamp": "2026-02-01T00:00:00Z", "version": 1, "statements": [statement],
    }  # fmt: skip


def standing(document: dict[str, Any], *exposures: Exposure, graph: Graph | None = None) -> list[Standing]:
    held = graph or application()
    statements = read(document, "a.vex.json").statements
    return [one.standing for one in applied(exposures or (exposed(),), statements, held, links.of_graph(held))]


# -- which products are meant --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "product",
    [
        {"@id": "pkg:pypi/keras@3.8.0"}, {"@id": "pkg:pypi/keras"},
        {"@id": "x:y", "identifiers": {"purl": "pkg:pypi/keras"}},
        {"@id": KERAS}, {"@id": "application:."}, {"@id": links.link(links.of_graph(application()), KERAS)},
        {"@id": links.of_graph(application())}, "pkg:pypi/keras@3.8.0",
        {"@id": "application:.", "subcomponents": [{"@id": "pkg:pypi/keras"}]},
    ],
)  # fmt: skip
def test_a_product_is_found_by_what_it_is_known_by(product: object) -> None:
    assert standing(open_vex(product)) == [Standing.NOT_AFFECTED]


@pytest.mark.parametrize(
    "product",
    [
        {"@id": "pkg:pypi/keras@3.8.1"}, {"@id": "pkg:pypi/kera"}, {"@id": "pkg:pypi/keras-core"},
        {"@id": "pkg:npm/keras"},
        {"@id": "pkg:pypi/torch@2.5.1"}, {"@id": links.link("urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1", KERAS)},
        {"@id": "application:.", "subcomponents": [{"@id": "pkg:pypi/torch"}]},
        {"@id": "pkg:oci/other", "subcomponents": [{"@id": "pkg:pypi/keras"}]},
    ],
)  # fmt: skip
def test_another_product_is_not(product: object) -> None:
    document = open_vex(product)
    assert standing(document) == [Standing.AFFECTED]
    (words,) = unused((exposed(),), read(document, "a.vex.json").statements, application())
    assert words.startswith(f"a.vex.json: statement 1 on {CVE} is not used: ")


def test_a_file_is_found_by_its_digest() -> None:
    graph = alone("mirror/copy", BAD, **{"weights.bin": DIGEST})
    found = model_exposures(graph, [advisory()])
    document = open_vex({"@id": "x:y", "hashes": {"sha-256": DIGEST}})
    document["statements"][0]["vulnerability"]["name"] = "x_TEST-2026-0001"
    assert standing(document, *found, graph=graph) == [Standing.NOT_AFFECTED]
    document["statements"][0]["products"][0]["hashes"]["sha-256"] = "2" * 64
    assert standing(document, *found, graph=graph) == [Standing.AFFECTED]


def test_a_statement_on_the_base_does_not_speak_for_what_was_made_from_it() -> None:
    graph, ids = family(("lab/tuned", RelationKind.FINETUNED))
    found = model_exposures(graph, [advisory()])
    document = open_vex({"@id": f"pkg:huggingface/acme/tiny-bert@{BAD}"})
    document["statements"][0]["vulnerability"]["name"] = "x_TEST-2026-0001"
    held = read(document, "v").statements
    by_id = {one.component: one.standing for one in applied(found, held, graph)}
    assert by_id == {ids[0]: Standing.NOT_AFFECTED, ids[1]: Standing.POSSIBLY_AFFECTED}


def test_the_latest_statement_counts_and_what_was_found_stays() -> None:
    document = open_vex({"@id": KERAS}, {"@id": "pkg:pypi/keras"})
    later = dict(document["statements"][0], status="affected", timestamp="2026-03-01T00:00:00-01:00")
    almost = dict(document["statements"][0], status="fixed", timestamp="2026-03-01T00:30:00Z")
    earlier = dict(document["statements"][0], status="fixed", timestamp="2025-03-01T00:00:00Z")
    document["statements"] = [later, almost, document["statements"][0], earlier]
    (one,) = applied((exposed(),), read(document, "v").statements, application())
    assert one.statement is not None
    assert (one.standing, one.found, one.statement.author) == (Standing.AFFECTED, Standing.AFFECTED, "Jo")
    assert one.statement.at == "2026-03-01T00:00:00-01:00"


def test_an_alias_is_enough_and_another_vulnerability_is_not() -> None:
    assert standing(open_vex({"@id": KERAS}, vulnerability={"name": "x", "aliases": ["GHSA-48g7-3x6r-xfhp"]})) == [
        Standing.NOT_AFFECTED
    ]
    document = open_vex({"@id": KERAS}, vulnerability={"name": "CVE-2025-15501"})
    assert standing(document) == [Standing.AFFECTED]
    (words,) = unused((exposed(),), read(document, "v").statements, application())
    assert words.endswith("nothing here is exposed to CVE-2025-15501")


def cyclone_vex(**analysis: str) -> dict[str, Any]:
    """A document of another program, with components of its own under references that only it knows."""
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"supplier": {"name": "Acme"}},
        "components": [{"bom-ref": "r1", "name": "x", "components": [
            {"bom-ref": "r2", "name": "keras", "purl": "pkg:pypi/keras@3.8.0"},
        ]}],
        "vulnerabilities": [{
            "id": "SNYK-1", "references": [{"id": CVE}], "analysis": analysis, "affects": [{"ref": "r2"}],
        }],
    }  # fmt: skip


def test_cyclonedx_of_others_is_read_with_its_own_components() -> None:
    document = cyclone_vex(state="not_affected", justification="code_not_reachable", detail="never loaded")
    (one,) = applied((exposed(),), read(document, "v").statements, application())
    assert one.statement is not None
    assert (one.standing, one.statement.author) == (Standing.NOT_AFFECTED, "Acme")
    assert one.statement.justification == "vulnerable_code_not_in_execute_path"
    assert one.statement.note == "code not reachable; never loaded"
    del document["metadata"]
    assert read(document, "v").statements[0].says.author == "somebody who is not named"
    for state, expected in (("resolved", Standing.FIXED), ("in_triage", Standing.UNDER_INVESTIGATION),
                            ("exploitable", Standing.AFFECTED), ("false_positive", Standing.NOT_AFFECTED)):  # fmt: skip
        assert standing(cyclone_vex(state=state)) == [expected]
    for broken in ({}, {"state": "fine"}, {"state": "not_affected"}, {"state": "not_affected", "justification": "x"}):
        assert read(cyclone_vex(**broken), "v").statements == ()
        assert len(read(cyclone_vex(**broken), "v").troubles) == 1


# -- what cannot be used -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "nope"}, "its status is 'nope'"), ({"status": None}, "it has no status"),
        ({"justification": "because"}, "is none of OpenVEX"), ({"justification": ""}, "gives no reason"),
        ({"products": []}, "names no product"), ({"vulnerability": {}}, "names no vulnerability"),
        ({"vulnerability": 7}, "names no vulnerability"), ({"products": 7}, "names no product"),
    ],
)  # fmt: skip
def test_a_statement_that_cannot_be_used_is_counted_and_named(change: dict[str, Any], words: str) -> None:
    document = open_vex({"@id": KERAS})
    document["statements"] = [document["statements"][0] | change, document["statements"][0], "x"]
    found = read(document, "v.json")
    assert len(found.statements) == 1
    assert len(found.troubles) == 2
    assert found.troubles[0].startswith("v.json: statement 1 is not used: ")
    assert words in found.troubles[0]
    assert found.troubles[1].endswith("it is no object")


@pytest.mark.parametrize("document", [{}, {"bomFormat": "CycloneDX"}, {"@context": "https://spdx.org"}])
def test_another_document_is_malformed(document: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read(document, "v")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([CVE, KERAS, "not_affected"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["@id", "name", "status", "products", "vulnerability", "analysis", "state", "affects", "ref",
                         "id", "hashes", "identifiers", "subcomponents", "components", "bom-ref", "metadata"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(values, max_size=3), values, st.booleans())
def test_any_json_gives_statements_or_troubles(listed: list[Any], metadata: Any, is_open: bool) -> None:
    document = {"@context": "openvex", "statements": listed} if is_open else {
        "bomFormat": "CycloneDX", "vulnerabilities": listed, "metadata": metadata, "components": listed,
    }  # fmt: skip
    found = read(document, "v")
    assert len(found.statements) + len(found.troubles) == max(1, len(listed))
    applied((exposed(),), found.statements, application())
    unused((exposed(),), found.statements, application())


# -- written -------------------------------------------------------------------------------------------------------


def overridden() -> tuple[Exposure, ...]:
    document = open_vex(
        {"@id": "pkg:pypi/torch"}, vulnerability={"name": "CVE-2025-32434"}, status_notes="never called"
    )
    torch = replace(exposed("library:pypi:torch@2.5.1", "GHSA-53q9-r3pm-6pq6", "CVE-2025-32434"), fixed=())
    return applied((exposed(), torch), read(document, "v").statements, application())


def test_cyclonedx_is_valid_alone_and_links_into_the_bill() -> None:
    graph = application()
    text = cyclonedx.write(overridden(), graph, MADE, links.of_graph(graph))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    document = json.loads(text)
    assert "components" not in document
    refs = [each["ref"] for one in document["vulnerabilities"] for each in one["affects"]]
    assert all(ref.startswith(links.of_graph(graph) + "#") for ref in refs)
    assert [one["analysis"]["state"] for one in document["vulnerabilities"]] == ["exploitable", "not_affected"]
    assert text == cyclonedx.write(overridden(), graph, MADE, links.of_graph(graph))


def test_openvex_has_what_its_schema_asks_for() -> None:
    document = json.loads(openvex.write(overridden(), application(), MADE, links.of_graph(application())))
    assert document.keys() == {"@context", "@id", "author", "timestamp", "version", "tooling", "statements"}
    for one in document["statements"]:
        assert one.keys() <= {"vulnerability", "products", "status", "justification", "impact_statement",
                              "action_statement", "status_notes"}  # fmt: skip
        assert (one["status"] == "affected") == ("action_statement" in one)
        assert (one["status"] == "not_affected") == (("justification" in one) != ("impact_statement" in one))
        for product in one["products"]:
            assert re.match(r"[a-z]+:\S+$", product["@id"])
            assert product.keys() <= {"@id", "identifiers", "hashes"}
    with pytest.raises(UsageError, match="no document without statements"):
        openvex.write((), application(), MADE, "")


@pytest.mark.parametrize("form", [cyclonedx, openvex])
def test_what_was_written_reads_back(form: Any) -> None:
    graph, found = application(), overridden()
    document = json.loads(form.write(found, graph, MADE, links.of_graph(graph)))
    reading = read(document, "v")
    assert reading.troubles == ()
    bare = tuple(replace(one, statement=None) for one in found)
    again = applied(bare, reading.statements, graph, links.of_graph(graph))
    assert [one.standing for one in again] == [one.standing for one in found]
    assert all(one.statement is not None for one in again)


@settings(deadline=None, max_examples=60)
@given(graphs(), st.sampled_from(tuple(Standing)), st.sampled_from(tuple(Basis)), st.text(max_size=8))
def test_any_graph_is_written_validly(graph: Graph, found: Standing, basis: Basis, text: str) -> None:
    known = Advisory(id=text or "x", modified=text, published=text, aliases=(text,), summary=text, cwes=(text, "CWE-1"))
    made = tuple(
        Exposure(component=one.id, advisory=known, found=found, basis=basis, severity=Severity.LOW, path=(one.id,))
        for one in graph.components
    )  # fmt: skip
    written = cyclonedx.write(made, graph, MADE, links.of_graph(graph))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    json.loads(openvex.write(made, graph, MADE, links.of_graph(graph)))
