"""GAD-01 … GAD-17: the families of gadgets, name by name, and the chains by which they are reached.

Bad is the pickle that CPython writes for an object with such a `__reduce__`, plain the same call by GLOBAL and REDUCE,
twin the first of them around a vetted name, or the honest use that a family is mistaken for.
"""

from __future__ import annotations

from functools import partial

from tests.builders import torch_legacy
from tests.builders.pickles import honest
from tests.builders.pickles.described import Global, NewObj, Reduce
from tests.builders.pickles.gadgets import GADGETS
from tests.builders.pickles.programs import SHELL, call_target, pickled_call
from tests.builders.pickles.writer import dumps
from tests.museum import chains
from tests.museum.exhibit import Build, Exhibit, Form, calling
from tests.museum.gadget_libraries import NAMES as LIBRARY_NAMES
from tests.museum.gadget_names import NAMES as LANGUAGE_NAMES

_SOURCE = "catalogue, gadget families"
NAMES = (*LANGUAGE_NAMES, *LIBRARY_NAMES)


def _named(family: str, module: str, name: str, arguments: tuple[object, ...]) -> Exhibit:
    return Exhibit(
        id=family,
        title=f"{module}.{name}",
        source=_SOURCE,
        build=partial(dumps, Reduce(Global(module, name), arguments), 4),
        plain=calling(module, name, *arguments, protocol=4 if "." in name else 0),
        twin=partial(dumps, Reduce(Global("collections", "OrderedDict")), 4),
    )


def _chain(family: str, title: str, build: Build, plain: Build, twin: Build = honest.plain_data) -> Exhibit:
    return Exhibit(id=family, title=title, source=_SOURCE, build=build, plain=plain, twin=twin)


def pure_partial() -> bytes:
    """`functools.partial(numpy.log1p)` with the state that CPython writes."""
    function = Global("numpy", "log1p")
    return dumps(Reduce(Global("functools", "partial"), (function,), state=(function, (), {}, None)))


def uuid_value() -> bytes:
    """A `uuid.UUID`, from the module that also shells out."""
    return dumps(NewObj(Global("uuid", "UUID"), state={"int": 1}))


def posix_path() -> bytes:
    """A `pathlib.PosixPath`, as Lightning and transformers keep them in their arguments."""
    return dumps(Reduce(Global("pathlib", "PosixPath"), ("runs", "one")))


def torch_bytes(poisoned: bytes = b"") -> bytes:
    """`torch.storage._load_from_bytes` with a whole torch file as old tensors in scikit-learn pickles have it."""
    return dumps(Reduce(Global("torch.storage", "_load_from_bytes"), (torch_legacy.legacy(poisoned=poisoned),)))


# Shown as chains: what `_load_from_bytes` does depends on its bytes, and these are examined.
_SHOWN = {(name.module, name.name) for name in NAMES} | {("torch.storage", "_load_from_bytes")}

EXHIBITS = (
    *(_named(*name) for name in NAMES),
    *(
        _named(gadget.family, gadget.module, gadget.name, gadget.arguments)
        for gadget in GADGETS
        if (gadget.module, gadget.name) not in _SHOWN
    ),
    _chain(
        "GAD-01", "itemgetter_exec", chains.itemgetter_exec, calling("builtins", "exec", "'INERT'"), honest.default_dict
    ),
    _chain(
        "GAD-03",
        "uuid_beside_a_command",
        partial(chains.used_as_item, "uuid", "_get_command_stdout", "echo"),
        calling("uuid", "_get_command_stdout", "echo"),
        uuid_value,
    ),
    _chain("GAD-06", "marshal_to_function", chains.code_from_marshal, calling("marshal", "loads", b"N")),
    _chain("GAD-06", "cloudpickled_function", chains.cloudpickled_function, calling("types", "CodeType", "INERT")),
    _chain("GAD-06", "dill_function", chains.dill_function, calling("dill._dill", "_create_code", "INERT")),
    _chain(
        "GAD-07",
        "partial_of_a_command",
        partial(chains.used_as_item, "functools", "partial", Global("posix", "system")),
        calling("posix", "system", "echo INERT"),
        pure_partial,
    ),
    _chain(
        "GAD-08",
        "torch.storage._load_from_bytes",
        partial(torch_bytes, call_target(SHELL, protocol=2)),
        calling("torch.storage", "_load_from_bytes", pickled_call(SHELL, protocol=2), protocol=4),
        torch_bytes,
    ),
    _chain(
        "GAD-10",
        "path_then_write",
        partial(
            chains.used_as_item,
            "pathlib",
            "Path.write_text",
            Reduce(Global("pathlib", "PosixPath"), ("inert",)),
            "INERT",
        ),
        calling("pathlib", "Path.write_text", "inert", "INERT", protocol=4),
        posix_path,
    ),
    _chain("GAD-13", "frame_recovered", chains.frame_recovered, calling("inspect", "currentframe")),
    _chain("GAD-13", "builtins_of_a_module", chains.builtins_of_a_module, calling("builtins", "exec", "'INERT'")),
)


def test_exhibit(exhibit: Exhibit, form: Form) -> None:
    exhibit.hangs_true(form)
