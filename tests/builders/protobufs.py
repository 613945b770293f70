"""Protocol Buffers written field by field, as no library would write them if they are hostile."""

from __future__ import annotations

import struct

VARINT, FIXED64, BYTES, START, END, FIXED32 = range(6)


def varint(number: int) -> bytes:
    """A base-128 number of up to 64 bits; a negative one as its two's complement."""
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def tag(number: int, kind: int) -> bytes:
    """The tag of a field."""
    return varint(number << 3 | kind)


def number(field: int, value: int) -> bytes:
    """A VARINT field."""
    return tag(field, VARINT) + varint(value)


def single(field: int, value: float) -> bytes:
    """A FIXED32 field that holds a float."""
    return tag(field, FIXED32) + struct.pack("<f", value)


def double(field: int, value: float) -> bytes:
    """A FIXED64 field that holds a double."""
    return tag(field, FIXED64) + struct.pack("<d", value)


def data(field: int, content: bytes | str, *, length: int | None = None) -> bytes:
    """A field of bytes, text or a message; `length` may lie."""
    raw = content.encode() if isinstance(content, str) else content
    return tag(field, BYTES) + varint(len(raw) if length is None else length) + raw


def packed(field: int, numbers: list[int]) -> bytes:
    """A packed field of numbers."""
    return data(field, b"".join(map(varint, numbers)))


def group(field: int, content: bytes) -> bytes:
    """A group, which proto3 does not have."""
    return tag(field, START) + content + tag(field, END)
