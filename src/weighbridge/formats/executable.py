"""Native code where data is expected: the fact alone, nothing inside is analysed."""

from __future__ import annotations

from weighbridge.core.facts import Identity, NativeCode
from weighbridge.formats import native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Name the executable format that the node begins."""
    head = source.read_at(0, native.HEAD)
    found = native.identify(source.read_at(0, native.reach(head)), source.size)
    if found:
        yield Identity(at=node.at(), format=found)
        yield NativeCode(at=node.at(0, source.size), format=found, where=node.role or "file")
