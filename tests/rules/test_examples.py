"""Each rule finds its own example and stays silent on the honest one, from bytes to finding."""

from __future__ import annotations

import pytest
from tools.generate import builder_of

from tests.engine.repositories import weighed
from weighbridge.core.finding import Finding, RuleInfo, Severity
from weighbridge.rules.catalog import all_infos

INFOS = all_infos()


def _seen(builder: str) -> list[Finding]:
    return [finding for findings in weighed(builder_of(builder)).values() for finding in findings]


@pytest.mark.parametrize("info", INFOS, ids=[info.id for info in INFOS])
def test_the_rule_finds_its_own_example(info: RuleInfo) -> None:
    found = [finding for finding in _seen(info.positive) if finding.rule == info.id]
    assert found, f"{info.id} is silent on {info.positive}"
    assert (found[0].severity, found[0].confidence, found[0].harm) == (info.severity, info.confidence, info.harm)


@pytest.mark.parametrize("info", INFOS, ids=[info.id for info in INFOS])
def test_the_rule_is_silent_on_the_honest_example(info: RuleInfo) -> None:
    seen = _seen(info.negative)
    assert [finding for finding in seen if finding.rule == info.id] == []
    assert [finding for finding in seen if finding.severity.rank >= Severity.MEDIUM.rank] == []
