"""Wrapping: no line is too wide and no letter is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weighbridge.reports.neutral import columns
from weighbridge.reports.wrap import fold, wrap

WORDS = st.text(st.sampled_from("ab .权\u0301"), max_size=200)


@given(WORDS, st.integers(min_value=8, max_value=40))
def test_wrapped_prose_fits_and_keeps_every_letter(text: str, width: int) -> None:
    lines = wrap(text, width, first="* ", rest="    ")
    assert all(columns(line) <= width for line in lines)
    assert [line[:2] for line in lines[:1]] in ([], ["* "])
    assert all(line.startswith("    ") for line in lines[1:])
    assert "".join(lines).replace(" ", "").replace("*", "") == text.replace(" ", "")


@given(WORDS, st.integers(min_value=2, max_value=40))
def test_folded_text_fits_and_is_whole(text: str, width: int) -> None:
    pieces = fold(text, width)
    assert "".join(pieces) == text
    assert all(columns(piece) <= width for piece in pieces)


def test_words_stay_whole_where_they_can() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("one " + "x" * 12, 8) == ["one xxxx", "xxxxxxxx"]
    assert wrap("", 8) == []
