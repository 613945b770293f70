"""The inventory of an application for people, at 80 columns."""

from __future__ import annotations

from weighbridge.inventory.graph import Field, Kind
from weighbridge.reports.neutral import shorten, visible
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.graph import Component, Graph

_HEADS = (
    # (heading, kinds)
    ("models", (Kind.MODEL, Kind.ADAPTER)),
    ("data sets", (Kind.DATASET,)),
    ("hosted services", (Kind.SERVICE,)),
    ("frameworks", (Kind.FRAMEWORK,)),
    ("libraries", (Kind.LIBRARY,)),
)
_WIDE, _PLACES, _NAMES, _GAPS = 76, 4, 40, 20
"""Columns, places of one component, components that are only named, gaps that are shown."""


def render(graph: Graph, folder: str) -> str:
    """Say what there is, where it is named and how it is pinned; JSON and documents have all."""
    root = graph.component(graph.root)
    lines = [f"{visible(folder)}: {visible(root.text(Field.NAME))}"]
    for heading, kinds in _HEADS:
        held = [one for one in graph.of(*kinds) if one.id != graph.root]
        if not held:
            continue
        lines += ["", f"{heading} ({len(held)})"]
        if kinds[0] in {Kind.LIBRARY, Kind.FRAMEWORK}:
            lines += _named(held)
        else:
            for one in held:
                lines += _component(one)
    if graph.gaps:
        lines += ["", f"not known ({len(graph.gaps)})"]
        for words in graph.gaps[:_GAPS]:
            lines += wrap(visible(words), 80, first="  ", rest="    ")
        if len(graph.gaps) > _GAPS:
            lines.append(f"  and {len(graph.gaps) - _GAPS:,} more: --format graph")
    loose = sum(_pin(one) not in {"commit", "digest", ""} for one in graph.of(Kind.MODEL, Kind.ADAPTER, Kind.DATASET))
    firm = sum(_pin(one) in {"commit", "digest"} for one in graph.of(Kind.MODEL, Kind.ADAPTER, Kind.DATASET))
    if firm + loose:
        lines += ["", f"{firm} of {firm + loose} models and data sets are pinned to a commit or digest"]
    if len(graph.components) == 1:
        lines += ["", "nothing was found"]
    return "\n".join((*lines, ""))


def _pin(one: Component) -> str:
    return "/".join(sorted({str(claim.content) for claim in one.claims(Field.PIN)}))


def _component(one: Component) -> Iterator[str]:
    provider = one.text(Field.PROVIDER)
    name = shorten(one.text(Field.REFERENCE) or (one.text(Field.NAME) if provider else one.id.partition(":")[2]), _WIDE)
    words = [f"{provider}: {name}" if provider else name]
    if one.text(Field.REMOTE_CODE) == "True":
        words.append("runs code of the repository")
    pin = _pin(one)
    if pin and one.kind is not Kind.SERVICE:
        words.append({"none": "not pinned", "unknown": "pin unknown"}.get(pin, f"pinned: {pin}"))
    yield from wrap(" · ".join(words), 80, first="  ", rest="      ")
    places = one.claims(Field.OCCURRENCE)
    for claim in places[:_PLACES]:
        line = claim.origin.pointer.removeprefix("line:")
        where = f"{claim.origin.file}:{line}" if line else claim.origin.file
        yield from wrap(visible(f"{where}  {claim.content}"), 80, first="      ", rest="        ")
    if len(places) > _PLACES:
        yield f"      and {len(places) - _PLACES} places more"


def _named(held: list[Component]) -> Iterator[str]:
    names = [
        " ".join(filter(None, (one.text(Field.NAME), one.text(Field.VERSION) or one.text(Field.SPECIFIER))))
        for one in held
    ]
    more = f", and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    yield from wrap(visible(", ".join(names[:_NAMES]) + more), 80, first="  ", rest="  ")
