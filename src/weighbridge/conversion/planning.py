"""From a file's bytes to the plan of its conversion; runs in a jailed worker, which gives the plan as JSON.

``plan_of`` is a pure function of bytes and a key. ``answer`` and ``open_scratch`` are what the jail's workers ask of
a module.
"""

from __future__ import annotations

import json

from weighbridge.conversion import plan as plans
from weighbridge.conversion import safetensors_plan
from weighbridge.conversion.compressed import content_of
from weighbridge.conversion.flatten import Flattened, select
from weighbridge.conversion.hdf5_files import read_hdf5
from weighbridge.conversion.indices import Indices
from weighbridge.conversion.keras_archive import WEIGHTS, read_archive
from weighbridge.conversion.numpy_files import read_npy, read_npz, read_pickle
from weighbridge.conversion.plan import Plan
from weighbridge.conversion.torch_files import LEGACY_START, read_legacy, read_records, read_zip
from weighbridge.conversion.torch_tar import members_of, read_tar
from weighbridge.conversion.unpacked import Unpacked
from weighbridge.core.errors import Malformed, OverLimit, UsageError
from weighbridge.core.values import replace
from weighbridge.engine.files import OpenFile
from weighbridge.formats.containers.tar_header import looks_like as looks_like_tar
from weighbridge.formats.hdf5 import superblock
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
    "this version converts torch (zip, legacy, tar), numpy, joblib, pickles, Keras (h5, keras), HDF5 and safetensors"
)


def plan_of(source: ByteSource, key: str = "", unpacked: Unpacked | None = None) -> Plan:
    """Plan the conversion of a file, or of what lies in it at ``key``.

    What does not lie raw in the file goes into ``unpacked``, and is refused without it.
    Raises Malformed for bytes that are not what they claim to be, OverLimit for more than is read, and UsageError for a
    file of another kind or without the key.
    """
    if not source.size:
        raise UsageError("the file is empty", hint="get it again")
    into = Unpacked(source.size) if unpacked is None else unpacked
    head = source.read_at(0, _HEAD)
    if sniff(head, source.size):
        if key:
            raise UsageError("a safetensors file has no keys within keys", hint="leave --key out")
        return safetensors_plan.plan_of(source)
    layout, held = _read(source, head, into)
    return _planned(layout, source, held, key, into)


def _read(source: ByteSource, head: bytes, unpacked: Unpacked) -> tuple[str, Checkpoint]:
    """Name the layout of a file, and read what it holds."""
    if head.startswith(b"PK\3\4"):
        records = read_records(source)
        if any(name.endswith("/data.pkl") for name in records):
            return "torch.zip", read_zip(source, records, unpacked)
        if any(name.endswith(".npy") for name in records):
            return "numpy.npz", read_npz(source, records, unpacked)
        if WEIGHTS in records:
            return "keras.zip", read_archive(source, records, unpacked)
        raise UsageError("the archive holds no checkpoint and no arrays", hint=NOT_CONVERTED)
    if head.startswith(LEGACY_START):
        return "torch.legacy", read_legacy(source)
    if looks_like_tar(head):
        members = members_of(source)
        if members is not None:
            return "torch.tar", read_tar(source, members, unpacked)
    found = _read_stream(source, head, 0, unpacked)
    if found is not None:
        return found
    content = content_of(source, unpacked)
    if content is None:
        try:
            held, is_joblib = read_pickle(source, 0, unpacked)  # protocols 0 and 1 have no magic number
        except Malformed:
            raise UsageError("the file is not of a kind that is converted", hint=NOT_CONVERTED) from None
        return "joblib" if is_joblib else "pickle", held
    found = _read_stream(content.source, content.source.read_at(0, _HEAD), content.base, unpacked)
    if found is None:
        words = f"what is compressed ({content.kind}) is not of a kind that is converted so"
        raise UsageError(words, hint="expand it first")
    layout, held = found
    return f"{layout}.{content.kind}", replace(held, rest=held.rest + content.rest)


def _read_stream(source: ByteSource, head: bytes, base: int, unpacked: Unpacked) -> tuple[str, Checkpoint] | None:
    """Read what may be the content of a compressed stream; None for something else."""
    if head.startswith(MAGIC):
        return "numpy.npy", read_npy(source, base, unpacked)
    if head[:1] == b"\x80" and head[1:2] in _PROTOCOLS:
        held, is_joblib = read_pickle(source, base, unpacked)
        return "joblib" if is_joblib else "pickle", held
    if superblock.sniff(source, near=True):
        return "hdf5", read_hdf5(source, base, unpacked)
    return None


def _planned(layout: str, source: ByteSource, held: Checkpoint, key: str, unpacked: Unpacked) -> Plan:
    flat = Flattened(held.source, held.places, source.size)
    plain = flat.add(select(held.root, key))
    told = {one.what for one in flat.dropped}
    for name, called in sorted(held.named.items()):
        if name not in told:
            flat.drop("", name, "called by the file; not imported, not called" if called else "named by the file")
    for path, what, reason in held.dropped:
        flat.drop(encodable(path), encodable(what), encodable(reason))
    for name in held.others:
        flat.drop("", encodable(name), "a member that holds no tensor of the checkpoint")
    if held.rest:
        flat.drop("", f"{held.rest} bytes", "they lie behind the end, where no loader reads")
    if held.unsummed:
        flat.drop("", f"{held.unsummed} checksums", "the archive was written without: changed bytes would not be seen")
    made = Plan(
        layout=layout,
        size=source.size,
        unpacked=unpacked.size,
        tensors=tuple(flat.tensors),
        aliases=tuple(flat.aliases),
        plain=plain,
        dropped=tuple(flat.dropped),
        more_dropped=flat.more_dropped,
        unsupported=tuple(flat.unsupported),
        encoded=tuple(flat.encoded),
        sums=held.sums,
    )
    plans.check(made)
    tensors = {one.name: one for one in made.tensors}
    tensors |= {name: tensors[kept] for name, kept in made.aliases}
    indices = Indices(tensors, lambda one: unpacked if one.unpacked else source)
    for name, compound in flat.made:
        indices.check(name, compound)
    return made


_shared: list[int] = []
"""The file to unpack into that came with the request."""


def open_scratch(descriptor: int) -> None:
    """Take note of the scratch file, which planning does not need."""


def open_share(descriptor: int) -> None:
    """Take note of the file to unpack into, which the parent reads later."""
    _shared[:] = [descriptor]


def answer(asked: bytes, descriptor: int, _need: object = None) -> bytes:
    """Plan for the open file; ``asked`` is the key. A refusal is JSON with the kind of the error and its words."""
    file = OpenFile(descriptor)
    try:
        return plans.dumps(plan_of(file, asked.decode(), Unpacked(file.size, *_shared)))
    except (Malformed, OverLimit, UsageError) as trouble:
        kind = "usage" if isinstance(trouble, UsageError) else "content"
        return json.dumps({"refused": kind, "words": str(trouble), "hint": trouble.hint}).encode()
