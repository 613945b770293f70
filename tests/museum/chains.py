"""Hostile programs of more than one call, as their reports describe them: resolvers, getters and rebound names."""

from __future__ import annotations

from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, NewObj, Ops, Reduce
from tests.builders.pickles.programs import call, program
from tests.builders.pickles.writer import data, dumps

ECHO = "echo INERT"


def located_then_called() -> bytes:
    """`pydoc.locate("os")` handed to `operator.methodcaller("system", …)`."""
    caller = Reduce(Global("operator", "methodcaller"), ("system", ECHO))
    return dumps(Reduce(caller, (Reduce(Global("pydoc", "locate"), ("os",)),)))


def imported_then_called(getter: str, *arguments: str) -> bytes:
    """`builtins.__import__("os")` handed to what `_operator.methodcaller` or `attrgetter` returned."""
    module = Reduce(Global("builtins", "__import__"), ("os",))
    got = Reduce(Reduce(Global("_operator", getter), arguments), (module,))
    return dumps(got if getter == "methodcaller" else Reduce(got, (ECHO,)))


def imported_then_got(importer: tuple[str, str] = ("builtins", "__import__"), protocol: int = 0) -> bytes:
    """The module comes from an importing call, `getattr` takes `system` from it, and that is called."""
    module = call(*importer, "os", protocol=protocol) + op.PUT(0) + op.POP
    got = op.GLOBAL("builtins", "getattr") + op.MARK + op.GET(0) + data("system", protocol) + op.TUPLE + op.REDUCE
    return program(module, got, op.MARK, data(ECHO, protocol), op.TUPLE, op.REDUCE, protocol=protocol)


def method_of_made(
    module: str, name: str, method: str, *arguments: object, made_with: tuple[object, ...] = ()
) -> bytes:
    """`getattr(module.name(…), method)(…)`."""
    made = Reduce(Global(module, name), made_with)
    return dumps(Reduce(Reduce(Global("builtins", "getattr"), (made, method)), arguments), 5)


def resolved_then_called(resolver: tuple[str, str], *arguments: object) -> bytes:
    """What a name resolver returns is called with a command."""
    return dumps(Reduce(Reduce(Global(*resolver), arguments), (ECHO,)))


def hidden_eval() -> bytes:
    """`builtins.eval` as an attribute of a module that `getattr` reads out of another one."""
    inner = Reduce(Global("builtins", "getattr"), (Global("builtins", "eval"), "__call__"))
    return dumps(Reduce(inner, ("'INERT'",)))


def itemgetter_exec() -> bytes:
    """`operator.itemgetter("exec")(vars(builtins))("'INERT'")`."""
    names = Reduce(Global("builtins", "vars"), (Reduce(Global("builtins", "__import__"), ("builtins",)),))
    return dumps(Reduce(Reduce(Reduce(Global("operator", "itemgetter"), ("exec",)), (names,)), ("'INERT'",)))


def code_from_marshal(build: bool = True) -> bytes:
    """`types.FunctionType(marshal.loads(b"N"), {})()`, and BUILD on the result so that it counts as used."""
    code = Reduce(Global("marshal", "loads"), (b"N",))
    function = Reduce(Global("types", "FunctionType"), (code, {}))
    return dumps(Reduce(function, (), state="INERT" if build else None))


def cloudpickled_function() -> bytes:
    """The calls that cloudpickle writes for a function: code object, cell, globals; the code is empty."""
    code = Reduce(
        Global("types", "CodeType"), (0, 0, 0, 0, 0, 0, b"", (), (), (), "inert", "inert", "inert", 1, b"", b"")
    )
    cell = Reduce(Global("cloudpickle.cloudpickle", "_make_empty_cell"))
    made = Reduce(Global("cloudpickle.cloudpickle", "_make_function"), (code, {}, None, None, (cell,)))
    return dumps(made)


def dill_function() -> bytes:
    """The calls that dill writes for a function; the code is empty."""
    code = Reduce(Global("dill._dill", "_create_code"), (b"", 0, 0, 0, 0, 0, 0, b"", (), (), (), "inert", "inert"))
    return dumps(Reduce(Global("dill._dill", "_create_function"), (code, {}, "inert", None, None)))


