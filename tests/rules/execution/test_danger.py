"""The match that all rules on known dangers share."""

from __future__ import annotations

from tests.rules.execution.samples import WORDS, call, reference
from weighbridge.core.facts import Origin
from weighbridge.rules.execution import danger


def test_any_of_several_categories_matches() -> None:
    for name in (("builtins", "exec"), ("asteval", "Interpreter")):
        (match,) = danger.matches(call(*name), WORDS, "code", "code_execution", "evaluator")
        assert match.message == f"loading runs `{name[0]}.{name[1]}`: code"


def test_other_categories_do_not() -> None:
    assert not list(danger.matches(call("posix", "system"), WORDS, "code", "code_execution", "evaluator"))
    assert not list(danger.matches(reference("posix", "system"), WORDS, "code", "code_execution"))


def test_what_a_dangerous_call_returned_was_said_at_the_call() -> None:
    assert not list(danger.matches(call("posix", "system", origin=Origin.RESULT), WORDS, "a command", "process"))
