"""Citations: which part of the document was taken from where (CycloneDX 1.7, ``citations``)."""

from __future__ import annotations

from weighbridge.inventory.graph import Confidence, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from weighbridge.inventory.graph import Graph, Origin

    Place: TypeAlias = tuple[str | int, ...]
    Cited: TypeAlias = tuple[Place, Origin]
    """A place within a component, and the origin of what stands there."""

TOOL = "weighbridge"
"""The reference of this program within a document, unless a component is called so."""
CITED = "cited"
"""Under this key a component carries its citations until the document is whole."""


def pointer(place: Place) -> str:
    """Write a JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def collected(document: dict[str, Any], graph: Graph, timestamp: str, tool: str) -> list[dict[str, Any]]:
    """Take the citations out of all components of a document, and give them with their places in it.

    What several places were taken from is one citation. ``tool`` is the reference of this program.
    """
    files = {one.id for one in graph.of(Kind.FILE)}
    found: dict[tuple[str, str], list[str]] = {}
    for place, component in components(document):
        for within, origin in component.pop(CITED, ()):
            by = f"{Kind.FILE}:{origin.file}"
            key = (by if by in files and origin.confidence is not Confidence.VERIFIED else tool, _words(origin))
            found.setdefault(key, []).append(pointer((*place, *within)))
    return [
        {"pointers": sorted(set(pointers)), "timestamp": timestamp, "attributedTo": by, "note": words}
        for (by, words), pointers in sorted(found.items())
    ]


def components(document: dict[str, Any]) -> list[tuple[Place, dict[str, Any]]]:
    """List every component, and service, with its place; inner ones after those that hold them."""
    found: list[tuple[Place, dict[str, Any]]] = []
    waiting: list[tuple[Place, dict[str, Any]]] = [(("metadata", "component"), document["metadata"]["component"])]
    waiting += [((key, at), one) for key in ("components", "services") for at, one in enumerate(document.get(key, ()))]
    while waiting:
        place, one = waiting.pop()
        found.append((place, one))
        waiting += [((*place, "components", at), inner) for at, inner in enumerate(one.get("components", ()))]
    return found


def _words(origin: Origin) -> str:
    at = " ".join(filter(None, (origin.file if origin.confidence is not Confidence.VERIFIED else "", origin.pointer)))
    said = f", said by {origin.author}" if origin.author else ""
    return f"{origin.confidence}, {origin.method}{f', {at}' if at else ''}{said}"
