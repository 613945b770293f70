"""Abstract values: what may be a key, and that looking never takes longer than the stream is."""

from __future__ import annotations

import time

import pytest

from tests.effort import is_quick
from tests.formats.pickle.reading import run
from weighbridge.formats.pickle.abstract import (
    ITEMS_KEPT,
    UNKNOWN,
    Box,
    Global,
    Made,
    Persistent,
    gathered,
    is_hashable,
)

NAME = Global("a", "b", "", opcode="GLOBAL", first=0, watched=False)


@pytest.mark.parametrize(
    ("value", "may"),
    [
        (7, True), (NAME, True), (Made(NAME), True), (Persistent(), True), (UNKNOWN, True),
        (Box("tuple", []), True), (Box("frozenset", []), True), (Box("buffer", []), True),
        (Box("list", []), False), (Box("dict", []), False), (Box("set", []), False), (Box("bytearray", []), False),
        (Box("tuple", [7, Box("tuple", [NAME, Box("list", [])])]), False),
        (Box("tuple", [7, Box("tuple", [Box("frozenset", [])])]), True),
    ],
)  # fmt: skip
def test_what_python_can_hash_may_be_a_key(value: object, may: bool) -> None:
    assert is_hashable(value) is may  # type: ignore[arg-type]


def test_gathered_values_keep_their_number_and_their_first() -> None:
    box = gathered(list(range(1, 1000)))
    assert box.length == 999
    assert box.items == list(range(1, ITEMS_KEPT + 1))


def test_a_dotted_name_is_written_with_a_dot() -> None:
    assert NAME.dotted == "a.b"


DOUBLING = b")" + b"2\x86" * 64
DEEP = b")" + b"\x85" * 100_000
NESTED_PAIRS = b")" + b"N\x86" * 100_000


@pytest.mark.parametrize("tower", [DOUBLING, DEEP, NESTED_PAIRS], ids=["doubling", "deep", "pairs"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"}", b"Ns"), (b"(", b"Nd"), (b"(", b"\x91"), (b"\x8f(", b"\x90"), (b"}(", b"Nu"), (b"}", b"b"), (b"]", b"b"),
        (b"cos\nsystem\n", b"\x85R"), (b"cos\nsystem\n)\x81", b"b"), (b"", b"Q"),
        (b"cnumpy\ndtype\n\x8c\x02f8\x85R", b"b"),
    ],
)  # fmt: skip
def test_values_within_values_cost_what_their_bytes_cost(before: bytes, tower: bytes, after: bytes) -> None:
    """A short stream stands for 2^64 tuples; a deep one has no end that a recursion would reach (PKL-41)."""
    start = time.process_time()
    run(b"\x80\x04" + before + tower + after + b".")
    assert is_quick(time.process_time() - start, 2)
