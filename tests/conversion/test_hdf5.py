"""HDF5 by h5py and Keras: every array comes out as the library reads it; what cannot is told or refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conversion.unpacking import both, planned
from weighbridge.conversion import hdf5_regions
from weighbridge.conversion.hdf5_files import ATTRIBUTES
from weighbridge.conversion.plan import Plan
from weighbridge.core.errors import Malformed

pytestmark = pytest.mark.libraries
os.environ.setdefault("KERAS_BACKEND", "torch")

DTYPES = (
    "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", "c8", ">f2", ">f4", ">f8", ">i2", ">i8",
    ">u4", ">c8",
)  # fmt: skip
LAYOUTS: dict[str, dict[str, Any]] = {
    "contiguous": {},
    "chunked": {"chunks": (3, 4)},
    "edges": {"chunks": (4, 5)},
    "gzip": {"chunks": (3, 4), "compression": "gzip", "compression_opts": 9},
    "shuffled": {"chunks": (4, 5), "compression": "gzip", "shuffle": True},
    "summed": {"chunks": (4, 3), "fletcher32": True},
    "all": {"chunks": (7, 11), "compression": "gzip", "shuffle": True, "fletcher32": True},
    "growing": {"chunks": (2, 3), "maxshape": (None, 20), "compression": "gzip"},
    "growing second": {"chunks": (2, 3), "maxshape": (30, None), "shuffle": True},
    "growing both": {"chunks": (2, 3), "maxshape": (None, None), "compression": "gzip"},
    "bounded": {"chunks": (2, 3), "maxshape": (40, 50)},
    "whole rows": {"chunks": (1, 11)},
}


def numbers(dtype: str, shape: tuple[int, ...], seed: int = 7) -> Any:
    """Bytes of every value, NaNs and subnormals included."""
    import numpy as np

    made = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind == np.bool_:
        return made.integers(0, 2, shape).astype(bool)
    count = int(np.prod(shape, dtype="i8"))
    return np.frombuffer(made.bytes(count * kind.itemsize), dtype=kind).reshape(shape)


def agrees(path: Path, **options: Any) -> Plan:
    """Hold every dataset of a file against what h5py reads."""
    import h5py

    plan, content = both(path.read_bytes())
    wanted = {}
    with h5py.File(path) as file:

        def see(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                wanted[name.replace("/", ".")] = item[()]

        file.visititems(see)
    assert {one.name for one in plan.tensors} == wanted.keys(), options
    for one in plan.tensors:
        array = wanted[one.name]
        assert one.shape == array.shape
        assert content[one.name] == array.astype(array.dtype.newbyteorder("<")).tobytes(), (one.name, options)
    return plan


@pytest.mark.parametrize("version", ["earliest", "latest"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_every_type_in_every_layout_is_what_h5py_reads(layout: str, version: str, tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "m.h5", "w", libver=version) as file:
        for dtype in DTYPES:
            file.create_dataset(f"group/{dtype.strip('>')}{'b' * (dtype[0] == '>')}", data=numbers(dtype, (7, 11)),
                                **LAYOUTS[layout])  # fmt: skip
    plan = agrees(tmp_path / "m.h5")
    if layout == "contiguous":
        assert {one.name for one in plan.tensors if one.unpacked} == {
            f"group.{name.strip('>')}b" for name in DTYPES if name.startswith(">")
        }


@st.composite
def made_datasets(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of ``create_dataset`` for chunks of any shape, which h5py takes."""
    shape = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    most = [draw(st.sampled_from([size, size + 5, None])) for size in shape]
    sides = [draw(st.integers(1, size + 3)) for size in shape]
    chunks = [side if top is None else min(side, top) for side, top in zip(sides, most, strict=True)]
    options = draw(st.sampled_from([{}, {"compression": "gzip"}, {"shuffle": True, "fletcher32": True}]))
    dtype = draw(st.sampled_from(["f4", ">i2", "u1"]))
    return {"shape": shape, "dtype": dtype, "chunks": tuple(chunks), "maxshape": most, "fillvalue": 3, **options}


