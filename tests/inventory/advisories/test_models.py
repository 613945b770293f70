from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventory.advisories import lineages
from tests.inventory.advisories.lineages import BAD, DIGEST, GOOD, LATER, advisory, alone, family, git
from tests.inventory.graphs import graphs
from weighbridge.core.finding import Severity
from weighbridge.core.values import replace
from weighbridge.inventory.advisories.exposure import Basis, Standing
from weighbridge.inventory.advisories.models import History, model_exposures
from weighbridge.inventory.advisories.record import EventKind
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Kind, RelationKind

QUANTIZED, FINETUNED, DISTILLED = RelationKind.QUANTIZED, RelationKind.FINETUNED, RelationKind.DISTILLED


def test_the_same_file_is_found_whatever_it_is_called_and_wherever_it_lies() -> None:
    graph = alone("mirror/renamed", LATER, **{"weights/old.bin": DIGEST, "config.json": "2" * 64})
    (found,) = model_exposures(graph, [advisory()])
    assert (found.standing, found.basis) == (Standing.AFFECTED, Basis.SHA256)
    assert found.path == ("file:weights/old.bin", graph.root)
    assert found.component == graph.root
    assert "weights/old.bin is a file that the advisory lists" in found.triggers[0]
    assert "pytorch_model.bin in the advisory" in found.triggers[0]
    assert model_exposures(alone("mirror/renamed", LATER, **{"weights/old.bin": "3" * 64}), [advisory()]) == ()


def test_a_file_in_no_model_is_affected_itself() -> None:
    assembly = Assembly()
    root = assembly.component("application:.", Kind.APPLICATION)
    id_ = lineages.file(assembly, root, "stray.bin", DIGEST)
    (found,) = model_exposures(assembly.finish(root), [advisory()])
    assert (found.component, found.path) == (id_, (id_,))


def test_a_listed_commit_is_affected_and_the_fix_is_told() -> None:
    (found,) = model_exposures(alone("acme/tiny-bert", BAD), [advisory()])
    assert (found.standing, found.basis, found.fixed) == (Standing.AFFECTED, Basis.COMMIT, (GOOD,))
    assert found.severity is Severity.HIGH
    assert model_exposures(alone("acme/tiny-bert", GOOD), [advisory()]) == ()


@pytest.mark.parametrize(
    "name",
    [
        "evil/tiny-bert", "acme/tiny-bert-v2", "acme/tiny", "Acme/tiny-bert", "acme/Tiny-Bert", "acme/tiny-berty",
        "xacme/tiny-bert", "acme2/tiny-bert",
    ],
)  # fmt: skip
@pytest.mark.parametrize("commit", ["", BAD])
def test_a_look_alike_is_another_repository(name: str, commit: str) -> None:
    assert model_exposures(alone(name, commit, **{"pytorch_model.bin": "4" * 64}), [advisory()]) == ()


@pytest.mark.parametrize("commit", ["", LATER])
def test_an_unknown_state_of_the_repository_is_under_investigation(commit: str) -> None:
    (found,) = model_exposures(alone("acme/tiny-bert", commit), [advisory()])
    assert (found.standing, found.basis) == (Standing.UNDER_INVESTIGATION, Basis.REPOSITORY)
    assert (f"does not list {LATER[:12]}" in found.note) == bool(commit)


def test_a_history_tells_which_commits_lie_in_the_range() -> None:
    before, inside, after = "d" * 40, "e" * 40, "f" * 40
    known = (History(repository=lineages.HUB, commits=(before, BAD, inside, GOOD, after)),)

    def standing(commit: str, *events: tuple[EventKind, str]) -> list[Standing]:
        entry = advisory(versions=(), ranges=(git(*events),))
        return [one.standing for one in model_exposures(alone("acme/tiny-bert", commit), [entry], known)]

    fixed = ((EventKind.INTRODUCED, BAD), (EventKind.FIXED, GOOD))
    assert [standing(one, *fixed) for one in (before, BAD, inside, GOOD, after)] == [
        [], [Standing.AFFECTED], [Standing.AFFECTED], [], [],
    ]  # fmt: skip
    last = ((EventKind.INTRODUCED, "0"), (EventKind.LAST_AFFECTED, inside))
    assert [standing(one, *last) for one in (before, inside, GOOD)] == [[Standing.AFFECTED], [Standing.AFFECTED], []]
    assert standing("9" * 40, *fixed) == [Standing.UNDER_INVESTIGATION]


def test_a_range_without_an_end_holds_every_state() -> None:
    entry = advisory(versions=(), ranges=(git((EventKind.INTRODUCED, "0")),))
    assert [one.standing for one in model_exposures(alone("acme/tiny-bert"), [entry])] == [Standing.AFFECTED]


def test_files_alone_clear_a_repository_whose_files_are_all_known() -> None:
    entry = advisory(versions=(), ranges=())
    assert model_exposures(alone("acme/tiny-bert", LATER, **{"a.bin": "5" * 64}), [entry]) == ()
    (found,) = model_exposures(alone("acme/tiny-bert", LATER), [entry])
    assert found.standing is Standing.UNDER_INVESTIGATION


