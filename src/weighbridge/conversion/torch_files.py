"""Where torch keeps a checkpoint's pickle and its storages: as records of a zip archive, or one after the other.

Source: ``torch/serialization.py`` (``_load``, ``_legacy_load``), ``caffe2/serialize/inline_container.cc``.
"""

from __future__ import annotations

from weighbridge.conversion.checksums import sums_of
from weighbridge.conversion.torch_dtypes import width_of
from weighbridge.conversion.torch_objects import TorchLoader
from weighbridge.conversion.unpickler import Unpickler
from weighbridge.conversion.zip_members import member_of, stored_place
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.reader import Reader
from weighbridge.core.source import BytesSource, SubSource
from weighbridge.core.values import value
from weighbridge.formats.containers.decoders import End
from weighbridge.formats.containers.zip_content import STORED, Unreadable, blocks_of, is_locked
from weighbridge.formats.containers.zip_directory import read_directory
from weighbridge.formats.node import Bench
from weighbridge.formats.torch_zip import spelt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.flatten import Places
    from weighbridge.conversion.inert import Value
    from weighbridge.conversion.plan import Sum
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry

PICKLE_BYTES = 256 << 20
"""Bytes of a pickle that had to be decompressed."""

_OWN = ("data.pkl", "byteorder", "version", ".format_version", ".storage_alignment", ".data/serialization_id")
"""Records of every checkpoint that hold nothing to carry."""

LEGACY_START = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""The first pickle of files from before 1.6: torch's magic number."""
_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


@value
class Checkpoint:
    """A tree, the source that the offsets of its bytes count in, the records of its storages, names that it used.

    ``rest`` are bytes behind the end that no loader reads, ``others`` members that are not read here, ``dropped`` what
    else is not carried: path, what it was, and why. ``sums`` are checksums of the archive, ``unsummed`` how many
    members should have one and have none.
    """

    root: Value
    source: ByteSource
    places: Places
    named: dict[str, bool]
    rest: int = 0
    others: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    unsummed: int = 0
    dropped: tuple[tuple[str, str, str], ...] = ()


def read_records(source: ByteSource) -> dict[str, Entry]:
    """List the members of a zip archive by the names that torch's reader compares.

    Raises Malformed for an archive that readers could read differently: two members of one name, or a broken directory.
    """
    limits = Limits()
    directory = read_directory(source, Bench(limits, Meter(limits)))
    if directory.trouble is not None:
        raise directory.trouble
    records: dict[str, Entry] = {}
    for entry in directory.entries:
        if entry.hidden:
            continue
        name = spelt(entry.name)
        if name in records:
            raise Malformed(f"two members have the name {entry.name[:80]!r}", offset=entry.header_offset)
        records[name] = entry
    if directory.alternatives:
        raise Malformed("a member is described in two ways", offset=directory.alternatives[0].header_offset)
    return records


def read_zip(source: ByteSource, records: dict[str, Entry], unpacked: Unpacked) -> Checkpoint:
    """Read a checkpoint of torch 1.6 or later; storages that somebody compressed are ``unpacked``."""
    pickles = [name for name in records if name.count("/") == 1 and name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise Malformed(f"the archive has {len(pickles)} records data.pkl, not one")
    root = pickles[0].removesuffix("data.pkl")
    order = records.get(f"{root}byteorder")
    told = _content(order, source).read_at(0, 16) if order is not None else b"little"
    if told not in {b"little", b"big"}:
        raise Malformed("the order of bytes in storages is neither little nor big")
    content = _content(records[pickles[0]], source)
    base = content.start if isinstance(content, SubSource) else None
    loader = TorchLoader(content, base, big_endian=told == b"big", unpacked=unpacked)
    unpickler = Unpickler(content, 0, loader)
    tree = unpickler.load()
    places: Places = dict(loader.places)
    for key, storage in loader.storages.items():
        entry = records.get(spelt(f"{root}data/{key}"))
        if entry is None:
            raise Malformed(f"storage {key[:40]!r} has no record in the archive")
        member, address = member_of(entry, source, unpacked)
        places[key] = address, member.size
        needed = storage.count * (width_of(storage.dtype) or 1)
        if member.size < needed:
            raise Malformed(f"storage {key[:40]!r} is declared with {needed} bytes and holds {member.size}")
    rest = content.size - unpickler.position
    read = {f"{root}{name}" for name in _OWN} | {spelt(f"{root}data/{key}") for key in loader.storages}
    others = tuple(entry.name for name, entry in records.items() if name not in read and entry.size)
    sums = sums_of(entry for name, entry in records.items() if name in read)
    has_sums = any(one.crc for one in sums)
    return Checkpoint(
        root=tree,
        source=content,
        places=places,
        named=unpickler.named,
        rest=rest,
        others=others,
        sums=sums if has_sums else (),
        unsummed=0 if has_sums else len(sums),
    )


def _content(entry: Entry, source: ByteSource) -> ByteSource:
    if entry.method == STORED:
        return SubSource(source, *stored_place(entry, source))
    blocks, found = blocks_of(entry, source, End()), bytearray()
    if isinstance(blocks, Unreadable) or is_locked(entry):
        raise Malformed(f"member {entry.name[:80]!r} cannot be decompressed")
    for block in blocks():
        found += block
        if len(found) > PICKLE_BYTES:
            raise OverLimit(f"member {entry.name[:80]!r} is larger than {PICKLE_BYTES >> 20} MiB")
    return BytesSource(bytes(found))


def read_legacy(source: ByteSource) -> Checkpoint:
    """Read a checkpoint from before torch 1.6: five pickles, then for each storage a count and its elements.

    Elements are little-endian on every machine: the third pickle tells the writer's own order, which torch never reads
    (``torch/csrc/serialization.cpp``, ``THPStorage_writeFileRaw``).
    """
    loader, position, named = TorchLoader(source), 0, dict[str, bool]()
    streams: list[Value] = []
    for _ in range(5):
        unpickler = Unpickler(source, position, loader)
        streams.append(unpickler.load())
        position = unpickler.position
        named.update(unpickler.named)
    magic, protocol, _, tree, keys = streams
    if magic != _MAGIC or protocol != _PROTOCOL:
        raise Malformed("torch's magic number or its protocol version is another")
    reader, places = Reader(source, position), dict(loader.places)
    for key in keys if isinstance(keys, list) else ():
        storage = loader.storages.get(key) if isinstance(key, str) else None
        if storage is None or storage.key in places:
            raise Malformed("a storage is listed that no tensor has, or twice", offset=reader.offset)
        count, size = reader.i64(), storage.count * (width_of(storage.dtype) or 1)
        if count != storage.count or size > reader.left:
            detail = f"declared with {storage.count} elements and stored with {count}, {reader.left} bytes are left"
            raise Malformed(f"storage {storage.key[:40]!r} is {detail}", offset=reader.offset)
        places[storage.key] = reader.offset, size
        reader.offset += size
    return Checkpoint(root=tree, source=source, places=places, named=named, rest=reader.left)
