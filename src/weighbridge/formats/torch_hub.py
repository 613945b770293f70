"""``hubconf.py``: the entry points that ``torch.hub.load`` imports from a repository and calls."""

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
    """Say that the file is a program that torch.hub runs once somebody names and trusts the repository."""
    if node.name.rpartition("/")[2].lower() != "hubconf.py":
        return
    yield Identity(at=node.at(), format="torch.hubconf")
    yield CodeUnit(
        at=node.at(0, source.size), language="python", carrier="hubconf.py of torch.hub", name="hubconf.py",
        when=When.FLAG,
    )  # fmt: skip
