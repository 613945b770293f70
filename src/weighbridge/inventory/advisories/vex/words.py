"""What documents of VEX say in prose about an exposure: why it stands as it does, and what to do."""

from __future__ import annotations

from weighbridge.inventory.advisories.exposure import Basis, Exposure, Standing
from weighbridge.inventory.graph import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.graph import Component, Graph

_BASES = {
    Basis.SHA256: "a file has the digest that the advisory lists",
    Basis.COMMIT: "the advisory covers this commit",
    Basis.REPOSITORY: "the advisory is about this repository",
    Basis.VERSION: "the advisory covers this version",
    Basis.LINEAGE: "it was made from what the advisory is about",
}


def why(one: Exposure, graph: Graph) -> str:
    """Say why an advisory reaches a component."""
    words = _BASES[one.basis]
    if len(one.path) > 1:
        words += f" ({way(one.path, graph)})"
    return "; ".join((words, *filter(None, (one.note,)), *one.triggers))


def way(path: tuple[str, ...], graph: Graph) -> str:
    """Write a path of components by their names."""
    known = {one.id: one for one in graph.components}
    return " → ".join(name(known[id_]) if id_ in known else id_ for id_ in path)


def name(component: Component) -> str:
    """Name a component as people know it: with its version where that is short."""
    called = component.text(Field.NAME) or component.id
    version = component.text(Field.VERSION)
    short = version[:12] + "…" if len(version) > 20 else version
    return " ".join(filter(None, (called, short)))


def action(one: Exposure, component: Component | None) -> str:
    """Say what to do about an exposure."""
    called = "it" if component is None else component.text(Field.NAME) or component.id
    if one.found is Standing.NOTED:
        return f"See whether it concerns this version of {called}; that decides nothing here."
    if one.basis in {Basis.SHA256, Basis.COMMIT, Basis.REPOSITORY}:
        if one.fixed:
            return f"Take {called} at commit {one.fixed[-1]} or later, and do not load what is here."
        return f"Do not load {called}; nobody has published a fixed state."
    if one.basis is Basis.LINEAGE:
        return f"Do not rely on {called} before whoever made it says what it has taken from its base."
    if one.fixed:
        return f"Update {called} to {one.fixed[-1] if len(one.fixed) == 1 else ' or '.join(one.fixed)}."
    return f"No version of {called} is named that fixes it; see what the advisory advises, or do without."


def reason(one: Exposure) -> str:
    """Quote the statement that has overridden an exposure: who, when, where, why."""
    said = one.statement
    if said is None:
        return ""
    when = f" on {said.at}" if said.at else ""
    where = f" in {said.source}" if said.source else ""
    because = "; ".join(filter(None, (said.justification.replace("_", " "), said.note)))
    return f"{said.author} says so{when}{where}" + (f": {because}" if because else "")
