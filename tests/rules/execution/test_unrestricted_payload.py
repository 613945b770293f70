"""A payload that is unpickled is a matter for review by the flag alone."""

from __future__ import annotations

from tests.rules.facts import FILE, found, only
from weighbridge.core.finding import Severity
from weighbridge.core.programs import ConfiguredCall
from weighbridge.core.when import When
from weighbridge.rules.execution import unrestricted_payload as rule


def asked(scheme: str, name: str) -> ConfiguredCall:
    return ConfiguredCall(at=FILE, scheme=scheme, key="config.w.use_pickle", module="", name=name, when=When.LOAD)


def test_the_flag_is_told_with_its_place() -> None:
    assert only(rule, asked("torch.export", "use_pickle")).message == "`config.w.use_pickle` has the payload unpickled"
    assert rule.INFO.severity is Severity.MEDIUM


def test_other_calls_are_for_other_rules() -> None:
    assert not found(rule, asked("hydra", "use_pickle"))
    assert not found(rule, asked("torch.export", "inert"))
