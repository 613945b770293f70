"""Models of XGBoost in the binary format of versions up to 3.0: one tree of three nodes, and a number of it changed."""

from __future__ import annotations

import struct
from collections.abc import Mapping

__all__ = ["binary", "binary_lies"]


def binary(
    *,
    features: int = 2,
    children: tuple[int, int] = (1, 2),
    split: int = 1,
    parents: tuple[int, int, int] = (-1, 0, 0),
    nodes: int = 3,
    trees: int = 1,
    output: int = 0,
    deleted: int = 0,
    booster: bytes = b"gbtree",
    weights: int = 3,
    drops: int = 1,
    attribute: int = 5,
    magic: bool = True,
) -> bytes:
    """A model of one tree as XGBoost up to 3.0 wrote ``.deprecated``; every argument is one number of it."""
    head = struct.pack("<fIiiiIII", 0.5, features, 0, 1, 0, 2, 1, 1).ljust(136, b"\0")
    body = (b"binf" if magic else b"") + head + _old_text(b"reg:squarederror") + _old_text(booster)
    if booster == b"gblinear":
        body += bytes(136) + struct.pack("<Q", weights) + struct.pack("<3f", 1, 2, 3)
    else:
        body += struct.pack("<ii", trees, 1).ljust(160, b"\0")
        body += struct.pack("<iiiiii", 1, nodes, deleted, 0, features, 0).ljust(148, b"\0")
        body += struct.pack("<iiiIf", parents[0], *children, split, 0.25)
        for parent, value in ((parents[1], -0.5), (parents[2], 0.5)):
            body += struct.pack("<iiiIf", parent, -1, -1, 0, value)
        body += bytes(48) + struct.pack("<i", output)
        if booster == b"dart":
            body += struct.pack("<Q", drops) + struct.pack("<f", 1.0)
    return body + struct.pack("<Q", 1) + _old_text(b"note") + struct.pack("<Q", attribute) + b"INERT"


def _old_text(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def binary_lies() -> Mapping[str, tuple[bytes, bytes]]:
    """Lies of the binary format, each with the honest model that it was."""
    honest = binary()
    return {
        "child_beyond": (binary(children=(1, 50)), honest),
        "child_negative": (binary(children=(-9, 2)), honest),
        "cycle": (binary(children=(0, 2)), honest),
        "parent_beyond": (binary(parents=(-1, 77, 0)), honest),
        "feature_beyond": (binary(split=2), honest),
        "nodes_beyond": (binary(nodes=1 << 30), honest),
        "nodes_negative": (binary(nodes=-1), honest),
        "trees_beyond": (binary(trees=1 << 30), honest),
        "trees_negative": (binary(trees=-5), honest),
        "output_beyond": (binary(output=3), honest),
        "attribute_beyond": (binary(attribute=1 << 50), honest),
        "weights_beyond": (binary(booster=b"gblinear", weights=1 << 50), binary(booster=b"gblinear")),
        "weights_too_few": (binary(booster=b"gblinear", features=9), binary(booster=b"gblinear")),
        "drops_beyond": (binary(booster=b"dart", drops=1 << 60), binary(booster=b"dart")),
    }
