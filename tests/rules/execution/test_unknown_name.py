"""Names on no list: classes, functions, one finding for each name."""

from __future__ import annotations

from tests.rules.execution.samples import call, found, reference, said
from weighbridge.core.facts import Origin
from weighbridge.rules.execution import unknown_name

NET = "custom class `my_pkg.Net`, not on the vetted list: loading imports my_pkg and runs its code"
BUILD = "calls `my_pkg.build`, which is not on the vetted list: loading imports my_pkg and runs its code"


def test_the_plain_call_of_a_function_is_found() -> None:
    (match,) = found(unknown_name, call("my_pkg", "build"))
    assert match.message == BUILD
    assert match.evidence == ("my_pkg.build()",)


def test_a_class_is_said_in_the_same_words_however_it_is_used() -> None:
    uses = [
        call("my_pkg", "Net", opcode="NEWOBJ"),
        call("my_pkg", "Net", opcode="NEWOBJ_EX"),
        call("my_pkg", "Net", opcode="REDUCE"),
        call("my_pkg", "Net", opcode="INST"),
        reference("my_pkg", "Net"),
    ]
    assert {said(unknown_name, use) for use in uses} == {NET}


def test_what_is_made_by_new_is_a_class_whatever_its_name() -> None:
    assert said(unknown_name, call("my_pkg", "net", opcode="NEWOBJ")).startswith("custom class `my_pkg.net`")


def test_a_nested_or_private_class_is_a_class() -> None:
    assert said(unknown_name, reference("my_pkg.layers", "Net._Inner")).startswith("custom class")


def test_calling_what_an_unknown_name_returned_says_nothing_new() -> None:
    assert said(unknown_name, call("my_pkg", "build", origin=Origin.RESULT)) == BUILD


def test_a_function_that_is_only_referred_to_is_not_called() -> None:
    assert said(unknown_name, reference("my_pkg", "build")).startswith("refers to `my_pkg.build`")


def test_a_class_of_the_main_program_is_nobody_elses() -> None:
    assert said(unknown_name, call("__main__", "Net", opcode="NEWOBJ")) == (
        "custom class `__main__.Net`, not on the vetted list: the program that opens the file must define it"
    )


def test_a_name_of_any_length_gives_a_short_message() -> None:
    assert len(said(unknown_name, call("m" * 100_000, "n" * 100_000))) < 400


def test_the_honest_twins_are_silent() -> None:
    assert not found(unknown_name, call("collections", "OrderedDict"))
    assert not found(unknown_name, call("posix", "system"))
    assert not found(unknown_name, call("colorsys", "rgb_to_hsv"))
    assert not found(unknown_name, reference("my_pkg", "Net", called=True))
    assert not found(unknown_name, call("posix", "system", origin=Origin.RESULT))
