"""Every opcode is there once, and `pickletools` reads back the name and the argument that were written."""

from __future__ import annotations

import pickletools
from collections.abc import Callable

import pytest

from tests.builders.pickles import op

CONSTANTS = {name: value for name, value in vars(op).items() if name.isupper() and isinstance(value, bytes)}
FUNCTIONS = {name: value for name, value in vars(op).items() if name.isupper() and callable(value)}
CODES = {info.name: info.code.encode("latin-1") for info in pickletools.opcodes}

ARGUMENTS: dict[str, tuple[tuple[object, ...], object]] = {
    "PROTO": ((4,), 4),
    "FRAME": ((77,), 77),
    "INT": ((-12,), -12),
    "LONG": ((10**30,), 10**30),
    "BININT": ((-70_000,), -70_000),
    "BININT1": ((200,), 200),
    "BININT2": ((60_000,), 60_000),
    "LONG1": ((-(10**30),), -(10**30)),
    "LONG4": ((1 << 3000,), 1 << 3000),
    "FLOAT": ((0.25,), 0.25),
    "BINFLOAT": ((-1.5,), -1.5),
    "STRING": (("it's",), "it's"),
    "BINSTRING": ((b"abc",), "abc"),
    "SHORT_BINSTRING": ((b"abc",), "abc"),
    "UNICODE": (("\u00e9\u4e2d\\\n\x00",), "\u00e9\u4e2d\\\n\x00"),
    "BINUNICODE": (("\u00e9",), "\u00e9"),
    "SHORT_BINUNICODE": (("\u00e9",), "\u00e9"),
    "BINUNICODE8": (("\u00e9",), "\u00e9"),
    "SHORT_BINBYTES": ((b"\x00\xff",), b"\x00\xff"),
    "BINBYTES": ((b"\x00\xff",), b"\x00\xff"),
    "BINBYTES8": ((b"\x00\xff",), b"\x00\xff"),
    "BYTEARRAY8": ((b"\x00\xff",), bytearray(b"\x00\xff")),
    "GLOBAL": (("a.b", "c.d"), "a.b c.d"),
    "INST": (("a.b", "c"), "a.b c"),
    "EXT1": ((200,), 200),
    "EXT2": ((60_000,), 60_000),
    "EXT4": ((70_000,), 70_000),
    "PERSID": (("key",), "key"),
    "PUT": ((300,), 300),
    "BINPUT": ((30,), 30),
    "LONG_BINPUT": ((70_000,), 70_000),
    "GET": ((300,), 300),
    "BINGET": ((30,), 30),
    "LONG_BINGET": ((70_000,), 70_000),
}


def test_the_table_is_complete() -> None:
    assert set(CONSTANTS) | set(FUNCTIONS) == set(CODES)
    assert set(FUNCTIONS) == set(ARGUMENTS)


@pytest.mark.parametrize("name", sorted(CONSTANTS))
def test_constants(name: str) -> None:
    assert CONSTANTS[name] == CODES[name]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_arguments(name: str) -> None:
    arguments, read = ARGUMENTS[name]
    make: Callable[..., bytes] = FUNCTIONS[name]
    [(info, found, _), _stop] = pickletools.genops(make(*arguments) + op.STOP)
    assert (info.name, found) == (name, read)


def test_a_declared_length_replaces_the_true_one() -> None:
    assert op.BINUNICODE("ab", length=9) == b"X\x09\x00\x00\x00ab"
    assert op.LONG1(b"\x01", length=255) == b"\x8a\xff\x01"


def test_bytes_are_written_as_the_literal_itself() -> None:
    assert op.INT(b"0x10") == b"I0x10\n"
    assert op.STRING(b"'\xff'") == b"S'\xff'\n"
    assert op.UNICODE(b"\\u006f") == b"V\\u006f\n"
