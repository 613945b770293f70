"""Layouts and orders of bytes, byte for byte against the real loader in its jail; lies in the tar layout."""

from __future__ import annotations

import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.builders import tars
from tests.builders.pickles import dumps
from tests.builders.pickles.described import Global, Ops, PersistentId, Reduce
from tests.builders.torch_legacy import SYS_INFO, tarred
from tests.builders.torches import TENSORS
from tests.conversion.test_convert import converted, flat, new_dtypes, old_dtypes, views
from weighbridge.conversion.planning import plan_of
from weighbridge.core.errors import IntegrityError, Malformed, UsageError
from weighbridge.core.source import BytesSource
from weighbridge.sandbox import load


def assert_same(path: Path, loaded: Any = None) -> None:
    """Hold a conversion against what the real loader gives, in its jail if not yet ``loaded``."""
    from safetensors.torch import load_file

    made = converted(path)
    found = load_file(made.weights[0].path)
    found |= {name: found[kept] for name, kept in made.plan.aliases}
    wanted = flat(load(str(path)) if loaded is None else loaded)
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        assert (found[name].dtype, found[name].shape) == (one.dtype, one.shape), name
        plain = one.detach().contiguous().clone()
        assert bytes(found[name].contiguous().clone().untyped_storage()) == bytes(plain.untyped_storage()), name


def big_endian(path: Path) -> None:
    """Write a zip checkpoint anew as a big-endian machine would have."""
    import torch

    with zipfile.ZipFile(path) as old:
        members = {one.filename: old.read(one) for one in old.infolist()}
    root = next(name for name in members if name.endswith("/data.pkl")).removesuffix("data.pkl")
    kinds: dict[str, int] = {}

    class Storages(pickle.Unpickler):
        def persistent_load(self, identity: Any) -> Any:
            _, kind, key, _, count = identity
            dtype = getattr(kind, "dtype", torch.uint8)
            kinds[key] = torch.empty(0, dtype=dtype).element_size() // (2 if dtype.is_complex else 1)
            return torch.storage.TypedStorage(count, dtype=dtype, _internal=True)

    Storages(BytesIO(members[f"{root}data.pkl"])).load()
    members[f"{root}byteorder"] = b"big"
    for key, width in kinds.items():
        data = members[f"{root}data/{key}"]
        members[f"{root}data/{key}"] = b"".join(data[at : at + width][::-1] for at in range(0, len(data), width))
    with zipfile.ZipFile(path, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)


@pytest.mark.libraries
@pytest.mark.parametrize("make", [old_dtypes, new_dtypes, views])
def test_big_endian_storages_are_turned_round(make: Callable[[], Any], tmp_path: Path) -> None:
    import torch

    path = tmp_path / "model.pt"
    torch.save(make(), path)
    big_endian(path)
    if make is new_dtypes:
        plan = plan_of(BytesSource(path.read_bytes()))
        assert {name for name, _ in plan.unsupported} == {"uint16", "uint32", "uint64"}
        assert all("torch's own reader gets wrong" in why for _, why in plan.unsupported)
        return
    assert_same(path)


@pytest.mark.libraries
def test_the_order_of_an_old_writer_is_not_that_of_its_storages(tmp_path: Path) -> None:
    """Storages of the legacy layout are little-endian on every machine; what the third pickle says is not asked."""
    import torch

    path = tmp_path / "model.pt"
    torch.save({"w": torch.arange(5.0)}, path, _use_new_zipfile_serialization=False)
    content = path.read_bytes()
    flag = content.index(b"\x88", content.index(b"little_endian"))
    path.write_bytes(content[:flag] + b"\x89" + content[flag + 1 :])
    assert_same(path)


@pytest.mark.libraries
@pytest.mark.parametrize("names", ["ab", "ba"])
def test_bytes_and_what_else_they_are_read_as(names: str, tmp_path: Path) -> None:
    """A storage is declared as bytes and as bytes without a type: torch takes both, in either order."""
    import torch

    held = torch.arange(8, dtype=torch.uint8)
    views = {"a": held, "b": held.view(torch.uint16)}
    path = tmp_path / "model.pt"
    torch.save({name: views[name] for name in names}, path)
    assert_same(path)


