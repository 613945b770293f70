"""PyTorch checkpoints before 1.6: the stream of five pickles and its storages, and the oldest one, a tar archive.

Layout: PyTorch `torch/serialization.py`, `_legacy_save` and `_legacy_load`. `poisoned` takes opcodes that leave one
value on the stack.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Literal

from tests.builders import tars
from tests.builders.pickles.described import Global, Ops, PersistentId, Reduce
from tests.builders.pickles.programs import call, program
from tests.builders.pickles.writer import dumps
from tests.builders.torches import STORAGES, TENSORS, Tensor, state_dict_pickle, strides

Place = Literal["magic", "protocol", "sys_info", "object", "keys"]

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
SYS_INFO = {
    "protocol_version": PROTOCOL,
    "little_endian": True,
    "type_sizes": {"short": 2, "int": 4, "long": 4},
}


def legacy(
    tensors: Sequence[Tensor] = TENSORS,
    *,
    poisoned: bytes = b"",
    place: Place = "object",
    replaced: Mapping[Place, bytes] | None = None,
) -> bytes:
    """The stream of five pickles and the storages (TOR-02).

    `poisoned` adds a value to the pickle named by `place`, or is that value where the pickle holds a number; `replaced`
    gives whole pickles instead.
    """
    poison: dict[Place, Ops] = {place: Ops(poisoned)} if poisoned else {}
    keys: list[object] = [str(number) for number in range(len(tensors))]
    pickles: dict[Place, bytes] = {
        "magic": dumps(poison.get("magic", MAGIC), 2),
        "protocol": dumps(poison.get("protocol", PROTOCOL), 2),
        "sys_info": dumps(SYS_INFO | ({"inert": poison["sys_info"]} if "sys_info" in poison else {}), 2),
        "object": state_dict_pickle(tensors, poisoned=poisoned if place == "object" else b"", legacy=True),
        "keys": dumps(keys + ([poison["keys"]] if "keys" in poison else []), 2),
    }
    pickles |= replaced or {}
    return b"".join(pickles.values()) + b"".join(counted_storage(tensor) for tensor in tensors)


def counted_storage(tensor: Tensor) -> bytes:
    """A storage in a legacy file: its number of elements, then its bytes."""
    data = tensor.contents()
    return struct.pack("<q", len(data) // STORAGES[tensor.dtype][1]) + data


def computed_magic(tensors: Sequence[Tensor] = TENSORS, *, poisoned: bytes = b"") -> bytes:
    """TOR-02: a call computes the magic number, so readers that look for the literal take it for another format."""
    magic = program(call("builtins", "int", str(MAGIC), protocol=2), protocol=2)
    return legacy(tensors, poisoned=poisoned, replaced={"magic": magic})


def tarred(tensors: Sequence[Tensor] = TENSORS, *, poisoned: bytes = b"", place: str = "pickle") -> bytes:
    """The tar layout of PyTorch before 0.1.9 (TOR-03): members sys_info, pickle, tensors and storages.

    `poisoned` goes into the member named by `place`: as one more value of `pickle`, as the first pickle of `tensors` or
    `storages`.
    """
    first = {place: dumps(Ops(poisoned), 2)} if poisoned else {}
    storages, views = [dumps(len(tensors), 2)], [dumps(len(tensors), 2)]
    pairs: list[tuple[object, object]] = []
    for number, tensor in enumerate(tensors):
        key = 1000 + number
        kind = STORAGES[tensor.dtype][0]
        storages += [dumps((number, "cpu", Global("torch", kind)), 2), counted_storage(tensor)]
        views += [dumps((key, number, Global("torch", kind.replace("Storage", "Tensor"))), 2), _view(tensor)]
        pairs.append((tensor.name, PersistentId(str(key))))
    if poisoned and place == "pickle":
        pairs.append(("inert", Ops(poisoned)))
    members = {
        "sys_info": dumps(SYS_INFO, 2),
        "pickle": dumps(Reduce(Global("collections", "OrderedDict"), pairs=tuple(pairs)), 2),
        "tensors": first.get("tensors", b"") + b"".join(views),
        "storages": first.get("storages", b"") + b"".join(storages) + dumps([], 2),
    }
    return tars.plain(members)


def _view(tensor: Tensor) -> bytes:
    rank = len(tensor.shape)
    return struct.pack(f"<ii{2 * rank + 1}q", rank, 0, *tensor.shape, *strides(tensor.shape), tensor.offset)
