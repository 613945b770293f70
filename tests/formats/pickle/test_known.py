"""Calls whose result is known: instances, attributes of names, partials, bytes written as text."""

from __future__ import annotations

import functools
import pickle
from typing import Self

import pytest

from tests.builders.pickles import data, program
from tests.builders.pickles import opcodes as op
from tests.formats.pickle.reading import run
from weighbridge.core.facts import Call, GlobalReference, Origin, StateChange

CLASS = op.GLOBAL("my_pkg", "Net")


@pytest.mark.parametrize(
    "made",
    [
        op.GLOBAL("copyreg", "_reconstructor")
        + CLASS
        + op.GLOBAL("builtins", "object")
        + op.NONE
        + op.TUPLE3
        + op.REDUCE,
        op.GLOBAL("copyreg", "__newobj__") + CLASS + op.TUPLE1 + op.REDUCE,
        op.GLOBAL("copyreg", "__newobj_ex__") + CLASS + data(()) + data({}) + op.TUPLE3 + op.REDUCE,
        CLASS + op.EMPTY_TUPLE + op.NEWOBJ,
    ],
    ids=["_reconstructor", "__newobj__", "__newobj_ex__", "NEWOBJ"],
)
def test_a_state_is_that_of_the_class_by_every_road(made: bytes) -> None:
    (state,) = run(program(made, data({"width": 3}), op.BUILD)).of(StateChange)
    assert (state.origin, state.module, state.name) == (Origin.RESULT, "my_pkg", "Net")


def test_an_attribute_of_an_attribute_is_a_name_too() -> None:
    getattr_ = op.GLOBAL("builtins", "getattr")
    inner = getattr_ + op.GLOBAL("os", "path") + data("join") + op.TUPLE2 + op.REDUCE
    done = run(program(getattr_ + inner + data("__call__") + op.TUPLE2 + op.REDUCE, data(("x",)), op.REDUCE))
    assert [(fact.module, fact.name) for fact in done.of(GlobalReference)][1:] == [
        ("os", "path"), ("os", "path.join"), ("os", "path.join.__call__"),
    ]  # fmt: skip
    (call,) = done.of(Call)
    assert (call.module, call.name) == ("os", "path.join.__call__")


@pytest.mark.parametrize(
    "arguments",
    [
        op.GLOBAL("os", "path") + op.EXT1(1) + op.TUPLE2,
        op.GLOBAL("os", "path") + data(7) + op.TUPLE2,
        op.GLOBAL("os", "path") + data("join") + data(None) + op.TUPLE3,
        data("text") + data("join") + op.TUPLE2,
    ],
    ids=["computed", "number", "default", "of data"],
)
def test_any_other_use_of_getattr_is_a_call(arguments: bytes) -> None:
    (call,) = run(program(op.GLOBAL("builtins", "getattr"), arguments, op.REDUCE)).of(Call)
    assert (call.module, call.name) == ("builtins", "getattr")


def test_a_partial_that_python_wrote_is_seen_through() -> None:
    done = run(pickle.dumps(functools.partial(int, "7"), 4)[:-1] + data(("0",)) + op.REDUCE + op.STOP)
    called = {(call.module, call.name): [argument.text for argument in call.arguments] for call in done.of(Call)}
    assert called["builtins", "int"][-1] == "0"


def test_a_partial_with_another_function_in_its_state_is_unknowable() -> None:
    made = op.GLOBAL("functools", "partial") + op.GLOBAL("builtins", "int") + op.TUPLE1 + op.REDUCE
    state = op.MARK + op.GLOBAL("os", "system") + data(()) + data({}) + op.NONE + op.TUPLE
    done = run(program(made, state, op.BUILD, data(("x",)), op.REDUCE))
    last = done.of(Call)[-1]
    assert (last.origin, last.module) == (Origin.UNKNOWN, "")


def test_bytes_of_protocols_below_3_are_bytes() -> None:
    written = pickle.dumps(b"\x00\xe9", 2)[2:-1]
    call = run(program(CLASS, written, op.TUPLE1, op.REDUCE, protocol=2)).of(Call)[-1]
    assert call.name == "Net"
    assert call.arguments[0].kind == "bytes"


GETATTR = op.GLOBAL("builtins", "getattr")
LOOKED_UP = op.GLOBAL("zoneinfo", "ZoneInfo") + data("_unpickle") + op.TUPLE2 + op.REDUCE


