"""Mutated archives of every kind: each ends in facts, children and gaps, and quickly."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.builders import sevenzips, streams, tars, zip_tricks, zips
from tests.formats.containers.driver import drain
from weighbridge.core.limits import Limits
from weighbridge.formats.containers import sevenz, tar
from weighbridge.formats.containers import streams as compressed
from weighbridge.formats.containers.zip import extract as extract_zip

if TYPE_CHECKING:
    from weighbridge.formats.node import Extract

DATA = b"content INERT" * 30
CASES = 2000
TIGHT = Limits(expanded_bytes=1 << 24, ratio_floor=1 << 20)

SEEDS: dict[str, tuple[Extract, list[bytes]]] = {
    "zip": (
        extract_zip,
        [
            *(zips.plain({"a/b": DATA, "c": DATA}, method=method) for method in (0, 8, 12, 14, 93, 95)),
            zips.streamed({"a": DATA, "b": DATA}, zip64=True),
            zip_tricks.two_directories(DATA, DATA[:50]),
            zip_tricks.zip64_dispute(DATA, DATA[:9]),
            zip_tricks.overlapping(DATA),
            zip_tricks.flag_bits(DATA),
            zip_tricks.symlink(),
            zip_tricks.commented(DATA, DATA),
        ],
    ),
    "tar": (
        tar.extract,
        [
            tars.plain({"a": DATA, "b": DATA}),
            tars.gnu_long_name(DATA),
            tars.pax_override(DATA),
            tars.pax_size_override(DATA, 5),
            tars.gnu_sparse(DATA, 4000),
            tars.two_archives(DATA, DATA),
            tars.link_then_file(DATA),
        ],
    ),
    "7z": (
        sevenz.extract,
        [
            sevenzips.plain({"a": DATA, "b": DATA[:9], "e": b""}),
            sevenzips.archive({"a": DATA, "b": DATA[:9]}, method=sevenzips.LZMA),
            sevenzips.archive({"a": DATA, "b": DATA[:9]}, method=sevenzips.LZMA, packed_header=True),
            sevenzips.symlink(),
        ],
    ),
    "streams": (
        compressed.extract,
        [
            *(pack(DATA) for pack in streams.CODECS.values()),
            streams.gzipped(DATA, name=b"x", extra=b"abc", comment=b"d"),
            streams.gzip_members(DATA, DATA),
            streams.skippable_frame(DATA) + streams.lz4_frame(DATA),
        ],
    ),
}


def mutated(chance: random.Random, seed: bytes) -> bytes:
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0 | 1:
                data[at : at + 1] = bytes([chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))])
            case 2:
                del data[at : at + chance.randrange(9)]
            case 3:
                data[at:at] = chance.randbytes(chance.randrange(9))
            case 4:
                data[at : at + 4] = b"\xff" * 4
            case _:
                start = chance.randrange(len(data) + 1)
                data[at:at] = data[start : start + chance.randrange(60)]
    return bytes(data[: chance.randrange(len(data) + 1)] if chance.random() < 0.1 else data)


@pytest.mark.parametrize("kind", SEEDS)
def test_mutations_end(kind: str) -> None:
    extract, seeds = SEEDS[kind]
    chance, slowest = random.Random(kind), 0.0
    for _ in range(CASES):
        data = mutated(chance, chance.choice(seeds))
        start = time.process_time()
        drain(extract, data, limits=TIGHT)
        slowest = max(slowest, time.process_time() - start)
    assert slowest < 2


@pytest.mark.parametrize("kind", SEEDS)
def test_foreign_bytes_end(kind: str) -> None:
    extract, _ = SEEDS[kind]
    for other, (_, seeds) in SEEDS.items():
        if other != kind:
            for seed in seeds:
                drain(extract, seed, limits=TIGHT)
