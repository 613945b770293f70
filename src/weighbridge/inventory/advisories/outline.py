"""Orders what an audit has found for any reader: by component, the worst first, with names, ways and counts."""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.inventory.advisories.exposure import Basis, Standing
from weighbridge.inventory.advisories.outcome import SETTLED
from weighbridge.inventory.advisories.packages import coordinate
from weighbridge.inventory.advisories.versions import key, order_of
from weighbridge.inventory.advisories.vex.words import name
from weighbridge.inventory.graph import Field, Kind
from weighbridge.inventory.merging import ROOT as MERGED
from weighbridge.reports.neutral import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.outcome import Outcome
    from weighbridge.inventory.advisories.record import Advisory
    from weighbridge.inventory.graph import Component, Graph

LONGEST_TITLE = 200
"""Characters of details that stand for a summary."""
_STANDINGS = {standing: rank for rank, standing in enumerate(Standing)}
WORDS = {
    Standing.AFFECTED: "affected", Standing.POSSIBLY_AFFECTED: "possibly affected",
    Standing.UNDER_INVESTIGATION: "under investigation", Standing.NOTED: "noted",
    Standing.FIXED: "fixed, as stated", Standing.NOT_AFFECTED: "not affected, as stated",
}  # fmt: skip


@value
class Entry:
    """A component and what is known against it, the worst first; ``way`` leads from the subject to it, by ids.

    ``remedy`` is one sentence that does away with as much as can be; empty where there is none.
    """

    component: Component
    name: str
    place: str
    way: tuple[str, ...]
    exposures: tuple[Exposure, ...]
    remedy: str = ""


def rank(one: Exposure) -> tuple[int, int, bool, str]:
    """Order exposures: by standing, severity, whether a file here reaches it, and id."""
    return _STANDINGS[one.standing], -one.severity.rank, not one.triggers, one.advisory.id


def entries(outcome: Outcome) -> tuple[Entry, ...]:
    """Group exposures by component, the component with the worst first."""
    groups: dict[str, list[Exposure]] = {}
    for one in sorted(outcome.exposures, key=rank):
        groups.setdefault(one.component, []).append(one)
    ways = _ways(outcome.graph)
    known = {one.id: one for one in outcome.graph.components}
    return tuple(
        Entry(
            component=known[id_], name=name(known[id_]), place=place(known[id_]), way=ways.get(id_, (id_,)),
            exposures=tuple(held), remedy=_remedy(known[id_], held),
        )
        for id_, held in groups.items()
    )  # fmt: skip


def _remedy(component: Component, held: list[Exposure]) -> str:
    """Name the version of a package from which on all is fixed that has a fix."""
    package = coordinate(component.text(Field.PURL))
    reached = [one for one in held if one.standing not in SETTLED]
    mended = [one for one in reached if one.fixed and one.basis is Basis.VERSION]
    if package is None or not mended:
        return ""
    order = order_of(package.ecosystem)
    places = {version: key(order, version) for one in mended for version in one.fixed}
    known = [(place, version) for version, place in places.items() if place is not None]
    if not known:
        return ""
    last = max(known)[1]
    what = component.text(Field.NAME) or component.id
    if len(reached) == len(mended):
        return f"Update {what} to {last}."
    return f"Update {what} to {last}, which fixes {len(mended):,} of {len(reached):,}."


def _ways(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Give the shortest way from the subject to every component that hangs on it.

    What joins an application and the models beside it is no step of the way.
    """
    leaving: dict[str, list[str]] = {}
    for relation in graph.relations:
        leaving.setdefault(relation.source, []).append(relation.target)
    found: dict[str, tuple[str, ...]] = {graph.root: (graph.root,)}
    waiting = [graph.root]
    for id_ in waiting:
        for target in leaving.get(id_, ()):
            if target not in found:
                found[target] = (*found[id_], target)
                waiting.append(target)
    if graph.root == MERGED:
        return {id_: held[1:] or held for id_, held in found.items()}
    return found


def place(one: Component) -> str:
    """Name the place that states a component: ``requirements.txt:3``; empty where it is not in a file."""
    claims = one.claims(Field.VERSION) or one.claims(Field.OCCURRENCE) or one.claims(Field.NAME)
    if one.kind in {Kind.MODEL, Kind.ADAPTER}:
        claims = one.claims(Field.OCCURRENCE) or claims
    claim = next((each for each in claims if each.origin.file), None)
    if claim is None:
        return ""
    line = claim.origin.pointer.removeprefix("line:")
    return f"{claim.origin.file}:{line}" if line.isdigit() else claim.origin.file


def title(advisory: Advisory) -> str:
    """Say in a line what is wrong: the summary, else how the details begin, whose lines break in the middle."""
    return advisory.summary or shorten(" ".join(advisory.details.strip().partition("\n\n")[0].split()), LONGEST_TITLE)


def ids(advisory: Advisory) -> tuple[str, ...]:
    """Give the ids of an advisory as people look for them: the CVE first, then its own, then others."""
    known = (advisory.id, *sorted(advisory.aliases))
    return tuple(dict.fromkeys(sorted(known, key=lambda id_: not id_.startswith("CVE-"))))


def counts(outcome: Outcome) -> str:
    """Count exposures by standing: ``3 affected, 1 under investigation``."""
    found = [(sum(one.standing is standing for one in outcome.exposures), standing) for standing in Standing]
    return ", ".join(f"{number:,} {WORDS[standing]}" for number, standing in found if number) or "nothing known"
