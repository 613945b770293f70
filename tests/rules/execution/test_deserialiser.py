"""Loaders inside the loader: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, call, found, reference, said
from weighbridge.core.facts import Argument
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import deserialiser


def test_the_plain_call_is_found() -> None:
    (match,) = found(deserialiser, call("pickle", "loads", Argument(kind="bytes", text="b'N.'")))
    assert match.message == "loading runs `pickle.loads`: another loader"
    assert match.evidence == ("pickle.loads(b'N.')",)
    assert match.severity is None


def test_a_loader_of_a_library_gad_08_is_found() -> None:
    assert said(deserialiser, call("joblib", "load", ECHO)) == ("loading runs `joblib.load`: another loader")


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(deserialiser, reference("pickle", "loads"))
    assert match.message.startswith("loading hands over `pickle.loads`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(deserialiser, reference("pickle", "loads", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(deserialiser, call("collections", "OrderedDict"))
    assert not found(deserialiser, reference("collections", "OrderedDict"))
    assert not found(deserialiser, call("time", "sleep"))
