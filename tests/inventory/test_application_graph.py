"""Software folded into a graph: one component for each version that is meant, and no version that is guessed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("pip_requirements_parser")

from tests.builders import softwares
from weighbridge.core.values import replace
from weighbridge.inventory.application_graph import ROOT, application_graph
from weighbridge.inventory.document import dumps
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, Method, RelationKind
from weighbridge.inventory.software.files import form_of
from weighbridge.inventory.software.finder import find
from weighbridge.inventory.software.values import Manifest, Software
from weighbridge.inventory.software.worker import manifest_of


def software(files: dict[str, str]) -> Software:
    """What files say, read right here: they are ours."""
    manifests: list[Manifest] = []
    for path, text in files.items():
        form = form_of(path)
        assert form is not None
        manifests.append(replace(manifest_of(text.encode(), form), path=path))
    return Software(manifests=tuple(manifests))


def graph(files: dict[str, str]) -> Graph:
    return application_graph("folder", software(files))


def edges(found: Graph) -> set[tuple[str, str]]:
    return {(one.source, one.target) for one in found.relations if one.kind is RelationKind.DEPENDS_ON}


def test_a_project_and_its_lock_are_one_story() -> None:
    project = '[project]\nname = "demo-app"\nversion = "1.2.0"\ndependencies = ["torch>=2"]\n'
    found = graph({"pyproject.toml": project, "uv.lock": softwares.UV_LOCK})
    root = found.component(ROOT)
    assert (root.kind, root.text(Field.NAME), root.text(Field.VERSION)) == (Kind.APPLICATION, "demo-app", "1.2.0")
    torch = found.component("library:pypi:torch@2.3.1")
    assert torch.kind is Kind.FRAMEWORK
    assert torch.text(Field.PURL) == "pkg:pypi/torch@2.3.1"
    assert [str(one.content) for one in torch.claims(Field.SPECIFIER)] == [">=2"]
    assert torch.text(Field.SHA256) == softwares.DIGEST
    (version,) = torch.claims(Field.VERSION)
    assert (version.origin.file, version.origin.pointer, version.origin.method) == (
        "uv.lock",
        "line:10",
        Method.MANIFEST,
    )
    assert len(version.origin.sha256) == 64
    assert edges(found) == {
        (ROOT, "library:pypi:torch@2.3.1"), ("library:pypi:torch@2.3.1", "library:pypi:filelock@3.15.0"),
        (ROOT, "library:pypi:peft@0.12.0"),
    }  # fmt: skip
    assert not list(torch.disagreements())


def test_nothing_is_invented_for_what_is_not_pinned() -> None:
    torch = graph({"requirements.txt": "torch>=2\n"}).component("library:pypi:torch")
    assert Field.VERSION in torch.unknown()
    assert torch.text(Field.PURL) == "pkg:pypi/torch"
    assert torch.text(Field.PIN) == "none"


def test_a_constraint_pins_what_is_asked_for_and_asks_for_nothing() -> None:
    found = graph({"requirements.txt": "pillow~=10.0\n", "constraints.txt": softwares.CONSTRAINTS})
    assert [one.id for one in found.components] == [ROOT, "library:pypi:pillow"]
    assert found.component("library:pypi:pillow").text(Field.PURL) == "pkg:pypi/pillow@10.4.0"


def test_two_versions_are_two_components_and_edges_go_to_the_right_one() -> None:
    found = graph({"package-lock.json": softwares.PACKAGE_LOCK, "package.json": softwares.PACKAGE_JSON})
    assert ("library:npm:@huggingface/transformers@3.0.2", "library:npm:lodash@3.10.1") in edges(found)
    assert (ROOT, "library:npm:lodash@4.17.21") in edges(found)
    assert (ROOT, "library:npm:@huggingface/transformers@3.0.2") in edges(found)
    assert found.component("library:npm:@huggingface/transformers@3.0.2").text(Field.SHA512) == "01" * 64


def test_poetry_does_not_say_what_is_direct_but_the_project_beside_it_does() -> None:
    project = '[tool.poetry.dependencies]\ntorch = "^2.1"\n'
    found = graph({"pyproject.toml": project, "poetry.lock": softwares.POETRY_LOCK})
    assert edges(found) == {
        (ROOT, "library:pypi:torch@2.3.1"), ("library:pypi:torch@2.3.1", "library:pypi:filelock@3.15.0"),
    }  # fmt: skip


def test_what_is_installed_and_what_is_locked_may_disagree(tmp_path: Path) -> None:
    softwares.distribution(tmp_path / "env", "torch", "2.4.0", requested=True)
    app = softwares.write(tmp_path / "app", {"uv.lock": softwares.UV_LOCK})
    found = application_graph("app", find(str(app), environment=str(tmp_path / "env"), jobs=1))
    torch = found.component("library:pypi:torch")
    best, other = torch.claims(Field.VERSION)
    assert (best.content, best.origin.confidence) == ("2.4.0", Confidence.VERIFIED)
    assert (other.content, other.origin.confidence) == ("2.3.1", Confidence.DECLARED)
    assert Field.VERSION in {one.field for one in torch.disagreements()}
    assert ("library:pypi:torch", "library:pypi:filelock@3.15.0") in edges(found)


def test_an_extra_counts_only_where_somebody_asks_for_it(tmp_path: Path) -> None:
    needs = ('Requires-Dist: rich; extra == "pretty_print"', 'Requires-Dist: pytest; extra == "test"')
    softwares.distribution(tmp_path / "env", "app", "1", "Requires-Dist: base[deep]", requested=True)
    softwares.distribution(tmp_path / "env", "base", "1", 'Requires-Dist: tool[pretty-print]; extra == "deep"')
    softwares.distribution(tmp_path / "env", "tool", "1", *needs)
    for name in ("rich", "pytest"):
        softwares.distribution(tmp_path / "env", name, "1")
    (tmp_path / "app").mkdir()
    found = edges(application_graph("app", find(str(tmp_path / "app"), environment=str(tmp_path / "env"), jobs=1)))
    assert ("library:pypi:base", "library:pypi:tool") in found
    assert ("library:pypi:tool", "library:pypi:rich") in found
    assert ("library:pypi:tool", "library:pypi:pytest") not in found


def test_what_is_asked_for_joins_the_lock_beside_it() -> None:
    lock = softwares.UV_LOCK.replace("2.3.1", "2.5.0")
    found = graph({
        "a/requirements.txt": "torch>=2\n", "a/uv.lock": softwares.UV_LOCK, "b/uv.lock": lock,
        "c/requirements.txt": "torch<9\n",
    })  # fmt: skip
    asked = {
        one.id: [str(claim.content) for claim in one.claims(Field.SPECIFIER)]
        for one in found.of(Kind.FRAMEWORK) if one.text(Field.NAME) == "torch"
    }  # fmt: skip
    assert asked == {"library:pypi:torch@2.3.1": [">=2", "<9"], "library:pypi:torch@2.5.0": ["<9"]}


def test_the_order_of_files_does_not_matter() -> None:
    files = {
        "requirements.txt": softwares.REQUIREMENTS, "constraints.txt": softwares.CONSTRAINTS,
        "pyproject.toml": softwares.PYPROJECT, "uv.lock": softwares.UV_LOCK, "web/package.json": softwares.PACKAGE_JSON,
        "web/package-lock.json": softwares.PACKAGE_LOCK, "environment.yml": softwares.CONDA,
    }  # fmt: skip
    whole = software(files)
    expected = dumps(application_graph("folder", whole))
    for seed in range(5):
        shuffled = list(whole.manifests)
        random.Random(seed).shuffle(shuffled)
        assert dumps(application_graph("folder", replace(whole, manifests=tuple(shuffled)))) == expected
