"""MessagePack as Flax writes it, byte by byte."""

from __future__ import annotations

import struct

from tests.builders.noise import noise


def text(content: str) -> bytes:
    """A string."""
    data = content.encode()
    return (bytes([0xA0 | len(data)]) if len(data) < 32 else b"\xd9" + bytes([len(data)])) + data


def number(content: int) -> bytes:
    """A whole number of 32 bits, or a small one."""
    return bytes([content]) if 0 <= content < 128 else b"\xd2" + struct.pack(">i", content)


def binary(content: bytes) -> bytes:
    """Bytes."""
    return b"\xc6" + struct.pack(">I", len(content)) + content


def extension(code: int, content: bytes) -> bytes:
    """An extension type."""
    return b"\xc9" + struct.pack(">Ib", len(content), code) + content


def array(shape: tuple[int, ...] = (2, 3), dtype: str = "float32", data: bytes | None = None) -> bytes:
    """A numpy array in Flax's extension type 1."""
    held = noise(24, "array") if data is None else data
    dims = bytes([0x90 | len(shape)]) + b"".join(map(number, shape))
    return extension(1, b"\x93" + dims + text(dtype) + binary(held))


def tree(**entries: bytes) -> bytes:
    """A map of names."""
    return bytes([0x80 | len(entries)]) + b"".join(text(name) + content for name, content in entries.items())


def honest() -> bytes:
    """The parameters of one layer."""
    return tree(params=tree(dense=tree(kernel=array(), bias=array((3,), "float32", noise(12, "bias")))), step=number(7))


def wrong_size() -> bytes:
    """OTH-20: a shape that needs more bytes than there are."""
    return tree(params=tree(kernel=array((200, 300))))


def placeholder(path: str = "/inert-absent/array") -> bytes:
    """OTH-20: an array that lies elsewhere."""
    return tree(params=tree(kernel=text(f"//GDAPlaceholder:{path}")))


def deep(depth: int = 5_000) -> bytes:
    """OTH-20: lists within lists."""
    return tree(params=b"\x91" * depth + b"\xc0")


def foreign() -> bytes:
    """An extension type that Flax does not have."""
    return tree(params=extension(42, b"INERT"))
