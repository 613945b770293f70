"""MXNet: symbols and arrays as the library wrote them, and what they can lie about."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import mxnets
from tests.builders.pickles.gadgets import posix_system
from tests.builders.tensorflow_originals import original
from tests.formats.tensorflow.reading import of, operators, read
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Inconsistency, ResourceClaim, TensorDecl, TrailingData
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.mxnet import params, symbol
from weighbridge.formats.node import Bench, Child, Node


def inspected(content: bytes) -> list[Any]:
    bench = Bench(Limits(), Meter(Limits()))
    return list(symbol.inspect(json.loads(content), BytesSource(content), Node(name="net-symbol.json"), bench))


def tensors(content: bytes) -> dict[str, tuple[str, tuple[int, ...]]]:
    found, error = read(params.extract, content)
    assert error is None
    assert {type(one) for one in found} == {Identity, TensorDecl}
    return {one.name: (one.dtype, one.shape) for one in of(TensorDecl, found)}


def test_arrays_as_the_library_wrote_them() -> None:
    assert tensors(original("mxnet_list")) == {"0": ("float32", (2, 3)), "1": ("int64", (1,))}
    assert tensors(original("mxnet_sparse")) == {"r": ("float32", (5, 2)), "c": ("float32", (2, 3))}
    assert tensors(original("mxnet_shapes")) == {"a": ("float32", (2, 0)), "s": ("float32", ())}
    assert tensors(mxnets.params()) == {"arg:w": ("float32", (2, 3))}


def test_older_forms_are_read() -> None:
    data = struct.pack("<6f", *range(6))
    oldest = struct.pack("<III", 2, 2, 3) + struct.pack("<III", 1, 0, 0) + data
    first = struct.pack("<IIqq", 0xF993FAC8, 2, 2, 3) + struct.pack("<III", 1, 0, 0) + data
    empty = struct.pack("<III", 0xF993FAC9, 0, 0)
    assert tensors(mxnets.params(oldest, first, empty, names=())) == {
        "0": ("float32", (2, 3)), "1": ("float32", (2, 3)), "2": ("", ()),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (mxnets.params(mxnets.array((1 << 40, 1 << 40))), Inconsistency),
        (mxnets.params(mxnets.array((-2, -3))), Inconsistency),
        (mxnets.params(mxnets.array((200, 3))), ResourceClaim),
        (mxnets.params(count=1 << 60), ResourceClaim),
        (mxnets.params(mxnets.array(kind=77)), None),
        (mxnets.params(mxnets.array(magic=0xDEAD)), None),
        (mxnets.params(struct.pack("<III", 0xF993FAC9, 9, 0)), None),
        (mxnets.params(struct.pack("<III", 0xF993FAC9, 0, 99)), None),
        (mxnets.params()[:-4], None),
        (mxnets.params()[:40], None),
        (b"INERT" * 8, None),
    ],
)
def test_lies_end_in_malformed_and_are_told(content: bytes, kind: type | None) -> None:
    found, error = read(params.extract, content)
    assert isinstance(error, Malformed)
    assert [type(one) for one in found if not isinstance(one, Identity)] == ([kind] if kind else [])


def test_names_that_are_too_few_are_told() -> None:
    found, _ = read(params.extract, mxnets.params(mxnets.array(), mxnets.array()))
    assert [one.what for one in of(Inconsistency, found)] == ["names"]
    content = bytearray(mxnets.params())
    content[8] = 1
    assert [one.what for one in of(Inconsistency, read(params.extract, bytes(content))[0])] == ["reserved"]


def test_what_arrays_and_tail_hold_is_handed_on() -> None:
    pickle = posix_system().ljust(64, b"\0")
    found, _ = read(params.extract, mxnets.params(mxnets.array((16,), content=pickle)) + pickle)
    assert of(TrailingData, found)
    assert [child.content.source.read_at(0, 64) for child in of(Child, found)] == [pickle, pickle]


def test_symbols_are_graphs() -> None:
    found = inspected(original("mxnet_symbol"))
    assert not of(Inconsistency, found)
    assert {"Convolution", "BatchNorm", "FullyConnected"} <= operators(found).keys()
    assert "null" not in operators(found)


def test_custom_operators_are_shown_with_their_names() -> None:
    for content in (mxnets.custom(), mxnets.in_subgraph()):
        assert operators(inspected(content))["Custom"].constants == ("inert_absent_op",)
    old = mxnets.symbol({"op": "Custom", "name": "c", "param": {"op_type": "old"}, "inputs": []})
    assert operators(inspected(old))["Custom"].constants == ("old",)


def test_references_to_nowhere_are_told() -> None:
    (found,) = of(Inconsistency, inspected(mxnets.missing_node()))
    assert found.memory
    broken = json.loads(mxnets.symbol())
    broken["heads"] = [[-1, 0, 0]]
    broken["arg_nodes"] = [9, "x", None]
    (found,) = of(Inconsistency, inspected(json.dumps(broken).encode()))
    assert found.detail.startswith("2 ")


def test_other_documents_are_left_alone() -> None:
    assert inspected(b'{"arg_nodes": 1}') == []
    assert inspected(b"[]") == []
    assert inspected(b'{"nodes": [1, {"op": 3}, {}], "arg_nodes": []}')


@settings(max_examples=150, deadline=None)
@given(st.sampled_from((mxnets.params(), original("mxnet_sparse"), original("mxnet_shapes"))), st.data())
def test_mutations_end_in_facts_or_a_typed_error(seed: bytes, data: st.DataObject) -> None:
    made = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    read(params.extract, bytes(made))
    read(params.extract, bytes(made[: data.draw(st.integers(0, len(made)))]))
