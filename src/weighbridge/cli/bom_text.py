"""A bill of materials for a person: what a model is, what it comes from, what nobody says, and what is contradicted."""

from __future__ import annotations

from weighbridge.inventory.disputes import disputes
from weighbridge.inventory.graph import LINEAGE, Field, Kind, License, Metric, RelationKind
from weighbridge.reports.neutral import visible
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.disputes import Dispute
    from weighbridge.inventory.graph import Claim, Component, Graph
    from weighbridge.inventory.profiles.assessment import Assessment

_WIDTH, _INDENT = 80, 17
_LONGEST = 200
"""Characters of one value."""
_SHOWN = (
    Field.VERSION, Field.SUPPLIER, Field.LICENSE, Field.DESCRIPTION, Field.TASK, Field.ARCHITECTURE, Field.PARAMETERS,
    Field.DTYPE, Field.QUANTIZATION, Field.CONTEXT_LENGTH, Field.LANGUAGE, Field.METRIC, Field.INTENDED_USE,
    Field.LIMITATION, Field.SIGNER,
)  # fmt: skip
_MOST = 8
"""Values of one field, and missing elements of one kind."""


def text(graph: Graph, assessment: Assessment | None) -> str:
    """Write the summary; with an assessment also what is missing and who could answer."""
    root = graph.component(graph.root)
    lines = [f"{visible(root.text(Field.NAME) or root.id)}: {_kind(root)}", ""]
    lines += _fields(root)
    lines += _files(graph)
    lines += _relations(graph)
    if unknown := root.unknown():
        lines += _row("nobody says", ", ".join(field.replace("_", " ") for field in unknown))
    for words in graph.gaps:
        lines += _row("not read", words)
    found = disputes(graph)
    if found:
        lines += ["", "what cannot all be true:"]
        lines += (line for one in found for line in wrap(disputed(one, graph), _WIDTH, first="  ! ", rest="    "))
    if assessment is not None:
        head, *rest = told(assessment, graph)
        lines += ["", head, *(line for words in rest for line in wrap(words, _WIDTH, first="  ", rest="    "))]
    return "\n".join((*lines, ""))


def disputed(one: Dispute, graph: Graph) -> str:
    """Say in a line who says what."""
    name = graph.component(one.component).text(Field.NAME) or one.component
    sides = (
        f"{_cut(words)} ({' '.join(filter(None, (origin.file, origin.pointer))) or origin.method})"
        for words, origin in one.sides[:_MOST]
    )
    return visible(f"{name}, {one.what}: {'; '.join(sides)}")


def told(assessment: Assessment, graph: Graph) -> Iterator[str]:
    """Yield what a profile asks for and nobody answers, the same for several components in one line."""
    profile = assessment.profile
    missing = assessment.missing
    met = "met" if not missing else f"{len(missing)} answers missing"
    yield f"{profile.name}: {met}; completeness {assessment.score} of 100"
    names: dict[str, tuple[str, list[str]]] = {}
    for one in missing:
        shown = (
            graph.component(one.component).text(Field.NAME) or one.component if one.component else "nothing is known"
        )
        names.setdefault(one.element.name, (str(one.element.who), []))[1].append(shown)
    for element, (who, of) in names.items():
        rest = f" and {len(of) - _MOST} more" if len(of) > _MOST else ""
        words = f"{element}: {', '.join(map(_cut, of[:_MOST]))}{rest}; could answer: {who}"
        yield f"✗ {visible(words)}"
    outside = dict.fromkeys(one.element.name for one in assessment.answers if one.element.outside)
    if outside:
        yield f"· not in a list of components: {', '.join(outside)}"


def _kind(one: Component) -> str:
    article = "an" if one.kind in {Kind.ADAPTER, Kind.APPLICATION} else "a"
    return f"{article} {'data set' if one.kind is Kind.DATASET else one.kind}"


def _fields(one: Component) -> Iterator[str]:
    for field in _SHOWN:
        claims = one.claims(field)
        shown = list(dict.fromkeys(_value(claim, noted=field is Field.SIGNER) for claim in claims))
        rest = f" and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
        if shown:
            yield from _row(field.replace("_", " "), f"{'; '.join(shown[:_MOST])}{rest}")


def _value(claim: Claim, *, noted: bool = False) -> str:
    held = claim.content
    if isinstance(held, License):
        words = held.expression or held.name
    elif isinstance(held, Metric):
        words = f"{held.type or held.name} {held.value} ({' '.join(filter(None, (held.dataset, held.slice_)))})"
    else:
        words = f"{held:,}" if type(held) is int else str(held)
    note = f", {_cut(claim.note)}" if noted and claim.note else ""
    return f"{_cut(words)} [{claim.origin.confidence}]{note}"


def _files(graph: Graph) -> Iterator[str]:
    from collections import Counter

    files = [one for one in graph.of(Kind.FILE) if one.claims(Field.SIZE)]
    roles = Counter(one.text(Field.ROLE) or "other" for one in files)
    size = sum(int(one.text(Field.SIZE)) for one in files if one.text(Field.SIZE).isdigit())
    if files:
        counts = ", ".join(f"{count} {role}" for role, count in roles.most_common())
        yield from _row("files", f"{len(files)} with {size:,} bytes: {counts}")


def _relations(graph: Graph) -> Iterator[str]:
    names = {one.id: one.text(Field.NAME) or one.id for one in graph.components}
    pins = {one.id: one.text(Field.VERSION) for one in graph.components}
    for relation in graph.relations:
        if relation.kind in {*LINEAGE, RelationKind.TRAINED_ON, RelationKind.EVALUATED_ON, RelationKind.USES}:
            source = "" if relation.source == graph.root else f"{names[relation.source]}: "
            pin = f"@{pins[relation.target]}" if pins[relation.target] else " (not pinned)"
            yield from _row(relation.kind.replace("_", " "), f"{source}{names[relation.target]}{pin}")


def _row(label: str, words: str) -> Iterator[str]:
    yield from wrap(visible(words), _WIDTH, first=f"{label:<{_INDENT - 1}} ", rest=" " * _INDENT)


def _cut(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
