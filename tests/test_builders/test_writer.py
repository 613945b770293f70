"""The writer by hand and CPython's pickler write the same bytes for plain data and for described objects."""

from __future__ import annotations

import argparse
import collections
import datetime
import pickle

import pytest

from tests.builders import pickles
from tests.builders.pickles import Global, NewObj, Ops, PersistentId, Reduce, data, dumps, op, program

PROTOCOLS = range(6)


def _recursive(*rest: int) -> list[object]:
    held: list[object] = []
    held.append((held, *rest))
    return held


PLAIN: list[object] = [
    *(None, True, False, 0, -1, 127, 128, 255, 256, 65535, 65536, -129, (1 << 31) - 1, -(1 << 31), 1 << 31, 1 << 63),
    *(-(1 << 31) - 1, -(1 << 63), 10**30, -(10**30), 1 << 2100, 1.5, float("inf"), complex(1, 2)),
    *("", "a", "\u00e9\n\\\x00\u4e2d", "x" * 300, b"", b"a", b"y" * 300, bytearray(), bytearray(b"q")),
    *((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], [1, 2], list(range(1001)), list(range(2500))),
    *({}, {1: 2}, {1: 2, 3: 4}, {number: number for number in range(1001)}),
    *(set(), {3}, {1, 2, 3}, frozenset(), frozenset([4])),
    ["shared", "shared", b"other", b"other"],
    pickles.PLAIN,
]

DESCRIBED: dict[str, tuple[object, object]] = {
    "ordered": (
        collections.OrderedDict(a=1, b=2),
        Reduce(Global("collections", "OrderedDict"), pairs=(("a", 1), ("b", 2))),
    ),
    "default": (
        collections.defaultdict(list, a=[1]),
        Reduce(Global("collections", "defaultdict"), (Global("builtins", "list"),), pairs=(("a", [1]),)),
    ),
    "deque": (collections.deque([1, 2]), Reduce(Global("collections", "deque"), (), items=(1, 2))),
    "namespace": (argparse.Namespace(lr=0.5), NewObj(Global("argparse", "Namespace"), state={"lr": 0.5})),
    "zone": (datetime.UTC, Reduce(Global("datetime", "timezone"), (Reduce(
        Global("datetime", "timedelta"), (0, 0, 0)),))),
}  # fmt: skip


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_plain_data_as_cpython_writes_it(protocol: int) -> None:
    for value in PLAIN:
        assert dumps(value, protocol) == pickle.dumps(value, protocol), value


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_recursive_data_as_cpython_writes_it(protocol: int) -> None:
    for rest in ((), (1,), (1, 2, 3)):
        value = _recursive(*rest)
        assert dumps(value, protocol) == pickle.dumps(value, protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_plain_data_loads(protocol: int) -> None:
    for value in PLAIN:
        assert pickle.loads(dumps(value, protocol)) == value
        assert pickle.loads(program(data(value, protocol), protocol=protocol)) == value


@pytest.mark.parametrize("name", sorted(DESCRIBED))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_described_objects_load_as_what_they_describe(name: str, protocol: int) -> None:
    value, described = DESCRIBED[name]
    assert pickle.loads(dumps(described, protocol)) == value


@pytest.mark.parametrize("name", ["ordered", "default", "namespace"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_described_objects_as_cpython_writes_them(name: str, protocol: int) -> None:
    value, described = DESCRIBED[name]
    assert dumps(described, protocol) == pickle.dumps(value, protocol)


def test_keywords_are_written_with_newobj_ex() -> None:
    written = dumps(NewObj(Global("a", "B"), keywords=(("k", 1),)))
    assert written.endswith(op.NEWOBJ_EX + op.MEMOIZE + op.STOP)


def test_opcodes_stand_in_the_place_of_a_value() -> None:
    spliced = dumps({"a": 1, "b": Ops(op.BININT1(2))})
    assert pickle.loads(spliced) == {"a": 1, "b": 2}


def test_persistent_ids_by_protocol() -> None:
    assert dumps(PersistentId("key"), 0) == b"Pkey\n."
    assert dumps(PersistentId("key"), 2) == b"\x80\x02X\x03\x00\x00\x00keyq\x00Q."


def test_other_objects_are_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        data(object())
