"""One gigabyte of float32 tensors, written by hand as a torch zip and as safetensors."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy

TENSORS = 16
SHAPE = (4096, 4096)  # 64 MiB of float32, the size of a projection in a 7 B model
BYTES = SHAPE[0] * SHAPE[1] * 4
ALIGNMENT = 64  # torch.save pads each member so that its data starts on this boundary


def weights(seed: int, count: int = TENSORS) -> Iterator[tuple[str, bytes]]:
    """Names and data of the tensors: normal, standard deviation 0.02, as initialised layers have."""
    generator = numpy.random.default_rng(seed)
    for index in range(count):
        values = generator.standard_normal(SHAPE, dtype=numpy.float32) * numpy.float32(0.02)
        yield f"layers.{index}.weight", values.astype("<f4").tobytes()


def text(value: str) -> bytes:
    """BINUNICODE."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def integer(value: int) -> bytes:
    """BININT."""
    return b"J" + struct.pack("<i", value)


def state_dict_of(names: list[str], shape: tuple[int, int]) -> bytes:
    """`data.pkl` as torch.save writes it: protocol 2, a dict of _rebuild_tensor_v2 calls on persistent storages."""
    numel, stride = shape[0] * shape[1], shape[1]
    out = io.BytesIO()
    out.write(b"\x80\x02}(")
    for index, name in enumerate(names):
        storage = text("storage") + b"ctorch\nFloatStorage\n" + text(str(index)) + text("cpu") + integer(numel)
        out.write(text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n(")
        out.write(b"(" + storage + b"tQ" + integer(0))
        out.write(integer(shape[0]) + integer(shape[1]) + b"\x86" + integer(stride) + integer(1) + b"\x86")
        out.write(b"\x89ccollections\nOrderedDict\n)RtR")
    out.write(b"u.")
    return out.getvalue()


def write_torch_zip(path: Path, seed: int, count: int = TENSORS) -> None:
    """A stored, aligned zip with the members of torch.save's layout."""
    names = [f"layers.{index}.weight" for index in range(count)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:

        def add(name: str, data: bytes) -> None:
            member = zipfile.ZipInfo(f"archive/{name}")
            assert archive.fp is not None
            fixed = archive.fp.tell() + 30 + len(member.filename) + 4  # local header, then the pad's own header
            padding = -fixed % ALIGNMENT
            member.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
            archive.writestr(member, data)

        add("data.pkl", state_dict_of(names, SHAPE))
        add("byteorder", b"little")
        for index, (_, data) in enumerate(weights(seed, count)):
            add(f"data/{index}", data)
        add("version", b"3\n")


def write_safetensors(path: Path, seed: int) -> None:
    """The same tensors behind a JSON header padded to eight bytes."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    for index in range(TENSORS):
        span = [index * BYTES, (index + 1) * BYTES]
        header[f"layers.{index}.weight"] = {"dtype": "F32", "shape": list(SHAPE), "data_offsets": span}
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(encoded)) + encoded)
        for _, data in weights(seed):
            file.write(data)
