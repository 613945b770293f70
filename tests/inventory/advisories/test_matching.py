from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inventory import graphs
from tests.inventory.advisories import builders as b
from weighbridge.core.finding import Severity
from weighbridge.core.values import replace
from weighbridge.inventory.advisories.audit import audited
from weighbridge.inventory.advisories.exposure import Basis, Exposure, Standing
from weighbridge.inventory.advisories.matching import UNRATED, software_exposures
from weighbridge.inventory.advisories.outline import LONGEST_TITLE, title
from weighbridge.inventory.advisories.record import Advisory
from weighbridge.inventory.advisories.store import Store
from weighbridge.inventory.graph import Component, Graph, Kind

SEED_ALONE = Store(None)
AFFECTED, INVESTIGATED = Standing.AFFECTED, Standing.UNDER_INVESTIGATION


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "advisories.sqlite"


def found(place: Path, component: Component, *records: dict[str, Any]) -> list[Exposure]:
    store = b.store(place, *records)
    exposures = list(software_exposures(b.graph(component), store))
    store.close()
    return exposures


def standings(place: Path, component: Component, *records: dict[str, Any]) -> list[Standing]:
    return [one.standing for one in found(place, component, *records)]


@pytest.mark.parametrize(("version", "expected"), [
    ("1.9", [AFFECTED]), ("2.0rc1", [AFFECTED]), ("2.0", []), ("1.9+cu124", [AFFECTED]), ("2.0+cu124", []),
    ("2019-09-12", [INVESTIGATED]), ("\ud800", [INVESTIGATED]), ("1" * 400, [INVESTIGATED]),
])  # fmt: skip
def test_a_version_is_affected_or_not(place: Path, version: str, expected: list[Standing]) -> None:
    assert standings(place, b.library("anchor", version), b.record()) == expected


def test_an_exposure_says_all_that_an_audit_needs(place: Path) -> None:
    record = b.record("GHSA-1", "Anchor", {"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3"}, {"fixed": "3.1"},
                      aliases=["CVE-2026-5"], database_specific={"severity": "HIGH"})  # fmt: skip
    (one,) = found(place, b.library("anchor", "1.0"), record)
    assert (one.component, one.path) == ("library:pypi:anchor", ("library:pypi:anchor",))
    assert (one.advisory.id, one.advisory.aliases, one.advisory.source) == ("GHSA-1", ("CVE-2026-5",), "feed")
    assert (one.found, one.basis, one.severity) == (AFFECTED, Basis.VERSION, Severity.HIGH)
    assert (one.fixed, one.note) == (("2.0", "3.1"), "")


def test_what_nobody_has_rated_is_taken_for_medium_and_said_so(place: Path) -> None:
    (one,) = found(place, b.library("anchor", "1.0"), b.record())
    assert (one.severity, one.note) == (Severity.MEDIUM, UNRATED)


def test_a_build_of_the_last_affected_version_is_affected(place: Path) -> None:
    """By PEP 440 2.5.1+cu124 is later than 2.5.1; what is wrong with it is the same."""
    record = b.record("CVE-2026-1", "anchor", {"introduced": "0"}, {"last_affected": "2.5.1"})
    assert standings(place, b.library("anchor", "2.5.1+cu124"), record) == [AFFECTED]


def test_a_withdrawn_record_reaches_nothing(place: Path) -> None:
    withdrawn = b.record(withdrawn="2026-02-01T00:00:00Z")
    assert standings(place, b.library("anchor", "1.0"), withdrawn) == []
    assert standings(place, b.library("anchor"), withdrawn) == []


def test_another_package_and_another_ecosystem_are_not_reached(place: Path) -> None:
    assert standings(place, b.library("anchors", "1.0"), b.record()) == []
    assert standings(place, b.library("anchor", "1.0", type_="npm"), b.record()) == []
    assert standings(place, b.library("anchor", "1.0", type_="generic"), b.record()) == []


def test_one_vulnerability_of_several_records_is_told_once_with_all_its_names(place: Path) -> None:
    records = (
        b.record("PYSEC-2026-1", aliases=["CVE-2026-5"], versions=["1.0"]),
        b.record("GHSA-1", aliases=["CVE-2026-5", "GHSA-2"], database_specific={"severity": "LOW"}),
        b.record("GHSA-2"),
        b.record("CVE-2026-6"),
    )
    told = found(place, b.library("anchor", "1.0"), *records)
    assert [(one.advisory.id, one.advisory.aliases) for one in told] == [
        ("CVE-2026-6", ()), ("GHSA-1", ("CVE-2026-5", "GHSA-2", "PYSEC-2026-1")),
    ]  # fmt: skip
    assert told[1].fixed == ("2.0",)
    assert told[1].severity is Severity.LOW


