"""fastText: rows, codes and labels that are addressed are there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import fasttexts as files
from tests.formats.flat_reading import cuts, is_sound, lies, of, read
from tests.museum.exhibit import examined, verdict
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import ResourceClaim, TensorDecl
from weighbridge.core.report import Verdict
from weighbridge.formats import fasttext
from weighbridge.formats.fasttext import extract


@pytest.mark.parametrize("content", [files.honest(), files.honest_quantised()])
def test_honest_models(content: bytes) -> None:
    assert is_sound(extract, content)
    assert verdict(content, "lid.bin") is Verdict.CLEAN
    assert examined(content, "x").formats == ("fasttext",)


def test_matrices() -> None:
    shapes = [one.shape for one in of(TensorDecl, extract, files.honest())]
    assert shapes == [(5, 4), (2, 4)]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (files.too_few_rows(), "input matrix"), (files.pruned_beyond(), "input matrix"),
        (files.too_few_codes(), "codes"), (files.wrong_quantiser(), "quantiser"),
        (files.more_outputs(), "output matrix"), (files.wrong_dimension(), "dimension"),
        (files.false_counts(), "dictionary"),
    ],
)  # fmt: skip
def test_what_is_addressed_is_there(content: bytes, what: str) -> None:
    assert lies(extract, content) == {(what, True)}
    assert verdict(content, "lid.bin") is Verdict.MALICIOUS


def test_claims_beyond_the_file() -> None:
    assert of(ResourceClaim, extract, files.claiming())
    assert isinstance(read(extract, files.claiming())[1], Malformed)
    assert isinstance(read(extract, files.head() + files.dictionary(size=fasttext.WORDS + 1))[1], OverLimit)
    assert isinstance(read(extract, files.head(version=99))[1], Malformed)
    assert isinstance(read(extract, files.head() + files.dictionary()[:40])[1], Malformed)


def test_bytes_behind_the_model() -> None:
    assert "HID203" in {one.rule for one in examined(files.honest() + b"INERT", "lid.bin").findings}


def test_every_cut_is_told() -> None:
    for part in cuts(files.honest_quantised(), 60):
        if len(part) > 16:
            assert verdict(part, "lid.ftz") is not Verdict.CLEAN


@settings(max_examples=200, deadline=None)
@given(st.booleans(), st.integers(0, 260), st.binary(max_size=8))
def test_mutations_never_break_the_reader(quantised: bool, at: int, piece: bytes) -> None:
    content = files.honest_quantised() if quantised else files.honest()
    examined(content[:at] + piece + content[at + len(piece) :], "lid.bin")
