"""Options are read as POSIX and GNU users expect, and slips get an answer that helps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.cli.options import Command, Given, Group, Operand, Option, parse
from weighbridge.core.errors import UsageError

COMMAND = Command(
    name="try",
    description="Try things.",
    formats=("text", "json"),
    operand=Operand(metavar="TARGET", help="what to try", least=1, most=2),
    groups=(
        Group(
            title="own options",
            options=(
                Option(names=("--verbose", "-v"), help="more"),
                Option(names=("--include",), metavar="GLOB", repeatable=True, help="some"),
                Option(names=("--jobs", "-j"), metavar="N", number=True, help="many"),
            ),
        ),
    ),
)


def read(*words: str) -> Given:
    return parse(COMMAND, list(words))


@pytest.mark.parametrize(
    "words",
    [
        "a --jobs 3", "a --jobs=3", "a -j 3", "a -j3", "-j3 a", "--jobs=3 -- a", "a -qvj3", "a -qvj 3",
        "-vq --jobs=3 a", "a --jobs 7 --jobs 3",
    ],
)  # fmt: skip
def test_every_way_to_give_a_value(words: str) -> None:
    given = read(*words.split())
    assert given.operands == ("a",)
    assert given.number("--jobs") == 3
    assert given.on("--quiet") == given.on("--verbose") == ("q" in words)


def test_what_is_not_given_is_empty() -> None:
    given = read("a")
    assert (given.on("--verbose"), given.one("--format"), given.every("--include"), given.number("--jobs")) == (
        False, "", (), 0,
    )  # fmt: skip


def test_repeatable_options_keep_their_order() -> None:
    given = read("--include", "b", "a", "--include=a", "--output=json=x", "-otext=y", "-o", "z")
    assert given.every("--include") == ("b", "a")
    assert given.every("--output") == ("json=x", "text=y", "z")


def test_a_dash_alone_is_an_operand_and_a_value() -> None:
    given = read("-", "-o", "-")
    assert given.operands == ("-",)
    assert given.every("--output") == ("-",)


def test_behind_two_dashes_everything_is_an_operand() -> None:
    assert read("--", "--jobs", "-v").operands == ("--jobs", "-v")


def test_values_that_begin_with_a_dash_are_written_with_an_equals_sign() -> None:
    assert read("a", "--include=-x", "--include=").every("--include") == ("-x", "")


@pytest.mark.parametrize(
    ("words", "complaint", "hint"),
    [
        ("a --fromat json", "there is no option --fromat", "did you mean --format?"),
        ("a --zzzzzzz", "there is no option --zzzzzzz", "see: weighbridge try --help"),
        ("a --form json", "there is no option --form", "did you mean --format?"),
        ("a -x", "there is no option -x", "see: weighbridge try --help"),
        ("a -vx", "there is no option -x", "see: weighbridge try --help"),
        ("a --verbose=yes", "--verbose takes no value", "see: weighbridge try --help"),
        ("a --jobs", "--jobs needs a value", "--jobs=VALUE"),
        ("a --include --verbose", "--include needs a value", "--include=VALUE"),
        ("a -j", "-j needs a value", ""),
        ("a -j x", "--jobs takes a number, not 'x'", ""),
        ("a --jobs=-1", "--jobs takes a number, not '-1'", ""),
        ("a --jobs=1.5", "--jobs takes a number, not '1.5'", ""),
        ("a --jobs=²", "--jobs takes a number, not '²'", ""),
        ("a --jobs=", "--jobs takes a number, not ''", ""),
        ("a --jobs=1234567890123", "--jobs takes a number, not '1234567890123'", ""),
        ("a --format xml", "--format cannot be 'xml'", "one of text, json"),
        ("", "TARGET is missing", "see: weighbridge try --help"),
        ("--", "TARGET is missing", ""),
        ("a b c", "there is nothing to do with 'c'", "see: weighbridge try --help"),
    ],
)
def test_slips_are_answered(words: str, complaint: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(*words.split())
    assert str(refused.value) == complaint
    assert hint in refused.value.hint


def test_help_needs_no_operand() -> None:
    assert read("--help").on("--help")
    assert read("-h", "--jobs", "3").on("--help")


def test_a_command_without_operands_takes_none() -> None:
    bare = Command(name="bare", description="Nothing.", formats=("text",))
    assert parse(bare, ["-q"]).operands == ()
    with pytest.raises(UsageError, match="nothing to do with 'a'"):
        parse(bare, ["a"])


def test_options_are_asked_for_by_names_that_exist() -> None:
    with pytest.raises(KeyError):
        read("a").on("--no-such-option")


WORDS = st.text(max_size=8) | st.sampled_from(
    ["--jobs", "-j", "-v", "--include", "--", "-", "--format", "json", "=", "--jobs=", "-o", "--help", "-vq", "3"]
)


@given(st.lists(WORDS, max_size=8))
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    try:
        given_words = read(*words)
    except UsageError:
        return
    assert given_words.on("--help") or 1 <= len(given_words.operands) <= 2
    assert all(operand in words for operand in given_words.operands)
