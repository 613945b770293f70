"""Conversions of files that torch itself wrote here: byte for byte what torch and safetensors make of them."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from tests.builders.torches import Tensor, zip_checkpoint
from weighbridge.conversion import carry
from weighbridge.conversion.compare import Difference, differences
from weighbridge.conversion.convert import Converted, Target, convert
from weighbridge.conversion.planning import plan_of
from weighbridge.conversion.safetensors_layout import header_of, ordered
from weighbridge.conversion.sources import RangeSource
from weighbridge.conversion.unpacked import Unpacked
from weighbridge.core.errors import AccessError, IntegrityError, UsageError
from weighbridge.core.values import replace
from weighbridge.engine.files import OpenFile


def converted(path: Path, key: str = "", **options: Any) -> Converted:
    """Convert a file beside itself, planning in this process."""
    with path.open("rb") as opened, TemporaryFile(buffering=0) as beside:
        file = OpenFile(opened.fileno())
        target = Target(stem=str(path.with_suffix("")), **options)
        plan = plan_of(file, key, Unpacked(file.size, beside.fileno()))
        return convert(file, str(path), plan, target, lambda _: None, unpacked=beside.fileno())


def same(a: Path, b: Path) -> list[Difference]:
    opened = [os.open(path, os.O_RDONLY) for path in (a, b)]
    try:
        first, second = map(RangeSource, opened)
        return list(differences(plan_of(first), first, plan_of(second), second))
    finally:
        for descriptor in opened:
            os.close(descriptor)


def flat(found: Any, path: str = "") -> dict[str, Any]:
    """The tensors of a tree, by the way to them."""
    import torch

    if isinstance(found, torch.Tensor):
        return {path or "tensor": found}
    pairs = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list | tuple) else ()
    named: dict[str, Any] = {}
    for key, item in pairs:
        named |= flat(item, f"{path}.{key}" if path else str(key))
    return named


def dtypes(*names: str) -> Any:
    import torch

    bits = torch.randint(0, 100, (2, 32), dtype=torch.uint8)
    kinds = {name: getattr(torch, name) for name in names}
    return {name: (bits % 2).bool() if name == "bool" else bits.clone().view(kind) for name, kind in kinds.items()}


def old_dtypes() -> Any:
    return dtypes(
        "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64", "complex64"
    )


def new_dtypes() -> Any:
    """Types without a storage class of their own."""
    return dtypes(
        "uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "float8_e4m3fnuz",
        "float8_e5m2fnuz",
    )  # fmt: skip


def views() -> Any:
    import torch

    base = torch.randn(6, 8, 3)
    return {
        "transposed": base.mT, "permuted": base.permute(2, 0, 1), "stepped": base[::2, 1::3], "row": base[3],
        "column": base[:, 2], "expanded": base[:1].expand(5, 8, 3), "zero": torch.zeros(0, 7), "scalar": base[0, 0, 0],
        "channels": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last), "base": base,
    }  # fmt: skip


def parameters() -> Any:
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(7, 5), torch.nn.BatchNorm1d(5))
    marked = torch.nn.Parameter(torch.randn(3))
    marked.note = "attributes of a tensor"  # type: ignore[attr-defined]
    return {"model": model.state_dict(), "parameter": torch.nn.Parameter(torch.randn(2, 2)), "marked": marked}


def lightning() -> Any:
    import torch

    model = torch.nn.Linear(4, 3)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.randn(2, 4)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3, "global_step": 120, "pytorch-lightning_version": "2.4.0", "state_dict": model.state_dict(),
        "loops": {"fit_loop": {"state_dict": {}}}, "optimizer_states": [optimizer.state_dict()],
        "hyper_parameters": {"lr": 1e-3, "layers": (1, 2), "dtype": torch.bfloat16, "device": torch.device("cpu")},
    }  # fmt: skip


def shared() -> Any:
    import torch

    base = torch.randn(4, 5)
    return {"embed": base, "head": base, "view": base[1:], "other": base.clone()}


MAKERS: list[Callable[[], Any]] = [old_dtypes, new_dtypes, views, parameters, lightning, shared]


@pytest.mark.libraries
@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("make", MAKERS)
def test_it_is_what_torch_loads(make: Callable[[], Any], old: bool, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    if old and make is new_dtypes:
        pytest.skip("torch writes such files and does not read them")
    path = tmp_path / "model.pt"
    torch.save(make(), path, _use_new_zipfile_serialization=not old)
    wanted = flat(torch.load(path, weights_only=True))
    made = converted(path)
    found = load_file(made.weights[0].path)
    for alias, kept in made.plan.aliases:
        found[alias] = found[kept]
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        assert found[name].dtype == one.dtype
        assert found[name].shape == one.shape
        plain = one.detach().contiguous().clone()
        assert bytes(found[name].contiguous().untyped_storage()) == bytes(plain.untyped_storage()), name
    if not made.plan.aliases:
        save_file(
            {name: one.detach().contiguous().clone() for name, one in wanted.items()}, tmp_path / "r", {"format": "pt"}
        )
        assert (tmp_path / "r").read_bytes() == Path(made.weights[0].path).read_bytes()
    assert not same(path, Path(made.weights[0].path))


@pytest.mark.libraries
def test_plain_data_are_kept_and_losses_are_told(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "last.ckpt"
    torch.save(lightning(), path)
    made = converted(path)
    plain = json.loads(Path(made.plain).read_text())
    assert plain["epoch"] == 3
    assert plain["hyper_parameters"] == {"lr": 1e-3, "layers": [1, 2], "dtype": "torch.bfloat16", "device": "cpu"}
    assert plain["optimizer_states"][0]["param_groups"][0]["params"] == [0, 1]
    assert made.plan.dropped == ()


@pytest.mark.libraries
def test_transformers_finds_the_shards_by_their_index(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    path = tmp_path / "model.pt"
    state = {f"layer.{at}": torch.randn(10, 10) for at in range(5)}
    torch.save(state, path)
    made = converted(path, shard_bytes=900)
    assert [os.path.basename(one.path) for one in made.weights] == [
        f"model-{at:05}-of-00003.safetensors" for at in (1, 2, 3)
    ]
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
    assert index["metadata"] == {"total_size": 2_000}
    assert index["weight_map"].keys() == state.keys()
    for name, file in index["weight_map"].items():
        assert torch.equal(load_file(tmp_path / file)[name], state[name])


def checkpoint(folder: Path) -> Path:
    path = folder / "model.pt"
    path.write_bytes(zip_checkpoint())
    return path


def test_the_record_says_what_was_done_and_says_it_again(tmp_path: Path) -> None:
    path = checkpoint(tmp_path)
    made = converted(path)
    record = json.loads(Path(made.record).read_text())
    weights = Path(made.weights[0].path).read_bytes()
    assert record["_type"] == "https://in-toto.io/Statement/v1"
    assert record["subject"] == [{"name": "model.safetensors", "digest": {"sha256": sha256(weights).hexdigest()}}]
    assert record["predicate"]["source"]["digest"] == {"sha256": sha256(path.read_bytes()).hexdigest()}
    content = path.read_bytes()
    plan = {one.name: one for one in made.plan.tensors}
    for told in record["predicate"]["tensors"]:
        one = plan[told["name"]]
        assert told["digest"]["sha256"] == sha256(content[one.offset : one.offset + one.span]).hexdigest()
    first = Path(made.record).read_bytes()
    for file in (made.record, made.weights[0].path):
        os.unlink(file)
    assert Path(converted(path).record).read_bytes() == first


def test_nothing_is_written_over_and_nothing_is_left(tmp_path: Path) -> None:
    path = checkpoint(tmp_path)
    (tmp_path / "model.convert.json").write_text("INERT")
    with pytest.raises(UsageError, match="there already"):
        converted(path)
    assert {one.name for one in tmp_path.iterdir()} == {"model.pt", "model.convert.json"}
    assert (tmp_path / "model.convert.json").read_text() == "INERT"


def test_when_a_name_cannot_be_given_the_others_lose_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = checkpoint(tmp_path)
    honest = os.replace

    def fails(part: str, name: str) -> None:
        if name.endswith(".convert.json"):
            raise OSError(28, "No space left on device")
        honest(part, name)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(AccessError, match="no space left"):
        converted(path)
    assert [one.name for one in tmp_path.iterdir()] == ["model.pt"]


def test_a_result_that_reads_otherwise_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = checkpoint(tmp_path)
    honest, written = carry.write, [0]

    def flips(file: Any, content: Any) -> None:
        written[0] += 1
        last = bytes(content)
        honest(file, content if written[0] < 3 else last[:-1] + bytes((last[-1] ^ 1,)))

    monkeypatch.setattr(carry, "write", flips)
    with pytest.raises(IntegrityError, match="does not read as it was written"):
        converted(path)
    assert [one.name for one in tmp_path.iterdir()] == ["model.pt"]


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    path = checkpoint(tmp_path)
    descriptor = os.open(path, os.O_RDONLY)
    file = OpenFile(descriptor)
    plan = plan_of(file)
    with path.open("ab") as more:
        more.write(b"INERT")
    with pytest.raises(IntegrityError, match="changed"):
        convert(file, str(path), plan, Target(stem=str(tmp_path / "model")), lambda _: None)
    os.close(descriptor)
    assert [one.name for one in tmp_path.iterdir()] == ["model.pt"]


def test_losses_of_tensors_are_refused_until_they_are_allowed(tmp_path: Path) -> None:
    path = checkpoint(tmp_path)
    descriptor = os.open(path, os.O_RDONLY)
    file = OpenFile(descriptor)
    plan = replace(plan_of(file), unsupported=(("q", "a quantised tensor"),))
    stem = str(tmp_path / "model")
    with pytest.raises(AccessError, match="q: a quantised tensor"):
        convert(file, str(path), plan, Target(stem=stem), lambda _: None)
    made = convert(file, str(path), plan, Target(stem=stem, partial=True), lambda _: None)
    os.close(descriptor)
    assert json.loads(Path(made.record).read_text())["predicate"]["notConverted"] == {"q": "a quantised tensor"}


def test_differences_are_named(tmp_path: Path) -> None:
    path = checkpoint(tmp_path)
    made = Path(converted(path).weights[0].path)
    assert not same(path, made)
    plan = plan_of(OpenFile(os.open(made, os.O_RDONLY)))
    content = bytearray(made.read_bytes())
    content[-1] ^= 1
    other = tmp_path / "other.safetensors"
    other.write_bytes(content)
    assert [one.detail for one in same(path, other)] == ["other values"]
    kept = ordered(plan.tensors)[1:]
    start = len(made.read_bytes()) - sum(one.size for one in kept)
    other.write_bytes(header_of(kept, {}) + made.read_bytes()[start:])
    assert [one.detail for one in same(path, other)] == ["only in the first file"]
    assert [one.detail for one in same(other, path)] == ["only in the second file"]


def test_a_file_is_sharded_anew(tmp_path: Path) -> None:
    made = Path(converted(checkpoint(tmp_path)).weights[0].path)
    again = tmp_path / "again.safetensors"
    made.rename(again)
    os.rename(again, tmp_path / "again.st")
    parts = converted(tmp_path / "again.st", shard_bytes=1)
    assert len(parts.weights) == len(parts.plan.tensors)


@pytest.mark.parametrize(("turned", "most"), [(False, 4 << 20), (True, 90 << 20)])
def test_memory_does_not_grow_with_the_file(turned: bool, most: int, tmp_path: Path) -> None:
    """In order, a few pieces are held; of a view, two threads hold a window and two blocks each."""
    path = tmp_path / "model.pt"
    rows = (most * 3 // 2 if turned else most * 10) // 8
    stride = (1, rows) if turned else (2, 1)
    path.write_bytes(zip_checkpoint([Tensor(name="t", shape=(rows, 2), data=bytes(8 * rows), stride=stride)]))
    tracemalloc.start()
    converted(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < most
