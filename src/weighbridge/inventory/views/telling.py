"""What the views have in common: the words for fields, kinds, relations and origins, and what is told of whom."""

from __future__ import annotations

from weighbridge.inventory.graph import (
    Confidence,
    Emission,
    Field,
    Kind,
    License,
    Method,
    Metric,
    Origin,
    RelationKind,
)
from weighbridge.reports.outline import plural, size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.graph import Component, Content, Graph, Stated

RELATIONS = {
    RelationKind.CONTAINS: "contains", RelationKind.DEPENDS_ON: "depends on", RelationKind.DERIVED: "derived from",
    RelationKind.FINETUNED: "fine-tuned from", RelationKind.ADAPTER_OF: "adapter of",
    RelationKind.MERGED: "merged from",
    RelationKind.QUANTIZED: "quantized from", RelationKind.DISTILLED: "distilled from",
    RelationKind.CONVERTED: "converted from", RelationKind.TRAINED_ON: "trained on",
    RelationKind.EVALUATED_ON: "evaluated on", RelationKind.USES: "uses",
}  # fmt: skip

_FIELDS = {
    Field.PURL: "package URL", Field.SHA256: "SHA-256", Field.SHA512: "SHA-512", Field.URL: "address",
    Field.DTYPE: "number type", Field.LICENSE: "licence", Field.OCCURRENCE: "named by", Field.PIN: "pinned to",
    Field.SPECIFIER: "asked for", Field.VERDICT: "verdict of the scan", Field.LIBRARY: "made for library",
}  # fmt: skip

SURE = {Confidence.VERIFIED: "✓ verified", Confidence.DECLARED: "declared", Confidence.INFERRED: "≈ inferred"}
"""How far a value is to be trusted, in a sign and a word: colour alone means nothing."""

CONFIDENCES = {
    Confidence.VERIFIED: "computed from the very bytes, or checked against a signature or a recorded digest",
    Confidence.DECLARED: "somebody has written it down; nobody here has checked it",
    Confidence.INFERRED: "concluded from something else, such as a name or a default",
}

METHODS = {
    Method.HASH: "computed over the bytes", Method.HEADER: "read in the file's own structure",
    Method.MANIFEST: "read in a configuration, lock or list", Method.CARD: "read in the model card",
    Method.SOURCE: "read in source code", Method.NAME: "taken from a name", Method.STORE: "said by the store",
    Method.STATEMENT: "stated by a person",
}  # fmt: skip

KINDS = {
    Kind.APPLICATION: ("application", "applications"), Kind.MODEL: ("model", "models"),
    Kind.ADAPTER: ("adapter", "adapters"), Kind.DATASET: ("data set", "data sets"), Kind.FILE: ("file", "files"),
    Kind.LIBRARY: ("library", "libraries"), Kind.FRAMEWORK: ("framework", "frameworks"),
    Kind.SERVICE: ("service", "services"), Kind.HARDWARE: ("hardware", "hardware"),
}  # fmt: skip
"""One and several of a kind."""

APART = frozenset({Field.METRIC, Field.OCCURRENCE})
"""Fields that have a table of their own."""


def field_words(field: Field) -> str:
    """Name a field for people."""
    return _FIELDS.get(field, field.value.replace("_", " "))


def counted(count: int, kind: Kind) -> str:
    """Say how many of a kind there are."""
    return f"{count:,} {KINDS[kind][count != 1]}"


def words(content: Content, field: Field) -> str:
    """Give a value as text, not yet neutral."""
    match content:
        case License(expression=expression, name=name, url=url):
            return expression or " ".join(filter(None, [name, url]))
        case Emission(grams=grams, source=source, location=location, hardware=hardware):
            more = ", ".join(filter(None, [hardware, location, source]))
            return f"{grams:,.0f} g of CO2 equivalent" + (f" ({more})" if more else "")
        case Metric():
            return metric_words(content)
        case bool():
            return "yes" if content else "no"
        case int() if field is Field.SIZE:
            return size(content)
        case int() | float():
            return f"{content:,}"
    return str(content)


def metric_words(metric: Metric) -> str:
    """Give a result on one line."""
    on = " ".join(filter(None, [metric.dataset, metric.slice_]))
    return f"{metric.name or metric.type}: {metric.value}" + (f" on {on}" if on else "")


def origin_words(origin: Origin) -> str:
    """Say where a value comes from: how, in which file, where in it, who says it."""
    place = " ".join(filter(None, [origin.file, _pointer(origin.pointer)]))
    return ", ".join(filter(None, [place, METHODS[origin.method], origin.author and f"by {origin.author}"]))


def _pointer(pointer: str) -> str:
    name, colon, number = pointer.partition(":")
    return f"{name} {number}" if colon and name in {"line", "offset"} and number.isdigit() else pointer


def place_words(origin: Origin) -> str:
    """Name the place of an occurrence, as ``file:line`` where the line is known."""
    name, _, number = origin.pointer.partition(":")
    if name == "line" and number.isdigit():
        return f"{origin.file}:{number}"
    return " ".join(filter(None, [origin.file, origin.pointer]))


def name_of(component: Component) -> str:
    """Name a component: by what it is called, else by its id."""
    return component.text(Field.NAME) or component.id


def state_of(component: Component) -> str:
    """Say in which state a component is meant: its commit or version; empty where nobody says."""
    commit = component.text(Field.COMMIT)
    version = component.text(Field.VERSION)
    return version if version and version != commit else commit


def told(component: Component) -> Iterator[Stated]:
    """Yield what is told of a component at the head of a view."""
    return (one for one in component.stated if one.claims and one.field not in APART)


def unknown(graph: Graph) -> list[tuple[tuple[Field, ...], list[Component]]]:
    """Group components by what was looked for and nothing answers; the subject first."""
    groups: dict[tuple[Field, ...], list[Component]] = {}
    for one in sorted(graph.components, key=lambda one: one.id != graph.root):
        if one.unknown():
            groups.setdefault(one.unknown(), []).append(one)
    return list(groups.items())


def disagreements(graph: Graph) -> list[tuple[Component, Stated]]:
    """List the fields for which different values are claimed, with their components; the subject first."""
    return [
        (one, stated)
        for one in sorted(graph.components, key=lambda one: one.id != graph.root) for stated in one.disagreements()
    ]  # fmt: skip


def summary(graph: Graph) -> list[tuple[int, Kind]]:
    """Count the components by kind, without the subject; files only where there is little else."""
    counts = {kind: sum(one.kind is kind and one.id != graph.root for one in graph.components) for kind in Kind}
    return [(count, kind) for kind, count in counts.items() if count]


def pins(component: Component) -> str:
    """Say how references to a component are fixed, each way once."""
    return ", ".join(dict.fromkeys(str(claim.content) for claim in component.claims(Field.PIN)))


def of_components(count: int) -> str:
    """Say how many components there are."""
    return plural(count, "component")
