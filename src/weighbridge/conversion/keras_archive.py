"""Keras 3 archives (``.keras``): a zip of the weights in HDF5, the configuration, and assets.

Source: ``keras/src/saving/saving_lib.py``.
"""

from __future__ import annotations

from weighbridge.conversion.hdf5_files import read_hdf5
from weighbridge.conversion.inert import Table
from weighbridge.conversion.json_text import plain_of
from weighbridge.conversion.torch_files import Checkpoint
from weighbridge.conversion.zip_members import member_of
from weighbridge.core.errors import OverLimit
from weighbridge.core.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry

WEIGHTS = "model.weights.h5"
_TEXTS = ("config.json", "metadata.json")
_LONGEST = 16 << 20
"""Bytes of a configuration."""


def read_archive(source: ByteSource, records: dict[str, Entry], unpacked: Unpacked) -> Checkpoint:
    """Read the weights; the configuration goes into the plain data, under ``@`` and the name of its member."""
    weights, base = member_of(records[WEIGHTS], source, unpacked)
    held = read_hdf5(weights, base, unpacked)
    root = held.root
    assert isinstance(root, Table)
    for name in _TEXTS:
        entry = records.get(name)
        if entry is not None:
            if entry.size > _LONGEST:
                raise OverLimit(f"member {name!r} is larger than {_LONGEST >> 20} MiB", offset=entry.header_offset)
            member, _ = member_of(entry, source, unpacked)
            text = member.read_at(0, member.size).decode("utf-8", "backslashreplace")
            root.pairs.append((f"@{name}", plain_of(text)))
    known = (WEIGHTS, *_TEXTS)
    others = tuple(entry.name for name, entry in records.items() if name not in known and entry.size)
    return replace(held, others=others)
