"""MessagePack: what the real library writes is clean, and what lies is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import msgpacks, natives
from tests.museum.exhibit import examined, verdict
from weighbridge.core.facts import TensorDecl
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.report import Verdict
from weighbridge.core.source import BytesSource
from weighbridge.formats import msgpack
from weighbridge.formats.node import Bench, Node

BENCH = Bench(Limits(), Meter(Limits()))


def test_a_tree_of_arrays() -> None:
    found = list(msgpack.extract(BytesSource(msgpacks.honest()), Node(name="x"), BENCH))
    tensors = [(one.name, one.dtype, one.shape) for one in found if isinstance(one, TensorDecl)]
    assert tensors == [("params/dense/kernel", "float32", (2, 3)), ("params/dense/bias", "float32", (3,))]
    assert verdict(msgpacks.honest(), "flax_model.msgpack") is Verdict.CLEAN


def test_what_the_library_writes_is_read_to_its_end() -> None:
    library = pytest.importorskip("msgpack")
    values = {"a": [1, -1, 2**40, -(2**40), 1.5, None, True, "x" * 300], "b": {"c": b"y" * 70_000, "d": []}, "e": {}}
    assert verdict(library.packb(values), "x.msgpack") is Verdict.CLEAN
    assert verdict(library.packb(values, use_single_float=True), "x") is Verdict.CLEAN


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (msgpacks.wrong_size(), "STR305"), (msgpacks.placeholder(), "REF401"), (msgpacks.honest() + b"INERT", "HID203"),
        (msgpacks.tree(params=msgpacks.binary(natives.elf())), "HID208"),
    ],
)  # fmt: skip
def test_what_lies_is_told(content: bytes, rule: str) -> None:
    assert rule in {one.rule for one in examined(content, "x.msgpack").findings}


@pytest.mark.parametrize("content", [msgpacks.deep(), msgpacks.foreign(), msgpacks.honest()[:-3]])
def test_what_cannot_be_read_is_a_gap(content: bytes) -> None:
    assert len(examined(content, "x.msgpack").gaps) == 1


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 200), st.binary(max_size=5))
def test_mutations_never_break_the_reader(at: int, piece: bytes) -> None:
    content = msgpacks.honest()
    examined(content[:at] + piece + content[at + len(piece) :], "x.msgpack")
    examined(content[:at], "x.msgpack")
