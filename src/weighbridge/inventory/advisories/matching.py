"""Software in a graph against the advisories of a store."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.store import Store
    from weighbridge.inventory.graph import Graph


def software_exposures(graph: Graph, store: Store) -> tuple[Exposure, ...]:
    """Give what is known against the libraries and frameworks of a graph, sorted by component and advisory."""
    raise NotImplementedError
