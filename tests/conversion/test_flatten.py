"""Tensors wherever a tree holds them: none is lost in silence, whatever the object around it keeps as its state."""

from __future__ import annotations

import pickle

import pytest

from tests.builders.pickles import dumps
from tests.builders.pickles.described import Global, NewObj, Reduce
from tests.builders.torches import Tensor, rebuilt, storage_id, zip_checkpoint
from weighbridge.conversion.plan import Plan
from weighbridge.conversion.planning import plan_of
from weighbridge.core.errors import Malformed
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


def test_tensors_among_the_attributes_of_a_dict_are_carried() -> None:
    """An OrderedDict can have some, and a state dict has ``_metadata``, of which nothing is told otherwise."""
    called = Global("collections", "OrderedDict")
    for state in ({"_metadata": array()}, {"_metadata": {"": {"version": array()}}}, {"more": array()}):
        plan = planned({"o": Reduce(called, (), state=state), "b": array(2)})
        assert len(plan.tensors) == 2
    plain = planned({"o": Reduce(called, (), state={"_metadata": {"": {"version": 1}}}), "b": array(2)})
    assert len(plain.tensors) == 1
    assert not plain.dropped
    with_key = planned({(1, 2): Reduce(called, (), state={"more": array()}), "b": array(2)})
    assert [name for name, _ in with_key.unsupported] == ["tensor"]


def test_tensors_that_are_keys_are_not_lost_in_silence() -> None:
    for key in ((1, array()), made({"w": array()})):
        assert [name for name, _ in planned({"a": {key: 1}, "b": array(2)}).unsupported] == ["a"]


@pytest.mark.parametrize("pairs", [((1, array()), (True, 5)), ((1.0, 5), (1, array())), ((0, array()), (-0.0, 5))])
def test_keys_that_are_one_to_a_dict_are_refused(pairs: tuple[tuple[object, object], ...]) -> None:
    """A dict would have the place of the first and the value of the last."""
    with pytest.raises(Malformed, match="one to a dict"):
        planned({"b": array(2), "o": Reduce(Global("collections", "OrderedDict"), (), pairs=pairs)})
    assert planned({"o": {2: array(), True: 5, 0.5: 1}}).tensors


DICT, LIST = Global("builtins", "dict"), Global("builtins", "list")


def code(*values: object) -> bytes:
    """Opcodes that leave values on the stack; the memo of the caller's own begins at 200."""
    return b"".join(value if isinstance(value, bytes) else dumps(value, 3)[2:-1] for value in values)


@pytest.mark.parametrize("called", [DICT, Global("collections", "OrderedDict")])
def test_a_dict_of_a_dict_is_another_one(called: Global) -> None:
    """What the first gets afterwards, the second does not have."""
    copied = code(b"\x80\x04}q\xc8", called, b"h\xc8\x85Rq\xc9h\xc8", "w", array(), b"s0(h\xc8h\xc9t.")
    assert [one.name for one in plan_of(BytesSource(copied)).tensors] == ["0.w"]
    other = code(b"\x80\x04}q\xc8", called, b"h\xc8\x85Rq\xc9", "w", array(), b"s0(h\xc8h\xc9t.")
    assert [one.name for one in plan_of(BytesSource(other)).tensors] == ["1.w"]


@pytest.mark.parametrize(
    ("called", "content"),
    [(LIST, [array()]), (DICT, {"w": array()}), (Global("builtins", "set"), [array()]),
     (Global("collections", "OrderedDict"), {"w": array()}), (Global("collections", "OrderedDict"), [("w", array())])],
)  # fmt: skip
def test_a_container_that_is_made_without_its_content_is_refused(called: Global, content: object) -> None:
    """NEWOBJ does not call ``__init__``: the container would be empty."""
    with pytest.raises(Malformed, match="without its content"):
        planned({"b": array(2), "o": NewObj(called, (content,))})
    assert len(planned({"b": array(2), "o": Reduce(called, (content,))}).tensors) == 2
    assert planned({"b": array(2), "o": NewObj(called)}).tensors


@pytest.mark.parametrize("added", [("w", array(2)), ("z", array(2))])
def test_a_state_that_changes_after_an_object_got_it_is_refused(added: tuple[str, object]) -> None:
    """The attributes are a copy: they would keep what they were."""
    begin = code(b"\x80\x04", made(None), b"}q\xc8", "w", array(), b"sb")
    assert plan_of(BytesSource(begin + b".")).tensors
    with pytest.raises(Malformed, match="changed after"):
        plan_of(BytesSource(code(begin, b"h\xc8", *added, b"s0.")))


