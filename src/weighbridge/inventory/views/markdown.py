"""A graph as GitHub-flavoured Markdown; text of strangers stands in code spans only, from which nothing breaks out."""

from __future__ import annotations

from weighbridge import __version__
from weighbridge.inventory.graph import Confidence, Field, Kind, Metric
from weighbridge.inventory.views import telling
from weighbridge.inventory.views.drawing import said_as_list
from weighbridge.inventory.views.lineage import picture
from weighbridge.reports.markup import code, prose
from weighbridge.reports.neutral import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.graph import Claim, Component, Graph, Origin

ROWS, CLAIMS, PLACES = 200, 10, 3
"""What is shown of each before the rest is counted: rows of a table, values of a field, places."""
LONGEST, PROSE = 120, 500
"""Columns of a name or value, and of what people have written."""

_OTHERS = (Kind.MODEL, Kind.ADAPTER, Kind.SERVICE, Kind.DATASET, Kind.FRAMEWORK, Kind.LIBRARY, Kind.APPLICATION,
           Kind.HARDWARE)  # fmt: skip


def render(graph: Graph) -> str:
    """Render the account of a graph."""
    root = graph.component(graph.root)
    lines = [
        f"# {code(shorten(telling.name_of(root), LONGEST))}",
        "",
        _opening(graph, root),
        *_disagreements(graph),
        *_identity(root),
        *_lineage(graph),
        *_metrics(graph),
        *(line for kind in _OTHERS for line in _listed(graph, kind)),
        *_files(graph),
        *_unknown(graph),
        *_gaps(graph),
        "",
        "*"
        + "; ".join(f"{telling.SURE[confidence]}: {meaning}" for confidence, meaning in telling.CONFIDENCES.items())
        + f". Weighbridge {prose(__version__)}.*",
    ]
    return "\n".join(lines) + "\n"


def _opening(graph: Graph, root: Component) -> str:
    state = telling.state_of(root)
    counts = ", ".join(telling.counted(count, kind) for count, kind in telling.summary(graph)) or "nothing else"
    version = f"at {code(shorten(state, LONGEST))}" if state else "of no known version"
    return f"Bill of materials: {telling.KINDS[root.kind][0]} {version}; {counts}."


def _value(claim: Claim, field: Field) -> str:
    longest = PROSE if isinstance(claim.content, str) and " " in claim.content else LONGEST
    return code(shorten(telling.words(claim.content, field), longest), cell=True)


def _place(origin: Origin) -> str:
    """Name an origin in a cell: its place in code, the rest in our own words."""
    place = telling.place_words(origin)
    held = code(shorten(place, LONGEST, keep_end=True), cell=True) if place else ""
    author = f"by {code(origin.author, cell=True)}" if origin.author else ""
    return " ".join(filter(None, [held, author])) or telling.METHODS[origin.method]


