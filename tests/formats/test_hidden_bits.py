"""Files in the values of tensors: read out where they are, and nothing seen where there are none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import natives, zips
from tests.builders import safetensors_files as files
from tests.builders.noise import noise
from tests.museum.exhibit import examined
from weighbridge.core.source import BytesSource
from weighbridge.core.texts import WeightAnomaly
from weighbridge.formats import hidden_bits
from weighbridge.formats.node import Node


def seen(values: bytes, *widths: int) -> list[WeightAnomaly]:
    found = hidden_bits.look(BytesSource(values), Node(name="x"), [(0, len(values), "w")], widths)
    return [item for item in found if isinstance(item, WeightAnomaly)]


@pytest.mark.parametrize("low", [1, 2, 3])
@pytest.mark.parametrize("payload", [natives.elf(), natives.pe(), zips.plain({"a.txt": b"INERT" * 40})])
@pytest.mark.parametrize("length", [b"", b"\x10\x01\x00\x00", bytes(8)])
def test_what_low_bytes_spell(low: int, payload: bytes, length: bytes) -> None:
    found = examined(files.carried(payload, low=low, length=length), "model.safetensors")
    assert any(one.rule == "WGT602" and "hold" in one.message for one in found.findings)


def test_low_bits_in_both_orders() -> None:
    assert seen(files.lowest_bits_file()[-4 * 8 * len(natives.elf()) :], 4)[-1].detail.startswith("the lowest bits")
    bits = "".join(f"{byte:08b}"[::-1] for byte in natives.elf())
    values = b"".join(bytes([0x10 | int(bit), 1, 2, 3]) for bit in bits)
    assert seen(values, 4)[0].detail.startswith("the lowest bits, low first")


def test_half_precision_has_one_low_byte() -> None:
    assert seen(b"".join(bytes([byte, 0x3C]) for byte in natives.elf().ljust(600, b"\0")), 2)


def test_a_program_behind_the_first_values() -> None:
    found = examined(files.inside_file(), "model.safetensors")
    assert {"WGT602", "HID208"} <= {one.rule for one in found.findings}


def test_text_in_low_bytes_is_a_note() -> None:
    words = (b"the quick brown fox jumps over the lazy dog. " * 40)[:1024]
    anomaly = seen(b"".join(bytes([byte, 7, 200, 0x3E]) for byte in words), 4)[0]
    assert anomaly.kind == "low_bits"
    found = examined(files.carried(words), "model.safetensors")
    assert {(one.rule, str(one.severity)) for one in found.findings} == {("WGT602", "low")}
    assert any("printable" in one.message for one in found.findings)


def test_values_that_are_not_numbers_are_a_note() -> None:
    import struct

    values = struct.pack("<2048f", *[0.5] * 1000, *[float("nan")] * 3, *[float("-inf")] * 45, *[0.25] * 1000)
    assert seen(values, 4)[0].detail == "3 of its first 2048 values are not a number"
    assert seen(values, 4, 2) == [], "the type is not known, so these may be whole numbers"
    found = examined(files.not_numbers(), "model.safetensors")
    assert {(one.rule, str(one.severity)) for one in found.findings} == {("WGT602", "low")}


@pytest.mark.parametrize("seed", range(40))
def test_weights_are_weights(seed: int) -> None:
    """Random bytes, zeros, numbers rounded to half precision, whole numbers: nothing is seen in any of them."""
    import struct

    draw = random.Random(seed)
    rounded = [struct.pack("<f", struct.unpack("<e", struct.pack("<e", draw.gauss(0, 1)))[0]) for _ in range(2048)]
    whole = [struct.pack("<f", float(draw.randrange(256))) for _ in range(2048)]
    plain = [struct.pack("<f", draw.gauss(0, 0.02)) for _ in range(2048)]
    for values in (noise(8192, str(seed)), bytes(8192), b"".join(rounded), b"".join(whole), b"".join(plain)):
        assert seen(values, 4, 2, 8) == []
    assert seen(b"".join(plain), 4) == []


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=512, max_size=2048))
def test_any_bytes_can_be_looked_at(values: bytes) -> None:
    for width in (2, 4, 8):
        for _, read in hidden_bits.readings(values, width):
            assert len(read) <= len(values)
    seen(values, 4, 2)
