"""A torch checkpoint in the zip layout: `data.pkl` and one record for each storage (``torch/serialization.py``)."""

from __future__ import annotations

import io
import struct
import zipfile

from tools.demo_files import opcodes as op
from tools.demo_files.poison import stream

ROOT = "digits"
STORAGES = {"layer.weight": ((10, 64), 640), "layer.bias": ((10,), 10)}
"""Shapes and counts of the elements of a one-layer classifier of handwritten digits."""


def checkpoint(*, poisoned: bool = False) -> bytes:
    """The bytes of `digits.pt`: a state dict of two tensors."""
    pickled = state_dict()
    records = {"data.pkl": stream(pickled) if poisoned else pickled, "byteorder": b"little"}
    for key, (_, count) in enumerate(STORAGES.values()):
        records[f"data/{key}"] = b"".join(struct.pack("<f", (place % 7 - 3) / 10) for place in range(count))
    records["version"] = b"3\n"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, content in records.items():
            archive.writestr(zipfile.ZipInfo(f"{ROOT}/{name}"), content)
    return held.getvalue()


def state_dict() -> bytes:
    """The pickle: an ordered dict of tensors over storages that lie outside it."""
    tensors = {}
    for key, (name, (shape, count)) in enumerate(STORAGES.items()):
        storage = op.group(
            op.text("storage"), op.named("torch", "FloatStorage"), op.text(str(key)), op.text("cpu"), op.whole(count)
        )
        tensors[name] = op.call(
            op.named("torch._utils", "_rebuild_tensor_v2"),
            op.persistent(storage),
            op.whole(0),
            op.group(*(op.whole(size) for size in shape)),
            op.group(*(op.whole(step) for step in ((64, 1) if len(shape) == 2 else (1,)))),
            op.FALSE,
            op.call(op.named("collections", "OrderedDict")),
        )
    ordered = op.table(tensors, onto=op.call(op.named("collections", "OrderedDict")))
    return op.PROTOCOL_2 + ordered + op.STOP
