"""The table of opcodes, against CPython's own."""

from __future__ import annotations

import pickle
import pickletools

import pytest

from weighbridge.formats.pickle import opcodes as op

KNOWN = {ord(known.code): known for known in pickletools.opcodes}
# pickletools describes LONG1's and LONG4's argument as an integer, not as a count and bytes.
COUNTS = {
    "string4": 4, "string1": 1, "bytes1": 1, "bytes4": 4, "bytes8": 8, "bytearray8": 8, "unicodestring1": 1,
    "unicodestring4": 4, "unicodestring8": 8, "long1": 1, "long4": 4,
}  # fmt: skip


def test_every_opcode_has_the_name_that_cpython_gives_it() -> None:
    assert {known.name: code for code, known in KNOWN.items()} == {name: code for code, name in op.NAMES.items()}
    assert op.HIGHEST_PROTOCOL == pickle.HIGHEST_PROTOCOL


@pytest.mark.parametrize("code", KNOWN, ids=lambda code: KNOWN[code].name)
def test_operands_have_the_length_that_cpython_reads(code: int) -> None:
    argument = KNOWN[code].arg
    if argument is None:
        assert op.FIXED_SCALARS.get(code, 0) == 0
        assert code not in op.COUNTED
    elif argument.name in COUNTS:
        assert op.COUNTED[code] == COUNTS[argument.name]
    else:
        assert code not in op.COUNTED
        assert op.FIXED_SCALARS.get(code, argument.n) == argument.n


def test_what_runs_is_what_can_import_call_or_ask_the_loader() -> None:
    """All others push data, arrange it, or name a place; a new opcode must be put on one side by a person."""
    harmless = {code for code in KNOWN if code not in op.RUNS}
    assert {KNOWN[code].name for code in op.RUNS} == {
        "GLOBAL", "STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "REDUCE", "BUILD", "EXT1", "EXT2", "EXT4",
        "PERSID", "BINPERSID", "NEXT_BUFFER", "READONLY_BUFFER",
    }  # fmt: skip
    assert len(harmless) == len(KNOWN) - 15


def test_constants_have_the_kind_of_what_the_unpickler_makes() -> None:
    made = {
        code: kind
        for code, kind in op.CONSTANT_KINDS.items()
        if KNOWN[code].stack_after and KNOWN[code].stack_after[0].name.removesuffix("_or_bool") not in {kind, "any"}
    }
    # Python 2 strings are str to today's loaders, and None is written as None.
    assert {KNOWN[code].name for code in made} == {"STRING", "BINSTRING", "SHORT_BINSTRING", "NONE"}
