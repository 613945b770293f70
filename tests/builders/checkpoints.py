"""Checkpoints and records of TensorFlow, honest and hostile (TF-07, TF-12)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.builders.graphs import FLOAT, STRING, held, number, shape, varint


def crc32c(data: bytes) -> int:
    """CRC-32C, bit by bit, masked as LevelDB does."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def block(entries: Sequence[tuple[bytes, bytes]], kind: int = 0) -> bytes:
    """A block of a sorted table with its trailer; nothing is shared between keys."""
    content = b"".join(varint(0) + varint(len(key)) + varint(len(held)) + key + held for key, held in entries)
    content += struct.pack("<II", 0, 1) + bytes([kind])
    return content + struct.pack("<I", crc32c(content))


def table(entries: Sequence[tuple[bytes, bytes]], *, kind: int = 0, between: bytes = b"") -> bytes:
    """A sorted table of one data block."""
    data, meta = block(entries, kind), block([])
    data_at, meta_at = 0, len(data) + len(between)
    last = entries[-1][0] if entries else b""
    index = block([(last, varint(data_at) + varint(len(data) - 5))])
    footer = varint(meta_at) + varint(len(meta) - 5) + varint(meta_at + len(meta)) + varint(len(index) - 5)
    return data + between + meta + index + footer.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def entry(dtype: int, dims: Sequence[int], shard: int = 0, offset: int = 0, size: int = 0) -> bytes:
    """A BundleEntryProto."""
    made = number(1, dtype) + held(2, shape(dims)) + (number(3, shard) if shard else b"")
    return made + (number(4, offset) if offset else b"") + number(5, size) + varint(6 << 3 | 5) + b"\0" * 4


HEADER = (b"", number(1, 1) + held(3, number(1, 1)))
HONEST_INDEX = (
    HEADER,
    (b"_CHECKPOINTABLE_OBJECT_GRAPH", entry(STRING, (), 0, 48, 220)),
    (b"b/.ATTRIBUTES/VARIABLE_VALUE", entry(FLOAT, (3,), 0, 0, 12)),
    (b"w/.ATTRIBUTES/VARIABLE_VALUE", entry(FLOAT, (3, 3), 0, 12, 36)),
)


def index(*entries: tuple[bytes, bytes], kind: int = 0, between: bytes = b"") -> bytes:
    """The index of a checkpoint: the honest one with further entries."""
    return table((*HONEST_INDEX, *entries), kind=kind, between=between)


def false_crc() -> bytes:
    """TF-12: the checksum of a block is false."""
    made = bytearray(index())
    made[40] ^= 1
    return bytes(made)


def state(path: str = "ckpt-2") -> bytes:
    """A checkpoint state."""
    return f'model_checkpoint_path: "{path}"\nall_model_checkpoint_paths: "ckpt-1"\n'.encode()


def record(data: bytes = b"INERT") -> bytes:
    """A TFRecord."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", crc32c(length)) + data + struct.pack("<I", crc32c(data))
