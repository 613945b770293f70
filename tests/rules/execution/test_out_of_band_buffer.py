"""Buffers that are elsewhere are always found."""

from __future__ import annotations

from tests.rules.execution.samples import HERE, said
from weighbridge.core.facts import OutOfBandBuffer
from weighbridge.rules.execution import out_of_band_buffer


def test_one_buffer_and_many() -> None:
    assert said(out_of_band_buffer, OutOfBandBuffer(at=HERE)) == "loading asks for a buffer that the file does not hold"
    assert said(out_of_band_buffer, OutOfBandBuffer(at=HERE, count=1_200)) == (
        "loading asks for 1,200 buffers that the file does not hold"
    )
