"""Source text that runs: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, call, found, reference, said
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import code_execution


def test_the_plain_call_is_found() -> None:
    (match,) = found(code_execution, call("builtins", "exec", ECHO))
    assert match.message == "loading runs `builtins.exec`: code from text"
    assert match.evidence == ("builtins.exec('echo INERT')",)
    assert match.severity is None


def test_a_restricted_evaluator_gad_15_is_found() -> None:
    assert said(code_execution, call("asteval", "Interpreter", opcode="NEWOBJ")) == (
        "loading runs `asteval.Interpreter`: code from text"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(code_execution, reference("builtins", "exec"))
    assert match.message.startswith("loading hands over `builtins.exec`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(code_execution, reference("builtins", "exec", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(code_execution, call("collections", "OrderedDict"))
    assert not found(code_execution, reference("collections", "OrderedDict"))
    assert not found(code_execution, call("time", "sleep"))