def test_a_quantisation_two_steps_down_is_possibly_affected_with_the_way() -> None:
    graph, ids = family(("lab/tuned", FINETUNED), ("lab/tuned-GGUF", QUANTIZED))
    found = {one.component: one for one in model_exposures(graph, [advisory()])}
    last = found[ids[2]]
    assert (last.standing, last.basis) == (Standing.POSSIBLY_AFFECTED, Basis.LINEAGE)
    assert last.path == tuple(ids)
    assert found[ids[0]].standing is Standing.AFFECTED


def test_the_relation_decides() -> None:
    over = [FINETUNED, QUANTIZED, RelationKind.MERGED]
    for relation in (*over, DISTILLED, RelationKind.CONVERTED, RelationKind.ADAPTER_OF, RelationKind.TRAINED_ON):
        graph, ids = family(("lab/made", relation))
        reached = [one.component for one in model_exposures(graph, [advisory()])]
        assert (ids[1] in reached) == (relation in over), relation
    graph, ids = family(("lab/student", DISTILLED), ("lab/student-GGUF", QUANTIZED))
    assert [one.component for one in model_exposures(graph, [advisory()])] == [ids[0]]
    graph, ids = family(("lab/made", FINETUNED))
    entry = advisory(not_to=("finetuned_from",))
    assert [one.component for one in model_exposures(graph, [entry])] == [ids[0]]


def test_a_relation_that_nobody_states_leaves_it_open() -> None:
    graph, ids = family(("lab/made", RelationKind.DERIVED), ("lab/made-GGUF", QUANTIZED))
    found = {one.component: one.standing for one in model_exposures(graph, [advisory()])}
    assert found[ids[1]] is found[ids[2]] is Standing.UNDER_INVESTIGATION
    notes = {one.component: one.note for one in model_exposures(graph, [advisory()])}
    assert notes[ids[1]] == notes[ids[2]] != ""
    found = {one.component: one.standing for one in model_exposures(graph, [advisory(applies_to_derived=("derived",))])}
    assert found[ids[1]] is Standing.POSSIBLY_AFFECTED
    assert ids[2] not in found
    assert len(model_exposures(graph, [advisory(applies_to_derived=())])) == 1


def test_a_relation_that_somebody_states_is_not_open_because_a_card_does_not() -> None:
    assembly = Assembly()
    base, made = lineages.model(assembly, "acme/tiny-bert", BAD), lineages.model(assembly, "lab/lora", LATER)
    assembly.relate(made, RelationKind.DERIVED, base, lineages.SEEN)
    assembly.relate(made, RelationKind.ADAPTER_OF, base, lineages.SEEN)
    graph = assembly.finish(made)
    assert [one.component for one in model_exposures(graph, [advisory()])] == [base]
    (_, found) = model_exposures(graph, [advisory(applies_to_derived=("adapter",))])
    assert (found.component, found.standing) == (made, Standing.POSSIBLY_AFFECTED)


def test_what_is_made_from_an_unknown_state_is_under_investigation_too() -> None:
    graph, ids = family(("lab/made", QUANTIZED), base_commit="")
    found = {one.component: one.standing for one in model_exposures(graph, [advisory()])}
    assert found[ids[1]] is Standing.UNDER_INVESTIGATION


def test_circles_end_and_the_surest_way_wins() -> None:
    assembly = Assembly()
    base, one, two = (lineages.model(assembly, name, BAD) for name in ("acme/tiny-bert", "lab/one", "lab/two"))
    for source, relation, target in (
        (one, RelationKind.DERIVED, base), (two, QUANTIZED, base), (one, QUANTIZED, two), (two, FINETUNED, one),
        (base, FINETUNED, two),
    ):  # fmt: skip
        assembly.relate(source, relation, target, lineages.SEEN)
    found = {each.component: each for each in model_exposures(assembly.finish(one), [advisory()])}
    assert found[base].standing is Standing.AFFECTED
    assert (found[one].standing, found[one].path) == (Standing.POSSIBLY_AFFECTED, (base, two, one))


def test_software_and_what_was_withdrawn_are_left_out() -> None:
    graph = alone("acme/tiny-bert", BAD)
    assert model_exposures(graph, [replace(advisory(), withdrawn="2026-11-24T00:00:00Z")]) == ()
    pypi = advisory(ecosystem="PyPI", name="tiny-bert", purl="pkg:pypi/tiny-bert", ranges=(), files=())
    assert model_exposures(graph, [pypi]) == ()


@settings(deadline=None, max_examples=100)
@given(graphs(), st.lists(st.sampled_from(["finetune", "adapter", "derived", "converted"]), max_size=3))
def test_any_graph_ends_sorted_and_paths_are_in_it(graph: object, over: list[str]) -> None:
    entry = advisory(
        purl="pkg:huggingface/org/name", name="https://huggingface.co/org/name", applies_to_derived=tuple(over)
    )
    found = model_exposures(graph, [entry])  # type: ignore[arg-type]
    ids = {one.id for one in graph.components}  # type: ignore[attr-defined]
    assert list(found) == sorted(found, key=lambda one: (one.component, one.advisory.id))
    assert len({one.component for one in found}) == len(found)
    for one in found:
        assert set(one.path) <= ids
        assert one.path[-1] == one.component
        assert len(set(one.path)) == len(one.path)
