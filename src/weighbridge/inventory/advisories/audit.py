"""The audit: what is known against everything in a graph, which files reach it, and what people say to it."""

from __future__ import annotations

from weighbridge.inventory.advisories.matching import software_exposures
from weighbridge.inventory.advisories.models import model_exposures, names_of
from weighbridge.inventory.advisories.triggers import reaches, triggered
from weighbridge.inventory.advisories.vex.applying import applied
from weighbridge.inventory.graph import Field, Kind
from weighbridge.inventory.model.software import SAVED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.models import History
    from weighbridge.inventory.advisories.store import Store
    from weighbridge.inventory.advisories.vex.statement import VexStatement
    from weighbridge.inventory.advisories.weighed_files import WeighedFile
    from weighbridge.inventory.graph import Graph


def audited(
    graph: Graph,
    store: Store,
    files: tuple[WeighedFile, ...] = (),
    statements: tuple[VexStatement, ...] = (),
    *,
    serial: str = "",
    histories: tuple[History, ...] = (),
) -> tuple[Exposure, ...]:
    """Hold a graph against all advisories of a store; sorted by component and advisory.

    ``files`` is what a scan has left of the target (``weighed_files``), ``statements`` what VEX documents say,
    ``serial`` the BOM-Link of the audited document, ``histories`` the commits of repositories as far as they are
    known. What a statement overrides stays, with the statement on it.
    """
    makers = written_with(graph)
    software = [one for one in software_exposures(graph, store) if one.component not in makers]
    found = (*software, *model_exposures(graph, store.model_advisories(names_of(graph)), histories))
    ordered = tuple(sorted(found, key=lambda one: (one.component, one.advisory.id)))
    return applied(triggered(ordered, reaches(files), graph), statements, graph, serial)


def written_with(graph: Graph) -> frozenset[str]:
    """Give the libraries of which only a model's files tell: they have written it, and need not be installed."""
    found = set()
    for one in graph.of(Kind.LIBRARY, Kind.FRAMEWORK):
        told = [claim for field in (Field.VERSION, Field.SPECIFIER) for claim in one.claims(field)]
        if all(claim.note == SAVED for claim in told) and not one.claims(Field.OCCURRENCE):
            found.add(one.id)
    models = {one.id for one in graph.of(Kind.MODEL, Kind.ADAPTER)}
    wanted = {relation.target for relation in graph.relations if relation.source not in models}
    return frozenset(found - wanted)
