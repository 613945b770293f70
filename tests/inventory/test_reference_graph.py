"""References of a whole application folded into its graph: each place stays, each state is a component of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pip_requirements_parser")

from tests.builders import applications, workshop, workshop_expected
from weighbridge.inventory.application import finder
from weighbridge.inventory.application.references import ApplicationReferences, Pin
from weighbridge.inventory.application.references import Kind as Named
from weighbridge.inventory.application_graph import ROOT, application_graph
from weighbridge.inventory.bom.purls import trouble
from weighbridge.inventory.document import dumps, loads
from weighbridge.inventory.graph import Field, Graph, Kind, RelationKind
from weighbridge.inventory.software.finder import find
from weighbridge.inventory.views.markdown import render as markdown
from weighbridge.inventory.views.page import render as page

APPLICATIONS = {
    "helpdesk": (applications.HELPDESK_FILES, applications.HELPDESK),
    "workshop": (workshop.FILES, workshop_expected.EXPECTED),
}


@pytest.fixture(scope="module", params=APPLICATIONS)
def folded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ApplicationReferences, Graph]:
    files, _ = APPLICATIONS[request.param]
    folder = str(applications.write(tmp_path_factory.mktemp(request.param), files))
    found = finder.find(folder, jobs=1)
    return found, application_graph(request.param, find(folder, jobs=1), found)


def test_every_reference_is_found_again_at_its_place(folded: tuple[ApplicationReferences, Graph]) -> None:
    found, graph = folded
    places = {
        (one.text(Field.NAME), claim.origin.file, claim.origin.pointer)
        for one in graph.components for claim in one.claims(Field.OCCURRENCE)
        if one.kind not in {Kind.LIBRARY, Kind.FRAMEWORK}
    }  # fmt: skip
    assert places == {(one.name, one.at.path, f"line:{one.at.line}") for one in found.references}
    assert len(places) >= 20


def test_hosted_models_are_services_and_nothing_else_is(folded: tuple[ApplicationReferences, Graph]) -> None:
    found, graph = folded
    services = {one.name for one in found.references if one.kind is Named.SERVICE}
    assert services
    assert {one.text(Field.NAME) for one in graph.of(Kind.SERVICE)} == services
    used = {one.target for one in graph.leaving(ROOT, RelationKind.USES)}
    assert used == {one.id for one in graph.of(Kind.SERVICE)}


def test_only_what_is_fixed_to_a_commit_has_one(folded: tuple[ApplicationReferences, Graph]) -> None:
    found, graph = folded
    fixed = {one.name for one in found.references if one.pin is Pin.COMMIT}
    assert {one.text(Field.NAME) for one in graph.components if one.claims(Field.COMMIT)} == fixed
    for one in graph.components:
        for claim in one.claims(Field.PURL):
            assert not trouble(str(claim.content))
            if str(claim.content).startswith("pkg:huggingface/"):
                assert ("@" in str(claim.content)) == bool(one.claims(Field.COMMIT))


def test_what_stays_open_is_a_gap(folded: tuple[ApplicationReferences, Graph]) -> None:
    found, graph = folded
    for one in found.unresolved:
        assert any(gap.startswith(f"{one.at.path}:{one.at.line}: what {one.call}") for gap in graph.gaps)


def test_no_value_disagrees_with_itself(folded: tuple[ApplicationReferences, Graph]) -> None:
    _, graph = folded
    wrong = [(one.id, stated.field) for one in graph.components for stated in one.disagreements()]
    assert [field for _, field in wrong if field is not Field.REMOTE_CODE] == []


def test_the_graph_can_be_kept_and_shown(folded: tuple[ApplicationReferences, Graph]) -> None:
    found, graph = folded
    assert loads(dumps(graph)) == graph
    for one in found.references:
        assert f"{one.at.path}:{one.at.line}" in page(graph)
    assert "## Services" in markdown(graph)


@pytest.mark.parametrize("written", ["models/local.gguf", "./models/local.gguf", "../models/local.gguf"])
def test_a_file_of_the_tree_and_what_names_it_are_one(written: str, tmp_path: Path) -> None:
    files = {
        "models/local.gguf": workshop.FILES["models/local.gguf"],
        "app/run.py": f"from llama_cpp import Llama\nLlama(model_path={written!r})\n",
    }
    folder = str(applications.write(tmp_path, files))
    graph = application_graph("app", find(folder, jobs=1), finder.find(folder, jobs=1))
    (model,) = graph.of(Kind.MODEL)
    assert model.text(Field.NAME) == "models/local.gguf"
    assert {claim.origin.file for claim in model.claims(Field.OCCURRENCE)} == {"models/local.gguf", "app/run.py"}
    assert {one.kind for one in graph.leaving(ROOT) if one.target == model.id} == {
        RelationKind.CONTAINS, RelationKind.DEPENDS_ON,
    }  # fmt: skip
    assert not list(model.disagreements())


def test_a_file_that_is_not_in_the_tree_stays_by_itself(tmp_path: Path) -> None:
    files = {
        "models/local.gguf": workshop.FILES["models/local.gguf"],
        "app/run.py": "from llama_cpp import Llama\nLlama(model_path='/opt/models/local.gguf')\n",
    }
    folder = str(applications.write(tmp_path, files))
    graph = application_graph("app", find(folder, jobs=1), finder.find(folder, jobs=1))
    assert len(list(graph.of(Kind.MODEL))) == 2


def test_a_server_is_a_framework_with_the_url_of_its_image(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  a:\n    image: ghcr.io/ggml-org/llama.cpp:server-b4719\n")
    graph = application_graph("app", find(str(tmp_path), jobs=1), finder.find(str(tmp_path), jobs=1))
    (one,) = graph.of(Kind.FRAMEWORK)
    assert one.text(Field.PURL) == "pkg:docker/ggml-org/llama.cpp@server-b4719?repository_url=ghcr.io"
    assert (one.text(Field.NAME), one.text(Field.VERSION)) == ("ghcr.io/ggml-org/llama.cpp", "server-b4719")
    assert one.claims(Field.VERSION)[0].origin.pointer == "line:3"
    assert [(each.kind, each.target) for each in graph.relations] == [(RelationKind.DEPENDS_ON, one.id)]
