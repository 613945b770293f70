"""Files of a distributed checkpoint (``.distcp``): archives that ``torch.save`` wrote, one right behind the other.

Source: ``torch/distributed/checkpoint/filesystem.py``. The pickled ``.metadata`` beside them says where each begins;
each ends with an end record whose offsets count from its own beginning, so that they can be told apart from the end on
without reading what lies between.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.source import SubSource
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench

_END = Struct("<4s4H2IH")
_LOCATOR = Struct("<4sIQI")
_END64 = 56


def items(source: ByteSource, bench: Bench) -> list[Child]:
    """Give the archives in order; none unless they fill the file from the first byte to the last."""
    found: list[Child] = []
    end = source.size
    while end:
        start = _start(source, end)
        if start is None or source.read_at(start, 4) != b"PK\x03\x04":
            return []
        bench.meter.spend_member()
        found.append(Child(f"item@{start}.pt", Stored(SubSource(source, start, end - start)), offset=start))
        end = start
    return found[::-1] if len(found) > 1 else []


def _start(source: ByteSource, end: int) -> int | None:
    """Find where the archive begins that ends at ``end``, by the distance of its directory."""
    at = end - _END.size
    if at < 0:
        return None
    mark, _, _, _, _, size, offset, comment = _END.unpack(source.read_at(at, _END.size))
    if mark != b"PK\x05\x06" or comment:
        return None
    start: int = at - size - offset
    place = at - _LOCATOR.size
    if place >= 0:
        mark, _, relative, _ = _LOCATOR.unpack(source.read_at(place, _LOCATOR.size))
        if mark == b"PK\x06\x07":
            start = place - _END64 - relative
    return start if 0 <= start < at else None