def used_by_build(module: str, name: str, *arguments: object, protocol: int = 4) -> bytes:
    """A call whose result BUILD receives a state for, so that no variable is left unused."""
    return dumps(Reduce(Global(module, name), arguments, state={"x": "y"}), protocol)


def used_as_state(module: str, name: str, *arguments: object) -> bytes:
    """A call whose result becomes the state of an honest object."""
    return dumps(NewObj(Global("argparse", "Namespace"), state={"x": Reduce(Global(module, name), arguments)}))


def used_as_item(module: str, name: str, *arguments: object) -> bytes:
    """A call whose result is stored in a dictionary by SETITEMS."""
    return dumps({"x": Reduce(Global(module, name), arguments), "y": 1})


def setstate_in_state() -> bytes:
    """`io.BytesIO` whose state holds a `__setstate__`."""
    return dumps(Reduce(Global("io", "BytesIO"), (b"",), state={"__setstate__": Global("posix", "system")}))


def lines_of_a_file() -> bytes:
    """`linecache.getlines` read into the state of a `difflib.Differ`."""
    lines = Reduce(Global("linecache", "getlines"), ("inert-absent-file",))
    counted = Reduce(Global("builtins", "dict"), (Reduce(Global("builtins", "enumerate"), (lines,)),))
    return dumps(Reduce(Global("difflib", "Differ"), (), state=counted))


def rebound_function() -> bytes:
    """BUILD writes the names of a command onto `numpy.prod`, then STACK_GLOBAL takes them from there."""
    slots = [op.NONE + data({key: value}) + op.TUPLE2 + op.BUILD for key, value in (("a", "os"), ("b", "system"))]
    names = (
        op.GLOBAL("numpy", "prod.a") + op.PUT(0) + op.POP + op.GLOBAL("numpy", "prod.b") + op.PUT(1) + op.POP + op.POP
    )
    called = op.GET(0) + op.GET(1) + op.STACK_GLOBAL + data((ECHO,)) + op.REDUCE
    return program(op.GLOBAL("numpy", "prod"), *slots, names, called, protocol=5)


def modules_as_attributes() -> bytes:
    """BUILD hangs `sys.modules` onto `numpy.prod`; a dotted name walks from there to a command."""
    state = op.NONE + op.GLOBAL("numpy", "core._internal.sys.modules") + op.TUPLE2
    called = op.GLOBAL("numpy", "prod.os.system") + data((ECHO,)) + op.REDUCE
    return program(op.GLOBAL("numpy", "prod"), state, op.BUILD, op.POP, called, protocol=5)


def builtins_of_a_module() -> bytes:
    """`dict.get(numpy.__builtins__, "exec")("'INERT'")`."""
    got = Reduce(Global("builtins", "dict.get"), (Global("numpy", "__builtins__"), "exec"))
    return dumps(Reduce(got, ("'INERT'",)), 5)


def joined_name() -> bytes:
    """`importlib.import_module("".join(["o", "s"]))`: no constant of the stream spells the module."""
    join = Reduce(Global("builtins", "getattr"), ("", "join"))
    module = Reduce(Global("importlib", "import_module"), (Reduce(join, (["o", "s"],)),))
    return dumps(Reduce(Reduce(Global("builtins", "getattr"), (module, "system")), (ECHO,)))


def frame_recovered() -> bytes:
    """`inspect.currentframe` and a descriptor of its type reach the built-in names of the caller."""
    frame = Reduce(Global("inspect", "currentframe"))
    names = Reduce(Global("types", "FrameType.f_builtins.__get__"), (frame,))
    return dumps(Reduce(Reduce(Global("operator", "getitem"), (names, "eval")), ("'INERT'",)))


def synthesised(namespace: bytes) -> Ops:
    """`type("Inert", (object,), namespace)` with opcodes that push the namespace."""
    return Ops(call("builtins", "type", "Inert", (Global("builtins", "object"),), Ops(namespace)))
