"""Scanners that are tampered with: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import call, found, reference, said
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import scanner_evasion


def test_the_plain_call_is_found() -> None:
    (match,) = found(scanner_evasion, call("fickling.hook", "run_hook"))
    assert match.message == "loading runs `fickling.hook.run_hook`: the code of a security scanner"
    assert match.evidence == ("fickling.hook.run_hook()",)
    assert match.severity is None


def test_a_table_that_is_only_referred_to_pkl_38_is_found() -> None:
    assert said(scanner_evasion, reference("picklescan.scanner", "_unsafe_globals")) == (
        "loading hands over `picklescan.scanner._unsafe_globals`: the code of a security scanner"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(scanner_evasion, reference("fickling.hook", "run_hook"))
    assert match.message.startswith("loading hands over `fickling.hook.run_hook`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(scanner_evasion, reference("fickling.hook", "run_hook", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(scanner_evasion, call("collections", "OrderedDict"))
    assert not found(scanner_evasion, reference("collections", "OrderedDict"))
    assert not found(scanner_evasion, call("time", "sleep"))