@pytest.mark.libraries
def test_the_tar_layout_is_what_torch_loads(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(tarred())
    assert_same(path, opened(path))


def opened(path: Path) -> Any:
    """Load an honest tar, made here: torch unpacks it into a temporary directory, which its jail does not have."""
    import torch

    return torch.load(path, weights_only=False)


def stored(*storages: tuple[object, ...], views: object = ()) -> bytes:
    """The member of storages: each is a key, a name of its class, a count, and bytes."""
    made = [dumps(len(storages), 2)]
    for key, kind, count, data in storages:
        assert isinstance(data, bytes)
        made += [dumps((key, "cpu", Global("torch", str(kind))), 2), struct.pack("<q", count), data]
    return b"".join(made) + dumps(list(views) if isinstance(views, tuple) else views, 2)


def shaped(*tensors: tuple[object, object, tuple[int, ...], tuple[int, ...], int]) -> bytes:
    made = [dumps(len(tensors), 2)]
    for key, of, sizes, strides, offset in tensors:
        made.append(dumps((key, of, Global("torch", "FloatTensor")), 2))
        made.append(struct.pack(f"<ii{len(sizes) + len(strides) + 1}q", len(sizes), 0, *sizes, *strides, offset))
    return b"".join(made)


FOUR = (1, "FloatStorage", 4, struct.pack("<4f", 1, 2, 3, 4))
ONE = (9, 1, (4,), (1,), 0)
NAMED = dumps({"w": PersistentId("9")}, 2)


def tar(storages: bytes = stored(FOUR), tensors: bytes = shaped(ONE), tree: bytes = NAMED, **more: bytes) -> bytes:
    members = {"sys_info": dumps(SYS_INFO, 2), "storages": storages, "tensors": tensors, "pickle": tree}
    return tars.plain(members | more)


@pytest.mark.libraries
def test_views_of_storages_and_of_tensors_in_a_tar(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    shapes = (9, 1, (4,), (1,), 0), (10, 1, (2, 2), (1, 2), 0), (11, 3, (2,), (1,), 0), (12, 1, (), (), 3)
    tree = dumps({str(key): PersistentId(str(key)) for key in (9, 10, 11, 12)}, 2)
    path.write_bytes(tar(stored(FOUR, views=((2, 1, 1, 3), (3, 2, 1, 2))), shaped(*shapes), tree))
    assert_same(path, opened(path))


def plan(content: bytes) -> Any:
    return plan_of(BytesSource(content))


@pytest.mark.parametrize(
    "lying",
    [
        tar(stored((1, "FloatStorage", 5, bytes(16)))),
        tar(stored((1, "FloatStorage", -1, bytes(16)))),
        tar(stored((1, "InertStorage", 4, bytes(16)))),
        tar(stored(("a", "FloatStorage", 4, bytes(16)))),
        tar(stored(FOUR, FOUR)),
        tar(stored(FOUR, views=((2, 1, 1, 4),))),
        tar(stored(FOUR, views=((2, 1, -1, 1),))),
        tar(stored(FOUR, views=((2, 7, 0, 1),))),
        tar(stored(FOUR, views=((2, 1),))),
        tar(tensors=shaped((9, 1, (5,), (1,), 0))),
        tar(tensors=shaped((9, 1, (4,), (1,), 1))),
        tar(tensors=shaped((9, 1, (-4,), (1,), 0))),
        tar(tensors=shaped((9, 1, (4,), (-1,), 3))),
        tar(tensors=shaped((9, 2, (4,), (1,), 0))),
        tar(tensors=shaped((9, 1, (1,) * 65, (1,) * 65, 0))),
        tar(tensors=shaped(ONE, ONE)),
        tar(tensors=shaped(ONE)[:-1]),
        tar(tensors=dumps(1 << 40, 2)),
        tar(tensors=dumps("INERT", 2)),
        tar(tree=dumps({"w": PersistentId("8")}, 2)),
        tar(tree=dumps({"w": PersistentId("INERT")}, 2)),
        tar(tree=b""),
    ],
)
def test_a_tar_that_lies_is_refused(lying: bytes) -> None:
    assert [one.name for one in plan(tar()).tensors] == ["w"]
    with pytest.raises(Malformed):
        plan(lying)


def test_two_members_of_one_name_in_a_tar_are_refused() -> None:
    twice = tars.archive(*(tars.Member(name=name, data=data) for name, data in (
        ("storages", stored(FOUR)), ("tensors", shaped(ONE)), ("pickle", NAMED), ("pickle", NAMED),
    )))  # fmt: skip
    with pytest.raises(Malformed, match="two members"):
        plan(twice)


def test_a_tar_of_other_things_is_not_converted() -> None:
    with pytest.raises(UsageError):
        plan(tars.plain({"weights": b"INERT"}))


@pytest.mark.parametrize("place", ["pickle", "tensors", "storages"])
def test_programs_in_a_tar_are_told_and_run_nothing(place: str) -> None:
    payload = Reduce(Global("inert", "absent"), ("INERT",))
    try:
        made = plan(tarred(poisoned=dumps(payload, 2)[2:-1], place=place))
    except Malformed:
        assert place != "pickle"  # a number of tensors must be a number
    else:
        assert [one.what for one in made.dropped] == ["inert.absent"]
        assert len(made.tensors) == len(TENSORS)


def test_what_else_lies_in_a_tar_is_told() -> None:
    assert [one.what for one in plan(tar(extra=b"INERT")).dropped] == ["extra"]
    assert [
        one.what for one in plan(tar(tree=dumps({"w": PersistentId("9"), "x": Ops(b"cinert\nabsent\n")}, 2))).dropped
    ]


@pytest.mark.libraries
def test_changed_bytes_are_refused_by_their_checksum(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "model.pt"
    torch.save({"w": torch.arange(100.0)}, path)
    content = bytearray(path.read_bytes())
    at = bytes(content).index(struct.pack("<2f", 41, 42))
    content[at] ^= 1
    path.write_bytes(content)
    assert torch.load(path)["w"].shape == (100,)  # torch does not look
    with pytest.raises(IntegrityError, match="checksum"):
        converted(path)
    assert os.listdir(tmp_path) == ["model.pt"]


@pytest.mark.libraries
def test_an_archive_without_checksums_is_converted_and_told(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "model.pt"
    torch.serialization.set_crc32_options(False)
    try:
        torch.save({"w": torch.arange(100.0)}, path)
    finally:
        torch.serialization.set_crc32_options(True)
    (told,) = converted(path).plan.dropped
    assert told.what.endswith("checksums")


@pytest.mark.libraries
def test_an_archive_of_arrays_has_checksums_always(tmp_path: Path) -> None:
    import numpy as np

    path = tmp_path / "arrays.npz"
    np.savez(path, a=np.arange(100.0))
    content = bytearray(path.read_bytes())
    at = bytes(content).index(struct.pack("<2d", 41, 42))
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match="checksum"):
        converted(path)