def test_elements_that_change_after_an_array_got_them_are_refused() -> None:
    called = Global("numpy._core.multiarray", "_reconstruct")
    start = Reduce(called, (Global("numpy", "ndarray"), (0,), b"b"))
    objects = Reduce(Global("numpy", "dtype"), ("O8", False, True), state=(3, "|", None, None, None, -1, -1, 63))
    begin = code(b"\x80\x04", start, b"(", 1, (1,), objects, False, b"]q\xc8", array(), b"atb")
    assert [one.name for one in plan_of(BytesSource(begin + b".")).tensors] == ["0"]
    with pytest.raises(Malformed, match="changed after"):
        plan_of(BytesSource(code(begin, b"h\xc8", array(2), b"a0.")))


FLOATS, OTHERS = (Tensor(name=name, shape=(4,)) for name in ("w", "v"))


def checkpoint(*values: object) -> Plan:
    """Plan a checkpoint of torch whose pickle is such opcodes, over two storages of four floats."""
    return plan_of(BytesSource(zip_checkpoint((FLOATS, OTHERS), pickle=code(b"\x80\x04", *values, b"."))))


@pytest.mark.parametrize(
    "state",
    [
        (storage_id(OTHERS, "1"), 0, (4,), (1,)),
        (rebuilt(OTHERS, "1"), None, None, False, None),
        {"a": 1, "b": 2, "c": 3},
        [storage_id(OTHERS, "1"), 0, (4,), (1,)],
    ],
)
@pytest.mark.parametrize("is_parameter", [False, True])
def test_a_tensor_whose_content_a_state_replaces_is_refused(state: object, is_parameter: bool) -> None:
    """``Tensor.__setstate__`` takes a storage, another tensor, or flags without content."""
    tensor = rebuilt(Tensor(name="w", shape=(4,), parameter=is_parameter), "0")
    assert checkpoint(tensor, (True, None, None), b"b").tensors
    with pytest.raises(Malformed, match="another content"):
        checkpoint(tensor, state, b"b")


@pytest.mark.parametrize("key", ["_untyped_storage", "dtype"])
def test_a_storage_whose_attributes_are_replaced_is_refused(key: str) -> None:
    with pytest.raises(Malformed, match="another content"):
        checkpoint(storage_id(FLOATS, "0"), b"q\xc8", {key: storage_id(OTHERS, "1")}, b"b0", rebuilt(FLOATS, "0"))


def test_attributes_of_a_tensor_are_those_that_it_got() -> None:
    called = Global("torch._tensor", "_rebuild_from_type_v2")
    made, kind = rebuilt(FLOATS, "0"), Global("torch", "Tensor")
    begin = code(called, b"(", made.callable, kind, made.arguments, b"}q\xc8", "more", rebuilt(OTHERS, "1"), b"stR")
    plan = checkpoint(begin, b"h\xc8", "late", rebuilt(OTHERS, "1"), b"s0")
    assert [one.name for one in plan.tensors] == ["tensor", "more"]
    assert not plan.aliases


def test_a_wrapper_of_joblib_is_an_array_once() -> None:
    """Another state reads another array, and the memo of joblib has the wrapper still."""
    wrapper = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81q\xc8"
    fields = code({"shape": (4,), "dtype": DTYPE}, b"b", bytes(16))
    assert plan_of(BytesSource(b"\x80\x04" + wrapper + fields + b".")).tensors
    for more in (b"h\xc8" + fields + b"\x86.", b"h\xc8\x86."):
        with pytest.raises(Malformed, match="no such value"):
            plan_of(BytesSource(b"\x80\x04" + wrapper + fields + more))
    with pytest.raises(Malformed, match="joblib does not read"):
        plan_of(BytesSource(b"\x80\x04" + wrapper + b"2" + fields + b"0" + fields + b"."))


def test_a_masked_array_gets_its_content_once() -> None:
    kinds = Global("numpy.ma", "MaskedArray"), Global("numpy", "ndarray")
    masked = Reduce(Global("numpy.ma.core", "_mareconstruct"), (*kinds, (0,), b"b"))
    state = (1, (1,), DTYPE, False, bytes(4), b"\0", None)
    assert plan_of(BytesSource(code(b"\x80\x04", masked, state, b"b."))).encoded
    with pytest.raises(Malformed, match="another content"):
        plan_of(BytesSource(code(b"\x80\x04", masked, state, b"b", state, b"b.")))
