"""From a file's bytes to the plan of its conversion; runs in a jailed worker, which gives the plan as JSON.

``plan_of`` is a pure function of bytes and a key. ``answer`` and ``open_scratch`` are what the jail's workers ask of
a module.
"""

from __future__ import annotations

import json

from weighbridge.conversion import plan as plans
from weighbridge.conversion import safetensors_plan
from weighbridge.conversion.flatten import Flattened, select
from weighbridge.conversion.indices import Indices
from weighbridge.conversion.numpy_files import read_npy, read_npz, read_pickle
from weighbridge.conversion.plan import Plan
from weighbridge.conversion.torch_files import LEGACY_START, read_legacy, read_records, read_zip
from weighbridge.core.errors import Malformed, OverLimit, UsageError
from weighbridge.engine.files import OpenFile
from weighbridge.formats.numpy import MAGIC
from weighbridge.formats.safetensors import sniff
from weighbridge.reports.neutral import encodable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.torch_files import Checkpoint
    from weighbridge.core.source import ByteSource

_HEAD = 4_096
_PROTOCOLS = (b"\2", b"\3", b"\4", b"\5")
NOT_CONVERTED = (
    "this version converts torch (zip, legacy), numpy (npy, npz), joblib and pickles, none compressed, and safetensors"
)


def plan_of(source: ByteSource, key: str = "") -> Plan:
    """Plan the conversion of a file, or of what lies in it at ``key``.

    Raises Malformed for bytes that are not what they claim to be, OverLimit for more than is read, and UsageError for a
    file of another kind or without the key.
    """
    head = source.read_at(0, _HEAD)
    if head.startswith(b"PK\3\4"):
        records = read_records(source)
        if any(name.endswith("/data.pkl") for name in records):
            return _planned("torch.zip", source, read_zip(source, records), key)
        if any(name.endswith(".npy") for name in records):
            return _planned("numpy.npz", source, read_npz(source, records), key)
        raise UsageError("the archive holds no checkpoint and no arrays", hint=NOT_CONVERTED)
    if head.startswith(LEGACY_START):
        return _planned("torch.legacy", source, read_legacy(source), key)
    if sniff(head, source.size):
        if key:
            raise UsageError("a safetensors file has no keys within keys", hint="leave --key out")
        return safetensors_plan.plan_of(source)
    if head.startswith(MAGIC):
        return _planned("numpy.npy", source, read_npy(source), key)
    if head[:1] == b"\x80" and head[1:2] in _PROTOCOLS:
        held, is_joblib = read_pickle(source)
        return _planned("joblib" if is_joblib else "pickle", source, held, key)
    raise UsageError("the file is not of a kind that is converted", hint=NOT_CONVERTED)


def _planned(layout: str, source: ByteSource, held: Checkpoint, key: str) -> Plan:
    flat = Flattened(held.source, held.places)
    plain = flat.add(select(held.root, key))
    told = {one.what for one in flat.dropped}
    for name, called in sorted(held.named.items()):
        if name not in told:
            flat.drop("", name, "called by the file; not imported, not called" if called else "named by the file")
    for name in held.others:
        flat.drop("", encodable(name), "a member that holds no tensor of the checkpoint")
    if held.rest:
        flat.drop("", f"{held.rest} bytes", "they lie behind the end, where no loader reads")
    made = Plan(
        layout=layout,
        size=source.size,
        tensors=tuple(flat.tensors),
        aliases=tuple(flat.aliases),
        plain=plain,
        dropped=tuple(flat.dropped),
        more_dropped=flat.more_dropped,
        unsupported=tuple(flat.unsupported),
        encoded=tuple(flat.encoded),
    )
    plans.check(made)
    tensors = {one.name: one for one in made.tensors}
    indices = Indices(tensors | {name: tensors[kept] for name, kept in made.aliases}, lambda _: source)
    for name, compound in flat.made:
        indices.check(name, compound)
    return made


def open_scratch(descriptor: int) -> None:
    """Take note of the scratch file, which planning does not need."""


def answer(asked: bytes, descriptor: int, _need: object = None) -> bytes:
    """Plan for the open file; ``asked`` is the key. A refusal is JSON with the kind of the error and its words."""
    try:
        return plans.dumps(plan_of(OpenFile(descriptor), asked.decode()))
    except (Malformed, OverLimit, UsageError) as trouble:
        kind = "usage" if isinstance(trouble, UsageError) else "content"
        return json.dumps({"refused": kind, "words": str(trouble), "hint": trouble.hint}).encode()
