"""Paddle programs and parameters put together field by field (OTH-18). Nothing is loaded; paths do not exist."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.builders.noise import noise
from tests.builders.protobufs import data, number


def operator(kind: str, **texts: str) -> bytes:
    """An OpDesc with text attributes."""
    attributes = b"".join(data(4, data(1, key) + number(2, 2) + data(5, text)) for key, text in texts.items())
    return data(1, data(1, "X") + data(2, "x")) + data(2, data(1, "Out") + data(2, "y")) + data(3, kind) + attributes


def variable(name: str = "w", dims: Sequence[int] = (8, 4)) -> bytes:
    """A VarDesc of a weight."""
    tensor = number(1, 5) + b"".join(number(2, dim) for dim in dims)
    return data(1, name) + data(2, number(1, 7) + data(3, data(1, tensor))) + number(3, 1)


def block(*operators: bytes, number_: int = 0) -> bytes:
    """A BlockDesc."""
    out = number(1, number_) + number(2, -1) + data(3, variable())
    return out + b"".join(data(4, one) for one in operators)


def program(*operators: bytes, more: bytes = b"") -> bytes:
    """A program of one block."""
    return data(1, block(*operators)) + data(4, number(1, 0)) + more


def honest() -> bytes:
    """What a layer is made of."""
    return program(operator("matmul_v2"), operator("elementwise_add"), operator("relu"))


def python_function() -> bytes:
    """OTH-18: an operator that calls Python."""
    return program(operator("matmul_v2"), operator("py_func"))


def saving(kind: str = "save_combine", path: str = "/inert/absent") -> bytes:
    """OTH-18: an operator that writes a file."""
    return program(operator("matmul_v2"), operator(kind, file_path=path))


def in_a_second_block() -> bytes:
    """OTH-18: the operator stands in a block that another runs."""
    held = block(operator("load", file_path="/inert/absent"), number_=1)
    return program(operator("conditional_block"), more=data(1, held))


def custom() -> bytes:
    """An operator that no list has."""
    return program(operator("inert_custom_op"))


def tensor(dims: Sequence[int] = (8, 4), *, dtype: int = 5, content: bytes | None = None, levels: int = 0) -> bytes:
    """A stored tensor."""
    described = number(1, dtype) + b"".join(number(2, dim) for dim in dims)
    size = 4
    for dim in dims:
        size *= max(dim, 0)
    held = noise(min(size, 1 << 12)) if content is None else content
    level = struct.pack("<IQ", 0, levels) + (struct.pack("<Q", 8) + bytes(8)) * levels
    return level + struct.pack("<Ii", 0, len(described)) + described + held


def parameters(*tensors: bytes, tail: bytes = b"") -> bytes:
    """Combined parameters."""
    return b"".join(tensors or (tensor(), tensor((4,)))) + tail
