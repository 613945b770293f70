"""EXE130: programs that a model brings along; a load that runs them is worse than a flag that allows them."""

from __future__ import annotations

from tests.rules.facts import FILE, only
from weighbridge.core.finding import Severity
from weighbridge.core.programs import CodeUnit
from weighbridge.core.when import When
from weighbridge.rules.execution import carried_code


def unit(when: When, language: str = "marshal", name: str = "layers[1]") -> CodeUnit:
    return CodeUnit(at=FILE, language=language, carrier="Lambda layer", name=name, when=when)


def test_what_a_load_runs() -> None:
    found = only(carried_code, unit(When.LOAD))
    assert found.severity is None
    assert found.message == "Lambda layer `layers[1]` is a program in marshalled Python bytecode that a load runs"


def test_what_needs_a_flag() -> None:
    found = only(carried_code, unit(When.FLAG, "lua", ""))
    assert found.severity is Severity.MEDIUM
    assert found.message == "Lambda layer is a program in Lua"


def test_a_language_without_another_name() -> None:
    assert only(carried_code, unit(When.FLAG, "perl", "x")).message.endswith("program in perl")
