"""Streams that readers disagree about, hide things in, or break and exhaust readers: PKL-19 to PKL-33 and PKL-40 to 42.

Every builder takes the target of its payload. The structures are written for the virtual machine, not for
`pickletools`: several of them make `pickletools` stop before the payload, which is their point.
"""

from __future__ import annotations

import base64
import codecs
import zlib

from tests.builders.pickles import opcodes as op
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import SHELL, Target, call, call_target, program
from tests.builders.pickles.writer import data, dumps

ODD_INTEGERS = (b"0x10", b"0o17", b"0b11", b"-0x10", b"0x_10")  # base 0 in the VM, base 10 in pickletools
OCTAL_INTEGER = b"010"  # 8 for the C unpickler, refused by the Python one, 10 for pickletools


def odd_integer(literal: bytes = b"0x10", target: Target = SHELL) -> bytes:
    """PKL-19, PKL-28: an INT literal that only the virtual machine accepts, first in the stream; then the payload."""
    return program(op.INT(literal), op.POP, call_target(target))


def odd_long(literal: bytes = b"0x10L", target: Target = SHELL) -> bytes:
    """PKL-19: the same with LONG."""
    return program(op.LONG(literal), op.POP, call_target(target))


def nul_tail(target: Target = SHELL) -> bytes:
    """PKL-20: an INT literal with a NUL tail: the C unpickler stops at the NUL, the Python one rejects."""
    return program(op.INT(b"1\x00INERT"), op.POP, call_target(target))


def foreign_string(literal: bytes = b"'caf\xc3\xa9'", target: Target = SHELL) -> bytes:
    """PKL-21: STRING with bytes outside ASCII, decoded by the loader's encoding."""
    return program(op.STRING(literal), op.POP, call_target(target))


def false_frame(length: int, target: Target = SHELL) -> bytes:
    """PKL-22: FRAME declares `length` bytes, whatever the true length is."""
    return program(call_target(target), frame_length=length)


def true_frame(target: Target = SHELL) -> bytes:
    """PKL-22 control: the same program in a frame of the right length."""
    return program(call_target(target), frame=True)


def nested_frames(target: Target = SHELL) -> bytes:
    """PKL-22: a frame opens inside a frame."""
    body = call_target(target) + op.STOP
    inner = op.FRAME(len(body)) + body
    return op.PROTO(4) + op.FRAME(len(inner)) + inner


def memo_desync(target: Target = SHELL) -> bytes:
    """PKL-23: MEMOIZE right after a GET stores the value on the stack, not the index that the GET named."""
    stored = data(target.module) + op.MEMOIZE + op.POP + data(target.name) + op.MEMOIZE + op.POP
    copied = op.BINGET(0) + op.MEMOIZE + op.POP + op.BINGET(1) + op.MEMOIZE + op.POP
    return program(stored, copied, op.BINGET(2), op.BINGET(3), op.STACK_GLOBAL, data(target.arguments), op.REDUCE)


def reused_slots(target: Target = SHELL, decoy: tuple[str, str] = ("collections", "OrderedDict")) -> bytes:
    """PKL-24: memo slots hold the target when they are read, and a decoy before and after."""
    decoys, names = (_stored(*pair) for pair in (decoy, target[:2]))
    payload = op.BINGET(0) + op.BINGET(1) + op.STACK_GLOBAL + data(target.arguments) + op.REDUCE
    return program(decoys, names, payload, decoys)


def _stored(module: str, name: str) -> bytes:
    return data(module) + op.BINPUT(0) + op.POP + data(name) + op.BINPUT(1) + op.POP


def shuffled_operands(target: Target = SHELL) -> bytes:
    """PKL-25: DUP, POP and POP_MARK move the operands apart in the text, not on the stack."""
    module = data(target.module) + op.DUP + op.POP
    noise = op.MARK + data("collections") + data("OrderedDict") + op.POP_MARK
    name = data(target.name) + data(0) + op.POP
    return program(module, noise, name, noise, op.STACK_GLOBAL, data(target.arguments), op.REDUCE)


def undefined_memo(target: Target = SHELL) -> bytes:
    """PKL-26: after the payload, a GET of a slot that was never stored."""
    return program(call_target(target), op.BINGET(99))


def number_as_name(target: Target = SHELL) -> bytes:
    """PKL-26: after the payload, STACK_GLOBAL on two numbers out of the memo."""
    confused = data(7) + op.BINPUT(5) + op.BINGET(5) + op.STACK_GLOBAL
    return program(call_target(target), confused)