@settings(max_examples=60, deadline=None)
@given(
    made=made_datasets(), version=st.sampled_from(["earliest", "latest"]), whole=st.booleans(),
    narrow=st.sampled_from([0, 1 << 10]),
)  # fmt: skip
def test_any_shape_in_any_chunks(made: dict[str, Any], version: str, whole: bool, narrow: int) -> None:
    import h5py

    with TemporaryDirectory() as folder, mock.patch.object(hdf5_regions, "NARROW", narrow):
        path = Path(folder) / "m.h5"
        with h5py.File(path, "w", libver=version) as file:
            dataset = file.create_dataset("w", **made)
            if whole:
                dataset[...] = numbers(made["dtype"], tuple(made["shape"]))
            else:
                dataset[tuple(slice(0, 1) for _ in made["shape"])] = 7
        agrees(path, **made)


def test_what_was_never_written_is_the_fill_value(tmp_path: Path) -> None:
    import h5py

    for version in ("earliest", "latest"):
        with h5py.File(tmp_path / "m.h5", "w", libver=version) as file:
            file.create_dataset("none", (5, 6), "f4")
            file.create_dataset("filled", (5, 6), ">f8", fillvalue=1.5)
            part = file.create_dataset("part", (90, 60), "i4", chunks=(10, 10), fillvalue=-7, compression="gzip")
            part[20:33, 5:6] = 11
            zero = file.create_dataset("zero", (90, 60), "f8", chunks=(10, 10))
            zero[0, 0] = 2
        agrees(tmp_path / "m.h5")


def test_scalars_empty_ones_and_compact_ones(tmp_path: Path) -> None:
    import h5py
    import numpy as np

    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["scalar"] = np.float32(1.5)
        file["swapped"] = np.array(7, ">i8")
        file.create_dataset("empty", (0, 3), "f4")
        file.create_dataset("empty chunks", (0, 3), "f4", chunks=(2, 3), maxshape=(None, 3))
        for name, dtype in (("compact", "<f4"), ("compact swapped", ">f4")):
            props = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            props.set_layout(h5py.h5d.COMPACT)
            space, kind = h5py.h5s.create_simple((5,)), h5py.h5t.py_create(np.dtype(dtype))
            made = h5py.h5d.create(file.id, name.encode(), kind, space, props)
            made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(5, dtype=dtype))
    plan = agrees(tmp_path / "m.h5")
    assert {one.name for one in plan.tensors if one.unpacked} == {"swapped", "compact swapped"}


def test_many_chunks_of_every_index(tmp_path: Path) -> None:
    import h5py

    content = numbers("i2", (700, 90))
    wide = numbers("f4", (9, 5_000))
    for version in ("earliest", "latest"):
        with h5py.File(tmp_path / "m.h5", "w", libver=version) as file:
            for name, most in (("a", (700, 90)), ("b", (None, 90)), ("c", (900, None)), ("d", (None, None))):
                file.create_dataset(name, data=content, chunks=(3, 7), maxshape=most)
                file.create_dataset(f"{name}w", data=wide, chunks=(2, 700))
                file.create_dataset(f"{name}z", data=content, chunks=(3, 7), maxshape=most, compression="gzip")
        agrees(tmp_path / "m.h5")


def test_many_groups_many_attributes_and_committed_types(tmp_path: Path) -> None:
    import h5py
    import numpy as np

    for version in ("earliest", "latest"):
        with h5py.File(tmp_path / "m.h5", "w", libver=version, track_order=version == "latest") as file:
            file["kind"] = np.dtype("<f4")
            for at in range(300):
                file[f"g{at}/x"] = np.full(2, at, "u2")
                file.attrs[f"a{at}"] = at
            deep = "/".join(f"d{at}" for at in range(30))
            file[f"{deep}/x"] = np.arange(3)
            file.create_dataset("typed", data=np.ones(3, "f4"), dtype=file["kind"])
        plan = agrees(tmp_path / "m.h5")
        assert json.loads(plan.plain)[ATTRIBUTES]["/"] == {f"a{at}": at for at in range(300)}


