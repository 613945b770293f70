"""Code out of data: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import call, found, reference, said
from weighbridge.core.facts import Argument
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import code_object


def test_the_plain_call_is_found() -> None:
    (match,) = found(code_object, call("types", "CodeType", Argument(kind="int", text="0", number=0)))
    assert match.message == "loading runs `types.CodeType`: program code out of the file"
    assert match.evidence == ("types.CodeType(0)",)
    assert match.severity is None


def test_a_function_around_code_that_was_made_before_gad_06_is_found() -> None:
    assert said(
        code_object, call("types", "FunctionType", Argument(kind="object", text="types.CodeType"), opcode="NEWOBJ")
    ) == ("loading runs `types.FunctionType`: program code out of the file")


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(code_object, reference("types", "CodeType"))
    assert match.message.startswith("loading hands over `types.CodeType`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(code_object, reference("types", "CodeType", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(code_object, call("collections", "OrderedDict"))
    assert not found(code_object, reference("collections", "OrderedDict"))
    assert not found(code_object, call("time", "sleep"))


def test_a_class_made_in_the_stream_gad_14_is_found() -> None:
    arguments = (Argument(kind="str", text="Inert"), Argument(kind="tuple"), Argument(kind="dict"))
    assert said(code_object, call("builtins", "type", *arguments)) == (
        "loading runs `builtins.type`: program code out of the file"
    )