def starved_stack_global(target: Target = SHELL) -> bytes:
    """PKL-26: STACK_GLOBAL on an empty stack, first in the stream; what follows is only text for the VM."""
    return program(op.STACK_GLOBAL, call_target(target))


def broken_tail(target: Target = SHELL, tail: bytes = b"\xff\xfe\xfd") -> bytes:
    """PKL-27: the payload runs, then the stream breaks on bytes that are no opcode; there is no STOP."""
    return op.PROTO(4) + call_target(target) + tail


def truncated(target: Target = SHELL) -> bytes:
    """PKL-27: the payload runs, then a string promises more bytes than there are."""
    return op.PROTO(4) + call_target(target) + op.BINUNICODE("cut", length=400)


def stacked(target: Target = SHELL, before: int = 1, protocol: int = 4) -> bytes:
    """PKL-29: the payload is the pickle after `before` honest ones."""
    return plain_data(protocol) * before + program(call_target(target, protocol=protocol), protocol=protocol)


def after_stop(target: Target = SHELL, filler: bytes = b"\x00" * 64) -> bytes:
    """PKL-30: honest pickle, filler that is no pickle, then the payload."""
    return plain_data() + filler + program(call_target(target))


def nested(target: Target = SHELL, loader: tuple[str, str] | None = ("pickle", "loads")) -> bytes:
    """PKL-31: a pickle in a bytes operand, handed to an inner loader, or (None) only kept as data."""
    inner = program(call_target(target))
    return dumps({"blob": inner}) if loader is None else program(call(*loader, inner))


def encoded(target: Target = SHELL, how: str = "base64") -> bytes:
    """PKL-32: a pickle as text: base64, misaligned base64 (a letter before it), hex, zlib or rot13 with base64."""
    inner = program(call_target(target))
    text = {
        "base64": base64.b64encode(inner).decode(),
        "misaligned": "A" + base64.b64encode(inner).decode(),
        "hex": inner.hex(),
        "zlib": base64.b64encode(zlib.compress(inner, 9)).decode(),
        "rot13": codecs.encode(base64.b64encode(inner).decode(), "rot13"),
    }[how]
    return dumps({"logo": text})


def escaped_names(target: Target = SHELL, opcode: str = "UNICODE") -> bytes:
    """PKL-33: names written with escapes, so that their letters are not in the bytes."""
    if opcode == "UNICODE":
        written = [op.UNICODE("".join(f"\\u{ord(letter):04x}" for letter in part).encode()) for part in target[:2]]
    else:
        written = [op.STRING(b"'%s'" % b"".join(b"\\x%02x" % byte for byte in part.encode())) for part in target[:2]]
    return program(*written, op.STACK_GLOBAL, data(target.arguments), op.REDUCE)


def out_of_band(read_only: bool = False) -> bytes:
    """PKL-40: a buffer that is not in the file (NEXT_BUFFER, READONLY_BUFFER)."""
    return program(op.NEXT_BUFFER, op.READONLY_BUFFER if read_only else b"", protocol=5)


def doubling_bomb(depth: int = 64) -> bytes:
    """PKL-41: each tuple holds the one before it twice; 2 to the power of `depth` leaves in a few bytes."""
    return program(op.EMPTY_TUPLE, (op.DUP + op.TUPLE2) * depth)


def mark_bomb(count: int = 100_000) -> bytes:
    """PKL-41: very many MARKs."""
    return program(op.MARK * count, op.TUPLE * count)


def nesting_bomb(depth: int = 100_000) -> bytes:
    """PKL-41: lists inside lists, `depth` deep."""
    return program(op.EMPTY_LIST * depth, op.APPEND * (depth - 1))


def length_bomb(operand: bytes | None = None) -> bytes:
    """PKL-41: an operand that claims far more bytes than the file has (BINBYTES8 of 2**62 by default)."""
    return program(op.BINBYTES8(b"INERT", length=1 << 62) if operand is None else operand)


def memo_index_bomb(index: int = (1 << 31) - 1) -> bytes:
    """PKL-41: one PUT at an index that makes a reader with an array for a memo allocate gigabytes."""
    return program(op.NONE, op.LONG_BINPUT(index))


def raising_after(target: Target = SHELL) -> bytes:
    """PKL-42: the payload runs, then a harmless call raises, so the load fails."""
    return program(call_target(target), op.POP, call("builtins", "int", "INERT"))


def scanner_only_breaks(target: Target = SHELL) -> bytes:
    """PKL-28: every break that only scanners see, one after another, before the payload."""
    breaks = op.INT(b"0x1") + op.POP + op.STRING(b"'\xe9'") + op.POP + op.LONG(b"0b1L") + op.POP
    return program(breaks, call_target(target))
