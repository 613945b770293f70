"""Calls whose result is known: instances, attributes of names, partials, bytes written as text."""

from __future__ import annotations

import functools
import pickle

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
