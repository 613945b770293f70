"""Structure-aware mutation: bytes, spans, splices of two files, and the fields that tell lengths and offsets."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from fuzz.bounds import LONGEST

_BYTES = (0, 1, 0x0A, 0x20, 0x2E, 0x7F, 0x80, 0xFE, 0xFF)
_TRIES = 16


def mutated(chance: random.Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    """Change a seed in a few places; ``others`` lend their bytes."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        chance.choice(_MOVES)(chance, data, others)
    return bytes(data[:LONGEST])


def _flip(chance: random.Random, data: bytearray, _others: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(chance: random.Random, data: bytearray, _others: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice((*_BYTES, chance.randrange(256)))


def _cut(chance: random.Random, data: bytearray, _others: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.choice((1, 2, 4, 8, 64, 512))]


def _insert(chance: random.Random, data: bytearray, _others: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice((bytes, chance.randbytes))(chance.choice((1, 2, 4, 8, 64)))


def _repeat(chance: random.Random, data: bytearray, _others: Sequence[bytes]) -> None:
    begin = chance.randrange(len(data) + 1)
    span = data[begin : begin + chance.choice((1, 4, 16, 64, 512, 4096))]
    at = chance.randrange(len(data) + 1)
    data[at:at] = span * chance.choice((1, 1, 2, 16))


def _truncate(chance: random.Random, data: bytearray, _others: Sequence[bytes]) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _splice(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    """Put a span of another file over, into or behind this one."""
    other = chance.choice(others)
    begin = chance.randrange(len(other) + 1)
    span = other[begin : begin + chance.choice((4, 64, 1024, LONGEST))]
    at = chance.choice((chance.randrange(len(data) + 1), len(data)))
    data[at : at + chance.choice((0, len(span)))] = span


def _resize(chance: random.Random, data: bytearray, _others: Sequence[bytes]) -> None:
    """Change what looks like a length or an offset: a number that lies within the file."""
    for _ in range(_TRIES):
        width, order = chance.choice((1, 2, 4, 8)), chance.choice(("little", "little", "big"))
        if len(data) < width:
            return
        at = chance.randrange(len(data) - width + 1)
        number = int.from_bytes(data[at : at + width], "little" if order == "little" else "big")
        if 0 < number <= len(data):
            bound = (1 << 8 * width) - 1
            told = chance.choice(
                (0, number - 1, number + 1, number * 2, len(data), len(data) - at, bound, bound >> 1, bound - 1)
            )
            data[at : at + width] = (told & bound).to_bytes(width, "little" if order == "little" else "big")
            return


def _renumber(chance: random.Random, data: bytearray, _others: Sequence[bytes]) -> None:
    """Change a number written in digits, as tar, npy, JSON and protocol 0 have them."""
    if not data:
        return
    begin = chance.randrange(len(data))
    for at in range(begin, min(len(data), begin + 256)):
        if 48 <= data[at] <= 57:
            end = at
            while end < len(data) and 48 <= data[end] <= 57:
                end += 1
            told = chance.choice((b"0", b"9", b"1", b"7")) * (end - at)
            data[at:end] = chance.choice((told, told * 4, b"-" + told[1:], b"1" + told[1:]))
            return


_MOVES: tuple[Callable[[random.Random, bytearray, Sequence[bytes]], None], ...] = (
    _flip, _set, _cut, _insert, _repeat, _truncate, _splice, _resize, _resize, _renumber,
)  # fmt: skip
