"""Plain streams: one that holds no opcode able to import or call needs exact tokenising and no simulation.

The tokeniser is one possessive regular expression over every opcode that only pushes, stores or arranges data, with
its operand. It runs at the speed of the ``re`` engine: no stack, no memo, no Python object per opcode. What it does not
know (long operands, unusual spellings, opcodes that import) is handed back to the caller. That such a stream may still
break in a loader (an empty stack, an unknown memo key) is of no consequence: nothing can have run.
"""

from __future__ import annotations

import sys

from weighbridge.core.values import value
from weighbridge.formats.pickle import opcodes as op
from weighbridge.formats.pickle.stack import PIECE, PIECE_FROM, TEXT_FROM
from weighbridge.formats.pickle.window import REACH, Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from weighbridge.core.source import ByteSource

WORTH_COMPILING = 1 << 15
"""Compiling the expression takes as long as the machine needs for this many bytes."""


@value
class Plain:
    """How far a stream is plain data: ``stop`` is the offset after STOP, or None where ``at`` is not plain.

    ``reason`` is empty when an opcode at ``at`` needs the machine; otherwise it says how the stream breaks there.
    """

    stop: int | None
    at: int
    reason: str = ""


def _of_length(opcode: int, lengths: range) -> bytes:
    """An opcode with a one-byte count, as alternatives; the engine tries only those whose count byte fits."""
    alternatives = b"|".join(b"\\x%02x.{%d}" % (length, length) for length in lengths)
    return b"\\x%02x(?>%s)" % (opcode, alternatives)


def _pattern() -> bytes:
    bare = bytes(
        (op.MEMOIZE, op.NONE, op.NEWTRUE, op.NEWFALSE, op.MARK, op.EMPTY_DICT, op.EMPTY_LIST, op.EMPTY_TUPLE,
         op.EMPTY_SET, op.SETITEMS, op.SETITEM, op.APPENDS, op.APPEND, op.ADDITEMS, op.TUPLE, op.TUPLE1, op.TUPLE2,
         op.TUPLE3, op.LIST, op.DICT, op.FROZENSET, op.DUP, op.POP, op.POP_MARK)
    )  # fmt: skip
    return b"(?>" + b"|".join((
        b"[" + b"".join(b"\\x%02x" % code for code in bare) + b"]++",
        b"[\\x%02x\\x%02x\\x%02x]." % (op.BINGET, op.BININT1, op.BINPUT),
        _of_length(op.SHORT_BINUNICODE, range(TEXT_FROM)),
        b"\\x%02x.." % op.BININT2,
        b"\\x%02x.{8}" % op.BINFLOAT,
        b"[\\x%02x\\x%02x].{4}" % (op.BININT, op.LONG_BINGET),
        b"\\x%02x.{3}[\\0-\\x03]" % op.LONG_BINPUT,  # below MEMO_ROOM
        b"\\x%02x[\\x00-\\x05]" % op.PROTO,
        b"\\x%02x" % op.BINUNICODE + b"(?>" + b"|".join(
            b"\\x%02x\\0\\0\\0.{%d}" % (length, length) for length in range(PIECE_FROM)) + b")",
        _of_length(op.SHORT_BINSTRING, range(PIECE_FROM)),
        _of_length(op.SHORT_BINBYTES, range(PIECE_FROM)),
        _of_length(op.LONG1, range(17)),
        b"I(?:0[01]|0|-?[1-9][0-9]{0,17})\\n",
        b"L(?:0|-?[1-9][0-9]{0,40})L\\n",
        b"F-?[0-9]{1,20}(?:\\.[0-9]{1,20})?(?:e[-+]?[0-9]{1,4})?\\n",
        b"g[0-9]{1,10}\\n",
        b"p[0-9]{1,7}\\n",
        b"V[^\\n\\\\]{0,%d}\\n" % (TEXT_FROM - 1),
        b"S'[ !#-&(-\\[\\]-~]{0,%d}'\\n" % (TEXT_FROM - 3),
    )) + b")*+"  # fmt: skip


SOUND = (3, 11, 5)
"""The first CPython whose possessive quantifiers match right (gh-106052); before it the machine reads everything."""

_compiled: list[re.Pattern[bytes]] = []
_asked = [0]


def is_worth_it(size: int) -> bool:
    """Tell whether ``size`` more bytes justify the expression, given how many were asked for in this process."""
    _asked[0] += size
    return _asked[0] >= WORTH_COMPILING and sys.version_info >= SOUND


def _expression() -> re.Pattern[bytes]:
    if not _compiled:
        import re

        _compiled.append(re.compile(_pattern(), re.DOTALL))
    return _compiled[0]


def read(source: ByteSource, start: int, constant: Callable[[int, int, int, bytes], None]) -> Plain:
    """Tokenise the stream at ``start`` as long as it is plain.

    ``constant(opcode, offset, length, piece)`` is told of every operand too long for the expression.
    """
    match = _expression().match
    window = Window(source, start)
    inside = 0
    frame_end = 0
    while True:
        bound = frame_end - window.base if frame_end else len(window.content)
        found = match(window.content, inside, bound)
        inside = found.end() if found else inside
        if frame_end and inside == bound:
            frame_end = 0
            continue
        if not window.last and len(window.content) - inside < REACH:
            window.slide(window.base + inside)
            inside = 0
            continue
        here = window.base + inside
        if inside >= len(window.content):
            return Plain(stop=None, at=here, reason="the stream ends without STOP")
        code = window.content[inside]
        if code == op.STOP:
            return Plain(stop=here + 1, at=here)
        if code == op.FRAME and not frame_end and len(window.content) - inside >= 9:
            inside += 9
            frame_end = window.base + inside + int.from_bytes(window.content[inside - 8 : inside], "little")
            if frame_end > source.size:
                return Plain(stop=None, at=here)
            continue
        after = _behind(source, window, inside)
        if after is None or (frame_end and after > frame_end):
            return Plain(stop=None, at=here)
        content = here + 1 + op.COUNTED[code]
        length = after - content
        if length >= PIECE_FROM:
            constant(code, content, length, window.bytes_at(content, min(length, PIECE)))
        if after - window.base > len(window.content) - REACH:
            window.slide(after)
            inside = 0
        else:
            inside = after - window.base


def _behind(source: ByteSource, window: Window, inside: int) -> int | None:
    """Find the offset behind a constant with a count; None for any other opcode or an impossible count."""
    code = window.content[inside]
    width = op.COUNTED.get(code)
    if width is None or len(window.content) - inside <= width:
        return None
    signed = code in {op.BINSTRING, op.LONG4}
    length = int.from_bytes(window.content[inside + 1 : inside + 1 + width], "little", signed=signed)
    after = window.base + inside + 1 + width + length
    return after if length >= 0 and after <= source.size else None
