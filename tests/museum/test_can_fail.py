"""The museum can fail: what its verdicts rest on is taken away, and they fall."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.builders.pickles.programs import SHELL, VETTED, Target, pickled_call
from tests.museum.collection import ALL
from tests.museum.exhibit import FORMS, RULES, Exhibit, Verdict, examined, verdict, verdict_of
from tests.museum.test_gadget_families import EXHIBITS as GADGETS
from tests.sampling import some
from weighbridge.core.finding import Severity
from weighbridge.rules.catalog import RuleSet
from weighbridge.rules.index import INDEX
from weighbridge.rules.vocabulary.standing import Vocabulary
from weighbridge.rules.vocabulary.tables import Danger, Tables, Vetted

NO_RULES = RuleSet(disabled=frozenset(INDEX), words=RULES.words)


class _NoDangers(Tables):
    def danger(self, module: str, name: str) -> Danger | None:
        return None


class _NothingVetted(Tables):
    def vetted(self, module: str, name: str) -> Vetted | None:
        return None


def _with(tables: Tables) -> RuleSet:
    return RuleSet(words=Vocabulary(tables))


def _bad(exhibit: Exhibit, rules: RuleSet) -> Verdict:
    name, content = exhibit.file("bad")
    return verdict(content, name, rules)


def _rank(one: Verdict) -> int:
    return list(Verdict).index(one)


def test_without_rules_nothing_is_found() -> None:
    chosen = some(3, ALL)
    found = Counter(_bad(exhibit, NO_RULES) for exhibit in chosen)
    assert set(found) == {Verdict.CLEAN, Verdict.INCONCLUSIVE}
    assert found[Verdict.CLEAN] > len(chosen) * 3 // 4


def test_every_verdict_rests_on_the_rules_that_spoke() -> None:
    """Without the very rules that found something at medium or above, each exhibit is judged more mildly."""
    for exhibit in some(4, ALL):
        name, content = exhibit.file("bad")
        spoke = {one.rule for one in examined(content, name).findings if one.severity.rank >= Severity.MEDIUM.rank}
        if exhibit.expects in {Verdict.MALICIOUS, Verdict.SUSPICIOUS}:
            assert spoke, exhibit.label
            milder = verdict(content, name, RuleSet(disabled=frozenset(spoke), words=RULES.words))
            assert _rank(milder) < _rank(exhibit.expects), exhibit.label


def test_the_dangerous_names_choose_words_and_never_let_anything_pass() -> None:
    """With an empty table of dangers many gadgets become merely unknown; not one of them becomes clean."""
    rules = _with(_NoDangers())
    found = Counter(_bad(exhibit, rules) for exhibit in GADGETS)
    assert found[Verdict.CLEAN] == 0
    assert found[Verdict.INCONCLUSIVE] == 0
    assert found[Verdict.SUSPICIOUS] > 40


def test_the_vetted_names_make_the_twins_clean() -> None:
    assert verdict(pickled_call(VETTED), "model.pkl") is Verdict.CLEAN
    assert verdict(pickled_call(VETTED), "model.pkl", _with(_NothingVetted())) is not Verdict.CLEAN


@pytest.mark.parametrize("target", [SHELL, Target("inert_absent_pkg", "call")])
def test_a_wrong_expectation_is_noticed(target: Target) -> None:
    wrong = Exhibit(
        id="none",
        title="none",
        source="none",
        build=lambda: pickled_call(VETTED),
        twin=lambda: pickled_call(target),
        plain=lambda: pickled_call(VETTED),
    )
    for form in FORMS:
        with pytest.raises(AssertionError):
            wrong.hangs_true(form)


def test_the_verdicts_are_those_of_the_report() -> None:
    seen = examined(pickled_call(SHELL), "model.pkl")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.MALICIOUS
