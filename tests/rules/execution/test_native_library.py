"""Native libraries: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, call, found, reference, said
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import native_library


def test_the_plain_call_is_found() -> None:
    (match,) = found(native_library, call("ctypes", "CDLL", ECHO))
    assert match.message == "loading runs `ctypes.CDLL`: a native library"
    assert match.evidence == ("ctypes.CDLL('echo INERT')",)
    assert match.severity is None


def test_a_dotted_name_of_torch_gad_12_is_found() -> None:
    assert said(native_library, call("torch", "ops.load_library", ECHO)) == (
        "loading runs `torch.ops.load_library`: a native library"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(native_library, reference("ctypes", "CDLL"))
    assert match.message.startswith("loading hands over `ctypes.CDLL`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(native_library, reference("ctypes", "CDLL", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(native_library, call("collections", "OrderedDict"))
    assert not found(native_library, reference("collections", "OrderedDict"))
    assert not found(native_library, call("time", "sleep"))
