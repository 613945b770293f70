"""What stops the process: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import call, found, reference, said
from weighbridge.core.facts import Argument
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import denial


def test_the_plain_call_is_found() -> None:
    (match,) = found(denial, call("time", "sleep", Argument(kind="int", text="0", number=0)))
    assert match.message == "loading runs `time.sleep`: it stops or stalls the process"
    assert match.evidence == ("time.sleep(0)",)
    assert match.severity is None


def test_an_exit_without_clean_up_gad_17_is_found() -> None:
    assert said(denial, call("posix", "_exit", Argument(kind="int", text="0", number=0))) == (
        "loading runs `posix._exit`: it stops or stalls the process"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(denial, reference("time", "sleep"))
    assert match.message.startswith("loading hands over `time.sleep`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(denial, reference("time", "sleep", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(denial, call("collections", "OrderedDict"))
    assert not found(denial, reference("collections", "OrderedDict"))
    assert not found(denial, call("posix", "system"))