def test_attributes_are_plain_data_and_the_rest_is_told(tmp_path: Path) -> None:
    import h5py
    import numpy as np

    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["w"] = np.ones(3)
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs.update({
            "text": "ü", "fixed": np.bytes_(b"abc"), "names": ["a", "bc"], "n": np.int8(-3),
            "v": np.array([1.5, 2], ">f4"), "yes": True, "empty": h5py.Empty("f4"),
            "model_config": '{"class_name": "Sequential", "n": [1, null]}',
            "odd": '{"a": 1, "a": 2}',
        })  # fmt: skip
        file["sub/w"] = np.ones(3, "f4")
        file["sub/w"].attrs["note"] = "of a dataset"
        file["tied"] = file["sub/w"]
        file["soft"] = h5py.SoftLink("/sub/w")
        file["group/near"] = h5py.SoftLink("again")
        file["group/again"] = np.zeros(2)
        file["dangling"] = h5py.SoftLink("/absent")
        file["out"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/w")
        file["again"] = file["sub"]
        file["words"] = ["x", "y"]
        file["records"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
        file["pointer"] = np.array([file["sub"].ref], dtype=h5py.ref_dtype)
        file["nothing"] = h5py.Empty("f4")
    plan, content = both((tmp_path / "m.h5").read_bytes())
    assert content.keys() | {name for name, _ in plan.aliases} in (
        {"tied", "soft", "sub.w", "group.again", "group.near"}, {"tied", "again.w", "group.again", "group.near"},
    )  # fmt: skip
    assert dict(plan.aliases)["group.near"] == "group.again"
    plain = json.loads(plan.plain)[ATTRIBUTES]
    assert plain["/"] == {
        "text": "ü", "fixed": "abc", "names": ["a", "bc"], "n": -3, "v": [1.5, 2.0], "yes": True,
        "model_config": {"class_name": "Sequential", "n": [1, None]}, "odd": '{"a": 1, "a": 2}',
    }  # fmt: skip
    told = {(one.path, one.what) for one in plan.dropped}
    assert told >= {
        ("dangling", "a soft link"), ("out", "a link out of the file"),
        ("words", "a dataset of lists or text of varying length"),
        ("records", "a dataset of records"), ("pointer", "a dataset of references to objects"),
        ("nothing", "a dataset without elements"), ("", "attribute 'empty'"),
    }  # fmt: skip
    assert any(one.what == "a group" for one in plan.dropped)


def test_what_safetensors_does_not_have_is_refused_by_name(tmp_path: Path) -> None:
    import h5py
    import numpy as np

    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["w"] = np.ones(4)
    with h5py.File(tmp_path / "m.h5", "w", libver="latest") as file:
        file.create_dataset("lzf", data=np.ones((4, 4)), compression="lzf")
        file.create_dataset("scaled", data=np.ones((4, 4), "i4"), scaleoffset=3)
        file["wide"] = np.ones(3, "c16")
        file["longer"] = np.ones(3, np.longdouble)
        file["opaque"] = np.zeros(3, "V2")
        file.create_dataset("arrays", (2,), np.dtype(("f4", (3,))))
        file.create_dataset("raw", (4,), "f4", external=[(str(tmp_path / "raw.bin"), 0, 16)])
        layout = h5py.VirtualLayout((4,), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "w", (4,))
        file.create_virtual_dataset("virtual", layout)
    plan = planned((tmp_path / "m.h5").read_bytes())
    assert [name for name, _ in plan.encoded] == ["wide"]
    reasons = dict(plan.unsupported)
    assert reasons == {
        "lzf": "packed by lzf (filter 32000), which is not converted",
        "scaled": "packed by scaleoffset (filter 6), which is not converted",
        "longer": "elements are floating-point numbers of 80 bits in 16 bytes",
        "opaque": "elements are opaque bytes",
        "arrays": "elements are arrays as elements",
        "raw": "the elements lie in other files, which are not followed",
        "virtual": "a virtual dataset: the elements lie in others, perhaps in other files",
    }


def test_a_broken_chunk_is_refused(tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "m.h5"
    for options in ({"fletcher32": True}, {"compression": "gzip"}):
        with h5py.File(path, "w") as file:
            file.create_dataset("w", data=numbers("f4", (30, 40)), chunks=(30, 40), **options)
        with h5py.File(path) as file:
            chunk = file["w"].id.get_chunk_info(0)
        honest = path.read_bytes()
        assert planned(honest).tensors
        for at in (0, chunk.size // 2, chunk.size - 1):
            content = bytearray(honest)
            content[chunk.byte_offset + at] ^= 0x41
            with pytest.raises(Malformed, match=r"checksum|inflate"):
                planned(bytes(content))


def keras_model() -> Any:
    import keras
    import numpy as np

    layers = keras.layers
    model = keras.Sequential([
        layers.Input((4,)), layers.Dense(3, name="first"), layers.BatchNormalization(),
        layers.Dense(2, dtype="float16"),
    ], name="model")  # fmt: skip
    model.compile("adam", "mse")
    model.fit(np.ones((8, 4)), np.ones((8, 2)), verbose=0)
    return model


SAVES: dict[str, Callable[[Any, str], None]] = {
    "m.h5": lambda model, path: model.save(path),
    "m.weights.h5": lambda model, path: model.save_weights(path),
    "m.keras": lambda model, path: model.save(path),
}


@pytest.mark.parametrize("name", SAVES)
def test_models_of_keras(name: str, tmp_path: Path) -> None:
    import numpy as np

    model = keras_model()
    path = tmp_path / name
    SAVES[name](model, str(path))
    plan, content = both(path.read_bytes())
    assert not plan.unsupported
    for variable in model.variables:
        raw = np.asarray(variable.numpy()).tobytes()
        assert raw in content.values(), variable.path
    plain = json.loads(plan.plain)
    if name == "m.h5":
        assert content["model_weights.first.model.first.kernel"] == model.layers[0].kernel.numpy().tobytes()
        assert plain[ATTRIBUTES]["/"]["model_config"]["class_name"] == "Sequential"
        assert plain[ATTRIBUTES]["model_weights/first"]["weight_names"] == [
            "model/first/kernel", "model/first/bias",
        ]  # fmt: skip
    else:
        assert content["layers.dense.vars.0"] == model.layers[0].kernel.numpy().tobytes()
        assert content["optimizer.vars.0"] == np.asarray(model.optimizer.iterations.numpy()).tobytes()
        assert plain[ATTRIBUTES]["layers/dense/vars"] == {"name": "first"}
    if name == "m.keras":
        assert plain["@config.json"]["class_name"] == "Sequential"
        assert not any(one.unpacked for one in plan.tensors)


def test_an_archive_of_keras_whose_members_are_deflated(tmp_path: Path) -> None:
    import zipfile

    path, packed = tmp_path / "m.keras", tmp_path / "packed.keras"
    keras_model().save(str(path))
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for one in archive.namelist():
            made.writestr(one, archive.read(one))
        made.writestr("assets/vocabulary.txt", "INERT")
    plan, content = both(packed.read_bytes())
    assert content == both(path.read_bytes())[1]
    assert [one.what for one in plan.dropped] == ["assets/vocabulary.txt"]


def test_bfloat16_of_keras(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, dtype="bfloat16")])
    model.save_weights(str(tmp_path / "m.weights.h5"))
    plan, content = both((tmp_path / "m.weights.h5").read_bytes())
    assert {one.name: one.dtype for one in plan.tensors} == {
        "layers.dense.vars.0": "BF16", "layers.dense.vars.1": "BF16",
    }  # fmt: skip
    import torch

    kernel = model.layers[0].kernel.value.detach()
    assert content["layers.dense.vars.0"] == kernel.view(torch.uint8).numpy().tobytes()