@pytest.mark.parametrize(
    ("stream", "called"),
    [
        (GETATTR + LOOKED_UP, True),
        (GETATTR + op.BINPUT(0) + LOOKED_UP + op.POP + op.BINGET(0) + LOOKED_UP, True),
        (GETATTR + op.MEMOIZE + LOOKED_UP + op.POP + op.LONG_BINGET(0) + LOOKED_UP, True),
        (GETATTR + op.BINPUT(99) + LOOKED_UP + op.POP + op.BINGET(99) + LOOKED_UP, True),
        (GETATTR + LOOKED_UP + op.POP + GETATTR, False),
        (GETATTR + op.BINPUT(0) + LOOKED_UP + op.POP + op.BINGET(0), False),
        (GETATTR + op.MEMOIZE + LOOKED_UP + op.POP + op.BINGET(0) + op.TUPLE1, False),
        (GETATTR + op.BINPUT(99) + LOOKED_UP + op.POP + op.GET(99), False),
        (GETATTR + op.DUP + LOOKED_UP + op.TUPLE2, False),
    ],
)
def test_a_lookup_that_is_also_handed_over_is_not_only_called(stream: bytes, *, called: bool) -> None:
    found = {fact.name: fact.called for fact in run(program(stream)).of(GlobalReference)}
    assert found["getattr"] is called


def test_a_ufunc_of_old_numpy_is_the_name_it_looks_up() -> None:
    lookup = op.GLOBAL("numpy.core", "_ufunc_reconstruct")
    done = run(program(lookup, data(("numpy.core._multiarray_umath", "log1p")), op.REDUCE))
    assert [(fact.module, fact.name, fact.called) for fact in done.of(GlobalReference)] == [
        ("numpy.core", "_ufunc_reconstruct", True), ("numpy.core._multiarray_umath", "log1p", False),
    ]  # fmt: skip
    assert not done.of(Call)
    done = run(program(lookup, data(("os", "system")), op.REDUCE, data(("echo INERT",)), op.REDUCE))
    (call,) = done.of(Call)
    assert (call.module, call.name) == ("os", "system")
    (call,) = run(program(lookup, data(("os",)), op.REDUCE)).of(Call)
    assert call.name == "_ufunc_reconstruct"


class Keyworded:
    """Written by protocols 2 and 3 as a partial of its own ``__new__``."""

    def __new__(cls, width: int, *, depth: int = 1) -> Self:
        made = super().__new__(cls)
        made.args = ((width,), {"depth": depth})
        return made

    args: tuple[tuple[int, ...], dict[str, int]]

    def __getnewargs_ex__(self) -> tuple[tuple[int, ...], dict[str, int]]:
        return self.args


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_new_with_keywords_is_the_same_by_both_roads(protocol: int) -> None:
    done = run(pickle.dumps(Keyworded(3, depth=2), protocol))
    call = done.of(Call)[-1]
    assert (call.opcode, call.module, call.name) == ("NEWOBJ_EX", __name__, "Keyworded")
    assert [argument.text for argument in call.arguments] == ["3"]
    assert call.keywords == ("depth",)


@pytest.mark.parametrize(("module", "name"), [("my_pkg", "Net.__new__"), ("builtins", "type.__new__")])
def test_new_of_another_class_is_no_making_of_it(module: str, name: str) -> None:
    other = op.GLOBAL(module, name) + op.GLOBAL("my_pkg", "Other") + op.TUPLE1 + op.REDUCE
    (call,) = run(program(other)).of(Call)
    assert (call.opcode, call.name) == ("REDUCE", name)


@pytest.mark.parametrize(
    ("rest", "keywords"),
    [
        (data((4,)) + data({"depth": 2}) + op.NONE, ("depth",)),
        (data((4,)) + op.NONE + op.NONE, ()),
        (data((4,)) + data(7) + op.NONE, ("…",)),
    ],
)
def test_the_state_of_a_partial_replaces_its_arguments(rest: bytes, keywords: tuple[str, ...]) -> None:
    function = op.GLOBAL("builtins", "int")
    made = op.GLOBAL("functools", "partial") + function + data("9") + op.TUPLE2 + op.REDUCE
    done = run(program(made, op.MARK + function + rest + op.TUPLE, op.BUILD, op.EMPTY_TUPLE, op.REDUCE))
    call = done.of(Call)[-1]
    assert (call.name, [argument.text for argument in call.arguments], call.keywords) == ("int", ["4"], keywords)


@pytest.mark.parametrize("state", [data(None), data((1, 2)), op.MARK + op.GLOBAL("builtins", "int") + op.TUPLE])
def test_a_partial_with_any_other_state_is_unknowable(state: bytes) -> None:
    made = op.GLOBAL("functools", "partial") + op.GLOBAL("builtins", "int") + op.TUPLE1 + op.REDUCE
    last = run(program(made, state, op.BUILD, op.EMPTY_TUPLE, op.REDUCE)).of(Call)[-1]
    assert (last.origin, last.module) == (Origin.UNKNOWN, "")
