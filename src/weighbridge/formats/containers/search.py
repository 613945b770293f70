"""Searches through a byte source in bounded steps."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource

_FIRST, _LARGEST = 1 << 10, 1 << 20


def find(source: ByteSource, wanted: bytes, start: int, end: int) -> int:
    """Find ``wanted`` wholly between two offsets; -1 when it is not there.

    Reads little at first and more as it goes on, so that many finds cost no more than one pass.
    """
    room = _FIRST
    while end - start >= len(wanted):
        block = source.read_at(start, min(room, end - start))
        at = block.find(wanted)
        if at >= 0:
            return start + at
        if len(block) < room:
            return -1
        start += room - len(wanted) + 1
        room = min(2 * room, _LARGEST)
    return -1


def past_zeros(source: ByteSource, start: int, end: int) -> int:
    """Find the first byte between two offsets that is not zero; ``end`` when there is none."""
    room = _FIRST
    while start < end:
        block = source.read_at(start, min(room, end - start))
        if not block:
            return end
        if block != bytes(len(block)):
            return start + len(block) - len(block.lstrip(b"\0"))
        start += len(block)
        room = min(2 * room, _LARGEST)
    return end
