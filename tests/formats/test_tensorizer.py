"""tensorizer files: the table of tensors against the bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.pickles import posix_system
from tests.builders.tensorizers import Tensor, tensors_file
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Inconsistency, TensorDecl, TrailingData
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.tensorizer import extract
from weighbridge.rules.catalog import RuleSet


def read(content: bytes) -> list[object]:
    return list(extract(BytesSource(content), Node(name="model.tensors"), Bench(Limits(), Meter(Limits()))))


def examined(content: bytes) -> Examination:
    return examine(BytesSource(content), "model.tensors", limits=Limits(), judge=Judge(RuleSet()), strict=True)


PAIR = (Tensor(), Tensor(name="steps", dtype="int64", shape=(1,), data=bytes(8)))


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
def test_every_version_is_read(version: int) -> None:
    content = tensors_file(*PAIR, version=version)
    tensors = [(one.name, one.dtype, one.shape) for one in read(content) if isinstance(one, TensorDecl)]
    assert tensors == [("layer.weight", "<f4", (2, 3)), ("steps", "int64", (1,))]
    seen = examined(content)
    assert (seen.formats, seen.findings, seen.gaps) == (("tensorizer",), (), ())


@pytest.mark.parametrize("dtype", ["<f2", "<u2\0bfloat16", "torch.bfloat16", "float16"])
def test_types_by_both_names(dtype: str) -> None:
    assert not examined(tensors_file(Tensor(dtype=dtype, shape=(3,), data=bytes(6)))).findings
    assert examined(tensors_file(Tensor(dtype=dtype, shape=(4,), data=bytes(6)))).findings


@pytest.mark.parametrize("lie", [{"begin": 1 << 40}, {"begin": 0}, {"held": 1 << 62}, {"begin": 1 << 63}])
def test_a_tensor_outside_of_the_data(lie: dict[str, int]) -> None:
    told = [one for one in read(tensors_file(Tensor(**lie))) if isinstance(one, Inconsistency)]  # type: ignore[arg-type]
    assert told[0].memory


def test_a_tensor_of_another_size_is_told() -> None:
    (told,) = [one for one in read(tensors_file(Tensor(shape=(7, 3)))) if isinstance(one, Inconsistency)]
    assert not told.memory


def test_what_cannot_be_read() -> None:
    for content in (b"|TZR|", tensors_file(count=3), tensors_file(count=1 << 60), tensors_file(table=1 << 50)):
        with pytest.raises(Malformed):
            read(content)
    assert examined(tensors_file(version=9)).gaps
    assert examined(tensors_file(flags=1)).gaps


def test_bytes_behind_the_last_tensor_are_looked_at() -> None:
    content = tensors_file(tail=posix_system(2))
    assert [one.where for one in read(content) if isinstance(one, TrailingData)] == ["tail"]
    assert "EXE101" in {one.rule for one in examined(content).findings}


def test_a_pickle_between_tensors_is_found() -> None:
    assert any(one.rule == "EXE101" for one in examined(tensors_file(*PAIR, header=posix_system(2))).findings)
    assert not any(one.rule == "EXE101" for one in examined(tensors_file(*PAIR, header=bytes(40))).findings)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 250), st.binary(min_size=1, max_size=8))
def test_a_spoilt_file_is_read_to_an_end(place: int, piece: bytes) -> None:
    content = tensors_file(*PAIR)
    examined(content[:place] + piece + content[place + len(piece) :])
    if 5 <= place < len(content):
        cut = examined(content[:place])
        assert cut.gaps or cut.findings
