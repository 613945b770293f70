"""Any text: whatever its format, these looks are taken at all of it.

The readers of single formats (JSON, Python, templates …) come on top and say what the text means to its programs.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Look for what is worth a look in any text."""
    yield Identity(at=node.at(), format="text")
    if source.size > bench.limits.text_bytes:
        reason = f"text of more than {bench.limits.text_bytes} bytes is looked at up to there"
        yield node.gap(GapKind.OVER_LIMIT, reason, bench.limits.text_bytes)