def test_aliases_in_a_circle_end(place: Path) -> None:
    circle = [b.record(f"CVE-2026-{n}", aliases=[f"CVE-2026-{(n + 1) % 5}"]) for n in range(5)]
    (one,) = found(place, b.library("anchor", "1.0"), *circle)
    assert len(one.advisory.aliases) == 4


def test_a_record_that_is_sure_speaks_before_one_that_is_not(place: Path) -> None:
    unsure = b.record("CVE-2026-1", database_specific={"unconfirmed": "nobody has looked", "severity": "HIGH"})
    sure = b.record("GHSA-1", aliases=["CVE-2026-1"])
    (one,) = found(place, b.library("anchor", "1.0"), unsure, sure)
    assert (one.standing, one.advisory.id) == (AFFECTED, "GHSA-1")


def test_a_range_that_is_not_confirmed_is_no_certainty(place: Path) -> None:
    record = b.record(database_specific={"unconfirmed": "nobody has looked"})
    (one,) = found(place, b.library("anchor", "1.0"), record)
    assert one.standing is INVESTIGATED
    assert "nobody has looked" in one.note
    assert standings(place, b.library("anchor", "2.0"), record) == []


@pytest.mark.parametrize("events", [
    ({"fixed": "2.0"},), ({"introduced": "3"}, {"fixed": "2"}), ({"introduced": "2019-09-12"},),
    ({"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "1.0"}, {"fixed": "2"}),
])  # fmt: skip
def test_a_range_that_contradicts_itself_is_not_silent(place: Path, events: tuple[dict[str, str], ...]) -> None:
    (one,) = found(place, b.library("anchor", "1.0"), b.record("CVE-2026-1", "anchor", *events))
    assert one.standing is INVESTIGATED
    assert "cannot be evaluated" in one.note


def test_a_version_without_a_place_is_affected_where_all_are_or_it_is_named(place: Path) -> None:
    every = b.record("CVE-2026-1", "anchor", {"introduced": "0"})
    assert standings(place, b.library("anchor", "very-old"), every) == [AFFECTED]
    named = b.record("CVE-2026-1", "anchor", {"introduced": "1"}, versions=["very-old"])
    assert standings(place, b.library("anchor", "very-old"), named) == [AFFECTED]
    later = b.record("CVE-2026-1", "anchor", {"introduced": "1"})
    assert standings(place, b.library("anchor", "very-old"), later) == [INVESTIGATED]


@pytest.mark.parametrize(("specifiers", "expected"), [
    ((), "any version"), (("<2",), "every version that <2 allows"), (("<3",), "some that are allowed"),
    ((">=2",), ""), (("==1.0",), "every version"), (("~=1.4",), "every version"), ((">=2", "<1"), ">=2 or <1"),
    (("^1.0",), "^1.0"), (("==2.0",), ""), ((">1.9,<2.0",), "every version"),
])  # fmt: skip
def test_what_is_asked_for_says_whether_an_affected_version_may_be_there(
    place: Path, specifiers: tuple[str, ...], expected: str
) -> None:
    told = found(place, b.library("anchor", "", *specifiers), b.record())
    assert [one.standing for one in told] == ([INVESTIGATED] if expected else [])
    if expected:
        assert expected in told[0].note
        assert told[0].fixed == ("2.0",)


def test_only_listed_versions_are_found_in_what_is_asked_for(place: Path) -> None:
    listed = b.record(versions=["1.5"])
    assert standings(place, b.library("anchor", "", "<2"), listed) == [INVESTIGATED]
    assert standings(place, b.library("anchor", "", "<1"), listed) == []


def test_where_files_disagree_the_less_trusted_version_is_a_question(place: Path) -> None:
    (one,) = found(place, b.library("anchor", "2.0", also="1.0"), b.record())
    assert one.standing is INVESTIGATED
    assert "1.0" in one.note
    assert "2.0" in one.note
    assert standings(place, b.library("anchor", "1.0", also="2.0"), b.record()) == [AFFECTED]


def test_other_ecosystems_are_compared_by_semantic_versions(place: Path) -> None:
    record = b.record("GHSA-1", "@acme/anchor", {"introduced": "1.0.0"}, {"fixed": "1.10.0"}, ecosystem="npm",
                      type="SEMVER")  # fmt: skip
    assert standings(place, b.library("%40acme/anchor", "1.9.0", type_="npm"), record) == [AFFECTED]
    assert standings(place, b.library("%40acme/anchor", "1.10.0", type_="npm"), record) == []
    assert standings(place, b.library("%40acme/anchor", "", "^1.2", type_="npm"), record) == [INVESTIGATED]
    crate = b.record("RUSTSEC-2026-1", "anchor", {"introduced": "0.0.0-0"}, {"fixed": "0.3.1"}, ecosystem="crates.io",
                     type="SEMVER")  # fmt: skip
    assert standings(place, b.library("anchor", "0.3.0", type_="cargo"), crate) == [AFFECTED]


def test_an_order_that_is_not_known_here_is_under_investigation(place: Path) -> None:
    record = b.record("GHSA-1", "org.acme:anchor", ecosystem="Maven")
    told = found(place, b.library("org.acme/anchor", "1.0", type_="maven"), record)
    assert [one.standing for one in told] == [INVESTIGATED]
    listed = b.record("GHSA-1", "org.acme:anchor", ecosystem="Maven", versions=["1.0"])
    assert standings(place, b.library("org.acme/anchor", "1.0", type_="maven"), listed) == [AFFECTED]


def test_a_package_of_conda_is_told_of_as_its_twin(place: Path) -> None:
    (one,) = found(place, b.library("anchor", "1.0", type_="conda"), b.record())
    assert one.standing is INVESTIGATED
    assert "conda" in one.note


A, B, C = ("a" * 40, "b" * 40, "c" * 40)


@pytest.mark.parametrize(("purl", "expected"), [
    (f"acme/anchor@{A}", AFFECTED), (f"acme/anchor@{B}", None), (f"acme/anchor@{C}", INVESTIGATED),
    ("acme/anchor", INVESTIGATED), (f"acme/other@{A}", None),
])  # fmt: skip
def test_what_comes_from_a_repository_is_held_against_its_commits(
    place: Path, purl: str, expected: Standing | None
) -> None:
    record = b.record("CVE-2026-1", "anchor", {"introduced": A}, {"fixed": B}, type="GIT")
    record["affected"][0]["ranges"][0]["repo"] = "git@github.com:Acme/Anchor.git"
    name, _, commit = purl.partition("@")
    told = found(place, b.library(name, commit, type_="github"), record)
    assert [one.standing for one in told] == ([expected] if expected else [])
    assert all(one.basis is Basis.COMMIT for one in told)
    withdrawn = record | {"withdrawn": "2026-01-01T00:00:00Z"}
    assert not found(place, b.library(name, commit, type_="github"), withdrawn)


def test_a_package_that_was_built_from_a_repository_is_a_question_under_its_name(place: Path) -> None:
    by_name = b.record("GHSA-1", aliases=["CVE-2026-1"])
    by_commit = b.record("CVE-2026-1", "anchor", {"introduced": A}, {"fixed": B}, type="GIT")
    by_commit["affected"][0]["ranges"][0]["repo"] = "https://github.com/acme/anchor"
    built = b.library("acme/anchor", C, type_="github", id_="library:pypi:anchor")
    named = Component(id=built.id, kind=built.kind, stated=(b.library("anchor").stated[0], *built.stated[1:]))
    (one,) = found(place, named, by_name)
    assert one.standing is INVESTIGATED
    assert "built from a repository" in one.note
    fixed = Component(id=built.id, kind=built.kind, stated=(
        named.stated[0], *b.library("acme/anchor", B, type_="github").stated[1:],
    ))  # fmt: skip
    assert found(place, fixed, by_name, by_commit) == []
    assert len(found(place, named, by_name, by_commit)) == 1


def test_frameworks_count_and_other_components_do_not(place: Path) -> None:
    store = b.store(place, b.record())
    one = b.library("anchor", "1.0")
    for kind in Kind:
        other = Component(id=one.id, kind=kind, stated=one.stated)
        is_software = kind in {Kind.LIBRARY, Kind.FRAMEWORK}
        assert bool(software_exposures(b.graph(other), store)) == is_software


@pytest.mark.parametrize("type_", ["pypi", "conda", "npm", "github", "maven"])
@pytest.mark.parametrize("text", ["\ud800", "", "a/b", "@", "%", "%ff", "?#", "\0", "pkg:pypi/a", "a" * 9_999])
def test_an_awkward_name_is_nobody(text: str, type_: str) -> None:
    named = b.library(text, text, text, type_=type_, id_="library:pypi:x")
    assert software_exposures(b.graph(named), SEED_ALONE) == ()


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_graph_ends_the_matching(data: st.DataObject) -> None:
    store = SEED_ALONE
    graph: Graph = data.draw(graphs.graphs())
    assert isinstance(software_exposures(graph, store), tuple)
    awkward = data.draw(graphs.texts)
    for type_ in ("pypi", "conda", "npm", "github"):
        components = [b.library(name, awkward, awkward, type_=type_) for name in ("keras", awkward)]
        software_exposures(b.graph(*components), store)


# -- what lies in an image -----------------------------------------------------------------------------------------


def image(name: str, tag: str, purl: str) -> Component:
    return b.library(name, tag, id_=f"framework:image://{name}", purl=purl)


@pytest.mark.parametrize(("purl", "tag", "expected"), [
    ("pkg:docker/ollama/ollama@0.1.33", "0.1.33", AFFECTED), ("pkg:docker/ollama/ollama@0.1.34", "0.1.34", None),
    ("pkg:docker/ollama/ollama@0.1.34-rocm", "0.1.34-rocm", None),
    ("pkg:docker/ollama/ollama@0.1.34-rc1", "0.1.34-rc1", AFFECTED),
    ("pkg:docker/ollama/ollama@latest", "latest", INVESTIGATED), ("pkg:docker/ollama/ollama", "", INVESTIGATED),
    (f"pkg:docker/ollama/ollama@sha256:{'ab' * 32}", "", INVESTIGATED),
    (f"pkg:oci/ollama@sha256:{'ab' * 32}?repository_url=docker.io/ollama/ollama&tag=0.1.30", "", AFFECTED),
    (f"pkg:oci/ollama@sha256%3A{'ab' * 32}?repository_url=index.docker.io%2Follama&tag=0.1.34", "", None),
    ("pkg:docker/acme/ollama@0.1.30", "0.1.30", None),
    ("pkg:docker/ollama/ollama@0.1.30?repository_url=evil.example", "0.1.30", None),
])  # fmt: skip
def test_the_seed_knows_a_server_by_its_image(purl: str, tag: str, expected: Standing | None) -> None:
    component = image("ollama/ollama", tag, purl)
    found = {one.advisory.id: one.standing for one in software_exposures(b.graph(component), SEED_ALONE)}
    assert found.get("CVE-2024-37032") is expected


@pytest.mark.parametrize(("purl", "id_", "expected"), [
    ("pkg:docker/ggml-org/llama.cpp@server-b5661?repository_url=ghcr.io", "CVE-2025-49847", AFFECTED),
    ("pkg:docker/ggml-org/llama.cpp@server-b5662?repository_url=ghcr.io", "CVE-2025-49847", None),
    ("pkg:docker/ggml-org/llama.cpp@full-cuda-b4881?repository_url=ghcr.io", "CVE-2026-43629", None),
    ("pkg:docker/ggml-org/llama.cpp@b9058?repository_url=ghcr.io", "CVE-2026-43629", AFFECTED),
    ("pkg:docker/ggml-org/llama.cpp@b9059?repository_url=ghcr.io", "CVE-2026-43629", None),
    ("pkg:docker/ggml-org/llama.cpp@server?repository_url=ghcr.io", "CVE-2025-49847", INVESTIGATED),
    ("pkg:docker/nvidia/tritonserver@25.06-py3?repository_url=nvcr.io", "CVE-2025-23319", AFFECTED),
    ("pkg:docker/nvidia/tritonserver@25.07-py3?repository_url=nvcr.io", "CVE-2025-23319", None),
    ("pkg:docker/nvidia/tritonserver@25.07-py3?repository_url=nvcr.io", "CVE-2025-23316", AFFECTED),
    ("pkg:docker/vllm/vllm-openai@v0.6.6.post1", "CVE-2025-24357", AFFECTED),
    ("pkg:docker/vllm/vllm-openai@v0.7.0", "CVE-2025-24357", None),
    ("pkg:docker/pytorch/torchserve@0.8.1-gpu", "CVE-2023-43654", AFFECTED),
])  # fmt: skip
def test_the_seed_knows_the_boundaries_of_servers(purl: str, id_: str, expected: Standing | None) -> None:
    tag = purl.partition("?")[0].rpartition("@")[2]
    found = {one.advisory.id: one for one in software_exposures(b.graph(image("x/y", tag, purl)), SEED_ALONE)}
    assert (found[id_].standing if id_ in found else None) is expected


def test_a_server_from_its_repository_is_told_once() -> None:
    component = b.library("llama.cpp", type_="pypi", purl=f"pkg:github/ggml-org/llama.cpp@{'a' * 40}")
    found = audited(b.graph(component), SEED_ALONE)
    assert {one.standing for one in found} == {INVESTIGATED}
    assert len({one.advisory.id for one in found}) == len(found)


def test_details_that_stand_for_a_summary_are_joined_to_a_line() -> None:
    told = Advisory(id="x", modified="", details="When a package\nis installed, code\nruns.\n\nMore.")
    assert title(told) == "When a package is installed, code runs."
    assert title(replace(told, summary="It runs.")) == "It runs."
    assert len(title(replace(told, details="word " * 500))) == LONGEST_TITLE
