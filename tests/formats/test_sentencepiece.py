"""sentencepiece: pieces and settings are data; a table must stay inside itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import sentencepieces as files
from tests.builders.protobufs import data
from tests.formats.reading import of, read
from tests.museum.exhibit import Verdict, described, examined, verdict_of
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Inconsistency, TrailingData
from weighbridge.core.texts import TextRewrite
from weighbridge.formats import sentencepiece


def wrong(content: bytes) -> list[tuple[str, bool]]:
    return [(one.what, one.memory) for one in of(Inconsistency, sentencepiece.extract, content)]


@pytest.mark.parametrize("name", ["tokenizer.model", "model.bin"])
def test_an_honest_model_is_clean_under_any_name(name: str) -> None:
    seen = examined(files.honest(), name)
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)
    assert seen.formats == ("sentencepiece",)


@pytest.mark.parametrize("build", [files.leaf_outside, files.unit_outside, files.long_array, files.endless_texts])
def test_a_table_that_leads_out_of_itself_is_told(build: object) -> None:
    assert callable(build)
    assert wrong(build()) == [("charsmap", True)]


@pytest.mark.parametrize("piece", [files.piece("", 0.0), files.piece("x" * 70_000), files.piece("x", 0.0, 9)])
def test_odd_pieces_are_told(piece: bytes) -> None:
    assert wrong(files.model(pieces=[*files.PIECES, piece])) == [("piece", False)]


def test_unknown_fields_and_rules_are_told() -> None:
    assert of(TrailingData, sentencepiece.extract, files.model(more=data(99, "INERT")))
    assert of(TrailingData, sentencepiece.extract, files.model(pieces=[files.PIECES[3] + data(9, "INERT")]))
    (rewrite,) = of(TextRewrite, sentencepiece.extract, files.model(rules="61\t62"))
    assert (rewrite.pattern, rewrite.replacement) == ("61", "62")


def test_a_cut_model_is_malformed() -> None:
    assert isinstance(read(sentencepiece.extract, files.honest()[:-9])[1], Malformed)


@settings(max_examples=100, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 2_400), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_spoilt_model_never_crashes(places: list[tuple[int, int]]) -> None:
    content = bytearray(files.honest())
    for at, byte in places:
        content[at % len(content)] = byte
    examined(bytes(content), "tokenizer.model")


def test_a_piece_that_ends_behind_its_first_tag_is_malformed() -> None:
    assert isinstance(read(sentencepiece.extract, files.model(pieces=[b"\x0a"]))[1], Malformed)
