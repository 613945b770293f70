"""Conditions in CEL: what they see, what has no answer, what is wrong; without the evaluator nothing is skipped."""

from __future__ import annotations

import sys

import pytest

from tests.governance.policy.truths import DAY, MODEL, UNSCANNED, known, licensed, model, scan
from weighbridge.core.errors import UsageError
from weighbridge.governance.policy import expressions
from weighbridge.governance.policy.decision import Decision
from weighbridge.governance.policy.document import policy_of
from weighbridge.governance.policy.judge import decide

WITH = "version: 1\nconditions: [{name: c, when: '%s', reason: r}]\n"


def test_without_the_evaluator_a_condition_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    expressions._environment.cache_clear()
    expressions.compiled.cache_clear()
    with pytest.raises(UsageError, match="need an evaluator") as caught:
        policy_of((WITH % "true").encode(), "policy.yaml")
    assert "weighbridge[cel]" in caught.value.hint
    expressions._environment.cache_clear()


@pytest.fixture
def _evaluator() -> None:
    pytest.importorskip("cel_expr_python")
    expressions._environment.cache_clear()
    expressions.compiled.cache_clear()


@pytest.mark.usefixtures("_evaluator")
@pytest.mark.parametrize(
    ("when", "subject", "decision"),
    [
        ("subject.kind == \"model\"", MODEL, Decision.BLOCK),
        ("subject.kind == \"file\"", MODEL, Decision.ALLOW),
        ("subject.scan.findings.exists(f, f.rule.startsWith(\"EXE\"))", model(scan=scan(("EXE101", "low"))),
         Decision.BLOCK),
        ("subject.scan.findings.exists(f, f.rule.startsWith(\"EXE\"))", MODEL, Decision.ALLOW),
        ("subject.scan.findings.size() > 0", model(scan=UNSCANNED), Decision.INCONCLUSIVE),
        ("has(subject.scan) && subject.scan.findings.size() > 0", model(scan=UNSCANNED), Decision.INCONCLUSIVE),
        ("subject.licenses.exists(l, l.expression == \"MIT\")", licensed("MIT"), Decision.BLOCK),
        ("subject.licenses.exists(l, l.expression == \"MIT\")", MODEL, Decision.INCONCLUSIVE),
        ("!has(subject.licenses)", MODEL, Decision.BLOCK),
        ("subject.remote_code", model(remote_code=known(True)), Decision.BLOCK),
        ("subject.remote_code", model(remote_code=known(False)), Decision.ALLOW),
        ("subject.name", MODEL, Decision.INCONCLUSIVE),
        ("subject.here && subject.within.exists(p, p == \"pkg:x/y\")", model(here=True, within=("pkg:x/y",)),
         Decision.BLOCK),
        ("subject.name == \"subject.licences\"", MODEL, Decision.ALLOW),
    ],
)  # fmt: skip
def test_an_expression_over_a_subject(when: str, subject: object, decision: Decision) -> None:
    policy = policy_of((WITH % when).encode(), "policy.yaml")
    assert decide(policy, [subject], DAY).decision is decision  # type: ignore[list-item]


@pytest.mark.usefixtures("_evaluator")
@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("subject.kind ==", "when is no expression"), ("nobody.kind", "undeclared reference"), ("1 + 1", "not int"),
        ("x" * 1999, "when is no expression"),
        ("has(subject.licences)", "reads subject.licences, which no subject has"),
        ("subject.kind == \"a\\\\\" && has(subject.pinned)", "subject.pinned"),
    ],
)  # fmt: skip
def test_a_wrong_expression_says_where(when: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        policy_of((WITH % when).encode(), "policy.yaml")
    assert said in str(caught.value)
    assert "policy.yaml:2:14" in str(caught.value)
