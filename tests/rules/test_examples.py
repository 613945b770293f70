"""Each rule finds its own example and stays silent on the honest one, from bytes to finding."""

from __future__ import annotations

import pytest
from tools.generate import builder_of

from weighbridge.core.finding import RuleInfo
from weighbridge.core.limits import Limits
from weighbridge.core.report import Verdict, verdict_of
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.rules.catalog import RuleSet, all_infos

INFOS = all_infos()


def _seen(builder: str) -> Examination:
    name, content = builder_of(builder)
    return examine(BytesSource(content), name, limits=Limits(), judge=Judge(RuleSet()), strict=True)


@pytest.mark.parametrize("info", INFOS, ids=[info.id for info in INFOS])
def test_the_rule_finds_its_own_example(info: RuleInfo) -> None:
    found = [finding for finding in _seen(info.positive).findings if finding.rule == info.id]
    assert found, f"{info.id} is silent on {info.positive}"
    assert (found[0].severity, found[0].confidence, found[0].harm) == (info.severity, info.confidence, info.harm)


@pytest.mark.parametrize("info", INFOS, ids=[info.id for info in INFOS])
def test_the_rule_is_silent_on_the_honest_example(info: RuleInfo) -> None:
    seen = _seen(info.negative)
    assert [finding for finding in seen.findings if finding.rule == info.id] == []
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN
