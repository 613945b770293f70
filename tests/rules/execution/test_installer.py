"""Installers: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, call, found, reference, said
from weighbridge.core.facts import Argument
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import installer


def test_the_plain_call_is_found() -> None:
    (match,) = found(installer, call("pip", "main", Argument(kind="tuple", items=(ECHO,))))
    assert match.message == "loading runs `pip.main`: an installer of packages"
    assert match.evidence == ("pip.main(('echo INERT',))",)
    assert match.severity is None


def test_the_installer_of_installers_by_inst_gad_16_is_found() -> None:
    assert said(installer, call("ensurepip", "bootstrap", opcode="INST")) == (
        "loading runs `ensurepip.bootstrap`: an installer of packages"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(installer, reference("pip", "main"))
    assert match.message.startswith("loading hands over `pip.main`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(installer, reference("pip", "main", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(installer, call("collections", "OrderedDict"))
    assert not found(installer, reference("collections", "OrderedDict"))
    assert not found(installer, call("time", "sleep"))
