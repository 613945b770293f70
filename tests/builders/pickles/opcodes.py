"""One constant or function for each pickle opcode of protocols 0 to 5.

Opcodes without an argument are constants, opcodes with one are functions that return opcode and argument. Text
arguments may be given as bytes, which are written as they are: that is how odd literals are made. Functions that write
a length take `length` to declare another length than the true one. Names and layouts: the opcode table of CPython's
`Lib/pickletools.py`, PEP 307, PEP 3154 and PEP 574.
"""

from __future__ import annotations

import struct

# Stack and control
MARK = b"("
STOP = b"."
POP = b"0"
POP_MARK = b"1"
DUP = b"2"

# Constants and containers without an argument
NONE = b"N"
NEWTRUE = b"\x88"
NEWFALSE = b"\x89"
EMPTY_TUPLE = b")"
EMPTY_LIST = b"]"
EMPTY_DICT = b"}"
EMPTY_SET = b"\x8f"
TUPLE = b"t"
TUPLE1 = b"\x85"
TUPLE2 = b"\x86"
TUPLE3 = b"\x87"
LIST = b"l"
DICT = b"d"
FROZENSET = b"\x91"

# Filling containers
APPEND = b"a"
APPENDS = b"e"
SETITEM = b"s"
SETITEMS = b"u"
ADDITEMS = b"\x90"

# Names, calls and state
STACK_GLOBAL = b"\x93"
REDUCE = b"R"
BUILD = b"b"
OBJ = b"o"
NEWOBJ = b"\x81"
NEWOBJ_EX = b"\x92"
BINPERSID = b"Q"

# Memo and buffers
MEMOIZE = b"\x94"
NEXT_BUFFER = b"\x97"
READONLY_BUFFER = b"\x98"


