"""Does a stretch of bytes hold a pickle? Structure decides: protocols 0 and 1 have no magic number (SCN-03)."""

from __future__ import annotations

from weighbridge.formats.pickle import opcodes as op
from weighbridge.formats.pickle.literals import SPACES
from weighbridge.formats.pickle.window import LINE, Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource

TORCH_MAGIC = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""The magic number of ``torch.save`` before 1.6 as a LONG1, and STOP (``torch/serialization.py``)."""

OPCODES = 20_000
"""Opcodes read before a stream of nothing but valid opcodes is believed; random bytes fail within a dozen."""

BEGINNING = 8
"""Opcodes that must be valid behind a PROTO; the byte 0x80 alone begins much that is no pickle."""

_WIDTHS = {
    **op.FIXED_SCALARS, op.PROTO: 1, op.FRAME: 8, op.BINGET: 1, op.BINPUT: 1, op.LONG_BINGET: 4, op.LONG_BINPUT: 4,
    op.EXT1: 1, op.EXT2: 2, op.EXT4: 4,
}  # fmt: skip
_FIRST = frozenset(b"()]}NIJKLMFGSTUVXBCcP\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97")
"""Opcodes that need nothing on the stack: no unpickler gets past another one at the beginning (0x93 begins NumPy's)."""
_TEXT = {**dict.fromkeys(op.LINES, 1), op.GET: 1, op.PUT: 1, op.PERSID: 1, op.GLOBAL: 2, op.INST: 2}


def begins_torch_legacy(head: bytes) -> bool:
    """Tell whether a file's first stream is torch's magic number, in any protocol from 2 on."""
    if head[:1] != b"\x80" or not 2 <= int.from_bytes(head[1:2], "little") <= op.HIGHEST_PROTOCOL:
        return False
    start = 11 if head[2:3] == bytes((op.FRAME,)) else 2
    return head.startswith(TORCH_MAGIC, start)


def holds_pickle(source: ByteSource, start: int = 0) -> bool:
    """Tell whether the bytes at ``start`` are a pickle to some loader.

    A pickle is: PROTO and valid opcodes behind it; or opcodes up to STOP with at least one that resolves a name; or a
    name resolved and used, whatever follows (a loader has acted before it meets the garbage, PKL-27).
    """
    head = source.read_at(start, 2)
    if len(head) < 2:
        return False
    announced = head[0] == op.PROTO and head[1] <= op.HIGHEST_PROTOCOL
    if head[0] not in _FIRST:
        return False
    named = used = False
    window = Window(source, start)
    position = start
    for count in range(OPCODES):
        if announced and count >= BEGINNING:
            return True
        code = window.bytes_at(position, 1)
        if not code or code[0] not in op.NAMES:
            return named and used
        after = _after(window, position, code[0])
        if after is None or after > source.size:
            return named and used
        if code[0] in {op.GLOBAL, op.INST}:
            if not _names(window, position + 1):
                return named and used
            named = True
            used = used or code[0] == op.INST
        elif code[0] == op.STACK_GLOBAL:
            named = True
        elif code[0] in {op.REDUCE, op.NEWOBJ, op.OBJ, op.BUILD, op.NEWOBJ_EX}:
            used = True
        elif code[0] == op.STOP:
            return announced or named
        position = after
        if position - window.base >= len(window.content):
            window.slide(position)
    return True


def _after(window: Window, position: int, code: int) -> int | None:
    """Find the offset behind an opcode and its operand; None where the operand is impossible."""
    if code in _TEXT:
        after = position + 1
        for _ in range(_TEXT[code]):
            line, after = window.line_at(after)
            if not _fits(code, line):
                return None
        return after
    if code in op.COUNTED:
        width = op.COUNTED[code]
        count = int.from_bytes(window.bytes_at(position + 1, width), "little", signed=code in {op.BINSTRING, op.LONG4})
        return position + 1 + width + count if count >= 0 else None
    return position + 1 + _WIDTHS.get(code, 0)


def _fits(code: int, line: bytes) -> bool:
    """Tell whether some loader accepts a line as the operand of an opcode."""
    whole = len(line) < LINE
    if code in {op.INT, op.LONG, op.GET, op.PUT}:
        return _numeric(line)
    if code == op.PERSID:
        return whole and line.isascii()
    if code == op.STRING:
        return line[:1] in {b"'", b'"'} and (not whole or (len(line) >= 2 and line[:1] == line[-1:]))
    return code != op.FLOAT or (bool(line) and line.isascii())


def _numeric(line: bytes) -> bool:
    """Tell whether a line could be a number to some loader; the C unpickler stops at a NUL byte."""
    digits = line.split(b"\0", 1)[0]
    return bool(digits) and not digits.translate(None, b"0123456789abcdefxoABCDEFXOL+-_" + SPACES)


def _names(window: Window, position: int) -> bool:
    """Tell whether two lines could name a module and something in it."""
    module, after = window.line_at(position)
    name, _ = window.line_at(after)
    return all(part.isidentifier() for text in (module, name) for part in _parts(text))


def _parts(text: bytes) -> list[str]:
    try:
        return text.decode("utf-8").split(".")
    except UnicodeDecodeError:
        return [""]
