"""Streams that would like to take gigabytes.

Each is some 8 MB long, most of it one opcode over and over: without bounds of its own a reader takes 10 to 200 bytes
for each of them.
"""

from __future__ import annotations

from tests.builders.pickles import data
from tests.builders.pickles import opcodes as op

CALL = op.GLOBAL("posix", "system") + data(("echo INERT",)) + op.REDUCE + op.POP
MANY = 8_000_000

STREAMS = {
    "constants": lambda: op.NONE * MANY,
    "tuples": lambda: op.EMPTY_TUPLE * MANY,
    "dicts": lambda: op.EMPTY_DICT * MANY,
    "marks": lambda: op.MARK * MANY,
    "duplicates": lambda: op.NONE + op.DUP * MANY,
    "nested": lambda: op.EMPTY_TUPLE + op.TUPLE1 * MANY,
    "memo": lambda: op.NONE + op.MEMOIZE * MANY,
    "memo of tuples": lambda: (op.EMPTY_TUPLE + op.MEMOIZE + op.POP) * (MANY // 3),
    "memo of nested": lambda: op.EMPTY_TUPLE + (op.TUPLE1 + op.MEMOIZE) * (MANY // 2),
    "memo of wide": lambda: op.NONE + (op.MARK + op.NONE * 64 + op.TUPLE + op.MEMOIZE + op.POP) * (MANY // 68),
    "sparse memo": lambda: b"".join(
        op.EMPTY_TUPLE + op.LONG_BINPUT(2 * step + 9) + op.POP for step in range(MANY // 7)
    ),
    "list": lambda: op.EMPTY_LIST + op.MARK + op.NONE * MANY + op.APPENDS,
    "dict": lambda: op.EMPTY_DICT + op.MARK + op.NONE * MANY + op.SETITEMS,
    "arguments": lambda: op.MARK + op.NONE * MANY + op.INST("a", "b"),
    "objects": lambda: op.GLOBAL("a", "b") + op.BINPUT(0) + (op.BINGET(0) + op.EMPTY_TUPLE + op.REDUCE) * (MANY // 4),
    "ids": lambda: op.PERSID("x") * (MANY // 3),
    "dunder keys": lambda: (op.SHORT_BINUNICODE("__a_") + op.POP) * (MANY // 7),
    "many names": lambda: b"".join(op.GLOBAL("x" * 1_900, f"n{step}") + op.POP for step in range(4_100)),
    "many arguments": lambda: b"".join(
        op.GLOBAL("a", f"n{step}") + data(tuple(f"{step:010}-{place:019}" for place in range(64))) + op.REDUCE + op.POP
        for step in range(4_100)
    ),
    "loaded": lambda: op.GLOBAL("torch.storage", "_load_from_bytes") + op.BINPUT(0) + (
        op.BINGET(0) + op.SHORT_BINBYTES(b"") + op.TUPLE1 + op.REDUCE + op.POP) * (MANY // 14),
    "storages": lambda: op.GLOBAL("torch", "FloatStorage") + op.BINPUT(0) + b"".join(
        op.MARK + data("storage") + op.BINGET(0) + data(f"{step}") + data("cpu") + data(1) + op.TUPLE + op.BINPERSID
        + op.POP for step in range(MANY // 40)),
    "one long line": lambda: op.UNICODE(b"\\u0041" * (MANY // 6)),
    "one long name": lambda: op.GLOBAL("a." * (MANY // 2), "b"),
}  # fmt: skip
