"""modelaudit's own game of bypasses, turn by turn: names, class synthesis, aliases, mutated tables."""

from __future__ import annotations

from functools import partial

from tests.builders.pickles import honest, hostile_calls
from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, Reduce
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import VETTED, program
from tests.builders.pickles.writer import data, dumps
from tests.museum import chains
from tests.museum.exhibit import Build, Exhibit, Form, calling, plain_call

_SOURCE = "modelaudit, bypass game"
_ECHO, _FILE = "echo INERT", "inert-absent-file"
_SYSTEM = Global("posix", "system")
_PATH = Reduce(Global("pathlib", "PosixPath"), ("inert-absent-file",))


def _shown(
    id_: str, title: str, build: Build, twin: Build = plain_data, plain: Build = plain_call, name: str = "model.pkl"
) -> Exhibit:
    return Exhibit(id=id_, title=title, source=_SOURCE, build=build, twin=twin, plain=plain, name=name)


def _turn(number: str, module: str, name: str, *arguments: object) -> Exhibit:
    return Exhibit(
        id=f"modelaudit game {number}",
        title=f"{module}.{name}",
        source=_SOURCE,
        build=partial(dumps, Reduce(Global(module, name), arguments), 4),
        plain=calling(module, name, *arguments, protocol=4),
        twin=honest.default_dict,
    )


def lazy_table() -> bytes:
    """SETITEM writes into the import table of a lazy module, whose next attribute then imports anything."""
    entry = data("inert") + data(("os", "system")) + op.SETITEM + op.POP
    return program(
        op.GLOBAL("scipy._lib", "_lazy_imports"), entry, op.GLOBAL("scipy._lib", "inert"), data((_ECHO,)), op.REDUCE
    )


def hashed_key() -> bytes:
    """A class made in the stream whose `__hash__` is a command, used as a key of a dictionary."""
    made = chains.synthesised(op.MARK + data("__hash__") + op.GLOBAL("posix", "system") + op.DICT)
    return program(op.EMPTY_DICT, data(made) + op.EMPTY_TUPLE + op.REDUCE, data(1), op.SETITEM)


def annotated_class() -> bytes:
    """`typing.get_type_hints` of a class made in the stream evaluates its annotations."""
    made = chains.synthesised(data({"__annotations__": {"x": "INERT"}}))
    return dumps(Reduce(Global("typing", "get_type_hints"), (made, {"INERT": Global("builtins", "print")}, None)))


def set_name() -> bytes:
    """A property whose getter is a command, in a class made in the stream."""
    made = chains.synthesised(op.MARK + data("x") + data(Reduce(Global("builtins", "property"), (_SYSTEM,))) + op.DICT)
    return dumps(Reduce(Global("inspect", "getmembers"), (Reduce(made),)))


EXHIBITS = (
    _turn(
        "1",
        "mailcap",
        "findmatch",
        {"text/plain": [{"view": "cat %s", "test": _ECHO}]},
        "text/plain",
        "view",
        _FILE,
        [],
    ),
    _turn("3", "setuptools._distutils.spawn", "spawn", ["echo", "INERT"]),
    _turn("5", "pipes", "Template.copy", Reduce(Global("pipes", "Template")), _FILE, _FILE),
    _turn("7", "typing", "_eval_type", Reduce(Global("typing", "ForwardRef"), ("INERT",)), {}, None),
    _turn("9", "dataclasses", "_create_fn", "x", ["a='INERT'"], ["return 1"]),
    _shown("modelaudit game 11", "get_type_hints", annotated_class, plain=calling("typing", "get_type_hints", "INERT")),
    _turn("13", "operator", "call", Global("pathlib", "Path.touch"), _PATH),
    _turn("13-77", "functools", "reduce", _SYSTEM, (_ECHO, _ECHO)),
    _turn("13-77", "functools", "cmp_to_key", _SYSTEM),
    _turn("13-77", "logging", "Filterer.filter", Reduce(Global("logging", "Filterer")), _ECHO),
    _shown("modelaudit game 75-77", "class_made_and_hashed", hashed_key),
    _shown("modelaudit game 75-77", "property_read_by_getmembers", set_name),
    *(
        _turn("113-117", module, name, *arguments)
        for module, name, *arguments in (
            ("pathlib", "Path.write_text", _PATH, "INERT"),
            ("codecs", "open", _FILE, "w"),
            ("csv", "writer", Reduce(Global("tempfile", "NamedTemporaryFile"))),
            ("mailbox", "mbox", _FILE),
            ("numpy", "save", _FILE, "INERT"),
        )
    ),
    *(
        _shown(
            "modelaudit game 161-167",
            name,
            partial(hostile_calls.wrapper_alias, name),
            partial(hostile_calls.stack_global, VETTED),
        )
        for name in (
            "system.__call__",
            "system.__get__",
            "system.__func__",
            "system.__wrapped__",
            "system.__self__",
            "system.__repr__.__self__",
            "__dict__.get",
            "__builtins__.get",
            "__globals__.get",
        )
    ),
    _shown("modelaudit game 161-167", "f_builtins", chains.frame_recovered),
    *(
        _shown(
            "modelaudit game 199-202",
            f"{module}.{name}_{how}",
            partial(hostile_calls.mutated_global, module, name, how),
            partial(hostile_calls.filled_container, how),
        )
        for module, name, how in (
            ("sys", "modules", "SETITEM"),
            ("sys", "modules", "SETITEMS"),
            ("sys", "meta_path", "APPEND"),
            ("sys", "path_hooks", "APPENDS"),
            ("os", "environ", "SETITEM"),
            ("warnings", "filters", "ADDITEMS"),
        )
    ),
    _shown("modelaudit game 199-202", "lazy_table", lazy_table, hostile_calls.filled_container),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