def _section(title: str, *heads: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    if heads:
        yield f"| {' | '.join(heads)} |"
        yield f"| {' | '.join('---' for _ in heads)} |"


def _rest(count: int) -> Iterator[str]:
    if count > ROWS:
        yield ""
        yield f"And {count - ROWS:,} more, which the JSON formats list."


def _identity(root: Component) -> Iterator[str]:
    yield from _section("What it is", "what", "value", "how sure", "from")
    for stated in telling.told(root):
        for claim in stated.claims[:CLAIMS]:
            sure = telling.SURE[claim.origin.confidence]
            cells = [telling.field_words(stated.field), _value(claim, stated.field), sure, _place(claim.origin)]
            yield f"| {' | '.join(cells)} |"
        if len(stated.claims) > CLAIMS:
            yield f"| | and {len(stated.claims) - CLAIMS:,} more | | |"


def _disagreements(graph: Graph) -> Iterator[str]:
    found = telling.disagreements(graph)
    if not found:
        return
    yield from _section("Where sources disagree", "what", "of", "values")
    for component, stated in found[:ROWS]:
        values = "<br>".join(
            f"{_value(claim, stated.field)} {_place(claim.origin)}" for claim in stated.claims[:CLAIMS]
        )
        name = code(shorten(telling.name_of(component), LONGEST), cell=True)
        yield f"| {telling.field_words(stated.field)} | {name} | {values} |"
    yield from _rest(len(found))


def _lineage(graph: Graph) -> Iterator[str]:
    drawn = picture(graph)
    if len(drawn.boxes) < 2:
        return
    yield from _section("Where it comes from, and what it uses")
    yield from (f"- {code(shorten(one, 2 * LONGEST))}" for one in said_as_list(drawn))


def _metrics(graph: Graph) -> Iterator[str]:
    rows = [
        claim.content
        for one in graph.components for claim in one.claims(Field.METRIC) if isinstance(claim.content, Metric)
    ]  # fmt: skip
    if not rows:
        return
    yield from _section("Results of evaluations", "result", "task", "who checked it")
    for metric in rows[:ROWS]:
        task = code(shorten(metric.task, LONGEST), cell=True) if metric.task else ""
        checked = "checked by its store" if metric.verified else "self-reported"
        yield f"| {code(shorten(telling.metric_words(metric), LONGEST), cell=True)} | {task} | {checked} |"
    yield from _rest(len(rows))


def _listed(graph: Graph, kind: Kind) -> Iterator[str]:
    found = [one for one in graph.of(kind) if one.id != graph.root]
    if not found:
        return
    yield from _section(telling.KINDS[kind][1].capitalize(), "name", "version", "pinned to", "licence", "where")
    for one in found[:ROWS]:
        name, state = code(shorten(telling.name_of(one), LONGEST), cell=True), telling.state_of(one)
        pinned, license_ = telling.pins(one), one.best(Field.LICENSE)
        cells = [
            name,
            code(shorten(state, LONGEST), cell=True) if state else "unknown",
            code(shorten(pinned, LONGEST), cell=True) if pinned else "",
            _value(license_, Field.LICENSE) if license_ is not None else "unknown",
            "<br>".join(_places(one)),
        ]
        yield f"| {' | '.join(cells)} |"
    yield from _rest(len(found))


def _places(component: Component) -> Iterator[str]:
    claims = component.claims(Field.OCCURRENCE) or component.claims(Field.NAME)
    yield from dict.fromkeys(_place(claim.origin) for claim in claims[:PLACES])
    if len(claims) > PLACES:
        yield f"and {len(claims) - PLACES:,} more"


def _files(graph: Graph) -> Iterator[str]:
    found = [one for one in graph.of(Kind.FILE) if one.id != graph.root]
    if not found:
        return
    yield from _section("Files", "path", "role", "size", "SHA-256", "verdict of the scan")
    for one in found[:ROWS]:
        digest, size = one.best(Field.SHA256), one.best(Field.SIZE)
        is_claimed = digest is not None and digest.origin.confidence is not Confidence.VERIFIED
        held = [code(one.text(field), cell=True) if one.text(field) else "" for field in (Field.ROLE, Field.VERDICT)]
        cells = [
            code(shorten(telling.name_of(one), LONGEST, keep_end=True), cell=True),
            held[0],
            telling.words(size.content, Field.SIZE) if size is not None and isinstance(size.content, int) else "",
            (_value(digest, Field.SHA256) if digest is not None else "unknown") + (" (claimed)" if is_claimed else ""),
            held[1],
        ]
        yield f"| {' | '.join(cells)} |"
    yield from _rest(len(found))


def _unknown(graph: Graph) -> Iterator[str]:
    groups = telling.unknown(graph)
    if not groups:
        return
    yield from _section("What nobody says")
    for fields, members in groups[:ROWS]:
        names = ", ".join(code(shorten(telling.name_of(one), LONGEST)) for one in members[:PLACES])
        more = f" and {len(members) - PLACES:,} more" if len(members) > PLACES else ""
        yield f"- {', '.join(map(telling.field_words, fields))}: {names}{more}"


def _gaps(graph: Graph) -> Iterator[str]:
    if graph.gaps:
        yield from _section("What could not be read")
        yield from (f"- {code(shorten(words, 2 * LONGEST))}" for words in graph.gaps[:ROWS])
        yield from _rest(len(graph.gaps))
