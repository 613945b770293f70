"""The interpreter's state: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import call, found, reference, said
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import interpreter


def test_the_plain_call_is_found() -> None:
    (match,) = found(interpreter, call("inspect", "currentframe"))
    assert match.message == "loading runs `inspect.currentframe`: the state of the interpreter"
    assert match.evidence == ("inspect.currentframe()",)
    assert match.severity is None


def test_a_walk_through_special_attributes_pkl_16_is_found() -> None:
    assert said(interpreter, call("collections", "OrderedDict.__init__.__globals__")) == (
        "loading runs `collections.OrderedDict.__init__.__globals__`: the state of the interpreter"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(interpreter, reference("inspect", "currentframe"))
    assert match.message.startswith("loading hands over `inspect.currentframe`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(interpreter, reference("inspect", "currentframe", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(interpreter, call("collections", "OrderedDict"))
    assert not found(interpreter, reference("collections", "OrderedDict"))
    assert not found(interpreter, call("time", "sleep"))
