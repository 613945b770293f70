"""``.gitmodules`` (gitmodules(5)): other repositories that a recursive clone brings along."""

from __future__ import annotations

from weighbridge.core.facts import Identity
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.containers.paths import escapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

LINES = 10_000
"""Lines that are read; a submodule has three or four."""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Yield a reference for each address and each path."""
    yield Identity(at=node.at(), format="gitmodules")
    text = source.read_at(0, bench.limits.source_bytes).decode("utf-8", "backslashreplace")
    for line in text.split("\n", LINES)[:LINES]:
        key, equals, content = (part.strip() for part in line.partition("="))
        if equals and key == "url":
            # git takes an address that begins with a dash or ext:: for a command (CVE-2018-17456).
            command = content.startswith(("-", "ext::"))
            yield Reference(
                at=node.at(), relation="submodule", kind=Target.PATH if command else Target.URL, target=content,
                key=key, pinned=None, escapes=command, when=When.LOAD if command else When.FLAG,
            )  # fmt: skip
        elif equals and key == "path" and escapes(content):
            yield Reference(
                at=node.at(), relation="submodule", kind=Target.PATH, target=content, key=key, escapes=True,
                when=When.LOAD,
            )  # fmt: skip
