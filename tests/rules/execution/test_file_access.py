"""The file system: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, call, found, reference, said
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import file_access


def test_the_plain_call_is_found() -> None:
    (match,) = found(file_access, call("builtins", "open", ECHO))
    assert match.message == "loading runs `builtins.open`: access to files"
    assert match.evidence == ("builtins.open('echo INERT')",)
    assert match.severity is None


def test_a_file_object_built_by_newobj_pkl_17_is_found() -> None:
    assert said(file_access, call("io", "FileIO", ECHO, opcode="NEWOBJ")) == (
        "loading runs `io.FileIO`: access to files"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(file_access, reference("builtins", "open"))
    assert match.message.startswith("loading hands over `builtins.open`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(file_access, reference("builtins", "open", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(file_access, call("collections", "OrderedDict"))
    assert not found(file_access, reference("collections", "OrderedDict"))
    assert not found(file_access, call("time", "sleep"))
