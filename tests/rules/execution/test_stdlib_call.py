"""The standard library: calls, references, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import call, found, reference, said
from weighbridge.core.finding import Confidence, Severity
from weighbridge.rules.execution import stdlib_call


def test_the_plain_call_is_found() -> None:
    (match,) = found(stdlib_call, call("colorsys", "rgb_to_hsv"))
    assert match.message == "loading calls `colorsys.rgb_to_hsv`, a part of Python's library that is not plain data"
    assert match.evidence == ("colorsys.rgb_to_hsv()",)
    assert (match.severity, match.confidence) == (None, None)


def test_an_instance_of_a_library_class_is_found() -> None:
    assert said(stdlib_call, call("pathlib", "PurePath", opcode="NEWOBJ")).startswith(
        "loading calls `pathlib.PurePath`"
    )


def test_a_mere_reference_weighs_less() -> None:
    (match,) = found(stdlib_call, reference("sys", "maxsize"))
    assert match.message == "the file refers to `sys.maxsize`, a part of Python's library that is not plain data"
    assert (match.severity, match.confidence) == (Severity.MEDIUM, Confidence.MEDIUM)


def test_the_honest_twins_are_silent() -> None:
    assert not found(stdlib_call, call("collections", "OrderedDict"))
    assert not found(stdlib_call, call("posix", "system"))
    assert not found(stdlib_call, call("my_pkg", "build"))
    assert not found(stdlib_call, reference("colorsys", "rgb_to_hsv", called=True))
