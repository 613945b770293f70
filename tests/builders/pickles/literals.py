"""The opcode that CPython's pickler chooses for an int, a str or bytes at a given protocol."""

from __future__ import annotations

from tests.builders.pickles import opcodes as op


def integer(value: int, protocol: int) -> bytes:
    """The opcode a pickler chooses for an int."""
    if not -(1 << 31) <= value < 1 << 31:
        if protocol < 2:
            return op.LONG(value)
        return op.LONG1(value) if len(op.twos_complement(value)) < 256 else op.LONG4(value)
    if protocol == 0:
        return op.INT(value)
    if 0 <= value < 1 << 16:
        return op.BININT1(value) if value < 256 else op.BININT2(value)
    return op.BININT(value)


def text(value: str, protocol: int) -> bytes:
    """The opcode a pickler chooses for a str."""
    if protocol == 0:
        return op.UNICODE(value)
    size = len(value.encode("utf-8", "surrogatepass"))
    if protocol >= 4 and size < 256:
        return op.SHORT_BINUNICODE(value)
    return op.BINUNICODE(value) if size < 1 << 32 else op.BINUNICODE8(value)


def raw_bytes(value: bytes, protocol: int) -> bytes:
    """The opcode a pickler chooses for bytes at protocol 3 and later."""
    if len(value) < 256:
        return op.SHORT_BINBYTES(value)
    return op.BINBYTES(value) if len(value) < 1 << 32 or protocol < 4 else op.BINBYTES8(value)
