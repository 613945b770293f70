"""Tensors wherever a tree holds them: none is lost in silence, whatever the object around it keeps as its state."""

from __future__ import annotations

import pickle

import pytest

from tests.builders.pickles import dumps
from tests.builders.pickles.described import Global, Reduce
from weighbridge.conversion.plan import Plan
from weighbridge.conversion.planning import plan_of
from weighbridge.core.source import BytesSource

DTYPE = Reduce(Global("numpy", "dtype"), ("f4", False, True))


def array(count: int = 4) -> Reduce:
    """An array of so many elements; arrays of another number are other arrays."""
    return Reduce(Global("numpy._core.numeric", "_frombuffer"), (bytes(4 * count), DTYPE, (count,), "C"))


def planned(tree: object) -> Plan:
    return plan_of(BytesSource(dumps(tree, 4)))


def made(state: object) -> Reduce:
    """An object of a class that nobody here knows, with a state."""
    return Reduce(Global("inert", "Wrapper"), (), state=state)


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ({"w": array()}, {"o.w"}),
        (array(), {"o"}),
        ((array(), 3), {"o.0"}),
        ([array(1), [array(2)]], {"o.0", "o.1.0"}),
        (({"w": array()}, None), {"o.w"}),
        ((None, {"w": array()}), {"o.w"}),
        ((2, [array(1)], [array(2)], (array(3),)), {"o.1.0", "o.2.0", "o.3.0"}),
        ((made(array()), "words"), {"o.0"}),
    ],
)
def test_a_state_of_any_shape_gives_its_tensors(state: object, names: set[str]) -> None:
    plan = planned({"o": made(state)})
    assert {one.name for one in plan.tensors} == names
    assert not plan.unsupported


@pytest.mark.parametrize("key", [("a", 1), True, None, 2.5, b"k"])
def test_what_lies_below_a_key_that_is_no_name_is_not_lost_in_silence(key: object) -> None:
    inside = [array(), {"w": array()}, [1, (array(),)], made((array(),))]
    for item in inside:
        plan = planned({key: item, "b": array(2)})
        assert [name for name, _ in plan.unsupported] == ["tensor"]
        assert "a key of type" in plan.unsupported[0][1]
    plan = planned({key: {"lr": 0.1, "words": ["a", {}]}, "b": array(2)})
    assert not plan.unsupported
    assert "a key of type" in plan.dropped[0].reason


def test_a_tree_that_holds_itself_is_carried_once() -> None:
    """``module.parent`` and the like: b is in a, and a in b."""
    tree: dict[str, object] = {"w": 1}
    tree["below"] = [{"up": tree}]
    plan = plan_of(BytesSource(pickle.dumps(tree, 4)))
    assert [one.path for one in plan.dropped] == ["below.0.up"]
    twice = [1, 2]
    assert not plan_of(BytesSource(pickle.dumps({"a": twice, "b": [twice, twice]}, 4))).dropped


def test_arguments_by_keyword_and_of_partial_functions_are_looked_at() -> None:
    partial = Reduce(Global("functools", "partial"), (Global("inert", "make"),), state=(None, (), {"w": array()}, None))
    assert [one.name for one in planned({"o": Reduce(partial, ())}).tensors] == ["o.w"]
    keywords = dumps({"o": "HERE"}, 4).replace(
        b"\x8c\x04HERE", b"cinert\nmake\n)}" + dumps("w", 4)[2:-1] + dumps(array(), 4)[2:-1] + b"s\x92"
    )
    assert [one.name for one in plan_of(BytesSource(keywords)).tensors] == ["o.args.0.w"]
