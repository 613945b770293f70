"""Runs a reader to its end as the engine would and holds the laws that every reader keeps.

No exception but ``Malformed`` and ``OverLimit``; no place lies before the first byte; blocks are bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.bounds import LIMITS
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Fact
from weighbridge.core.limits import Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Child, Node, Packed

if TYPE_CHECKING:
    from weighbridge.core.location import Location
    from weighbridge.formats.node import Extract

_BLOCK = 1 << 20
_PEEK = 64


def drain(extract: Extract, data: bytes, name: str) -> tuple[int, bool]:
    """Run a reader over bytes; children are read, never examined.

    Tells how many items it yielded, and whether it came to its end.
    """
    source, node, bench = BytesSource(data), Node(name=name), Bench(LIMITS, Meter(LIMITS))
    yielded = 0
    try:
        for item in extract(source, node, bench):
            yielded += 1
            if isinstance(item, Child):
                assert item.offset is None or item.offset >= 0, item.offset
                _read(item, bench)
            else:
                assert isinstance(item, Fact | Gap)
                _placed(item.at)
    except (Malformed, OverLimit) as stop:
        assert stop.offset >= 0, stop
        return yielded, False
    return yielded, True


def _placed(at: Location) -> None:
    assert at.offset is None or at.offset >= 0, at
    assert at.length is None or at.length >= 0, at


def _read(child: Child, bench: Bench) -> None:
    if not isinstance(child.content, Packed):
        source = child.content.source
        assert len(source.read_at(0, _PEEK)) == min(_PEEK, source.size)
        return
    total = 0
    try:
        for block in child.content.blocks():
            assert len(block) <= _BLOCK
            total += len(block)
            bench.meter.spend_expanded(len(block), stored=child.content.stored, total=total)
    except (Malformed, OverLimit) as stop:
        assert str(stop)
