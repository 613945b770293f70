"""Spellings of numbers and strings, against both unpicklers."""

from __future__ import annotations

import io
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.formats.pickle import literals

SPELLINGS = [
    b"0", b"7", b"-7", b"00", b"01", b"02", b"+3", b"0x10", b"0X1f", b"0o17", b"0b11", b"017", b"09", b"1_0", b" 5",
    b"5 ", b"\t5", b"5\0", b"5\0zz", b"", b"-", b"+", b"--1", b"1.0", b"9" * 30, b"-" + b"9" * 30, b"1e3", b"abc",
    b"5L",
]  # fmt: skip
REALS = [b"1.5", b"-1.5e3", b"nan", b"inf", b"-inf", b"1_0", b" 1", b"1 ", b"1e400", b"", b"x", b"1.5\0", b"0x1p3"]


def accepted(cls: type, stream: bytes) -> object:
    """Load a stream of one constant; the exception class where it is refused."""
    try:
        return cls(io.BytesIO(stream)).load()
    except Exception as error:  # noqa: BLE001  (what the unpickler raises is the answer)
        return type(error)


@pytest.mark.parametrize("line", SPELLINGS, ids=repr)
@pytest.mark.parametrize(("opcode", "read"), [(b"I", literals.integer), (b"L", literals.long)], ids=["INT", "LONG"])
def test_integers_are_read_as_the_unpicklers_read_them(opcode: bytes, read: object, line: bytes) -> None:
    stream = opcode + line + b"\n."
    literal = read(line)  # type: ignore[operator]
    by_c, by_python = accepted(pickle.Unpickler, stream), accepted(pickle._Unpickler, stream)  # type: ignore[attr-defined]
    assert literal.c_accepts == (not isinstance(by_c, type)), by_c
    assert literal.python_accepts == (not isinstance(by_python, type)), by_python
    if literal.c_accepts:
        assert literal.content == by_c
    elif literal.python_accepts:
        assert literal.content == by_python


@pytest.mark.parametrize("line", REALS, ids=repr)
def test_reals_are_read_as_the_unpicklers_read_them(line: bytes) -> None:
    stream = b"F" + line + b"\n."
    literal = literals.real(line)
    assert literal.c_accepts == (not isinstance(accepted(pickle.Unpickler, stream), type))
    assert literal.python_accepts == (not isinstance(accepted(pickle._Unpickler, stream), type))  # type: ignore[attr-defined]


@given(st.text(st.characters(codec="ascii", exclude_characters="\n"), max_size=20))
def test_quoted_strings_round_trip(text: str) -> None:
    line = repr(text).encode()
    if b"\n" not in line:
        assert literals.quoted(line).content == text


@pytest.mark.parametrize("line", [b"'", b"a'", b"'a", b"", b"'a\"", b"'\\x4'", b"'\\'"], ids=repr)
def test_what_no_loader_takes_for_a_string(line: bytes) -> None:
    assert not literals.quoted(line).accepted
    assert isinstance(accepted(pickle.Unpickler, b"S" + line + b"\n."), type)


def test_bytes_beyond_ascii_do_not_end_the_stream() -> None:
    literal = literals.quoted(b"'\xe9'")
    assert literal.accepted
    assert literal.benign
    assert "encoding" in literal.odd
