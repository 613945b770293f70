"""Cases of a policy: what they may say, and what of an outcome they are held against."""

from __future__ import annotations

import pytest

from weighbridge.core.errors import UsageError
from weighbridge.governance.policy.cases import Case, Result, cases_of, tried
from weighbridge.governance.policy.decision import Decision, Judgement, Key, Outcome, Ruling
from weighbridge.inventory.graph import Kind

DAY = "2026-11-30"


def judgement(name: str, *rulings: tuple[Key, Decision, str]) -> Judgement:
    return Judgement(
        subject=f"file:{name}", kind=Kind.FILE, name=name, target="m", digests=(), commit="",
        rulings=tuple(Ruling(key=key, decision=decision, words=(words,)) for key, decision, words in rulings),
    )  # fmt: skip


OUTCOME = Outcome(
    policy="p", digest="d", enforced=True, day=DAY, gaps=("a folder",),
    judgements=(
        judgement("a", (Key.SCAN, Decision.ALLOW, ""), (Key.FORMATS, Decision.WARN, "odd")),
        judgement("b", (Key.SCAN, Decision.BLOCK, "old"), (Key.FORMATS, Decision.WARN, "odd")),
        judgement("c", (Key.SCAN, Decision.BLOCK, "old")),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "key", "decided", "words"),
    [
        ("", None, Decision.BLOCK, ("old",)), ("a", None, Decision.WARN, ("odd",)),
        ("file:a", None, Decision.WARN, ("odd",)), ("b", None, Decision.BLOCK, ("old",)),
        ("", Key.FORMATS, Decision.WARN, ("odd",)), ("a", Key.SCAN, Decision.ALLOW, ("",)),
    ],
)  # fmt: skip
def test_a_case_is_about_all_one_subject_or_one_key(
    subject: str, key: Key | None, decided: Decision, words: tuple[str, ...]
) -> None:
    for expect in Decision:
        one = tried(Case(name="x", file="f", day=DAY, expect=expect, subject=subject, key=key), OUTCOME)
        assert (one.decided, one.words) == (decided, words), "each sentence is told once"
        assert one.result is (Result.AGREES if expect is decided else Result.DIFFERS)


@pytest.mark.parametrize(
    ("subject", "key", "said"),
    [("d", None, "there is no subject 'd'"), ("c", Key.FORMATS, "the key formats judges nothing")],
)
def test_a_case_about_nothing_is_an_error(subject: str, key: Key | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        tried(Case(name="x", file="f", day=DAY, expect=Decision.ALLOW, subject=subject, key=key), OUTCOME)


@pytest.mark.parametrize(
    ("files", "holds"), [("facts: f", True), ("report: r", True), ("facts: f, report: r", False), ("subject: s", False)]
)
def test_a_case_has_one_file(files: str, holds: bool) -> None:
    text = f"version: 1\ncases: [{{name: x, {files}, day: {DAY}, expect: allow}}]\n".encode()
    if holds:
        assert cases_of(text, "cases.yaml").cases[0].file in {"f", "r"}
    else:
        with pytest.raises(UsageError, match="a case has one file"):
            cases_of(text, "cases.yaml")
