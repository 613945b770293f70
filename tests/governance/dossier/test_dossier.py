"""The states of rows, as laws over any graph and any answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventory.graphs import graphs, texts
from tests.inventory.views import samples
from weighbridge.core.finding import Severity
from weighbridge.core.values import replace
from weighbridge.governance.dossier.answers import Answer
from weighbridge.governance.dossier.dossier import Dossier, Filled, Given, State, draw, row_digest
from weighbridge.governance.dossier.evidence import LONGEST, MOST
from weighbridge.governance.dossier.evidence import digest as evidence_digest
from weighbridge.governance.dossier.feeds import Feeds, Previous
from weighbridge.governance.dossier.register import Finding
from weighbridge.governance.dossier.rows import Fill, Row, row_of, rows
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Confidence, Field, Graph, Kind, License, Method, Origin, RelationKind
from weighbridge.provenance.lock.changes import Change, Weight

ALWAYS = [row.id for row in rows() if not row.raised_only]
findings = st.none() | st.lists(
    st.builds(
        Finding, id=texts, rule=texts, severity=st.sampled_from(tuple(Severity)), confidence=st.just("high"),
        title=texts, message=texts, file=texts,
    ), max_size=3,
).map(tuple)  # fmt: skip


chosen = st.lists(
    st.tuples(st.sampled_from(rows()), st.sampled_from(("", "a" * 64, "now", "now"))), max_size=6,
    unique_by=lambda pair: pair[0].id,
)  # fmt: skip
some = st.lists(st.sampled_from([row.id for row in rows()]), max_size=6)


def drawn(graph: Graph, base: Given, answered: list[tuple[Row, str]], signed: list[str], stale: list[str]) -> Given:
    """Answers over what is there now and over others, some of them signed, some without their attachments."""
    answers = tuple(
        Answer(
            row=row.id, author="Jo", date="2026-11-30", text="So it is.",
            evidence=row_digest(graph, base, row) if digest == "now" else digest,
        )
        for row, digest in answered
    )  # fmt: skip
    return replace(
        base,
        answers=answers,
        signers=dict.fromkeys(signed, "a key"),
        stale=dict.fromkeys(stale, "an attachment is gone"),
    )


@settings(max_examples=60)
@given(graphs(), findings, chosen, some, some)
def test_no_row_is_complete_without_evidence_or_a_signed_answer(
    graph: Graph, found: tuple[Finding, ...] | None, answered: list[tuple[Row, str]], signed: list[str],
    stale: list[str],
) -> None:  # fmt: skip
    told = drawn(graph, Given(findings=found), answered, signed, stale)
    made = draw(graph, told)
    shown = [one.row.id for one in made.rows]
    assert [id_ for id_ in shown if id_ in ALWAYS] == ALWAYS
    for one in made.rows:
        if one.state is State.COMPLETE:
            assert _is_signed(one, told) or _is_whole(one), one
        if one.answer is not None:
            fresh = one.answer.evidence == one.digest and one.row.id not in stale
            assert (one.state is State.OUTDATED) != fresh
        else:
            assert one.state in {State.COMPLETE, State.DRAFTED, State.OPEN}
            assert one.row.fill is not Fill.HUMAN or one.state is State.OPEN
    assert sum(made.count(state) for state in State) == len(made.rows)


def _is_signed(one: Filled, told: Given) -> bool:
    fresh = one.answer is not None and one.answer.evidence == one.digest and one.row.id not in (told.stale or {})
    return fresh and bool(one.signer) and one.signer == (told.signers or {}).get(one.row.id)


def _is_whole(one: Filled) -> bool:
    sure = any(piece.is_sure for piece in one.evidence) or one.total > MOST
    return one.answer is None and one.row.fill is Fill.AUTOMATIC and sure and not one.lacks and not one.disputed


def empty() -> Graph:
    made = Assembly()
    made.component("model:.", Kind.MODEL)
    name = Origin(method=Method.NAME, confidence=Confidence.INFERRED)
    made.claim("model:.", Field.NAME, "some-folder-7b", name)
    made.claim("model:.", Field.PARAMETERS, 7_000_000_000, name)
    return made.finish("model:.")


def test_of_nothing_nothing_is_said() -> None:
    made = draw(empty(), Given(findings=()))
    assert [one.row.id for one in made.rows] == ALWAYS
    assert {one.state for one in made.rows} == {State.OPEN}
    assert {one.digest for one in made.rows} == {""}


# -- what a digest is over -------------------------------------------------------------------------------------------

CARD = Origin(
    method=Method.CARD, confidence=Confidence.DECLARED, file="README.md", pointer="/pipeline_tag", sha256="1" * 64
)


def one_model(origin: Origin = CARD, **changed: Any) -> Graph:
    made = Assembly()
    root = made.component("model:.", Kind.MODEL)
    file = made.component("file:model.safetensors", Kind.FILE)
    held = {
        "name": "letters", "sha256": "2" * 64, "role": "weights", "task": "text-generation",
        "file": "model.safetensors", **changed,
    }  # fmt: skip
    made.claim(root, Field.NAME, held["name"], Origin(method=Method.NAME, confidence=Confidence.INFERRED))
    made.claim(root, Field.TASK, held["task"], origin)
    bytes_ = Origin(
        method=Method.HASH, confidence=Confidence.VERIFIED, file="model.safetensors", sha256=str(held["sha256"])
    )
    made.claim(file, Field.NAME, held["file"], bytes_)
    made.claim(file, Field.SHA256, held["sha256"], bytes_)
    made.claim(file, Field.ROLE, held["role"], bytes_)
    made.relate(root, RelationKind.CONTAINS, file)
    return made.finish(root)


def digest(graph: Graph, id_: str = "iv.3", told: Given | None = None) -> str:
    row = row_of(id_)
    assert row is not None
    return row_digest(graph, told or Given(), row)


def test_what_does_not_matter_does_not_outdate_an_answer() -> None:
    here = digest(one_model())
    assert digest(one_model(replace(CARD, pointer="line:7", sha256="3" * 64))) == here, "a comma elsewhere in the card"
    assert digest(one_model(name="moved")) == here, "the directory was moved"
    told = Given(previous=Previous(name="old", sha256="", changes=()))
    assert row_of("iv.1.a") is not None
    assert digest(one_model(), "iv.1.a", told) == digest(one_model(), "iv.1.a"), "held against another state"


def test_our_words_are_not_in_the_digest() -> None:
    one = Feeds(one_model()).gather("model.task")
    others = tuple(replace(each, text="Text Generation", what="job", note="new") for each in one)
    assert evidence_digest(one) == evidence_digest(reversed((*others, *others))) != ""


def test_what_matters_does() -> None:
    here = digest(one_model())
    others = (
        one_model(sha256="4" * 64), one_model(task="translation"),
        one_model(replace(CARD, confidence=Confidence.INFERRED)), one_model(replace(CARD, file="config.json")),
        one_model(replace(CARD, author="somebody else")), one_model(role="document"),
    )  # fmt: skip
    assert len({here, *map(digest, others)}) == 1 + len(others)


@pytest.mark.parametrize("role", ["weights", "config", "tokenizer", "template", "code"])
def test_every_file_that_decides_is_bound(role: str) -> None:
    assert digest(one_model(role=role)) != digest(one_model(role=role, sha256="5" * 64))


@pytest.mark.parametrize("id_", ["iv.1.g", "iv.9"])
def test_an_answer_with_nothing_under_it_is_bound_to_the_subject(id_: str) -> None:
    here = digest(one_model(), id_)
    assert here == digest(one_model(task="translation", name="moved"), id_) != ""
    assert digest(one_model(sha256="5" * 64), id_) != here
    told = [draw(one_model(sha256=digit * 64), answered(id_, here)) for digit in "25"]
    assert [filled(one, id_).stale for one in told] == ["", "the state of the subject has changed"]


def test_where_there_is_no_file_a_version_says_which_subject_it_is() -> None:
    def bill(**claims: str) -> Graph:
        made = Assembly()
        root = made.component("model:acme", Kind.MODEL)
        for name, content in claims.items():
            made.claim(root, Field(name), content, CARD)
        return made.finish(root)

    told = [bill(version="1"), bill(version="2"), bill(commit="c" * 40), bill(version="1", reference="hf://org/name")]
    digests = [digest(one, "iv.1.g") for one in told]
    assert digests[0] == digests[3]
    assert len(set(digests)) == 3
    assert digest(bill(reference="hf://org/name"), "iv.1.g") == "", "a reference leads elsewhere tomorrow"


def test_files_of_no_known_use_are_better_than_nothing() -> None:
    digests = [digest(one_model(role="other", sha256=one * 64), "iv.1.g") for one in "23"]
    assert len({*digests, ""}) == 3
    assert digest(one_model(role="document"), "iv.1.g") == ""


def test_an_answer_that_is_bound_to_nothing_does_not_hold() -> None:
    one = filled(draw(one_model(), answered("iv.3", "")), "iv.3")
    assert (one.state, one.stale) == (State.OUTDATED, "it does not say what it was bound to")


# -- the age of answers ----------------------------------------------------------------------------------------------


def answered(id_: str, evidence: str, **more: Any) -> Given:
    """One answer of 30 November 2026."""
    return Given(answers=(Answer(row=id_, author="Jo", date="2026-11-30", text="So.", evidence=evidence),), **more)


@pytest.mark.parametrize(
    ("date", "most", "age", "stale"),
    [
        ("", None, None, ""), ("2027-11-30", None, 365, ""), ("2027-11-30", 365, 365, ""),
        ("2027-12-01", 365, 366, "it is 366 days old, and 365 are accepted"),
        ("2026-12-01", 0, 1, "it is 1 day old, and 0 are accepted"), ("2026-11-30", 0, 0, ""),
        ("2026-11-29", 365, -1, "it is dated 2026-11-30, which is yet to come"), ("2026-11-29", None, -1, ""),
    ],
)  # fmt: skip
def test_answers_age(date: str, most: int | None, age: int | None, stale: str) -> None:
    told = answered("iv.3", digest(one_model()), date=date, max_age=most, signers={"iv.3": "k"})
    one = filled(draw(one_model(), told), "iv.3")
    assert (one.age, one.stale) == (age, stale)
    assert one.state is (State.OUTDATED if stale else State.COMPLETE)


def test_that_the_evidence_changed_is_told_before_that_it_is_old() -> None:
    told = answered("iv.3", "0" * 64, date="2028-01-01", max_age=1)
    assert filled(draw(one_model(), told), "iv.3").stale == "the evidence has changed"


# -- files that decide nothing ---------------------------------------------------------------------------------------


def test_a_supplement_is_what_people_say_and_decides_nothing() -> None:
    held = [one_model(file="weighbridge.card.toml", role="config", sha256=digit * 64) for digit in "12"]
    assert digest(held[0]) == digest(held[1])


def test_the_answers_do_not_speak_of_themselves() -> None:
    own = one_model(file="weighbridge.dossier.toml", role="config")
    assert digest(own) == digest(one_model(file="weighbridge.dossier.toml", role="config", sha256="6" * 64))
    finding = Finding(
        id="f", rule="R", severity=Severity.LOW, confidence="low", title="t", message="m",
        file="weighbridge.dossier.toml",
    )  # fmt: skip
    made = draw(own, Given(findings=(finding,)))
    assert made.found == 1, "what was found stays found"
    assert not made.content


# -- single rows -----------------------------------------------------------------------------------------------------


def filled(made: Dossier, id_: str) -> Filled:
    return next(one for one in made.rows if one.row.id == id_)


def test_sources_that_disagree_complete_nothing() -> None:
    made = Assembly()
    root = made.component("model:.", Kind.MODEL)
    made.claim(root, Field.LICENSE, License(expression="MIT"), CARD)
    alone = filled(draw(made.finish(root), Given()), "xi.1.1.f")
    assert (alone.state, alone.lacks) == (State.COMPLETE, ())
    made.claim(root, Field.LICENSE, License(expression="GPL-3.0-only"), replace(CARD, file="LICENSE"))
    both = filled(draw(made.finish(root), Given()), "xi.1.1.f")
    assert both.state is State.DRAFTED
    assert "MIT (README.md" in both.disputed[0]
    assert "GPL-3.0-only (LICENSE" in both.disputed[0]


def test_what_is_disputed_of_a_base_is_not_of_the_subject() -> None:
    made = Assembly()
    root, base = made.component("model:.", Kind.MODEL), made.component("model:hf://org/base", Kind.MODEL)
    made.relate(root, RelationKind.FINETUNED, base, CARD)
    made.claim(root, Field.LICENSE, License(expression="MIT"), CARD)
    for text in ("MIT", "GPL-3.0-only"):
        made.claim(base, Field.LICENSE, License(expression=text), replace(CARD, file=text))
    one = filled(draw(made.finish(root), Given()), "xi.1.1.f")
    assert (one.state, one.disputed) == (State.COMPLETE, ())


def test_a_file_that_is_the_subject_is_spoken_of_whatever_it_is_called() -> None:
    made = Assembly()
    root = made.component("file:weighbridge.dossier.toml", Kind.FILE)
    made.claim(root, Field.NAME, "weighbridge.dossier.toml", CARD)
    assert draw(made.finish(root), Given()).name == "weighbridge.dossier.toml"


def test_what_is_inferred_completes_nothing() -> None:
    guessed = replace(CARD, confidence=Confidence.INFERRED)
    made = Assembly()
    root = made.component("model:.", Kind.MODEL)
    made.claim(root, Field.INPUT, "text", CARD)
    made.claim(root, Field.OUTPUT, "text", guessed)
    one = filled(draw(made.finish(root), Given()), "xi.1.1.e")
    assert (one.state, one.lacks) == (State.DRAFTED, ("output of model:.",))


def test_every_library_needs_a_version() -> None:
    made = Assembly()
    root = made.component("application:.", Kind.APPLICATION)
    for name, version in (("torch", "2.9"), ("numpy", "")):
        one = made.component(f"library:{name}", Kind.LIBRARY)
        made.claim(one, Field.NAME, name, CARD)
        if version:
            made.claim(one, Field.VERSION, version, CARD)
    row = filled(draw(made.finish(root), Given()), "iv.1.c")
    assert (row.state, row.lacks) == (State.DRAFTED, ("version of numpy",))


def test_changes_are_told_with_what_they_were_held_against() -> None:
    change = Change(weight=Weight.ALARM, what="weights", words="weights changed", path="model.safetensors")
    alone = filled(draw(one_model(), Given()), "iv.6")
    assert (alone.state, alone.lacks) == (State.OPEN, ("an earlier state to be held against (--previous)",))
    for changes, words in (((change,), "model.safetensors: weights changed"), ((), "nothing has changed")):
        made = draw(one_model(), Given(previous=Previous(name="1.0.json", sha256="7" * 64, changes=changes)))
        one = filled(made, "iv.6")
        assert one.state is State.COMPLETE
        assert [(piece.text, piece.origin.file) for piece in one.evidence] == [(words, "1.0.json")]


@pytest.mark.parametrize(
    ("task", "raised"),
    [
        ("text-generation", {"art50.1", "art50.2", "art50.4"}),
        ("text-to-image", {"art50.2", "art50.4"}),
        ("text-to-speech", {"art50.2", "art50.4"}),
        ("facial-expression", {"art50.3"}),
        ("text-classification", set()),
    ],
)
def test_tasks_raise_questions_and_answer_none(task: str, raised: set[str]) -> None:
    asked = draw(one_model(task=task), Given()).of("art50")
    assert {one.row.id for one in asked} == raised
    assert {one.state for one in asked} <= {State.OPEN}


def test_a_service_and_a_watermark_raise_questions() -> None:
    made = Assembly()
    root = made.component("application:.", Kind.APPLICATION)
    for kind, name in ((Kind.SERVICE, "gpt-4o"), (Kind.LIBRARY, "Invisible_Watermark")):
        one = made.component(f"{kind}:{name}", kind)
        made.claim(one, Field.NAME, name, CARD)
    asked = {one.row.id: [piece.text for piece in one.evidence] for one in draw(made.finish(root), Given()).of("art50")}
    assert asked == {"art50.1": ["gpt-4o"], "art50.2": ["gpt-4o", "Invisible_Watermark"]}


def test_a_stranger_cannot_make_it_long() -> None:
    made = draw(samples.application(models=4, libraries=1_000), Given())
    assert all(len(one.evidence) <= MOST for one in made.rows)
    assert any(one.total > MOST for one in made.rows)
    long = one_model(task="x" * 1_000_000)
    one = filled(draw(long, Given()), "iv.3")
    assert len(one.evidence[0].text) == LONGEST + 1
    assert one.digest != filled(draw(one_model(task="x" * 1_000_000 + "y"), Given()), "iv.3").digest
