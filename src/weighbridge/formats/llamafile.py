"""Actually Portable Executables, as llamafile makes them: one file that is a shell script, a PE and a zip archive.

Source: the APE specification of cosmopolitan (the beginnings ``MZqFpD='``, ``jartsr='``, ``APEDBG='``). The archive
with the weights inside is found by its own end record, the PE header by its own reader.
"""

from __future__ import annotations

from weighbridge.core.facts import Identity
from weighbridge.core.programs import CodeUnit
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Say that the file is a program; what it carries is yielded by the readers of what else it is."""
    yield Identity(at=node.at(), format="ape")
    carrier = "Actually Portable Executable"
    yield CodeUnit(at=node.at(0, source.size), language="native", carrier=carrier, name="", when=When.FLAG)
