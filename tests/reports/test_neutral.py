"""Neutral text: nothing that an attacker writes may act on a terminal, reverse a name or forge a line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports.samples import ATTACK
from weighbridge.reports.neutral import columns, encodable, shorten, visible

# Any code point, lone surrogates included: hypothesis leaves those out unless told otherwise.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60) | st.text(
    st.sampled_from(ATTACK + "\ud800\udfff\u200d\u202a权é\u0301"), max_size=60
)


def harmless(text: str) -> bool:
    """Judge by Unicode categories rather than by the code under test."""
    return all(
        unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        and (one == " " or not one.isspace())
        for one in text
    )


@given(ANY_TEXT)
def test_visible_text_is_harmless_and_stays_as_it_is_a_second_time(text: str) -> None:
    shown = visible(text)
    assert harmless(shown)
    assert shown.encode().decode() == shown
    assert visible(shown) == shown
    assert len(shown.splitlines()) <= 1


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_ascii_is_left_alone(text: str) -> None:
    assert visible(text) == text


def test_letters_of_all_scripts_are_left_alone() -> None:
    assert visible("модель 权重 モデル café ✓") == "модель 权重 モデル café ✓"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("a\u200bb", "a\\u200bb"),
        ("one\ntwo\r\tthree\x00", "one\\ntwo\\r\\tthree\\x00"),
        ("\u2028", "\\u2028"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("a\ufe01", "a\\ufe01"),
        ("\u3164\u115f\u2800", "\\u3164\\u115f\\u2800"),
        ("\xa0", "\\xa0"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY_TEXT, st.integers(min_value=1, max_value=40), st.booleans())
def test_shortened_text_fits_and_says_that_it_was_cut(text: str, width: int, keep_end: bool) -> None:
    short = shorten(text, width, keep_end=keep_end)
    assert columns(short) <= width
    assert harmless(short)
    assert short == visible(text) or "…" in short


def test_shortening_keeps_the_file_name_of_a_path() -> None:
    assert shorten("models/" + "x/" * 50 + "data.pkl", 24, keep_end=True).endswith("/data.pkl")
    assert shorten("a" * 50, 10) == "a" * 9 + "…"


def test_wide_characters_take_two_columns() -> None:
    assert columns("权重a") == 5
    assert columns("✓✗…│·×é") == 7


@given(ANY_TEXT)
def test_columns_are_those_of_unicode(text: str) -> None:
    # Python 3.11 calls characters that are not assigned full-width, later versions do not.
    text = "".join(one for one in text if unicodedata.category(one) != "Cn")
    assert columns(text) == sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


@given(ANY_TEXT)
def test_encodable_text_is_exact_but_for_lone_surrogates(text: str) -> None:
    kept = encodable(text)
    assert kept.encode().decode() == kept
    if not any("\ud800" <= one <= "\udfff" for one in text):
        assert kept == text
