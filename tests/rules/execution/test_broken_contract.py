"""Vetted names within and outside their contracts."""

from __future__ import annotations

from tests.rules.execution.samples import ECHO, call, found, items, said, state
from weighbridge.core.facts import Argument, Origin
from weighbridge.rules.execution import broken_contract

LATIN1 = Argument(kind="str", text="latin1")
ROT13 = Argument(kind="str", text="rot13")


def test_the_plain_breach_is_found() -> None:
    (match,) = found(broken_contract, call("_codecs", "encode", ECHO, ROT13))
    assert match.message == (
        "`_codecs.encode` is called in an unusual way: its arguments are not those of an honest file"
    )
    assert match.evidence == ("_codecs.encode('echo INERT', 'rot13')",)


def test_a_use_that_is_not_on_the_list_is_found() -> None:
    assert said(broken_contract, call("_codecs", "encode", ECHO, LATIN1, opcode="NEWOBJ")) == (
        "`_codecs.encode` is called in an unusual way: it is vetted as data, not for NEWOBJ"
    )


def test_a_state_that_the_list_does_not_know_is_found() -> None:
    assert said(broken_contract, state("collections", "OrderedDict")) == (
        "the result of `collections.OrderedDict` is built in an unusual way: its state is not that of an honest file"
    )


def test_items_that_the_list_does_not_know_are_found() -> None:
    assert said(broken_contract, items("argparse", "Namespace", "'a'", origin=Origin.RESULT)) == (
        "the result of `argparse.Namespace` is filled in an unusual way: SETITEM is not how an honest file fills it"
    )


def test_the_honest_twins_are_silent() -> None:
    assert not found(broken_contract, call("_codecs", "encode", ECHO, LATIN1))
    assert not found(broken_contract, call("argparse", "Namespace", opcode="NEWOBJ"))
    assert not found(broken_contract, state("argparse", "Namespace"))
    assert not found(broken_contract, items("collections", "OrderedDict", "'a'", origin=Origin.RESULT))
    assert not found(broken_contract, call("posix", "system", ECHO))
