"""Symbols and arrays of MXNet, honest and hostile (OTH-19)."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence


def symbol(*more: dict[str, object]) -> bytes:
    """A symbol of one layer, and further nodes."""
    nodes: list[dict[str, object]] = [
        {"op": "null", "name": "data", "inputs": []},
        {"op": "null", "name": "fc_weight", "attrs": {"num_hidden": "5"}, "inputs": []},
        {"op": "FullyConnected", "name": "fc", "attrs": {"num_hidden": "5"}, "inputs": [[0, 0, 0], [1, 0, 0]]},
        *more,
    ]
    attributes = {"mxnet_version": ["int", 10901]}
    return json.dumps({"nodes": nodes, "arg_nodes": [0, 1], "heads": [[2, 0, 0]], "attrs": attributes}).encode()


def custom() -> bytes:
    """OTH-19: a custom operator."""
    return symbol({"op": "Custom", "name": "mine", "attrs": {"op_type": "inert_absent_op"}, "inputs": [[2, 0, 0]]})


def native() -> bytes:
    """OTH-19: an operator whose attribute is the address of a table of functions."""
    return symbol({"op": "_Native", "name": "mine", "attrs": {"info": "0x7f0000000000"}, "inputs": [[2, 0, 0]]})


def in_subgraph() -> bytes:
    """OTH-19: a custom operator in the body of a loop."""
    body = json.loads(custom())
    return symbol({"op": "_foreach", "name": "loop", "subgraphs": [body], "inputs": [[0, 0, 0]]})


def missing_node() -> bytes:
    """OTH-19: an input that is no node."""
    return symbol({"op": "relu", "name": "r", "inputs": [[4000, 0, 0]]})


def array(
    dims: Sequence[int] = (2, 3), *, magic: int = 0xF993FAC9, kind: int = 0, content: bytes | None = None
) -> bytes:
    """One array of float32."""
    made = struct.pack("<II", magic, 0) + struct.pack(f"<I{len(dims)}q", len(dims), *dims)
    data = struct.pack("<6f", *range(6)) if content is None else content
    return made + struct.pack("<III", 1, 0, kind) + data


def params(*arrays: bytes, names: Sequence[str] = ("arg:w",), count: int | None = None) -> bytes:
    """A list of arrays with names."""
    held = arrays or (array(),)
    made = struct.pack("<QQQ", 0x112, 0, len(held) if count is None else count) + b"".join(held)
    return made + struct.pack("<Q", len(names)) + b"".join(
        struct.pack("<Q", len(name)) + name.encode() for name in names
    )  # fmt: skip
