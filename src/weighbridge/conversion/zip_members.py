"""Members of zip archives as sources: those stored as they are where they lie, compressed ones unpacked."""

from __future__ import annotations

from weighbridge.conversion.unpacked import expanded
from weighbridge.core.errors import Malformed
from weighbridge.core.source import SubSource
from weighbridge.formats.containers.decoders import End
from weighbridge.formats.containers.zip_content import STORED, Unreadable, blocks_of, is_locked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry


def stored_place(entry: Entry, source: ByteSource) -> tuple[int, int]:
    """Give where the bytes of a member lie; raises Malformed for one that is not stored as it is."""
    if entry.method != STORED or is_locked(entry):
        raise Malformed(f"member {entry.name[:80]!r} is compressed or encrypted, which is not converted")
    if entry.data_offset is None or entry.packed != entry.size or entry.data_offset + entry.size > source.size:
        raise Malformed(f"member {entry.name[:80]!r} is not in the file as its header says")
    return entry.data_offset, entry.size


def member_of(entry: Entry, source: ByteSource, unpacked: Unpacked) -> tuple[ByteSource, int]:
    """Give a member as a source, and the address at which it begins.

    Raises Malformed for a member that is encrypted, broken, or not as long as its header says, or whose content does
    not have its checksum; of stored members no checksum is computed. Raises OverLimit for a bomb.
    """
    if entry.method == STORED:
        begin, size = stored_place(entry, source)
        return SubSource(source, begin, size), begin
    end = End()
    blocks = blocks_of(entry, source, end)
    if isinstance(blocks, Unreadable) or is_locked(entry):
        why = blocks.reason if isinstance(blocks, Unreadable) else "encrypted"
        raise Malformed(f"member {entry.name[:80]!r} cannot be decompressed: {why}", offset=entry.header_offset)
    member, base = expanded(blocks(), unpacked, entry.packed)
    if end.produced != entry.size or entry.crc not in {None, end.crc} or end.consumed != entry.packed:
        raise Malformed(f"member {entry.name[:80]!r} is not what its header says", offset=entry.header_offset)
    return member, base
