"""Abstract values in words: what contracts ask about is told apart, and nothing is described without bound."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import weighbridge.rules.vocabulary.tables as tables
from tests.builders.pickles import data, program
from tests.builders.pickles import opcodes as op
from tests.effort import is_quick
from tests.formats.pickle.reading import run
from weighbridge.core.facts import Argument, Call, StateChange
from weighbridge.formats.pickle.describe import DESCRIBED, ROOM, TEXT_SHOWN, VARIETY, magnitude, written

NAME = op.GLOBAL("my_pkg", "made")


def calls(*arguments: bytes) -> list[Call]:
    """Call one name with a tuple of one argument each."""
    return run(program(*(NAME + argument + op.TUPLE1 + op.REDUCE + op.POP for argument in arguments), NAME)).of(Call)


def described(argument: bytes) -> Argument:
    (call,) = calls(argument)
    return call.arguments[0]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "none", "None"), (True, "bool", "True"), (7, "int", "7"), (-(1 << 80), "int", str(-(1 << 80))[:40]),
        (0.5, "float", "0.5"), ("word", "str", "word"), (b"\x00x", "bytes", repr(b"\x00x")),
    ],
)  # fmt: skip
def test_constants_are_described_by_their_value(value: object, kind: str, text: str) -> None:
    argument = described(data(value))
    assert (argument.kind, argument.text, argument.truncated) == (kind, text, False)
    assert argument.number == (value if kind == "int" else None)


def test_long_text_is_cut_and_says_so() -> None:
    argument = described(data("x" * 5_000))
    assert argument.text == "x" * TEXT_SHOWN
    assert argument.truncated


def test_containers_are_described_with_their_elements() -> None:
    argument = described(data([1, ("a",), {"k": b"v"}]))
    assert [item.kind for item in argument.items] == ["int", "tuple", "dict"]
    assert argument.items[1].items[0].text == "a"
    assert [item.text for item in argument.items[2].items] == ["k", repr(b"v")]


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (op.GLOBAL("os", "path"), "global", "os.path"), (NAME + op.EMPTY_TUPLE + op.REDUCE, "object", "my_pkg.made"),
        (op.NONE + op.BINPERSID, "persid", ""), (op.EXT1(1), "unknown", ""), (op.NEXT_BUFFER, "buffer", ""),
        (op.BYTEARRAY8(b"x"), "bytearray", ""), (op.EMPTY_SET, "set", ""), (op.MARK + op.FROZENSET, "frozenset", ""),
    ],
)  # fmt: skip
def test_everything_else_is_described_by_where_it_comes_from(code: bytes, kind: str, text: str) -> None:
    argument = [call for call in calls(code) if len(call.arguments)][-1].arguments[0]
    assert (argument.kind, argument.text) == (kind, text)


def contracts() -> list[str]:
    """Every argument and state contract of the vetted tables."""
    rows = [
        line.split("\t")
        for path in sorted((Path(tables.__file__).parent / "vetted").glob("*.tsv"))
        for line in path.read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    return [cell for row in rows for cell in row[3:5]]


def test_contracts_ask_for_nothing_that_counting_puts_together() -> None:
    """Calls are counted as one where no contract could tell them apart: only texts and names are told apart exactly,
    integers by their magnitude. A table with ``=3`` or ``=True`` would need more."""
    literals = {part[1:] for part in re.split("[,|]", ",".join(contracts())) if part.startswith("=")}
    assert literals
    for literal in literals:
        plain = literal.rstrip("?.")
        assert plain[0] == "'" or all(part.isidentifier() for part in plain.split(".")), literal
        assert plain not in {"True", "False"}


def test_bounds_of_contracts_lie_between_the_classes_of_numbers() -> None:
    bounds = {int(part) for part in re.findall(r"int<(\d+)", " ".join(contracts()))}
    assert len(bounds) > 3
    for bound in bounds:
        assert magnitude(bound - 1) != magnitude(bound)
        below, above = {magnitude(number) for number in range(bound)}, magnitude(bound)
        assert above not in below


def test_texts_are_told_apart_until_there_are_too_many() -> None:
    few = calls(*(data(f"text {number}") for number in range(VARIETY - 1)))
    assert len(few) == VARIETY - 1
    many = calls(*(data(f"text {number}") for number in range(100)))
    assert len(many) == VARIETY + 1
    assert many[-1].count == 100 - VARIETY
    assert many[-1].arguments[0].truncated


def test_integers_are_told_apart_by_magnitude_and_sign() -> None:
    assert [call.count for call in calls(*(data(number) for number in (4, 5, 7, 8, -4, 2, 3)))] == [3, 1, 1, 1, 1]


def test_shapes_tell_kinds_within_kinds_apart() -> None:
    found = calls(data([1]), data([2]), data(["x"]), data([[1]]), data([[b"x"]]), data([]))
    assert [call.count for call in found] == [2, 1, 1, 1, 1]


def _tower(levels: int = 4, width: int = 64) -> bytes:
    """A tuple of 64 times the same tuple of 64 times the same tuple …; it stays in memo slot ``levels``."""
    code = b""
    for level in range(1, levels + 1):
        inner = op.BINGET(level - 1) if level > 1 else data(1)
        code += op.MARK + inner * width + op.TUPLE + op.BINPUT(level) + op.POP
    return code


def count(argument: Argument) -> int:
    return 1 + sum(map(count, argument.items))


def test_shared_containers_are_not_described_again_and_again() -> None:
    start = time.process_time()
    use = op.GLOBAL("a", "b") + op.BINGET(4) + op.TUPLE1 + op.REDUCE
    done = run(program(_tower(), *([use + op.POP] * 50), use, op.BINGET(4), op.BUILD), trace=True)
    (call,) = done.of(Call)
    (state,) = done.of(StateChange)
    assert call.count == 51
    assert is_quick(time.process_time() - start, 1)
    for argument in (call.arguments[0], state.state):
        assert ROOM < count(argument) < ROOM + 128
        assert argument.items[-1].truncated, "what was not looked at must not look empty"
    assert max(len(text) for _, text in done.machine.ledger.program or ()) < 10_000


def test_a_stream_is_described_within_bounds() -> None:
    uses = [op.GLOBAL("a", f"n{number}") + op.BINGET(4) + op.TUPLE1 + op.REDUCE + op.POP for number in range(1_500)]
    found = run(program(_tower(), *uses, NAME)).of(Call)
    assert len(found) == 1_500
    assert sum(count(call.arguments[0]) for call in found) < DESCRIBED + 10_000
    assert found[-1].arguments[0].truncated


def test_what_is_not_looked_at_is_not_taken_for_empty() -> None:
    """Two uses may be counted as one only if their descriptions agree."""
    deep, empty = op.BINGET(4), data(((),))
    found = run(program(_tower(), *(NAME + code + op.TUPLE1 + op.REDUCE + op.POP for code in (empty, deep)), NAME)).of(
        Call
    )
    assert [call.count for call in found] == [1, 1]


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        (Argument(kind="str", text="it's"), '"it\'s"'), (Argument(kind="str", text="ab", truncated=True), "'ab…'"),
        (Argument(kind="tuple", items=(Argument(kind="int", text="1"),)), "(1,)"),
        (Argument(kind="dict", items=(Argument(kind="str", text="k"), Argument(kind="int", text="1"))), "{'k': 1}"),
        (Argument(kind="list", truncated=True), "[…]"), (Argument(kind="object"), "<result>"),
        (Argument(kind="object", text="a.b"), "<a.b>"), (Argument(kind="persid"), "<persid>"),
        (Argument(kind="global", text="a.b"), "a.b"),
    ],
)  # fmt: skip
def test_arguments_are_written_as_python(argument: Argument, text: str) -> None:
    assert written(argument) == text