def _line(text: str | bytes) -> bytes:
    return (text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")) + b"\n"


def _counted(code: bytes, width: str, body: bytes, length: int | None) -> bytes:
    return code + struct.pack(width, len(body) if length is None else length) + body


def _utf8(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def PROTO(version: int) -> bytes:
    """Declare the protocol in force from here on."""
    return b"\x80" + bytes([version])


def FRAME(length: int) -> bytes:
    """Open a frame of `length` bytes (protocol 4)."""
    return b"\x95" + struct.pack("<Q", length)


# Integers


def INT(literal: int | bytes) -> bytes:
    """Text integer of protocol 0; bytes are written as the literal itself (`b"0x10"`, `b"01"` for True)."""
    return b"I" + _line(literal if isinstance(literal, bytes) else str(literal))


def LONG(literal: int | bytes) -> bytes:
    """Text long of protocol 0; an int gets the `L` that Python 2 wrote."""
    return b"L" + _line(literal if isinstance(literal, bytes) else f"{literal}L")


def BININT(value: int) -> bytes:
    """Signed 32-bit integer."""
    return b"J" + struct.pack("<i", value)


def BININT1(value: int) -> bytes:
    """Unsigned 8-bit integer."""
    return b"K" + struct.pack("<B", value)


def BININT2(value: int) -> bytes:
    """Unsigned 16-bit integer."""
    return b"M" + struct.pack("<H", value)


def twos_complement(value: int) -> bytes:
    """The shortest little-endian two's complement of `value`, as LONG1 and LONG4 carry it (zero is no byte)."""
    width = 0 if value == 0 else (value if value >= 0 else ~value).bit_length() // 8 + 1
    return value.to_bytes(width, "little", signed=True)


def LONG1(value: int | bytes, *, length: int | None = None) -> bytes:
    """Long of up to 255 bytes (protocol 2)."""
    return _counted(b"\x8a", "<B", value if isinstance(value, bytes) else twos_complement(value), length)


def LONG4(value: int | bytes, *, length: int | None = None) -> bytes:
    """Long with a signed 32-bit length (protocol 2)."""
    return _counted(b"\x8b", "<i", value if isinstance(value, bytes) else twos_complement(value), length)


# Floats


def FLOAT(literal: float | bytes) -> bytes:
    """Text float of protocol 0."""
    return b"F" + _line(literal if isinstance(literal, bytes) else repr(literal))


def BINFLOAT(value: float) -> bytes:
    """Big-endian double."""
    return b"G" + struct.pack(">d", value)


# Strings


def STRING(literal: str | bytes) -> bytes:
    """Python 2 string as a quoted literal; bytes are written as they are, quotes included."""
    return b"S" + _line(literal if isinstance(literal, bytes) else repr(literal).encode("ascii"))


def BINSTRING(body: bytes, *, length: int | None = None) -> bytes:
    """Python 2 string with a signed 32-bit length."""
    return _counted(b"T", "<i", body, length)


def SHORT_BINSTRING(body: bytes, *, length: int | None = None) -> bytes:
    """Python 2 string of up to 255 bytes."""
    return _counted(b"U", "<B", body, length)


_ESCAPED = {ord("\\"): "\\u005c", 0: "\\u0000", ord("\n"): "\\u000a", ord("\r"): "\\u000d", 0x1A: "\\u001a"}


def UNICODE(text: str | bytes) -> bytes:
    """Text string of protocol 0 in raw-unicode-escape; bytes are written as they are, so escapes can be chosen."""
    return b"V" + _line(text if isinstance(text, bytes) else text.translate(_ESCAPED).encode("raw-unicode-escape"))


def BINUNICODE(text: str | bytes, *, length: int | None = None) -> bytes:
    """UTF-8 string with a 32-bit length."""
    return _counted(b"X", "<I", _utf8(text), length)


def SHORT_BINUNICODE(text: str | bytes, *, length: int | None = None) -> bytes:
    """UTF-8 string of up to 255 bytes (protocol 4)."""
    return _counted(b"\x8c", "<B", _utf8(text), length)


def BINUNICODE8(text: str | bytes, *, length: int | None = None) -> bytes:
    """UTF-8 string with a 64-bit length (protocol 4)."""
    return _counted(b"\x8d", "<Q", _utf8(text), length)


# Bytes


def SHORT_BINBYTES(body: bytes, *, length: int | None = None) -> bytes:
    """Bytes of up to 255 bytes (protocol 3)."""
    return _counted(b"C", "<B", body, length)


def BINBYTES(body: bytes, *, length: int | None = None) -> bytes:
    """Bytes with a 32-bit length (protocol 3)."""
    return _counted(b"B", "<I", body, length)


def BINBYTES8(body: bytes, *, length: int | None = None) -> bytes:
    """Bytes with a 64-bit length (protocol 4)."""
    return _counted(b"\x8e", "<Q", body, length)


def BYTEARRAY8(body: bytes, *, length: int | None = None) -> bytes:
    """Bytearray with a 64-bit length (protocol 5)."""
    return _counted(b"\x96", "<Q", body, length)


# Names


def GLOBAL(module: str | bytes, name: str | bytes) -> bytes:
    """Resolve `module` and `name`, both written as lines."""
    return b"c" + _line(module) + _line(name)


def INST(module: str | bytes, name: str | bytes) -> bytes:
    """Resolve a class and call it with everything since MARK (protocol 0)."""
    return b"i" + _line(module) + _line(name)


def EXT1(code: int) -> bytes:
    """Resolve an 8-bit code of the copyreg extension registry."""
    return b"\x82" + struct.pack("<B", code)


def EXT2(code: int) -> bytes:
    """Resolve a 16-bit code of the copyreg extension registry."""
    return b"\x83" + struct.pack("<H", code)


def EXT4(code: int) -> bytes:
    """Resolve a signed 32-bit code of the copyreg extension registry."""
    return b"\x84" + struct.pack("<i", code)


def PERSID(text: str | bytes) -> bytes:
    """Persistent id as a line (protocol 0)."""
    return b"P" + _line(text)


# Memo


def PUT(index: int | bytes) -> bytes:
    """Store the top of the stack under a decimal index."""
    return b"p" + _line(index if isinstance(index, bytes) else str(index))


def BINPUT(index: int) -> bytes:
    """Store the top of the stack under an 8-bit index."""
    return b"q" + struct.pack("<B", index)


def LONG_BINPUT(index: int) -> bytes:
    """Store the top of the stack under a 32-bit index."""
    return b"r" + struct.pack("<I", index)


def GET(index: int | bytes) -> bytes:
    """Push what is stored under a decimal index."""
    return b"g" + _line(index if isinstance(index, bytes) else str(index))


def BINGET(index: int) -> bytes:
    """Push what is stored under an 8-bit index."""
    return b"h" + struct.pack("<B", index)


def LONG_BINGET(index: int) -> bytes:
    """Push what is stored under a 32-bit index."""
    return b"j" + struct.pack("<I", index)
