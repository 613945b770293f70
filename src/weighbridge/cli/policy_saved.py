"""What was saved and is judged again: facts, reports of scans, graphs and bills of materials."""

from __future__ import annotations

from weighbridge.core.errors import Malformed, UsageError
from weighbridge.core.values import value
from weighbridge.governance.policy import facts_document
from weighbridge.governance.policy.facts import Subject
from weighbridge.governance.policy.from_scan import SCHEMA as REPORT
from weighbridge.governance.policy.from_scan import of_document
from weighbridge.governance.policy.gathering import Material, reported_subjects, subjects_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.policy_advisories import Advisories
    from weighbridge.inventory.graph import Graph

LOCK = "model.lock"
_KNOWN = frozenset({"schema", "bomFormat", "@context"})
"""Keys of which a document that is read has one; a model's configuration has none."""


@value
class Gathered:
    """The subjects of a target, and sentences about what was not read at all."""

    subjects: tuple[Subject, ...]
    gaps: tuple[str, ...]


def saved(path: str, advisories: Advisories | None = None) -> Gathered | None:
    """Read what was saved; None for a JSON document of another kind. Raises AccessError and UsageError."""
    from weighbridge.cli.documents import graph_of, read

    _, found = read(path)
    if _KNOWN.isdisjoint(found):
        return None
    try:
        if found.get("schema") == facts_document.SCHEMA:
            return Gathered(subjects=facts_document.subjects_of(found), gaps=())
        if found.get("schema") == REPORT:
            scanned = of_document(found)
            return Gathered(subjects=reported_subjects(scanned), gaps=scanned.gaps)
    except Malformed as broken:
        raise UsageError(f"{path!r}: {broken}", hint="reports, graphs and facts of weighbridge are read") from None
    return _of(path, graph_of(path, found), advisories)


def locked(path: str, advisories: Advisories) -> Gathered:
    """Give the models of a lock file: their commits are known, and they are not here. Raises UsageError."""
    from weighbridge.inventory.lock_graph import lock_graph
    from weighbridge.provenance.lock.document import load

    return _of(path, lock_graph(load(path), LOCK), advisories)


def _of(path: str, graph: Graph, advisories: Advisories | None) -> Gathered:
    material = Material(target=path, graph=graph)
    if advisories is not None:
        from weighbridge.inventory.advisories import weighed_files

        exposures = advisories.reach(graph, weighed_files.of_graph(graph))
        material = Material(target=path, graph=graph, exposures=exposures)
    return Gathered(subjects=subjects_of(material), gaps=graph.gaps)
