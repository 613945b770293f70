"""tensorizer files of data version 5, as `tensorizer/serialization.py` lays them out; fields may lie."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tests.builders.noise import noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One tensor of the table; `held` and `begin` may lie about its bytes."""

    name: str = "layer.weight"
    dtype: str = "<f4"
    shape: tuple[int, ...] = (2, 3)
    data: bytes = noise(24, "layer.weight")
    held: int | None = None
    begin: int | None = None


def tensors_file(
    *tensors: Tensor, version: int = 5, flags: int = 0, count: int | None = None, table: int | None = None,
    tail: bytes = b"", magic: bytes = b"|TZR|",
    header: bytes = bytes(16),
) -> bytes:  # fmt: skip
    """Header, table, and each tensor behind a header that this project does not read."""
    listed = tensors or (Tensor(),)
    entries = [_entry(tensor, version, 0) for tensor in listed]
    cursor = 5 + 4 + 32 + 24 + 8 + sum(map(len, entries))
    placed, body = b"", b""
    for tensor in listed:
        begin = cursor + len(body) + len(header)
        placed += _entry(tensor, version, begin)
        body += header + tensor.data
    size = cursor + len(body)
    head = magic + struct.pack("<I", version) + flags.to_bytes(32, "little")
    head += struct.pack("<QQQ", size, 0, len(listed) if count is None else count)
    return head + struct.pack("<Q", len(placed) if table is None else table) + placed + body + tail


def _entry(tensor: Tensor, version: int, begin: int) -> bytes:
    name, dtype = tensor.name.encode(), tensor.dtype.encode()
    made = struct.pack("<I", version) if version >= 4 else b""
    made += struct.pack("<H", len(name)) + name + b"\0" + struct.pack("<B", len(dtype)) + dtype
    width = "Q" if version >= 5 else "I"
    made += struct.pack(f"<B{len(tensor.shape)}{width}", len(tensor.shape), *tensor.shape)
    start = begin if tensor.begin is None else tensor.begin
    return made + struct.pack(
        "<3Q", max(0, begin - 16), start, len(tensor.data) if tensor.held is None else tensor.held
    )
