"""Tensors of torch that were pickled without ``torch.save``: each brings its storage along, in a file of torch."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders.pickles import dumps
from tests.builders.pickles.described import Global, PersistentId, Reduce
from tests.conversion.test_convert import converted
from weighbridge.conversion.plan import Plan
from weighbridge.conversion.planning import plan_of
from weighbridge.core.errors import Malformed
from weighbridge.core.source import BytesSource


def model() -> dict[str, Any]:
    import torch

    base = torch.arange(24.0).view(4, 6)
    return {
        "w": base, "part": base[1:, ::2], "turned": base.t(), "small": torch.arange(5).to(torch.bfloat16),
        "layer": torch.nn.Linear(3, 2), "none": torch.zeros(0, 3), "one": torch.tensor(2),
    }  # fmt: skip


def joblib_of(compress: int) -> Callable[[Any, Path], object]:
    def save(held: Any, path: Path) -> None:
        import joblib

        joblib.dump(held, path, compress=compress)

    return save


def pickle_of(protocol: int) -> Callable[[Any, Path], object]:
    return lambda held, path: path.write_bytes(pickle.dumps(held, protocol))


@pytest.mark.libraries
@pytest.mark.parametrize("save", [pickle_of(2), pickle_of(4), pickle_of(5), joblib_of(0), joblib_of(3)])
def test_it_is_what_was_pickled(save: Callable[[Any, Path], object], tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    wanted, path = model(), tmp_path / "model.pkl"
    save(wanted, path)
    found = load_file(converted(path).weights[0].path)
    layer = wanted.pop("layer")
    wanted |= {"layer.weight": layer.weight.detach(), "layer.bias": layer.bias.detach()}
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        assert (found[name].dtype, found[name].shape) == (one.dtype, one.shape), name
        assert torch.equal(found[name], one)


STORAGE = PersistentId(("storage", Global("torch", "FloatStorage"), "0", "cpu", 4, None))


def stored(root: object = STORAGE, system: object = None, data: bytes = bytes(16)) -> bytes:
    """What ``torch.save`` makes of a storage in the old layout."""
    streams = (0x1950A86A20F9469CFC6C, 1001, {} if system is None else system, root, ["0"])
    return b"".join(dumps(one, 2) for one in streams) + struct.pack("<q", 4) + data


def planned(content: bytes, shape: tuple[int, ...] = (4,)) -> Plan:
    nested = Reduce(Global("torch.storage", "_load_from_bytes"), (content,))
    hooks = Reduce(Global("collections", "OrderedDict"), ())
    made = Reduce(Global("torch._utils", "_rebuild_tensor_v2"), (nested, 0, shape, (1,), False, hooks))
    return plan_of(BytesSource(dumps({"w": made}, 4)))


def test_what_a_storage_would_call_is_told() -> None:
    assert [one.name for one in planned(stored()).tensors] == ["w"]
    assert not planned(stored()).dropped
    plan = planned(stored(system=Reduce(Global("inert", "call"), ())))
    assert [one.name for one in plan.tensors] == ["w"]
    assert [one.what for one in plan.dropped] == ["inert.call"]


def test_a_storage_that_lies_is_not_read() -> None:
    for lying in (stored(root=[STORAGE]), stored(data=bytes(15)), stored(data=bytes(17)), stored()[:-30], b"INERT"):
        plan = planned(lying)
        assert [name for name, _ in plan.unsupported] == ["w"]
        assert "torch.storage._load_from_bytes" in {one.what for one in plan.dropped}
    with pytest.raises(Malformed, match="reaches byte"):
        planned(stored(), (5,))


def test_a_storage_within_a_storage_is_not_read() -> None:
    inner = Reduce(Global("torch.storage", "_load_from_bytes"), (stored(),))
    assert [name for name, _ in planned(stored(root=inner)).unsupported] == ["w"]


def test_a_bare_pickle_has_no_persistent_ids() -> None:
    with pytest.raises(Malformed, match="persistent id"):
        plan_of(BytesSource(dumps({"w": STORAGE}, 4)))


def test_parts_of_storages_have_keys_that_nothing_else_has() -> None:
    """Torch keeps parts under their keys, and goes by the first that it meets."""
    hooks = Reduce(Global("collections", "OrderedDict"), ())

    def planned(*parts: tuple[str, int]) -> list[int]:
        tree = {}
        for at, (key, first) in enumerate(parts):
            part = (key, first, 2) if first >= 0 else None
            held = PersistentId(("storage", Global("torch", "FloatStorage"), "0", "cpu", 4, part))
            tree[str(at)] = Reduce(Global("torch._utils", "_rebuild_tensor_v2"), (held, 0, (2,), (1,), False, hooks))
        found = plan_of(BytesSource(stored(root=tree))).tensors
        return [one.offset - found[0].offset for one in found]

    assert planned(("1", 0), ("2", 2)) == [0, 8]
    for lying in ((("1", 0), ("1", 2)), (("0", -1), ("0", 2)), (("0", 2), ("0", -1))):
        with pytest.raises(Malformed, match="something else has"):
            planned(*lying)
