"""Callees and targets without a name."""

from __future__ import annotations

import pytest

from tests.rules.execution.samples import ECHO, call, found, items, state
from weighbridge.core.facts import Origin
from weighbridge.core.finding import Confidence
from weighbridge.rules.execution import unknowable_call


def test_the_plain_call_of_something_unknown_is_found() -> None:
    (match,) = found(unknowable_call, call("", "", ECHO, origin=Origin.UNKNOWN))
    assert match.message == "loading calls something unknown"
    assert match.evidence == ("<unknown>('echo INERT')",)
    assert match.confidence is None


def test_a_call_of_what_a_vetted_name_returned_is_found() -> None:
    (match,) = found(unknowable_call, call("collections", "OrderedDict", ECHO, origin=Origin.RESULT))
    assert match.message == "loading calls the result of `collections.OrderedDict`"
    assert match.evidence == ("collections.OrderedDict(…)('echo INERT')",)
    assert match.confidence is None


def test_a_call_of_a_persistent_id_is_found() -> None:
    (match,) = found(unknowable_call, call("", "", origin=Origin.PERSISTENT))
    assert match.message.startswith("loading calls what the loader makes of a persistent id")
    assert match.confidence is None


def test_a_call_of_plain_data_fails_and_is_less_sure() -> None:
    (match,) = found(unknowable_call, call("", "", origin=Origin.DATA))
    assert match.confidence is Confidence.MEDIUM


@pytest.mark.parametrize("origin", [Origin.UNKNOWN, Origin.PERSISTENT, Origin.DATA])
def test_changes_of_something_unknown_are_less_sure(origin: Origin) -> None:
    for fact in (state("", "", origin=origin), items("", "", "'a'", origin=origin)):
        (match,) = found(unknowable_call, fact)
        assert match.message.startswith("loading changes ")
        assert match.confidence is Confidence.MEDIUM


def test_the_honest_twins_are_silent() -> None:
    assert not found(unknowable_call, call("collections", "OrderedDict"))
    assert not found(unknowable_call, state("argparse", "Namespace"))
    assert not found(unknowable_call, items("collections", "OrderedDict", "'a'", origin=Origin.RESULT))
    assert not found(unknowable_call, call("my_pkg", "build", origin=Origin.RESULT))
