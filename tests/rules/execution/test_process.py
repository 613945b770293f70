"""Operating-system commands: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, call, found, reference, said
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import process


def test_the_plain_call_is_found() -> None:
    (match,) = found(process, call("posix", "system", ECHO))
    assert match.message == "loading runs `posix.system`: an operating-system command"
    assert match.evidence == ("posix.system('echo INERT')",)
    assert match.severity is None


def test_a_dotted_name_pkl_15_is_found() -> None:
    assert said(process, call("pathlib", "os.system", ECHO)) == (
        "loading runs `pathlib.os.system`: an operating-system command"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(process, reference("posix", "system"))
    assert match.message.startswith("loading hands over `posix.system`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(process, reference("posix", "system", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(process, call("collections", "OrderedDict"))
    assert not found(process, reference("collections", "OrderedDict"))
    assert not found(process, call("time", "sleep"))
