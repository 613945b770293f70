"""What changed between two dossiers: when a row is worse, what is only bound to other bytes, what is not compared."""

from __future__ import annotations

from typing import Any

import pytest

from weighbridge.core.errors import UsageError
from weighbridge.governance.dossier.difference import Difference, difference
from weighbridge.governance.dossier.document import SCHEMA
from weighbridge.governance.dossier.dossier import State


def piece(value: str, **more: Any) -> dict[str, Any]:
    return {"what": "task", "value": value, "origin": {"file": "README.md"}, **more}


def row(
    state: State = State.DRAFTED, digest: str = "a", *values: str, total: int = 0, answer: str = ""
) -> dict[str, Any]:
    answered = {"answer": {"sha256": answer}} if answer else {}
    return {
        "id": "iv.3", "number": "3", "title": "Monitoring", "state": str(state), "evidence_sha256": digest,
        "evidence": [piece(one) for one in values], "evidence_total": total or len(values), **answered,
    }  # fmt: skip


def document(*rows: dict[str, Any], part: str = "Annex IV", content: tuple[str, ...] = ("x",)) -> dict[str, Any]:
    return {
        "schema": SCHEMA, "subject": {"content": [piece(one) for one in content]},
        "parts": [{"title": part, "rows": list(rows)}],
    }  # fmt: skip


def between(old: dict[str, Any], new: dict[str, Any]) -> Difference:
    return difference(document(old), document(new))


@pytest.mark.parametrize(
    ("was", "now", "worse", "outdated"),
    [
        (State.COMPLETE, State.DRAFTED, True, 0), (State.COMPLETE, State.OPEN, True, 0),
        (State.ANSWERED, State.OPEN, True, 0), (State.COMPLETE, State.OUTDATED, True, 1),
        (State.ANSWERED, State.OUTDATED, True, 1), (State.DRAFTED, State.OUTDATED, True, 1),
        (State.OUTDATED, State.OUTDATED, False, 0), (State.COMPLETE, State.COMPLETE, False, 0),
        (State.COMPLETE, State.ANSWERED, False, 0), (State.DRAFTED, State.OPEN, False, 0),
        (State.OPEN, State.COMPLETE, False, 0), (State.OUTDATED, State.ANSWERED, False, 0),
    ],
)  # fmt: skip
def test_a_row_is_worse_where_it_or_its_answer_was_lost(was: State, now: State, worse: bool, outdated: int) -> None:
    found = between(row(was, "a"), row(now, "b"))
    assert [one.is_worse for one in found.rows] == [worse]
    assert len(found.outdated) == outdated


def test_the_same_is_no_change() -> None:
    found = between(row(State.DRAFTED, "a", "x"), row(State.DRAFTED, "a", "x"))
    assert (found.rows, found.gone, found.new, found.alone) == ((), (), (), ())


def test_what_is_gone_and_new_is_told_in_words() -> None:
    found = difference(
        document(row(State.DRAFTED, "a", "one", "both"), content=("x", "y")),
        document(row(State.DRAFTED, "b", "both", "two"), content=("y", "z")),
    )
    (change,) = found.rows
    assert (change.gone, change.new) == (("task: one (README.md)",), ("task: two (README.md)",))
    assert (found.gone, found.new) == (("task: x (README.md)",), ("task: z (README.md)",))
    assert change.is_evidence_changed
    assert not change.is_quiet


@pytest.mark.parametrize(
    ("new", "quiet"),
    [
        (row(State.DRAFTED, "b", "x"), True), (row(State.DRAFTED, "b", "y"), False), (row(State.DRAFTED, "b"), False),
        (row(State.OPEN, "b", "x"), False), (row(State.DRAFTED, "b", "x", answer="c"), False),
    ],
)  # fmt: skip
def test_only_the_digest_is_quiet(new: dict[str, Any], quiet: bool) -> None:
    (change,) = between(row(State.DRAFTED, "a", "x"), new).rows
    assert change.is_quiet == quiet


def test_where_not_all_evidence_is_in_a_document_that_is_known() -> None:
    whole = [between(row(State.DRAFTED, "a", "x", total=total), row(State.DRAFTED, "b", "x")) for total in (1, 2)]
    assert [one.rows[0].is_whole for one in whole] == [True, False]


def test_documents_of_one_side_are_named_and_not_compared() -> None:
    other = document(row(State.COMPLETE, "b") | {"id": "xi.1"}, part="Annex XI")
    both = document(row(State.COMPLETE, "a"))
    both["parts"] += other["parts"]
    for found in (
        difference(document(row(State.COMPLETE, "a")), both),
        difference(both, document(row(State.COMPLETE, "a"))),
    ):
        assert (found.rows, found.alone) == ((), ("Annex XI",))


def test_a_row_that_is_not_there_any_more_is_worse_if_it_stood() -> None:
    found = difference(document(row(State.COMPLETE, "a")), document())
    assert [one.is_worse for one in found.rows] == []
    assert found.alone == ("Annex IV",)
    found = difference(document(row(State.COMPLETE, "a"), row() | {"id": "x"}), document(row() | {"id": "x"}))
    assert [(one.id, one.now, one.is_worse) for one in found.rows] == [("iv.3", "", True)]


@pytest.mark.parametrize(
    "broken",
    [
        {}, {"schema": "x"}, {"schema": SCHEMA}, document(row() | {"state": "fine"}),
        document(row() | {"evidence_sha256": 1}), document(row() | {"evidence": [1]}),
    ],
)  # fmt: skip
def test_what_is_no_dossier_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        difference(document(), broken)
