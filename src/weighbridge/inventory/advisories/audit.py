"""The audit: what is known against everything in a graph, which files reach it, and what people say to it."""

from __future__ import annotations

from weighbridge.inventory.advisories.matching import software_exposures
from weighbridge.inventory.advisories.models import model_exposures
from weighbridge.inventory.advisories.triggers import reaches, triggered
from weighbridge.inventory.advisories.vex.applying import applied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.store import Store
    from weighbridge.inventory.advisories.vex.statement import VexStatement
    from weighbridge.inventory.advisories.weighed_files import WeighedFile
    from weighbridge.inventory.graph import Graph


def audited(
    graph: Graph,
    store: Store,
    files: tuple[WeighedFile, ...] = (),
    statements: tuple[VexStatement, ...] = (),
    serial: str = "",
) -> tuple[Exposure, ...]:
    """Hold a graph against all advisories of a store; sorted by component and advisory.

    ``files`` is what a scan has left of the target (``weighed_files``), ``statements`` what VEX documents say,
    ``serial`` the BOM-Link of the audited document. What a statement overrides stays, with the statement on it.
    """
    found = (*software_exposures(graph, store), *model_exposures(graph, store.model_advisories()))
    ordered = tuple(sorted(found, key=lambda one: (one.component, one.advisory.id)))
    return applied(triggered(ordered, reaches(files), graph), statements, graph, serial)
