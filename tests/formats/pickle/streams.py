"""Pickle streams out of a string of choices: mostly well formed, every opcode, all protocols, now and then spoilt.

Each byte of ``choices`` picks the next opcode among those that the stack allows, so that hypothesis can shrink a
counterexample and atheris can steer; with a small chance an opcode that the stack does not allow is picked, or a byte
of the result is changed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

WORDS = (b"alpha", b"Beta", b"os", b"system", b"a.b", b"__setstate__", b"commands", b"getoutput", b"x", b"collections")
NUMBERS = (
    b"0", b"1", b"-3", b"00", b"01", b"0x10", b"0o17", b"010", b"5\0", b"1_0", b" 7", b"+2", b"9" * 25, b"08", b"",
)  # fmt: skip


class Choices:
    """A string of bytes read one by one; past the end every choice is 0."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def below(self, bound: int) -> int:
        """Pick a number below ``bound``."""
        picked = self.data[self.at] if self.at < len(self.data) else 0
        self.at += 1
        return picked % bound

    @property
    def left(self) -> bool:
        """Tell whether there are choices left."""
        return self.at < len(self.data)


class Maker:
    """Writes opcodes while it keeps count of what is on the stack."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.out = bytearray()
        self.depth = 0
        self.marks: list[int] = []
        self.memo: list[int] = []

    def word(self) -> bytes:
        return WORDS[self.choices.below(len(WORDS))]

    def emit(self, code: bytes, *, pops: int = 0, pushes: int = 0) -> None:
        self.out += code
        self.depth += pushes - pops

    def text(self) -> None:
        """Push a string, by any opcode that can."""
        word = self.word()
        kind = self.choices.below(8)
        escaped = b"".join(b"\\x%02x" % byte for byte in word)
        unicode_escaped = b"".join(b"\\u%04x" % byte for byte in word)
        forms = (
            b"\x8c" + bytes([len(word)]) + word,
            b"X" + struct.pack("<I", len(word)) + word,
            b"\x8d" + struct.pack("<Q", len(word)) + word,
            b"U" + bytes([len(word)]) + word,
            b"T" + struct.pack("<i", len(word)) + word,
            b"S'" + word + b"'\n",
            b"S'" + escaped + b"'\n",
            b"V" + (unicode_escaped if kind % 2 else word) + b"\n",
        )
        self.emit(forms[kind], pushes=1)

    def scalar(self) -> None:
        """Push a number, a truth value, None or bytes."""
        number = NUMBERS[self.choices.below(len(NUMBERS))]
        small = self.choices.below(256)
        forms = (
            b"N", b"\x88", b"\x89", b"K" + bytes([small]), b"M" + bytes([small, 1]), b"J" + bytes([small, 0, 0, 255]),
            b"I" + number + b"\n", b"L" + number + b"L\n", b"L" + number + b"\n", b"F" + number + b"\n",
            b"G" + struct.pack(">d", small / 3), b"\x8a\x01" + bytes([small]), b"\x8a\x00",
            b"\x8b" + struct.pack("<i", 2) + b"ab", b"C\x03abc", b"B" + struct.pack("<I", 1) + b"z",
            b"\x8e" + struct.pack("<Q", 0), b"F1.5\n", b"I5\n", b"L5L\n",
        )  # fmt: skip
        self.emit(forms[self.choices.below(len(forms))], pushes=1)

    def container(self) -> None:
        forms = (b"]", b"}", b")", b"\x8f", b"\x96" + struct.pack("<Q", 2) + b"ab")
        self.emit(forms[self.choices.below(len(forms))], pushes=1)

    def global_(self) -> None:
        forms = (b"c" + self.word() + b"\n" + self.word() + b"\n",)
        self.emit(forms[0], pushes=1)

    def stack_global(self) -> None:
        self.text()
        self.text()
        self.emit(b"\x93", pops=2, pushes=1)

    def mark(self) -> None:
        self.marks.append(self.depth)
        self.emit(b"(")

    def close(self) -> None:
        """Use up a MARK."""
        base = self.marks.pop()
        above = self.depth - base
        pick = self.choices.below(8)
        inst = b"i" + self.word() + b"\n" + self.word() + b"\n"
        code = (b"t", b"l", b"d", b"\x91", b"1", b"o", inst, b"e")[pick]
        if pick == 7:
            code = (b"e", b"u", b"\x90")[self.choices.below(3)]
            self.emit(code, pops=above)
            return
        self.emit(code, pops=above, pushes=0 if pick == 4 else 1)

    def memo_put(self) -> None:
        index = self.choices.below(6)
        forms = (b"\x94", b"q" + bytes([index]), b"r" + struct.pack("<I", index), b"p%d\n" % index)
        pick = self.choices.below(4)
        self.memo.append(index if pick else len(set(self.memo)))
        self.emit(forms[pick])

    def memo_get(self) -> None:
        index = self.memo[self.choices.below(len(self.memo))]
        forms = (b"h" + bytes([index % 256]), b"j" + struct.pack("<I", index), b"g%d\n" % index)
        self.emit(forms[self.choices.below(3)], pushes=1)

    def call(self) -> None:
        """Resolve something and call it with a tuple of what is there."""
        pick = self.choices.below(5)
        if pick < 2:
            self.global_()
        elif pick < 4:
            self.stack_global()
        else:
            self.emit(b"2", pushes=1)
        how = self.choices.below(6)
        if how < 3:
            (self.text if how else self.scalar)()
            self.emit(b"\x85", pops=1, pushes=1)
        elif how < 5:
            self.emit(b")", pushes=1)
        else:
            self.container()
        if self.choices.below(4):
            self.emit(b"R" if self.choices.below(2) else b"\x81", pops=2, pushes=1)
        else:
            self.emit(b"}", pushes=1)
            self.emit(b"\x92", pops=3, pushes=1)

    def change(self) -> None:
        """Put something into whatever is on top."""
        pick = self.choices.below(5)
        if pick == 0:
            self.scalar()
            self.emit(b"a", pops=1)
        elif pick == 1:
            self.text()
            self.scalar()
            self.emit(b"s", pops=2)
        elif pick == 2:
            self.container()
            self.emit(b"b", pops=1)
        elif pick == 3:
            self.scalar()
            self.emit(b"b", pops=1)
        else:
            self.emit(b"(")
            self.text()
            self.scalar()
            self.emit((b"u", b"e", b"\x90")[self.choices.below(3)], pops=2)

    def loader(self) -> None:
        """Ask the loader for something."""
        pick = self.choices.below(6)
        if pick == 0:
            self.emit(b"P" + self.word() + b"\n", pushes=1)
        elif pick == 1:
            self.text()
            self.emit(b"Q", pops=1, pushes=1)
        elif pick == 2:
            self.emit((b"\x82\x01", b"\x83\x02\x00", b"\x84" + struct.pack("<i", 300))[self.choices.below(3)], pushes=1)
        elif pick == 3:
            self.emit(b"\x97", pushes=1)
        elif pick == 4:
            self.emit(b"\x97", pushes=1)
            self.emit(b"\x98")
        else:
            self.emit(b"\x80" + bytes([self.choices.below(7)]))

    def frame(self) -> None:
        self.emit(b"\x95" + struct.pack("<Q", (0, 4, 1 << 20, 1 << 63)[self.choices.below(4)]))

    def anything(self) -> None:
        """Emit an opcode that the stack may not allow."""
        codes = b"(.012NR)]}abcdeghlostu\x81\x85\x86\x87\x88\x8f\x90\x91\x92\x93\x94\x97\x98"
        self.emit(codes[self.choices.below(len(codes)) :][:1])


def stream(data: bytes) -> bytes:
    """Turn choices into a pickle stream."""
    choices = Choices(data)
    maker = Maker(choices)
    protocol, ends = choices.below(9), choices.below(16) != 15
    if protocol <= 5:
        maker.emit(b"\x80" + bytes([protocol]))
    steps: tuple[Callable[[], None], ...] = (
        maker.text, maker.scalar, maker.container, maker.global_, maker.stack_global, maker.mark, maker.call,
        maker.memo_put, maker.memo_get, maker.change, maker.close, maker.loader, maker.call,
    )  # fmt: skip
    while choices.left:
        pick = choices.below(64)
        if pick == 63:
            maker.anything()
            continue
        if pick == 62:
            maker.frame()
            continue
        step = steps[pick % len(steps)]
        base = maker.marks[-1] if maker.marks else 0
        if step == maker.close and not maker.marks:
            step = maker.mark
        if step in (maker.memo_put, maker.change) and maker.depth <= base:
            step = maker.text
        if step == maker.memo_get and not maker.memo:
            step = maker.scalar
        step()
    if ends:
        if maker.depth <= (maker.marks[-1] if maker.marks else 0):
            maker.scalar()
        maker.emit(b".")
    return bytes(maker.out)
