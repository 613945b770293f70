"""Policies judge as the truth table says; what is not scanned never passes unsaid; a broken judge is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import ModuleType

import pytest

from tests.governance.policy.mutants import mutants
from tests.governance.policy.truths import DAY, TRUTHS, Truth
from weighbridge.governance.policy import exemptions, expressions, licensing
from weighbridge.governance.policy import judge as judging
from weighbridge.governance.policy.decision import Decision, Key
from weighbridge.governance.policy.document import policy_of
from weighbridge.governance.policy.facts import Known
from weighbridge.governance.policy.language import Policy

ANSWERS = {"yes": (True, ""), "no": (False, ""), "open": (None, "no such key")}


@pytest.fixture(scope="module", autouse=True)
def _answers() -> Iterator[None]:
    """Conditions are answered by their words here; the real evaluator has tests of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expressions, "compiled", lambda _when, _where: None)
        patch.setattr(expressions, "evaluated", lambda when, _subject: ANSWERS[when])
        yield


@cache
def policy(text: str) -> Policy:
    return policy_of(f"version: 1\n{text}\n".encode(), "policy.yaml")


def disagreement(truth: Truth) -> str:
    """Say in what a judge and a row of the table disagree; empty where they agree."""
    outcome = judging.decide(policy(truth.policy), [truth.subject], DAY)
    (judgement,) = outcome.judgements
    rulings = judgement.rulings
    rest = iter([one for ruling in rulings for one in ruling.words])
    lifted = "".join(one.lifted for one in rulings)
    held = truth.subject.digests
    computed = [one.sha256 for one in held.content if one.computed] if isinstance(held, Known) else []
    agrees = {
        "decision": str(outcome.decision) == truth.decision == str(judgement.decision),
        "words": all(any(say in one for one in rest) for say in truth.says),
        "missing": truth.missing in {None, any(one.missing for one in rulings)},
        "lifted": truth.lifted in lifted and bool(truth.lifted) == bool(lifted),
        "was": all((one.was is None) == (not one.lifted) for one in rulings),
        "expired": len(outcome.expired) == truth.expired,
        "unused": len(outcome.unused) == truth.unused,
        "silent": not truth.silent or {one.key for one in rulings} <= {Key.SCAN},
        "reasons": all(one.words or one.decision is Decision.ALLOW for one in rulings),
        "sentences": all(words == words.strip() for one in rulings for words in one.words),
        "once": all(len(set(one.words)) == len(one.words) for one in rulings),
        "digests": list(judgement.digests) == computed,
        "order": [one.key for one in rulings] == [key for key in Key if key in {one.key for one in rulings}],
        "enforced": outcome.enforced,
    }
    return ", ".join(what for what, fits in agrees.items() if not fits)


@pytest.mark.parametrize("truth", TRUTHS, ids=[one.name for one in TRUTHS])
def test_a_row_of_the_truth_table(truth: Truth) -> None:
    assert not disagreement(truth)


@pytest.mark.parametrize(
    ("gaps", "unread", "decision"),
    [
        ((), "inconclusive", Decision.INCONCLUSIVE), ((), "warn", Decision.INCONCLUSIVE),
        (("a folder",), "block", Decision.BLOCK),
    ],
)  # fmt: skip
def test_nothing_to_judge_is_never_a_pass(gaps: tuple[str, ...], unread: str, decision: Decision) -> None:
    outcome = judging.decide(policy(f"scan: {{missing: {unread}}}"), [], DAY, gaps)
    assert outcome.decision is decision


def test_the_table_is_large_and_its_rows_differ() -> None:
    assert len(TRUTHS) >= 60
    assert len({one.name for one in TRUTHS}) == len(TRUTHS)


def fails(truth: Truth) -> bool:
    try:
        return bool(disagreement(truth))
    except Exception:  # noqa: BLE001  (a mutant may raise anything)
        return True


def survivors(module: ModuleType, *names: str, without: tuple[str, ...] = ()) -> list[str]:
    """The mutants of a module that the table does not notice when the judge uses their functions ``names``.

    The row that has noticed one is asked first about the next, which is often of the same line.
    """
    rows = list(TRUTHS)
    assert not any(map(fails, rows)), "a table that does not hold notices everything"
    left = []
    for one in mutants(module, without):
        with one.installed(module), pytest.MonkeyPatch.context() as patch:
            licensing.parsed.cache_clear()
            for name in names:
                patch.setattr(judging, name, getattr(module, name))
            noticed = next((at for at, row in enumerate(rows) if fails(row)), -1)
        licensing.parsed.cache_clear()
        if noticed < 0:
            left.append(one.change)
        else:
            rows.insert(0, rows.pop(noticed))
    return left


def test_every_mutant_of_the_judge_is_noticed() -> None:
    """None is equivalent: each changes a decision, a word or a mark that a row holds it to."""
    assert len(list(mutants(judging))) > 150
    assert survivors(judging) == []


def test_every_mutant_of_exceptions_and_licences_is_noticed() -> None:
    assert survivors(exemptions, "fits", "denies", "purl_fits") == [
        "without bool(bare)",  # a pattern begins with pkg:, so an empty package URL fits none
    ]
    assert survivors(licensing, "refused", without=("trouble", "_is_known")) == [
        "never len(parts) == 1",  # a part, and all or one of that part alone, are the same
        "never len(parts) == 1",
    ]
