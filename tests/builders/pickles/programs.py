"""Pickle programs put together from opcodes, and the many ways in which a stream reaches and calls a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from tests.builders.pickles import opcodes as op
from tests.builders.pickles.writer import data

Via = Literal["global", "stack_global", "inst", "obj", "newobj", "newobj_ex", "memo", "dotted"]
VIAS: tuple[Via, ...] = ("global", "stack_global", "inst", "obj", "newobj", "newobj_ex", "memo", "dotted")

_FREE_SLOT = 1000  # memo slots that no other fragment uses, so that a call can stand inside any program
_DOTTED_THROUGH = "pathlib"  # an honest module that has `os` among its attributes (PKL-15)


class Target(NamedTuple):
    """A name and the constants that it is called with."""

    module: str
    name: str
    arguments: tuple[object, ...] = ()


class Sample(NamedTuple):
    """A hostile stream, named after its builder, and the honest stream that differs from it in one structural fact."""

    technique: str
    name: str
    build: Callable[[], bytes]
    twin: Callable[[], bytes]


def shell(tag: str) -> Target:
    """A shell command that only prints its tag."""
    return Target("posix", "system", (f"echo INERT-{tag}",))


SHELL = Target("posix", "system", ("echo INERT",))
ABSENT = Target("inert_absent_pkg", "call", ("INERT",))
VETTED = Target("collections", "OrderedDict")


def program(*code: bytes, protocol: int = 4, frame: bool = False, frame_length: int | None = None) -> bytes:
    """A complete pickle: PROTO from protocol 2 on, opcodes, STOP; `frame_length` declares a false frame (PKL-22)."""
    body = b"".join(code) + op.STOP
    header = op.PROTO(protocol) if protocol >= 2 else b""
    if frame or frame_length is not None:
        header += op.FRAME(len(body) if frame_length is None else frame_length)
    return header + body


def resolve(module: str, name: str, *, protocol: int = 4, via: Via = "global") -> bytes:
    """Push what `module.name` is: GLOBAL, STACK_GLOBAL, names out of the memo, or dotted through another module."""
    match via:
        case "stack_global":
            return data(module, protocol) + data(name, protocol) + op.STACK_GLOBAL
        case "memo":
            return _remembered(module, name, protocol)
        case "dotted":
            return data(_DOTTED_THROUGH, protocol) + data(f"{module}.{name}", protocol) + op.STACK_GLOBAL
        case _:
            return op.GLOBAL(module, name)


def _remembered(module: str, name: str, protocol: int) -> bytes:
    put = op.LONG_BINPUT if protocol else op.PUT
    get = op.LONG_BINGET if protocol else op.GET
    stored = data(name, protocol) + put(_FREE_SLOT) + op.POP + data(module, protocol) + put(_FREE_SLOT + 1) + op.POP
    return stored + get(_FREE_SLOT + 1) + get(_FREE_SLOT) + op.STACK_GLOBAL


def call(module: str, name: str, *arguments: object, protocol: int = 4, via: Via = "global") -> bytes:
    """Opcodes that call `module.name` with plain or described arguments and leave the result on the stack.

    They hold no PROTO and no STOP and use no memo slot below 1000. PKL-01 (global), PKL-02 (stack_global, memo), PKL-04
    (inst), PKL-05 (obj), PKL-06 (newobj, newobj_ex: unpicklers refuse a name that is no class), PKL-15 (dotted:
    `call("os", "system", …)` goes through `pathlib`; unpicklers walk the dots only after PROTO 4).
    """
    pushed = b"".join(data(argument, protocol) for argument in arguments)
    match via:
        case "inst":
            return op.MARK + pushed + op.INST(module, name)
        case "obj":
            return op.MARK + op.GLOBAL(module, name) + pushed + op.OBJ
        case "newobj":
            return op.GLOBAL(module, name) + data(arguments, protocol) + op.NEWOBJ
        case "newobj_ex":
            return op.GLOBAL(module, name) + data(arguments, protocol) + data({}, protocol) + op.NEWOBJ_EX
        case _:
            return resolve(module, name, protocol=protocol, via=via) + data(arguments, protocol) + op.REDUCE


def call_target(target: Target, *, protocol: int = 4, via: Via = "global") -> bytes:
    """`call` for a target."""
    return call(target.module, target.name, *target.arguments, protocol=protocol, via=via)


def pickled_call(target: Target, *, protocol: int = 4, via: Via = "global", frame: bool = False) -> bytes:
    """A complete pickle that is nothing but one call."""
    return program(call_target(target, protocol=protocol, via=via), protocol=protocol, frame=frame)
