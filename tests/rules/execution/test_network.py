"""The network: the plain form, a disguise, honest twins."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, call, found, reference, said
from weighbridge.core.finding import Severity
from weighbridge.rules.execution import network


def test_the_plain_call_is_found() -> None:
    (match,) = found(network, call("urllib.request", "urlopen", ECHO))
    assert match.message == "loading runs `urllib.request.urlopen`: a network connection"
    assert match.evidence == ("urllib.request.urlopen('echo INERT')",)
    assert match.severity is None


def test_a_bare_socket_gad_11_is_found() -> None:
    assert said(network, call("socket", "socket", opcode="NEWOBJ")) == (
        "loading runs `socket.socket`: a network connection"
    )


def test_a_name_that_is_handed_over_is_high() -> None:
    (match,) = found(network, reference("urllib.request", "urlopen"))
    assert match.message.startswith("loading hands over `urllib.request.urlopen`: ")
    assert match.severity is Severity.HIGH


def test_a_name_whose_call_is_known_is_not_repeated() -> None:
    assert not found(network, reference("urllib.request", "urlopen", called=True))


def test_the_honest_twins_are_silent() -> None:
    assert not found(network, call("collections", "OrderedDict"))
    assert not found(network, reference("collections", "OrderedDict"))
    assert not found(network, call("time", "sleep"))
