"""What a child packs is rebuilt without a class of a stranger, within the bounds of the shared memory."""

from __future__ import annotations

import io
import json
import mmap
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weighbridge.sandbox
from tests.sandbox.loaded import running
from weighbridge.core.errors import AccessError, IntegrityError, UsageError
from weighbridge.sandbox.kernel import running_kernel
from weighbridge.sandbox.testimony import Untrue
from weighbridge.sandbox.unpack import Described, unpack

SIZE = 4096

jailed = pytest.mark.skipif(running_kernel() is None, reason="the layers need Linux on x86_64 or aarch64")


def rebuilt(document: object) -> Any:
    return unpack(json.dumps(document).encode(), mmap.mmap(-1, SIZE))


def test_what_fits_is_rebuilt() -> None:
    packed = {
        "dict": [
            [{"plain": "a"}, {"list": [{"int": "-0x5"}, {"float": (2.5).hex()}, {"plain": None}]}],
            [{"int": "0x1"}, {"tuple": [{"bytes": "ff00"}, {"complex": ["0x0p+0", "inf"]}]}],
            [{"plain": "o"}, {"object": "builtins.eval", "attributes": [["x", {"plain": True}]]}],
        ]
    }
    assert rebuilt(packed) == {
        "a": [-5, 2.5, None],
        1: (b"\xff\x00", complex(0, float("inf"))),
        "o": Described(class_name="builtins.eval", attributes={"x": True}),
    }


def deep(levels: int) -> dict[str, Any]:
    return {"list": [deep(levels - 1)]} if levels else {"plain": None}


@pytest.mark.parametrize(
    "document",
    [
        None, [], {}, {"plain": 1}, {"plain": []}, {"int": 5}, {"int": "five"}, {"int": None}, {"float": "x"},
        {"float": 1.0}, {"complex": ["0x0p+0"]}, {"bytes": "f"}, {"bytes": 1}, {"list": {}}, {"list": [1]},
        {"dict": [[{"plain": "a"}]]}, {"dict": [[{"list": []}, {"plain": "a"}]]}, {"set": [{"list": []}]},
        {"object": 1, "attributes": []}, {"object": "x", "attributes": [[1, {"plain": None}]]}, {"object": "x"},
        {"eval": "1"}, {"plain": None, "list": []}, deep(80),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_untrue(document: object) -> None:
    with pytest.raises(Untrue):
        rebuilt(document)


@pytest.mark.libraries
@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize(
    "change",
    [
        {"shape": [SIZE]}, {"at": SIZE}, {"at": -64}, {"at": 1}, {"at": "0"}, {"at": 1 << 70}, {"shape": [-1]},
        {"shape": [1 << 40, 1 << 40]}, {"shape": [0, 1 << 80]}, {"shape": 3}, {"shape": [1] * 65}, {"shape": [True, 2]},
        {"shape": [0, 1 << 62, 1 << 62]},
        {"dtype": "O"}, {"dtype": "|O8"}, {"dtype": "<f4,<f4"}, {"dtype": "load"}, {"dtype": ["<f4"]}, {"dtype": "<f3"},
        {"dtype": "|V0"},
    ],
)  # fmt: skip
def test_tensors_that_do_not_fit_are_untrue(library: str, change: dict[str, Any]) -> None:
    import_module(library)
    dtype = {"numpy": "<f4", "torch": "float32"}[library]
    node: dict[str, Any] = {"dtype": dtype, "shape": [2, 3], "at": 0}
    assert tuple(rebuilt({library: dtype, "shape": [2, 3], "at": 0}).shape) == (2, 3)
    node |= change
    with pytest.raises(Untrue):
        rebuilt({library: node["dtype"], "shape": node["shape"], "at": node["at"]})


@pytest.mark.parametrize("kind", ["dict", "set", "frozenset"])
def test_keys_that_all_have_one_hash_are_untrue(kind: str) -> None:
    """Python hashes whole numbers modulo 2**61 - 1 (pyhash.h); a dict of a million of one hash has no end."""

    def document(factor: int) -> object:
        keys = [{"int": hex(factor * number)} for number in range(1, 3_000)]
        return {kind: [[key, {"plain": None}] for key in keys] if kind == "dict" else keys}

    assert len(rebuilt(document(3))) == 2_999
    with pytest.raises(Untrue, match="collide"):
        rebuilt(document(2**61 - 1))


_NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["plain", "int", "float", "list", "set", "dict", "object", "attributes", "at", "shape"]),
        inner,
        max_size=3,
    ),
    max_leaves=20,
)  # fmt: skip


