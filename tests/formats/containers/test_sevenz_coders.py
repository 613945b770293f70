"""Coders of 7z folders."""

from __future__ import annotations

import bz2
import lzma

import pytest

from tests.builders import streams
from tests.builders.noise import noise
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.source import BytesSource
from weighbridge.formats.containers import sevenz_coders as coders
from weighbridge.formats.containers.decoders import End, chunks
from weighbridge.formats.containers.sevenz_coders import chain, expand, obstacle
from weighbridge.formats.containers.sevenz_header import Coder, Folder

X86 = b"\x55\xe8\x10\x20\x00\x00\x90" * 20_000 + noise(1000)
DICTIONARY = 1 << 16
LZMA_PROPERTIES = b"\x5d" + DICTIONARY.to_bytes(4, "little")


def coder(method: bytes, properties: bytes = b"", *, inputs: int = 1) -> Coder:
    return Coder(method=method, properties=properties, inputs=inputs, outputs=1)


def folder(*steps: Coder, size: int) -> Folder:
    """A chain in the order of packing: the last step reads the packed stream."""
    last = len(steps) - 1
    binds = tuple((at, at + 1) for at in range(last))
    return Folder(coders=steps, binds=binds, packed=(last,), sizes=(size,) * len(steps), crc=None)


def run(one: Folder, packed: bytes) -> bytes:
    assert obstacle(one) == ""
    source = BytesSource(packed)
    return b"".join(expand(one, lambda: chunks(source, 0, source.size), End()))


def raw(data: bytes, *filters: int) -> bytes:
    chosen = [{"id": one} for one in filters[:-1]] + [{"id": filters[-1], "dict_size": DICTIONARY}]
    return lzma.compress(data, format=lzma.FORMAT_RAW, filters=chosen)


def filtered(data: bytes, one: int) -> bytes:
    """What a filter alone makes of data: packed behind it, unpacked without it."""
    packed = raw(data, one, lzma.FILTER_LZMA2)
    return lzma.decompress(packed, format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": DICTIONARY}])


@pytest.mark.parametrize(
    ("step", "packed"),
    [
        (coder(coders.COPY), X86),
        (coder(coders.LZMA, LZMA_PROPERTIES), raw(X86, lzma.FILTER_LZMA1)),
        (coder(coders.LZMA2, b"\x08"), raw(X86, lzma.FILTER_LZMA2)),
        (coder(coders.DEFLATE), streams.deflated(X86)),
        (coder(coders.BZIP2), bz2.compress(X86)),
    ],
)
def test_single_coders(step: Coder, packed: bytes) -> None:
    assert run(folder(step, size=len(X86)), packed) == X86


FILTERS = {
    "x86": (coder(b"\3\3\1\3"), lzma.FILTER_X86),
    "x86, new": (coder(b"\4"), lzma.FILTER_X86),
    "powerpc": (coder(b"\3\3\2\5"), lzma.FILTER_POWERPC),
    "ia64": (coder(b"\3\3\4\1"), lzma.FILTER_IA64),
    "arm": (coder(b"\3\3\5\1"), lzma.FILTER_ARM),
    "thumb": (coder(b"\3\3\7\1"), lzma.FILTER_ARMTHUMB),
    "sparc": (coder(b"\3\3\x08\5"), lzma.FILTER_SPARC),
    "delta": (coder(b"\3", b"\0"), lzma.FILTER_DELTA),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_over_every_coder(name: str) -> None:
    step, one = FILTERS[name]
    plain = filtered(X86, one)
    assert run(folder(step, size=len(X86)), plain) == X86
    assert run(folder(step, coder(coders.COPY), size=len(X86)), plain) == X86
    packed = raw(plain, lzma.FILTER_LZMA1)
    assert run(folder(step, coder(coders.LZMA, LZMA_PROPERTIES), size=len(X86)), packed) == X86
    assert run(folder(step, coder(coders.BZIP2), size=len(X86)), bz2.compress(plain)) == X86


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (coder(b"\3\4\1"), "PPMd"),
        (coder(b"\4\xf7\x11\1"), "Zstandard"),
        (coder(b"\3\3\1\x1b", inputs=4), "BCJ2"),
        (coder(coders.AES), "AES-256"),
        (coder(b"\x7f\x01"), "7f01"),
        (coder(coders.LZMA, inputs=2), "several streams"),
    ],
)
def test_obstacles_are_named(step: Coder, words: str) -> None:
    assert words in obstacle(folder(step, size=1))


def test_coders_must_form_a_chain() -> None:
    copy = coder(coders.COPY)
    loose = Folder(coders=(copy, copy), binds=((1, 1),), packed=(0,), sizes=(1, 1), crc=None)
    assert "chain" in obstacle(loose)
    circle = Folder(coders=(copy, copy), binds=((0, 1), (1, 0)), packed=(0,), sizes=(1, 1), crc=None)
    assert len(chain(circle)) == 2
    two = Folder(coders=(copy,), binds=(), packed=(0, 1), sizes=(1,), crc=None)
    assert "chain" in obstacle(two)


@pytest.mark.parametrize("step", [coder(coders.LZMA, b"\xff" * 5), coder(coders.LZMA2), coder(coders.DELTA)])
def test_bad_properties_break_before_anything_is_read(step: Coder) -> None:
    with pytest.raises(Malformed):
        expand(folder(step, size=1), lambda: iter(()), End())


def test_dictionaries_are_no_larger_than_what_they_give() -> None:
    huge = coder(coders.LZMA, b"\x5d\xff\xff\xff\xff")
    with pytest.raises(OverLimit):
        expand(folder(huge, size=1 << 40), lambda: iter(()), End())
    packed = raw(b"content", lzma.FILTER_LZMA1)
    assert run(folder(huge, size=7), packed) == b"content"
