"""Members of a zip that a layout reads itself, whole and within a bound: manifests, configurations, source."""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.source import SubSource
from weighbridge.formats.containers.decoders import End
from weighbridge.formats.containers.zip_content import STORED, Unreadable, blocks_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.containers.zip_records import Entry
    from weighbridge.formats.node import Bench


def content_of(entry: Entry, source: ByteSource, bench: Bench, most: int) -> bytes | None:
    """Read the whole content of a member; None when it is longer than ``most`` bytes or cannot be read.

    What is decompressed counts against the budgets of ``bench``; raises OverLimit when they are spent.
    """
    if entry.data_offset is None:
        return None
    if entry.method == STORED:
        length = min(entry.packed, max(0, source.size - entry.data_offset))
        return SubSource(source, entry.data_offset, length).read_at(0, length) if length <= most else None
    blocks, found, total = blocks_of(entry, source, End()), [], 0
    if isinstance(blocks, Unreadable):
        return None
    try:
        for block in blocks():
            total += len(block)
            bench.meter.spend_expanded(len(block), stored=entry.packed, total=total)
            if total > most:
                return None
            found.append(block)
    except (Malformed, EOFError, OSError, ValueError):
        return None  # the engine drains the same member and says where it breaks
    return b"".join(found)