@given(_NODES)
def test_any_json_is_rebuilt_or_untrue(document: object) -> None:
    try:
        rebuilt(document)
    except Untrue:
        return


@given(st.binary())
def test_any_bytes_are_rebuilt_or_untrue(text: bytes) -> None:
    try:
        unpack(text, mmap.mmap(-1, SIZE))
    except Untrue:
        return


@jailed
@pytest.mark.libraries
def test_a_checkpoint_comes_back_to_the_byte(tmp_path: Path) -> None:
    torch = import_module("torch")
    weight = torch.randn(30, 20)
    number = torch.randn(3, dtype=torch.complex64)
    dtypes = ("float64", "float16", "bfloat16", "complex64", "int64", "int8", "uint8", "bool", "float8_e4m3fn")
    state = {name: torch.arange(6).reshape(2, 3).to(getattr(torch, name)) for name in dtypes} | {
        "weight": weight,
        "tied": weight,
        "view": weight.t(),
        "number": number,
        "conjugate": number.conj(),
        "empty": torch.empty(0, 3),
        "scalar": torch.tensor(3.5),
        "parameter": torch.nn.Parameter(torch.randn(2)),
    }
    path = tmp_path / "model.pt"
    torch.save({"state": state, "epoch": 3, "name": "tiny", "module": torch.nn.Linear(2, 2)}, path)
    loaded = weighbridge.sandbox.load(path)
    assert (loaded["epoch"], loaded["name"]) == (3, "tiny")
    assert loaded["module"].class_name == "torch.nn.modules.linear.Linear"
    assert loaded["module"].attributes["in_features"] == 2
    for name, tensor in state.items():
        found = loaded["state"][name]
        assert (found.dtype, found.shape) == (tensor.dtype, tensor.shape)
        flat = [one.detach().resolve_conj().contiguous().reshape(-1).view(torch.uint8) for one in (tensor, found)]
        assert torch.equal(*flat), name
    assert loaded["state"]["tied"] is loaded["state"]["weight"]
    loaded["state"]["weight"].zero_()  # memory of our own
    assert torch.equal(weighbridge.sandbox.load(path)["state"]["weight"], weight)


@jailed
@pytest.mark.libraries
def test_arrays_come_back_to_the_byte(tmp_path: Path) -> None:
    numpy = import_module("numpy")
    arrays = {
        "a": numpy.arange(6, dtype=">i2").reshape(2, 3),
        "b": numpy.array(["x", "yz"]),
        "c": numpy.array(["2020-01-01"], dtype="M8[D]"),
        "d": numpy.ones((3, 4), order="F"),
        **{f"same{number}": numpy.full(1000, number) for number in range(8)},
    }
    numpy.savez_compressed(tmp_path / "model.npz", **arrays)
    loaded = weighbridge.sandbox.load(tmp_path / "model.npz", "numpy")
    assert loaded.keys() == arrays.keys()
    for name, array in arrays.items():
        assert loaded[name].dtype == array.dtype
        assert numpy.array_equal(loaded[name], array)
    stream = io.BytesIO()
    numpy.save(stream, arrays["a"])
    (tmp_path / "model.npy").write_bytes(stream.getvalue())
    assert numpy.array_equal(weighbridge.sandbox.load(tmp_path / "model.npy", "numpy"), arrays["a"])


@jailed
def test_files_that_are_not_given(tmp_path: Path) -> None:
    (tmp_path / "hostile.pkl").write_bytes(running("import os; os.system('echo weighed')"))
    (tmp_path / "broken.pkl").write_bytes(b"\x80\x04K\x01")
    with pytest.raises(IntegrityError, match="malicious; it was not loaded"):
        weighbridge.sandbox.load(tmp_path / "hostile.pkl", "pickle")
    with pytest.raises(AccessError, match="EOFError"):
        weighbridge.sandbox.load(tmp_path / "broken.pkl", "pickle")
    with pytest.raises(AccessError, match="cannot open"):
        weighbridge.sandbox.load(tmp_path / "nothing.pkl", "pickle")
    with pytest.raises(UsageError, match="nothing to load with"):
        weighbridge.sandbox.load(tmp_path / "hostile.pkl", "yaml")


@jailed
def test_plain_data_comes_back_as_it_is(tmp_path: Path) -> None:
    import pickle

    data = {"a": [1, -(2**100), 2.5, float("inf"), 1j, None, True], "b": (b"x", {"y"}, frozenset({3})), 5: "\udcff"}
    (tmp_path / "data.pkl").write_bytes(pickle.dumps(data))
    assert weighbridge.sandbox.load(tmp_path / "data.pkl", "pickle") == data
