"""PyTorch checkpoints in the zip layout, honest and poisoned; the older layouts are in `torch_legacy`.

Pickles are what torch writes at its default protocol 2, storages included; `poisoned` takes opcodes that leave one
value on the stack (`pickles.call(…)`) and puts them where an honest file has a value. Layouts: PyTorch
`torch/serialization.py` and `caffe2/serialize/inline_container.cc`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from tests.builders.noise import noise
from tests.builders.pickles.described import Global, NewObj, Ops, PersistentId, Reduce
from tests.builders.pickles.writer import dumps
from tests.builders.zips import End, Entry, archive, local_record

ALIGNMENT = 64
SERIALIZATION_ID = b"0561108523619670529415928277288036449989"

STORAGES = {
    "f32": ("FloatStorage", 4),
    "f64": ("DoubleStorage", 8),
    "f16": ("HalfStorage", 2),
    "bf16": ("BFloat16Storage", 2),
    "i64": ("LongStorage", 8),
    "i32": ("IntStorage", 4),
    "i16": ("ShortStorage", 2),
    "i8": ("CharStorage", 1),
    "u8": ("ByteStorage", 1),
    "bool": ("BoolStorage", 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One tensor with a storage of its own; `key`, `numel`, `storage` and `stride` may lie (PKL-12, TOR-22)."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "f32"
    data: bytes | None = None
    parameter: bool = False
    key: str | None = None
    numel: int | None = None
    storage: tuple[str, str] | None = None
    stride: tuple[int, ...] | None = None
    offset: int = 0

    def contents(self) -> bytes:
        """The bytes of the storage; integers without data are zero, floats are noise with small exponents."""
        if self.data is not None:
            return self.data
        size = prod(self.shape) * STORAGES[self.dtype][1]
        if self.dtype != "f32":
            return bytes(size)
        return b"".join(struct.pack("<f", (byte - 128) / 256) for byte in noise(size // 4, self.name))


TENSORS = (
    Tensor(name="layer.weight", shape=(2, 3)),
    Tensor(name="layer.bias", shape=(3,), parameter=True),
    Tensor(name="steps", shape=(), dtype="i64"),
)


def strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides of a contiguous tensor, in elements."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def _ordered(*pairs: tuple[object, object], state: object = None) -> Reduce:
    return Reduce(Global("collections", "OrderedDict"), pairs=pairs, state=state)


def storage_id(tensor: Tensor, key: str, *, legacy: bool = False) -> PersistentId:
    """The persistent id of a storage: ('storage', type, key, 'cpu', elements), and a view (None) in legacy files."""
    count = prod(tensor.shape) if tensor.numel is None else tensor.numel
    kind = Global(*(tensor.storage or ("torch", STORAGES[tensor.dtype][0])))
    view = (None,) if legacy else ()
    return PersistentId(("storage", kind, key if tensor.key is None else tensor.key, "cpu", count, *view))


def rebuilt(tensor: Tensor, key: str, *, legacy: bool = False) -> Reduce:
    """A tensor as `_rebuild_tensor_v2` makes it, inside `_rebuild_parameter` if it is a parameter."""
    stride = strides(tensor.shape) if tensor.stride is None else tensor.stride
    made = Reduce(
        Global("torch._utils", "_rebuild_tensor_v2"),
        (storage_id(tensor, key, legacy=legacy), tensor.offset, tensor.shape, stride, False, _ordered()),
    )
    if not tensor.parameter:
        return made
    return Reduce(Global("torch._utils", "_rebuild_parameter"), (made, True, _ordered()))


def state_dict(tensors: Sequence[Tensor] = TENSORS, *, poisoned: bytes = b"", legacy: bool = False) -> Reduce:
    """An OrderedDict of tensors with its `_metadata`; a poisoned one has one more value."""
    pairs: list[tuple[object, object]] = [
        (tensor.name, rebuilt(tensor, str(number), legacy=legacy)) for number, tensor in enumerate(tensors)
    ]
    if poisoned:
        pairs.append(("inert", Ops(poisoned)))
    return _ordered(*pairs, state={"_metadata": _ordered(("", {"version": 1}))})


def state_dict_pickle(tensors: Sequence[Tensor] = TENSORS, *, poisoned: bytes = b"", legacy: bool = False) -> bytes:
    """The pickle of a state dict, byte for byte as torch writes it."""
    return dumps(state_dict(tensors, poisoned=poisoned, legacy=legacy), 2)


def zip_layout(records: Mapping[str, bytes], *, root: str = "archive") -> bytes:
    """Named records as torch's zip writer lays them out: stored, aligned to 64 bytes by an `FB` extra field."""
    entries: list[Entry] = []
    at = 0
    for name, data in records.items():
        entry = _record(f"{root}/{name}" if root else name, data, at)
        entries.append(entry)
        at += len(local_record(entry))
    return archive(*entries, end=End(zip64=True))


def _record(name: str, data: bytes, at: int) -> Entry:
    fixed = at + 30 + len(name.encode()) + 4
    padding = -fixed % ALIGNMENT
    extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    return Entry(
        name=name, data=data, extra=extra, flags=0x800, descriptor="signed", moment=(0, 0), made_by=0, needed=0
    )


def zip_records(pickle: bytes, tensors: Sequence[Tensor] = TENSORS) -> dict[str, bytes]:
    """The records of a checkpoint in torch's order, without the root folder."""
    return {
        "data.pkl": pickle,
        ".format_version": b"1",
        ".storage_alignment": b"%d" % ALIGNMENT,
        "byteorder": b"little",
        **{f"data/{number}": tensor.contents() for number, tensor in enumerate(tensors)},
        "version": b"3\n",
        ".data/serialization_id": SERIALIZATION_ID,
    }


def zip_checkpoint(
    tensors: Sequence[Tensor] = TENSORS,
    *,
    root: str = "archive",
    poisoned: bytes = b"",
    pickle: bytes | None = None,
    extra: Mapping[str, bytes] | None = None,
) -> bytes:
    """A `.pt` file (TOR-01): `poisoned` adds a value, `pickle` replaces `data.pkl`, `extra` adds or replaces others."""
    written = state_dict_pickle(tensors, poisoned=poisoned) if pickle is None else pickle
    return zip_layout(zip_records(written, tensors) | dict(extra or {}), root=root)


def torchscript(code: bytes = b"class Net(Module):\n  pass\n", *, poisoned: bytes = b"") -> bytes:
    """The layout of a TorchScript archive (TOR-04, TOR-05): `code/`, `constants.pkl` and a pickled module."""
    state: dict[str, object] = {"training": False}
    if poisoned:
        state["inert"] = Ops(poisoned)
    records = {
        "data.pkl": dumps(NewObj(Global("__torch__", "Net"), state=state), 2),
        "byteorder": b"little",
        "code/__torch__.py": code,
        "constants.pkl": dumps((), 2),
        "version": b"3\n",
    }
    return zip_layout(records)
