"""Names that the file chooses: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, call, found, reference, said
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import import_resolution


def test_the_plain_call_is_found() -> None:
    (match,) = found(import_resolution, call("importlib", "import_module", ECHO))
    assert match.message == "loading runs `importlib.import_module`: a lookup that reaches any code"
    assert match.evidence == ("importlib.import_module('echo INERT')",)
    assert match.severity is None


def test_a_getter_that_is_built_by_obj_gad_05_is_found() -> None:
    assert said(import_resolution, call("operator", "attrgetter", ECHO, opcode="OBJ")) == (
        "loading runs `operator.attrgetter`: a lookup that reaches any code"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(import_resolution, reference("importlib", "import_module"))
    assert match.message.startswith("loading hands over `importlib.import_module`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(import_resolution, reference("importlib", "import_module", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(import_resolution, call("collections", "OrderedDict"))
    assert not found(import_resolution, reference("collections", "OrderedDict"))
    assert not found(import_resolution, call("time", "sleep"))
