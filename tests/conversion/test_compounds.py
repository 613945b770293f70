"""Tensors that safetensors does not have: made again by the recipe of the documentation, they are what torch loads."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders.pickles.described import Global, PersistentId, Reduce
from tests.conversion.test_convert import converted, same
from tests.conversion.test_planning import checkpoint, planned, tensor
from weighbridge.conversion import indices
from weighbridge.core.errors import Malformed

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "convert.md"


def load(path: Path) -> dict[str, Any]:
    """What the documentation tells people to do."""
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert code is not None
    scope: dict[str, Any] = {}
    exec(code[1], scope)
    found = scope["load"](path)
    assert isinstance(found, dict)
    return found


def quantized() -> Any:
    import torch

    w, scales, zeros = torch.randn(4, 6), torch.tensor([0.1, 0.2, 0.3, 0.4]), torch.tensor([1, 2, 3, 4])
    tensors = {
        str(kind).removeprefix("torch."): torch.quantize_per_tensor(w, 0.1, 3, kind)
        for kind in (torch.quint8, torch.qint8, torch.qint32)
    }
    channels = torch.quantize_per_channel(w, scales, zeros, 0, torch.qint8)
    small = {
        f"{kind}-{width}": torch.quantize_per_channel(w[:, :width], scales, zeros.float(), 0, kind)
        for kind in (torch.quint4x2, torch.quint2x4)
        for width in (6, 5)
    }
    floats = torch.quantize_per_channel(w, scales, zeros.float(), 0, torch.quint8)
    return {
        **tensors, **small, "channels": channels, "floats": floats, "transposed": tensors["quint8"].t().clone(),
        "view": tensors["qint8"][1:3], "strided": tensors["quint8"][:, ::2], "tied": tensors["quint8"],
    }  # fmt: skip


def sparse() -> Any:
    import torch

    w = torch.tensor([[0, 1.5, 0, 2], [0, 0, 0, 0], [3, 0, 0, 4], [0, 5, 0, 0]])
    repeated = torch.sparse_coo_tensor([[0, 0, 1], [2, 2, 0]], [1.0, 2, 3], (2, 3))
    hybrid = torch.sparse_coo_tensor([[0, 2]], torch.randn(2, 3), (4, 3))
    batch = torch.stack([w, w]).to_sparse_csr()
    empty = torch.sparse_coo_tensor(torch.zeros(2, 0, dtype=torch.int64), torch.zeros(0), (5, 6))
    return {
        "coo": w.to_sparse(), "repeated": repeated, "hybrid": hybrid, "empty": empty, "csr": w.to_sparse_csr(),
        "csc": w.to_sparse_csc(), "bsr": w.to_sparse_bsr((2, 2)), "bsc": w.to_sparse_bsc((2, 4)), "batch": batch,
        "complex": w.to(torch.complex128).to_sparse(),
    }  # fmt: skip


def nested() -> Any:
    import torch

    rows = [torch.randn(2, 3), torch.randn(4, 3), torch.randn(0, 3)]
    padded, starts = torch.randn(3, 5, 2), torch.tensor([0, 1, 2])
    return {
        "strided": torch.nested.nested_tensor(rows), "jagged": torch.nested.nested_tensor(rows, layout=torch.jagged),
        "gaps": torch.nested.narrow(padded, 1, starts, torch.tensor([2, 4, 1]), layout=torch.jagged),
    }  # fmt: skip


def others() -> Any:
    import torch

    c = torch.randn(2, 3, dtype=torch.complex128)
    bits = {name: torch.arange(8, dtype=torch.uint8).view(getattr(torch, name)) for name in ("bits8", "bits16")}
    return {
        **bits, "complex128": c, "transposed": c.t(), "part": c[1, 1:], "number": c[0, 0], "none": c[:0],
        "complex32": torch.randn(4, 2).to(torch.complex32), "float4": torch.arange(8, dtype=torch.uint8).view(
            torch.float4_e2m1fn_x2).view(2, 4),
        "conj": torch.randn(2, 2, dtype=torch.complex64).conj(), "both": torch.randn(3, dtype=torch.complex128).conj(),
        "neg": torch.randn(2, 3, dtype=torch.complex64).conj().imag,
    }  # fmt: skip


def pieces(one: Any) -> list[Any]:
    """All that a tensor is made of, as numbers and plain tensors."""
    import torch

    told: list[Any] = [one.layout, one.dtype]
    if one.is_nested:
        parts = [one.values(), one.offsets(), one.lengths()] if one.layout is torch.jagged else one.unbind()
    elif one.is_quantized:
        told += [tuple(one.shape), one.qscheme()]
        if one.qscheme() == torch.per_tensor_affine:
            told += [one.q_scale(), one.q_zero_point()]
            parts = []
        else:
            told.append(one.q_per_channel_axis())
            parts = [one.q_per_channel_scales(), one.q_per_channel_zero_points()]
        raw = one.contiguous() if one.dtype not in {torch.quint4x2, torch.quint2x4} else one
        parts += [one.int_repr(), torch.tensor(raw.dequantize().tolist())]
    elif one.layout is torch.sparse_coo:
        told += [tuple(one.shape), one.is_coalesced()]
        parts = [one._indices(), one._values()]
    elif one.layout in {torch.sparse_csr, torch.sparse_bsr}:
        parts = [one.crow_indices(), one.col_indices(), one.values()]
    elif one.layout in {torch.sparse_csc, torch.sparse_bsc}:
        parts = [one.ccol_indices(), one.row_indices(), one.values()]
    else:
        told += [one.is_conj(), one.is_neg()]
        parts = [one]
    return told + [(part.shape, part.dtype, raw_bytes(part)) for part in parts if part is not None]


def raw_bytes(one: Any) -> bytes:
    """The bytes of a tensor in row-major order, as they are stored."""
    import torch

    plain = one.conj() if one.is_conj() else torch._neg_view(one) if one.is_neg() else one
    if plain.dtype.is_complex and plain.dtype != torch.complex32:
        plain = torch.view_as_real(plain)
    elif str(plain.dtype).startswith(("torch.bits", "torch.float4")):
        return bytes(one.untyped_storage())
    return bytes(plain.contiguous().clone().untyped_storage())


@pytest.mark.libraries
@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("make", [quantized, sparse, nested, others])
def test_the_recipe_makes_what_torch_loads(make: Callable[[], Any], old: bool, tmp_path: Path) -> None:
    import torch

    if old and make in {others, nested}:
        pytest.skip("torch writes such files and does not read them")
    path = tmp_path / "model.pt"
    torch.save(make(), path, _use_new_zipfile_serialization=not old)
    wanted = torch.load(path, weights_only=False)
    made = converted(path)
    found = load(Path(made.weights[0].path))
    assert not made.plan.unsupported
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        assert pieces(found[name]) == pieces(one), name
    record = json.loads(Path(made.record).read_text())
    assert record["predicate"]["encoded"] == {name: json.loads(note) for name, note in made.plan.encoded}
    assert not same(path, Path(made.weights[0].path))


@pytest.mark.libraries
def test_what_is_divided_anew_still_says_how_it_is_made(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "model.pt"
    torch.save(sparse(), path)
    first = Path(converted(path).weights[0].path).rename(tmp_path / "first.safetensors")
    (tmp_path / "model.convert.json").unlink()
    again = converted(first.rename(tmp_path / "again.st"))
    assert load(Path(again.weights[0].path)).keys() == sparse().keys()
    assert not same(path, Path(again.weights[0].path))
    shards = converted(Path(again.weights[0].path).rename(tmp_path / "parts.st"), shard_bytes=64)
    assert all(b"weighbridge.encoded" in Path(one.path).read_bytes() for one in shards.weights)


@pytest.mark.libraries
def test_classes_and_attributes_of_tensors_are_told_and_their_tensors_carried(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "model.pt"
    marked = torch.nn.Parameter(torch.randn(3))
    marked.note, marked.mask = "INERT", torch.ones(3)  # type: ignore[attr-defined]
    torch.save({"w": marked, "meta": torch.empty(2, device="meta")}, path)
    made = converted(path, partial=True)
    assert [one.name for one in made.plan.tensors] == ["w", "w.mask"]
    assert [one.what for one in made.plan.dropped] == ["attributes of a tensor: note, mask"]
    assert made.plan.unsupported == (("meta", "a tensor on the meta device, which has no values: float32 [2]"),)


HOOKS = Reduce(Global("collections", "OrderedDict"), ())
STORAGES = {
    "0": struct.pack("<4f", 1, 2, 3, 4),
    "1": struct.pack("<4q", 0, 1, 3, 2),
    "2": bytes(range(8)),
    "3": bytes(16),
}


def storage(kind: str, key: str, count: int) -> PersistentId:
    return PersistentId(("storage", Global("torch", f"{kind}Storage"), key, "cpu", count))


def rebuilt(kind: str, key: str, count: int, shape: tuple[int, ...], strides: tuple[int, ...] | None = None) -> Reduce:
    steps = (
        strides
        if strides is not None
        else tuple(shape[at + 1] if at + 1 < len(shape) else 1 for at in range(len(shape)))
    )
    arguments = (storage(kind, key, count), 0, shape, steps, False, HOOKS)
    return Reduce(Global("torch._utils", "_rebuild_tensor_v2"), arguments)


def floats(*shape: int) -> Reduce:
    return rebuilt("Float", "0", 4, shape)


def longs(*shape: int, strides: tuple[int, ...] | None = None) -> Reduce:
    return rebuilt("Long", "1", 4, shape, strides)


def layout(name: str) -> Reduce:
    return Reduce(Global("torch.serialization", "_get_layout"), (f"torch.{name}",))


def coo(at: object, of: object, size: object, *more: object) -> Reduce:
    return Reduce(Global("torch._utils", "_rebuild_sparse_tensor"), (layout("sparse_coo"), (at, of, size, *more)))


def csr(starts: object, others: object, of: object, size: object, name: str = "sparse_csr") -> Reduce:
    data = (layout(name), (starts, others, of, size))
    return Reduce(Global("torch._utils", "_rebuild_sparse_tensor"), data)


def qtensor(
    how: object, shape: tuple[int, ...] = (2, 4), kind: str = "QUInt8", count: int = 8, offset: int = 0
) -> Reduce:
    strides = tuple(shape[at + 1] if at + 1 < len(shape) else 1 for at in range(len(shape)))
    arguments = (storage(kind, "2", count), offset, shape, strides, how, False, HOOKS)
    return Reduce(Global("torch._utils", "_rebuild_qtensor"), arguments)


def nest(*arguments: object) -> Reduce:
    return Reduce(Global("torch._utils", "_rebuild_nested_tensor"), arguments)


def jag(**given: object) -> Reduce:
    place = "torch.nested._internal.nested_tensor"
    made = (Global(place, "_rebuild_njt"), Global(place, "NestedTensor"), (given,), {})
    return Reduce(Global("torch._tensor", "_rebuild_from_type_v2"), made)


def lazy(metadata: object, kind: str = "ComplexFloat", count: int = 2) -> Reduce:
    arguments = (storage(kind, "3", count), 0, (2,), (1,), False, HOOKS, metadata)
    return Reduce(Global("torch._utils", "_rebuild_tensor_v2"), arguments)


AFFINE, CHANNELS = Global("torch", "per_tensor_affine"), Global("torch", "per_channel_affine")

HONEST = {
    "coo": coo(longs(1, 4), floats(4), (4,), True),
    "old coo": coo(longs(2, 2), floats(2), (4, 4)),
    "csr": csr(longs(3), longs(3), floats(3), (2, 4)),
    "per tensor": qtensor((AFFINE, 0.5, 3)),
    "lists": qtensor((CHANNELS, [0.5, 0.25], [1, 2], 0)),
    "small": qtensor((AFFINE, 0.5, 3), (2, 5), "QUInt4x2"),
    "nested": nest(floats(4), longs(1, 1, strides=(1, 1)), longs(1, 1, strides=(1, 1)), longs(1)),
    "jagged": jag(values=floats(4), offsets=longs(3), lengths=None, _ragged_idx=1),
    "conj": lazy({"conj": True}),
    "not": lazy({"conj": False}),
}
"""Of each kind one that is carried: without it a refusal of its hostile twins would prove nothing."""


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_twin_is_carried(name: str) -> None:
    plan = planned(checkpoint({"w": HONEST[name]}, STORAGES))
    assert not plan.unsupported
    assert plan.tensors


@pytest.mark.parametrize(
    "hostile",
    [
        coo(longs(1, 4), floats(4), (3,)),
        coo(longs(2, 2), floats(2), (4, 2)),
        coo(longs(1, 4), floats(4), (-4,)),
        coo(longs(1, 4), floats(2), (4,)),
        coo(longs(1, 2), floats(2), (4, 4)),
        coo(longs(4), floats(4), (4,)),
        csr(longs(3), longs(3), floats(3), (2, 3)),
        csr(longs(4), longs(3), floats(3), (3, 4)),
        csr(longs(3), longs(4), floats(4), (2, 4)),
        csr(longs(3), longs(3), floats(3), (3, 4)),
        csr(longs(3), longs(2), floats(3), (2, 4)),
        csr(longs(3), longs(3), floats(3), (4,)),
        qtensor((CHANNELS, [0.5, 0.25], [1, 2], 1)),
        qtensor((CHANNELS, [0.5, 0.25], [1, 2], 2)),
        qtensor((CHANNELS, [0.5, 0.25], [1, 2], -1)),
        qtensor((CHANNELS, floats(4), longs(4), 0)),
        qtensor((AFFINE, 0.5, 3), (2, 5)),
        qtensor((AFFINE, 0.5, 3), (3, 6), "QUInt4x2"),
        qtensor((AFFINE, 0.5, 3), (-2, 4)),
        nest(floats(4), longs(2, 1), longs(2, 1), longs(1)),
        nest(floats(4), longs(2, 2), longs(2, 2), longs(2)),
        nest(floats(2, 2), longs(2, 2), longs(2, 2), longs(2)),
        jag(values=floats(2), offsets=longs(3), lengths=None, _ragged_idx=1),
        jag(values=floats(4), offsets=longs(4), lengths=None, _ragged_idx=1),
        jag(values=floats(4), offsets=longs(3), lengths=longs(3), _ragged_idx=1),
        jag(values=floats(3), offsets=longs(3), lengths=rebuilt("Long", "1", 4, (2,), (2,)), _ragged_idx=1),
        jag(values=floats(4), offsets=longs(3), lengths=None, _ragged_idx=2),
        lazy({"conj": True}, "Float", 4),
    ],
)
def test_parts_that_contradict_each_other_are_refused(hostile: Reduce) -> None:
    with pytest.raises(Malformed):
        planned(checkpoint({"w": hostile}, STORAGES))


@pytest.mark.parametrize(
    "odd",
    [
        coo(1, floats(4), (4,)),
        coo(floats(1, 4), floats(4), (4,)),
        coo(longs(1, 4), floats(4), "INERT"),
        coo(longs(1, 4), floats(4), (4,), "INERT"),
        csr(longs(3), longs(3), floats(3), (2, 4), "strided"),
        Reduce(Global("torch._utils", "_rebuild_sparse_tensor"), (1, 2)),
        qtensor(()),
        qtensor((AFFINE, "0.5", 3)),
        qtensor((AFFINE, float("nan"), 3)),
        qtensor((AFFINE, 0.5, 1 << 70)),
        qtensor((Global("os", "system"), 0.5, 3)),
        qtensor((CHANNELS, ["a", 0.5], [1, 2], 0)),
        qtensor((CHANNELS, 1, 2, 0)),
        qtensor((AFFINE, 0.5, 3), (2, 4), "Byte"),
        qtensor((AFFINE, 0.5, 3), (2, 2), "QUInt4x2", offset=1),
        nest(1, 2, 3, 4),
        jag(values=1, offsets=2, lengths=3, _ragged_idx=4),
        jag(),
        lazy({"conj": "yes"}),
        lazy({"inert": True}),
        Reduce(Global("torch._utils", "_rebuild_wrapper_subclass"), (Global("inert", "Absent"), 1)),
        Reduce(
            Global("torch._utils", "_rebuild_device_tensor_from_cpu_tensor"),
            (floats(4), Global("torch", "float16"), "xla:0", False),
        ),
        Reduce(Global("torch._utils", "_rebuild_meta_tensor_no_storage"), (1, 2)),
        Reduce(
            Global("torch._utils", "_rebuild_tensor_v3"),
            (storage("Float", "0", 4), 0, (4,), (1,), False, HOOKS, Global("torch", "int4")),
        ),
    ],
)
def test_what_torch_would_not_write_is_named_and_not_converted(odd: Reduce) -> None:
    plan = planned(checkpoint({"w": odd, "honest": tensor()}, STORAGES))
    assert [name for name, _ in plan.unsupported] == ["w"]
    assert [one.name for one in plan.tensors] == ["honest"]
    assert not plan.encoded


def test_a_tensor_of_a_device_is_the_tensor_when_its_type_stays() -> None:
    made = Reduce(
        Global("torch._utils", "_rebuild_device_tensor_from_cpu_tensor"),
        (floats(4), Global("torch", "float32"), "xla:0", False),
    )
    assert [one.dtype for one in planned(checkpoint({"w": made}, STORAGES)).tensors] == ["F32"]


def test_indices_are_read_as_far_as_it_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    content = checkpoint({"w": coo(longs(1, 4), floats(4), (3,))}, STORAGES)
    with pytest.raises(Malformed, match="outside of its 3 places"):
        planned(content)
    monkeypatch.setattr(indices, "CHECKED", 8)
    assert planned(content).encoded


def test_a_name_that_a_part_would_have_is_refused() -> None:
    honest = {"w": HONEST["per tensor"], "w.other": floats(4)}
    assert planned(checkpoint(honest, STORAGES)).encoded
    with pytest.raises(Malformed, match="two tensors"):
        planned(checkpoint({"w": HONEST["per tensor"], "w.int_repr": floats(4)}, STORAGES))


def test_marks_within_marks_end() -> None:
    made: object = floats(4)
    for _ in range(70):
        made = Reduce(Global("torch._utils", "_rebuild_parameter_with_state"), (made, True, HOOKS, {"a": 1}))
    plan = planned(checkpoint({"w": made}, STORAGES))
    assert any("deeper" in why for _, why in plan.unsupported)
