"""word2vec's binary vectors: read to the last word, told where the first line lies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.fasttexts import word_vectors
from tests.formats.flat_reading import is_sound, lies, read
from tests.museum.exhibit import examined, verdict
from weighbridge.core.errors import Malformed
from weighbridge.core.report import Verdict
from weighbridge.formats.word2vec import extract


@pytest.mark.parametrize("feed", [False, True])
@pytest.mark.parametrize(("words", "columns"), [(5, 8), (1, 1), (300, 300), (9_000, 8)])
def test_honest_vectors(feed: bool, words: int, columns: int) -> None:
    content = word_vectors(words, columns, feed=feed)
    assert is_sound(extract, content)
    assert examined(content, "vectors.bin").formats == ("word2vec",)
    assert verdict(content, "vectors.bin") is Verdict.CLEAN


def test_more_words_than_there_are() -> None:
    content = word_vectors(5, 8, feed=False)
    assert lies(extract, content[:-2]) == {("number of words", False)}
    assert isinstance(read(extract, word_vectors(5, 8, announced=6))[1], Malformed)


def test_bytes_behind_the_last_word() -> None:
    content = word_vectors(5, 8, announced=4)
    assert "HID203" in {one.rule for one in examined(content, "vectors.bin").findings}


@pytest.mark.parametrize("content", [b"2 2\none 0.5 0.5\ntwo 0.5 0.5\n", b"2 2 2\n\0\0\0\0", b"12 monkeys\n\0\0\0"])
def test_other_files_are_not_taken_for_vectors(content: bytes) -> None:
    assert "word2vec" not in examined(content, "vectors.bin").formats


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 200), st.binary(max_size=6))
def test_mutations_never_break_the_reader(at: int, piece: bytes) -> None:
    content = word_vectors()
    examined(content[:at] + piece + content[at + len(piece) :], "vectors.bin")
