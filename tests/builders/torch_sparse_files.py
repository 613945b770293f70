"""Checkpoints with one sparse tensor, whose indices and shapes may lie (TOR-22)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace

from tests.builders import torch_legacy, torches
from tests.builders.pickles.described import Global, Reduce
from tests.builders.pickles.writer import dumps
from tests.builders.torches import Tensor, rebuilt, zip_checkpoint

INDICES = (0, 1, 1, 2)
"""Two entries of a tensor of 3 by 4, row by row: [0, 1] and [1, 2]."""


def numbers(values: Sequence[int]) -> bytes:
    """Whole numbers as torch stores them."""
    return struct.pack(f"<{len(values)}q", *values)


def parts(layout: str, indices: Sequence[int], *, values: int = 2, rows: int = 2) -> tuple[Tensor, ...]:
    """The dense tensors that a sparse one is made of."""
    filled = Tensor(name="values", shape=(values,), data=bytes(4 * values))
    if layout == "coo":
        shape = (rows, len(indices) // rows)
        return (Tensor(name="indices", shape=shape, dtype="i64", data=numbers(indices)), filled)
    ends, plain = indices[:-values], indices[-values:]
    return (
        Tensor(name="ends", shape=(len(ends),), dtype="i64", data=numbers(ends)),
        Tensor(name="plain", shape=(len(plain),), dtype="i64", data=numbers(plain)),
        filled,
    )


def described(
    tensors: Sequence[Tensor], layout: str, size: Sequence[int], *, legacy: bool = False
) -> dict[str, Reduce]:
    """A state dict of one sparse tensor over dense ones."""
    kind = Reduce(Global("torch.serialization", "_get_layout"), (f"torch.sparse_{layout}",))
    held = tuple(rebuilt(tensor, str(number), legacy=legacy) for number, tensor in enumerate(tensors))
    more = (False,) if layout == "coo" else ()
    shape = Reduce(Global("torch", "Size"), (tuple(size),))
    return {"w": Reduce(Global("torch._utils", "_rebuild_sparse_tensor"), (kind, (*held, shape, *more)))}


def sparse(
    indices: Sequence[int] = INDICES,
    *,
    layout: str = "coo",
    size: Sequence[int] = (3, 4),
    values: int = 2,
    rows: int = 2,
) -> bytes:
    """A checkpoint with a sparse tensor."""
    tensors = parts(layout, indices, values=values, rows=rows)
    return zip_checkpoint(tensors, pickle=dumps(described(tensors, layout, size), 2))


def sparse_legacy(indices: Sequence[int] = INDICES, *, size: Sequence[int] = (3, 4)) -> bytes:
    """The same in a file from before 1.6."""
    tensors = parts("coo", indices)
    return torch_legacy.legacy(tensors, replaced={"object": dumps(described(tensors, "coo", size, legacy=True), 2)})


def columns_first(indices: Sequence[int]) -> bytes:
    """Indices that lie in memory entry by entry."""
    first, *rest = parts("coo", indices)
    tensors = (replace(first, stride=(1, 2)), *rest)
    return zip_checkpoint(tensors, pickle=dumps(described(tensors, "coo", (3, 4)), 2))


def untyped(*, dtype: str = "float32", held: int = 12, reach: int = 3) -> bytes:
    """A tensor of `_rebuild_tensor_v3`, whose storage counts bytes and whose type stands beside it."""
    tensor = Tensor(name="w", shape=(reach,), data=bytes(held), numel=held, storage=("torch.storage", "UntypedStorage"))
    made = Reduce(
        Global("torch._utils", "_rebuild_tensor_v3"),
        (
            torches.storage_id(tensor, "0"), 0, (reach,), (1,), False, Reduce(Global("collections", "OrderedDict")),
            Global("torch", dtype),
        ),
    )  # fmt: skip
    return zip_checkpoint((tensor,), pickle=dumps({"w": made}, 2))
