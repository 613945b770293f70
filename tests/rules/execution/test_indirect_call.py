"""Calls through a go-between: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import call, found, reference, said
from weighbridge.core.facts import Argument
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import indirect_call


def test_the_plain_call_is_found() -> None:
    (match,) = found(
        indirect_call, call("functools", "reduce", Argument(kind="global", text="posix.system"), Argument(kind="list"))
    )
    assert match.message == "loading runs `functools.reduce`: it calls whatever it is given"
    assert match.evidence == ("functools.reduce(posix.system, [])",)
    assert match.severity is None


def test_a_go_between_that_is_handed_on_pkl_35_is_found() -> None:
    assert said(indirect_call, reference("builtins", "map")) == (
        "loading hands over `builtins.map`: it calls whatever it is given"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(indirect_call, reference("functools", "reduce"))
    assert match.message.startswith("loading hands over `functools.reduce`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(indirect_call, reference("functools", "reduce", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(indirect_call, call("collections", "OrderedDict"))
    assert not found(indirect_call, reference("collections", "OrderedDict"))
    assert not found(indirect_call, call("time", "sleep"))
