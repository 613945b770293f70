"""The opcodes of pickle protocols 0 to 5, as CPython's ``Lib/pickle.py`` and ``Modules/_pickle.c`` define them."""

from __future__ import annotations

MARK = ord("(")
STOP = ord(".")
POP = ord("0")
POP_MARK = ord("1")
DUP = ord("2")
FLOAT = ord("F")
INT = ord("I")
BININT = ord("J")
BININT1 = ord("K")
LONG = ord("L")
BININT2 = ord("M")
NONE = ord("N")
PERSID = ord("P")
BINPERSID = ord("Q")
REDUCE = ord("R")
STRING = ord("S")
BINSTRING = ord("T")
SHORT_BINSTRING = ord("U")
UNICODE = ord("V")
BINUNICODE = ord("X")
APPEND = ord("a")
BUILD = ord("b")
GLOBAL = ord("c")
DICT = ord("d")
EMPTY_DICT = ord("}")
APPENDS = ord("e")
GET = ord("g")
BINGET = ord("h")
INST = ord("i")
LONG_BINGET = ord("j")
LIST = ord("l")
EMPTY_LIST = ord("]")
OBJ = ord("o")
PUT = ord("p")
BINPUT = ord("q")
LONG_BINPUT = ord("r")
SETITEM = ord("s")
TUPLE = ord("t")
EMPTY_TUPLE = ord(")")
SETITEMS = ord("u")
BINFLOAT = ord("G")
PROTO = 0x80
NEWOBJ = 0x81
EXT1 = 0x82
EXT2 = 0x83
EXT4 = 0x84
TUPLE1 = 0x85
TUPLE2 = 0x86
TUPLE3 = 0x87
NEWTRUE = 0x88
NEWFALSE = 0x89
LONG1 = 0x8A
LONG4 = 0x8B
BINBYTES = ord("B")
SHORT_BINBYTES = ord("C")
SHORT_BINUNICODE = 0x8C
BINUNICODE8 = 0x8D
BINBYTES8 = 0x8E
EMPTY_SET = 0x8F
ADDITEMS = 0x90
FROZENSET = 0x91
NEWOBJ_EX = 0x92
STACK_GLOBAL = 0x93
MEMOIZE = 0x94
FRAME = 0x95
BYTEARRAY8 = 0x96
NEXT_BUFFER = 0x97
READONLY_BUFFER = 0x98

HIGHEST_PROTOCOL = 5

NAMES: dict[int, str] = {
    code: name for name, code in list(globals().items()) if name.isupper() and isinstance(code, int) and code > 5
}

FIXED_SCALARS: dict[int, int] = {
    NONE: 0, NEWTRUE: 0, NEWFALSE: 0, BININT: 4, BININT1: 1, BININT2: 2, BINFLOAT: 8,
}  # fmt: skip
"""Opcodes that push a scalar held in a fixed number of bytes."""

COUNTED: dict[int, int] = {
    SHORT_BINUNICODE: 1, SHORT_BINBYTES: 1, SHORT_BINSTRING: 1, LONG1: 1,
    BINUNICODE: 4, BINBYTES: 4, BINSTRING: 4, LONG4: 4,
    BINUNICODE8: 8, BINBYTES8: 8, BYTEARRAY8: 8,
}  # fmt: skip
"""Opcodes that push a constant after a little-endian count of this many bytes; BINSTRING's and LONG4's is signed."""

LINES = frozenset({INT, LONG, FLOAT, STRING, UNICODE})
"""Opcodes that push a constant written as a line of text."""

CONSTANT_KINDS: dict[int, str] = {
    NONE: "none", NEWTRUE: "bool", NEWFALSE: "bool",
    INT: "int", BININT: "int", BININT1: "int", BININT2: "int", LONG: "int", LONG1: "int", LONG4: "int",
    FLOAT: "float", BINFLOAT: "float",
    STRING: "str", BINSTRING: "str", SHORT_BINSTRING: "str",
    UNICODE: "str", BINUNICODE: "str", SHORT_BINUNICODE: "str", BINUNICODE8: "str",
    BINBYTES: "bytes", SHORT_BINBYTES: "bytes", BINBYTES8: "bytes",
}  # fmt: skip
"""What kind of immutable constant an opcode pushes. ``INT`` is a bool when it reads ``00`` or ``01``."""

RUNS = frozenset({
    GLOBAL, STACK_GLOBAL, INST, OBJ, NEWOBJ, NEWOBJ_EX, REDUCE, BUILD, EXT1, EXT2, EXT4, PERSID, BINPERSID,
    NEXT_BUFFER, READONLY_BUFFER,
})  # fmt: skip
"""Opcodes that import, call, or hand something to the loader. A stream without any of them is plain data."""
