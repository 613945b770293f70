"""Honest checkpoints load with torch; poisoned ones are only read by their opcodes."""

from __future__ import annotations

import io
import pickletools
import zipfile
from pathlib import Path

import pytest

from tests.builders import pickles, torch_legacy, torches
from tests.builders.torches import TENSORS, Tensor

POISON = pickles.call("posix", "system", "echo INERT", protocol=2)
NAMES = [tensor.name for tensor in TENSORS]


def _globals(stream: bytes) -> list[object]:
    return [argument for info, argument, _ in pickletools.genops(stream) if info.name == "GLOBAL"]


def _pickles(stream: bytes, count: int) -> list[bytes]:
    """The first pickles of a stream, without loading them."""
    found, source = [], io.BytesIO(stream)
    for _ in range(count):
        start = source.tell()
        list(pickletools.genops(source))
        found.append(stream[start : source.tell()])
    return found


def _data_pickle(checkpoint: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(checkpoint)) as archive:
        return archive.read("archive/data.pkl")


def test_records_are_aligned_and_stored() -> None:
    checkpoint = torches.zip_checkpoint()
    with zipfile.ZipFile(io.BytesIO(checkpoint)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "archive/data.pkl"
        for member in archive.infolist():
            start = member.header_offset
            extra = int.from_bytes(checkpoint[start + 28 : start + 30], "little")
            assert (start + 30 + len(member.filename) + extra) % torches.ALIGNMENT == 0
            assert member.compress_type == zipfile.ZIP_STORED


def test_poison_is_one_more_value() -> None:
    honest, poisoned = _data_pickle(torches.zip_checkpoint()), _data_pickle(torches.zip_checkpoint(poisoned=POISON))
    assert "posix system" not in _globals(honest)
    assert "posix system" in _globals(poisoned)
    assert set(_globals(poisoned)) - {"posix system"} == set(_globals(honest))


@pytest.mark.parametrize("place", ["magic", "protocol", "sys_info", "object", "keys"])
def test_poison_in_each_pickle_of_the_legacy_stream(place: torch_legacy.Place) -> None:
    honest = _pickles(torch_legacy.legacy(), 5)
    poisoned = _pickles(torch_legacy.legacy(poisoned=POISON, place=place), 5)
    hit = ["posix system" in _globals(stream) for stream in poisoned]
    assert hit == [name == place for name in ("magic", "protocol", "sys_info", "object", "keys")]
    assert [one == other for one, other in zip(honest, poisoned, strict=True)] == [not flag for flag in hit]


def test_computed_magic_is_no_literal() -> None:
    assert _globals(_pickles(torch_legacy.computed_magic(), 1)[0]) == ["builtins int"]


@pytest.mark.parametrize("place", ["pickle", "tensors", "storages"])
def test_poison_in_the_members_of_the_tar(place: str) -> None:
    assert b"posix\nsystem" in torch_legacy.tarred(poisoned=POISON, place=place)
    assert b"posix\nsystem" not in torch_legacy.tarred()


def test_tensors_may_lie() -> None:
    liar = Tensor(name="a", shape=(2,), key="../x", numel=1 << 40, storage=("posix", "system"), stride=(1 << 60,))
    pickle = torches.state_dict_pickle([liar])
    assert "posix system" in _globals(pickle)
    arguments = [argument for _, argument, _ in pickletools.genops(pickle)]
    assert {"../x", 1 << 40, 1 << 60} <= {argument for argument in arguments if isinstance(argument, int | str)}


def test_torchscript_layout() -> None:
    with zipfile.ZipFile(io.BytesIO(torches.torchscript())) as archive:
        assert {"archive/code/__torch__.py", "archive/constants.pkl"} <= set(archive.namelist())


@pytest.mark.libraries
def test_honest_checkpoints_load(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    for checkpoint in (torches.zip_checkpoint(), torches.zip_checkpoint(root="other"), torch_legacy.legacy()):
        loaded = torch.load(io.BytesIO(checkpoint), weights_only=True)
        assert list(loaded) == NAMES
        assert loaded["layer.weight"].shape == (2, 3)
        assert isinstance(loaded["layer.bias"], torch.nn.Parameter)
    old = tmp_path / "old.tar"
    old.write_bytes(torch_legacy.tarred())
    assert list(torch.load(old, weights_only=False)) == NAMES  # honest, and torch reads this layout no other way


@pytest.mark.libraries
def test_every_storage_type_loads() -> None:
    torch = pytest.importorskip("torch")
    tensors = [Tensor(name=dtype, shape=(2, 2), dtype=dtype) for dtype in torches.STORAGES]
    loaded = torch.load(io.BytesIO(torches.zip_checkpoint(tensors)), weights_only=True)
    sizes = {dtype: width for dtype, (_, width) in torches.STORAGES.items()}
    assert {name: tensor.element_size() for name, tensor in loaded.items()} == sizes


@pytest.mark.libraries
def test_the_pickle_is_what_torch_writes(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    values = torch.load(io.BytesIO(torches.zip_checkpoint()), weights_only=True)
    path = tmp_path / "archive.pt"
    torch.save(values, path)
    written = path.read_bytes()
    assert _data_pickle(written) == torches.state_dict_pickle()
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert archive.read("archive/data/0") == TENSORS[0].contents()
