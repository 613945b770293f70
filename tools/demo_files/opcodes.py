"""Pickle opcodes as bytes, as far as the demonstration's files need them (CPython ``Lib/pickle.py``)."""

from __future__ import annotations

import struct

PROTOCOL_2, PROTOCOL_4, STOP = b"\x80\x02", b"\x80\x04", b"."
NONE, TRUE, FALSE = b"N", b"\x88", b"\x89"
EMPTY_DICT, EMPTY_TUPLE = b"}", b")"
POP = b"0"


def text(words: str) -> bytes:
    """BINUNICODE."""
    encoded = words.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def whole(number: int) -> bytes:
    """BININT."""
    return b"J" + struct.pack("<i", number)


def named(module: str, name: str) -> bytes:
    """GLOBAL: `module.name`, imported when the file is loaded."""
    return f"c{module}\n{name}\n".encode()


def group(*values: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(values) + b"t" if values else EMPTY_TUPLE


def table(pairs: dict[str, bytes], *, onto: bytes = EMPTY_DICT) -> bytes:
    """SETITEMS: pairs put into a dict, or into what `onto` leaves on the stack."""
    return onto + b"(" + b"".join(text(key) + value for key, value in pairs.items()) + b"u"


def call(callable_: bytes, *arguments: bytes) -> bytes:
    """REDUCE: the call of what `callable_` leaves on the stack."""
    return callable_ + group(*arguments) + b"R"


def new(cls: bytes, state: bytes) -> bytes:
    """NEWOBJ and BUILD: an object without arguments, then its state."""
    return cls + EMPTY_TUPLE + b"\x81" + state + b"b"


def persistent(identity: bytes) -> bytes:
    """BINPERSID: what the loader keeps outside the pickle."""
    return identity + b"Q"
