"""A graph as one HTML page: what it is, comes from and holds, and what nobody says; each value with its origin.

As the page of a scan it holds everything and loads nothing: no script, no font, no link; its content security policy
allows its own style sheet only, by digest. Every text of strangers is made neutral, of bounded length, and escaped.
"""

from __future__ import annotations

from html import escape

from weighbridge import __version__
from weighbridge.inventory.graph import Confidence, Field, Kind, Metric
from weighbridge.inventory.views import telling
from weighbridge.inventory.views.drawing import draw, said_as_list, strokes
from weighbridge.inventory.views.lineage import picture
from weighbridge.inventory.views.style import PAGE
from weighbridge.reports import page
from weighbridge.reports.neutral import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weighbridge.inventory.graph import Claim, Component, Graph, Origin

ROWS, CLAIMS, ORIGINS = 1_000, 20, 5_000
"""What the page shows of each: rows of a table, values of a field, origins; the rest is counted."""
LONGEST, PROSE = 200, 900
"""Columns of a name or a value, and of what people have written."""

_OTHERS = (Kind.MODEL, Kind.ADAPTER, Kind.SERVICE, Kind.DATASET, Kind.FRAMEWORK, Kind.LIBRARY, Kind.APPLICATION,
           Kind.HARDWARE)  # fmt: skip
_LISTED = (Field.SUPPLIER, Field.LICENSE, Field.PURL, Field.REFERENCE, Field.PROVIDER, Field.ENDPOINT)


def render(graph: Graph) -> str:
    """Render the page."""
    return "\n".join(_Page(graph).lines()) + "\n"


def _text(text: str, longest: int = LONGEST) -> str:
    return escape(shorten(text, longest, keep_end=longest == LONGEST))


class _Page:
    """One page; it numbers the origins in the order in which values name them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.root = graph.component(graph.root)
        self._numbers: dict[Origin, int] = {}

    def lines(self) -> Iterator[str]:
        """Yield the page from top to bottom."""
        yield from page.head(f"Bill of materials: {shorten(telling.name_of(self.root), 80)}", PAGE)
        yield from self._top()
        yield "<main>"
        yield from self._disagreements()
        yield from self._identity()
        yield from self._lineage()
        yield from self._metrics()
        for kind in _OTHERS:
            yield from self._listed(kind)
        yield from self._files()
        yield from self._unknown()
        yield from self._gaps()
        yield from self._origins()
        yield from _glossary()
        yield "</main>"
        yield from page.foot(f"Weighbridge {_text(__version__)} · {telling.of_components(len(self.graph.components))}")

    def _top(self) -> Iterator[str]:
        kind, state = telling.KINDS[self.root.kind][0], telling.state_of(self.root)
        yield "<header>"
        yield f'<p class="kicker">Bill of materials of {"an" if kind[0] in "aeiou" else "a"} {kind}</p>'
        yield f"<h1>{_text(telling.name_of(self.root), 80)}</h1>"
        yield f'<p class="lead">{_text(state) if state else "No version is known."}</p>'
        yield '<dl class="figures">'
        for count, one in telling.summary(self.graph):
            yield f"<div><dt>{telling.KINDS[one][count != 1]}</dt><dd>{count:,}</dd></div>"
        yield "</dl>"
        yield "</header>"

    # -- values ----------------------------------------------------------------------------------------------------

    def _mark(self, origin: Origin) -> str:
        """Number an origin; its words show themselves under the pointer."""
        if origin not in self._numbers and len(self._numbers) >= ORIGINS:
            return f'<sup title="{_text(telling.origin_words(origin))}">*</sup>'
        number = self._numbers.setdefault(origin, len(self._numbers) + 1)
        return f'<sup><a href="#o{number}" title="{_text(telling.origin_words(origin))}">{number}</a></sup>'

    def _value(self, claim: Claim, field: Field) -> str:
        longest = PROSE if isinstance(claim.content, str) and " " in claim.content else LONGEST
        shown = _text(telling.words(claim.content, field), longest)
        if field in _CODE:
            shown = f"<code>{shown}</code>"
        note = f' <span class="note">{_text(claim.note)}</span>' if claim.note else ""
        return f"{shown}{self._mark(claim.origin)}{note}"

    def _rows(self, component: Component) -> Iterator[str]:
        for stated in telling.told(component):
            for claim in stated.claims[:CLAIMS]:
                sure = claim.origin.confidence
                yield f'<tr><td class="field">{telling.field_words(stated.field)}</td>'
                yield f"<td>{self._value(claim, stated.field)}</td>"
                yield f'<td class="sure"><span class="{sure}">{telling.SURE[sure]}</span></td></tr>'
            if len(stated.claims) > CLAIMS:
                left = len(stated.claims) - CLAIMS
                yield f'<tr><td class="field"></td><td>and {left:,} more</td><td class="sure"></td></tr>'

    def _best(self, component: Component, field: Field) -> str:
        claim = component.best(field)
        return self._value(claim, field) + _doubt(claim) if claim is not None else ""

    # -- sections --------------------------------------------------------------------------------------------------

    def _identity(self) -> Iterator[str]:
        yield "<section>"
        yield "<h2>What it is</h2>"
        yield '<table class="values"><thead><tr><th>what</th><th>value</th><th>how sure</th></tr></thead><tbody>'
        yield from self._rows(self.root)
        yield "</tbody></table>"
        yield "</section>"

    def _disagreements(self) -> Iterator[str]:
        found = telling.disagreements(self.graph)
        if not found:
            return
        yield "<section>"
        yield "<h2>Where sources disagree</h2>"
        yield "<p>Both values stay. Somebody who knows must say which one is right.</p>"
        for component, stated in found[:ROWS]:
            yield f'<div class="differ"><strong>{telling.field_words(stated.field)}</strong> of '
            yield f"<code>{_text(telling.name_of(component))}</code><ul>"
            for claim in stated.claims[:CLAIMS]:
                origin = _text(telling.origin_words(claim.origin))
                yield f'<li>{self._value(claim, stated.field)}{_doubt(claim)} <span class="note">{origin}</span></li>'
            yield "</ul></div>"
        yield from _rest(len(found))
        yield "</section>"

    def _lineage(self) -> Iterator[str]:
        drawn = picture(self.graph)
        if len(drawn.boxes) < 2:
            return
        yield "<section>"
        yield "<h2>Where it comes from, and what it uses</h2>"
        yield "<figure>"
        yield '<div class="scroll" tabindex="0">'
        yield from draw(drawn, f"What {telling.name_of(self.root)} comes from and uses")
        yield "</div>"
        yield '<figcaption class="note legend">'
        for one in strokes(drawn):
            line = f'<svg viewBox="0 0 42 10" aria-hidden="true"><path class="arrow {one}" d="M0 5H42"/></svg>'
            yield f"<span>{line}{telling.SURE[one]}</span>"
        yield '<span class="narrow">The picture scrolls sideways.</span>'
        yield "</figcaption>"
        yield "</figure>"
        yield "<details><summary>The same as a list</summary>"
        yield "<ul>"
        yield from (f"<li>{_text(one, 2 * LONGEST)}</li>" for one in said_as_list(drawn))
        yield "</ul>"
        yield "</details>"
        yield "</section>"

    def _metrics(self) -> Iterator[str]:
        rows = [
            (one, claim)
            for one in self.graph.components for claim in one.claims(Field.METRIC) if isinstance(claim.content, Metric)
        ]  # fmt: skip
        if not rows:
            return
        yield "<section>"
        yield "<h2>Results of evaluations</h2>"
        yield "<p>These are what others say. Nothing was measured here.</p>"
        yield _heads("metric", "value", "measured on", "who checked it")
        for _, claim in rows[:ROWS]:
            metric = claim.content
            assert isinstance(metric, Metric)
            on = " ".join(filter(None, [metric.task, metric.dataset, metric.slice_]))
            checked = "checked by its store" if metric.verified else "self-reported"
            name = f"{_text(metric.name or metric.type)}{self._mark(claim.origin)}"
            yield _row(("", name), ("value", _text(metric.value)), ("on", _text(on)), ("", checked))
        yield "</tbody></table>"
        yield from _rest(len(rows))
        yield "</section>"

    def _listed(self, kind: Kind) -> Iterator[str]:
        found = [one for one in self.graph.of(kind) if one.id != self.graph.root]
        if not found:
            return
        rows = [(one, self._more(one), list(self._places(one))) for one in found[:ROWS]]
        has_more, has_places = any(more for _, more, _ in rows), any(places for _, _, places in rows)
        yield "<section>"
        yield f"<h2>{telling.KINDS[kind][1].capitalize()}</h2>"
        heads = [(True, "name"), (True, "version"), (has_more, "more is known"), (has_places, "where it is named")]
        yield _heads(*(head for is_there, head in heads if is_there))
        for one, more, places in rows:
            named = one.best(Field.NAME)
            name = self._value(named, Field.NAME) if named is not None else f"<code>{_text(one.id)}</code>"
            field = Field.VERSION if one.claims(Field.VERSION) else Field.COMMIT
            state = self._best(one, field) or '<span class="inferred">unknown</span>'
            cells = [("", name), ("version", state)]
            cells += [("", "<br>".join(more))] if has_more else []
            cells += [("named in", "<br>".join(places))] if has_places else []
            yield _row(*cells)
        yield "</tbody></table>"
        yield from _rest(len(found))
        yield "</section>"

    def _more(self, one: Component) -> list[str]:
        """Say what else is known of a component that has no table of its own."""
        pinned = telling.pins(one)
        more = [f"pinned to: {_text(pinned)}"] if pinned else []
        if asked := one.claims(Field.SPECIFIER):
            texts = dict.fromkeys(str(claim.content) for claim in asked[:CLAIMS])
            more.append(f"asked for: {_text(', '.join(texts))}")
        return more + [
            f"{telling.field_words(field)}: {self._best(one, field)}"
            for field in _LISTED
            if one.claims(field) and not (field is Field.PURL and one.claims(Field.REFERENCE))
        ]

    def _places(self, component: Component) -> Iterator[str]:
        claims = component.claims(Field.OCCURRENCE)
        for claim in claims[:5]:
            by = _text(telling.words(claim.content, Field.OCCURRENCE), 60)
            yield f'<code>{_text(telling.place_words(claim.origin))}</code> <span class="note">{by}</span>'
        if len(claims) > 5:
            yield f"and {len(claims) - 5:,} more"

    def _files(self) -> Iterator[str]:
        found = [one for one in self.graph.of(Kind.FILE) if one.id != self.graph.root]
        if not found:
            return
        yield "<section>"
        yield "<h2>Files</h2>"
        yield _heads("path and SHA-256", "role", "format", "size", "verdict of the scan")
        for one in found[:ROWS]:
            digest = one.best(Field.SHA256)
            claimed = "" if digest is None or digest.origin.confidence is Confidence.VERIFIED else " (claimed)"
            held = f'<code class="digest">{_text(str(digest.content))}{claimed}</code>' if digest is not None else ""
            formats = ", ".join(str(claim.content) for claim in one.claims(Field.FORMAT))
            size = one.best(Field.SIZE)
            yield _row(
                ("", f"<code>{_text(telling.name_of(one))}</code>{held}"), ("role", _text(one.text(Field.ROLE))),
                ("format", _text(formats)),
                ("size", _text(telling.words(size.content, Field.SIZE)) if size is not None else ""),
                ("verdict", _text(one.text(Field.VERDICT))),
            )  # fmt: skip
        yield "</tbody></table>"
        yield from _rest(len(found))
        yield "</section>"

    def _unknown(self) -> Iterator[str]:
        groups = telling.unknown(self.graph)
        if not groups:
            return
        yield "<section>"
        yield "<h2>What nobody says</h2>"
        yield "<p>This was looked for, and no file answers.</p>"
        yield "<ul>"
        for fields, members in groups[:ROWS]:
            names = ", ".join(f"<code>{_text(telling.name_of(one), 80)}</code>" for one in members[:5])
            more = f" and {len(members) - 5:,} more" if len(members) > 5 else ""
            yield f"<li>{', '.join(map(telling.field_words, fields))}<br>{names}{more}</li>"
        yield "</ul>"
        yield "</section>"

    def _gaps(self) -> Iterator[str]:
        if self.graph.gaps:
            yield "<section>"
            yield "<h2>What could not be read</h2>"
            yield "<ul>"
            yield from (f"<li>{_text(words, 2 * LONGEST)}</li>" for words in self.graph.gaps[:ROWS])
            yield "</ul>"
            yield from _rest(len(self.graph.gaps))
            yield "</section>"

    def _origins(self) -> Iterator[str]:
        yield "<section>"
        yield "<h2>Where the values come from</h2>"
        yield '<ol class="origins">'
        for origin, number in self._numbers.items():
            digest = f' <code class="digest">SHA-256 {_text(origin.sha256)}</code>' if origin.sha256 else ""
            sure = f'<span class="{origin.confidence}">{telling.SURE[origin.confidence]}</span>'
            yield f'<li id="o{number}">{_text(telling.origin_words(origin))}; {sure}{digest}</li>'
        yield "</ol>"
        yield "</section>"


_CODE = frozenset({
    Field.PURL, Field.REFERENCE, Field.SHA256, Field.SHA512, Field.COMMIT, Field.URL, Field.ENDPOINT, Field.SPECIFIER,
})  # fmt: skip


def _doubt(claim: Claim) -> str:
    """Mark what is not simply declared."""
    sure = claim.origin.confidence
    return "" if sure is Confidence.DECLARED else f' <span class="note {sure}">{telling.SURE[sure]}</span>'


def _heads(*heads: str) -> str:
    return f'<table class="list"><thead><tr>{"".join(f"<th>{one}</th>" for one in heads)}</tr></thead><tbody>'


def _row(*cells: tuple[str, str]) -> str:
    """Make a row; each cell with the word that stands before it where the page is narrow."""
    made = (f'<td data-head="{head}">{held}</td>' if head and held else f"<td>{held}</td>" for head, held in cells)
    return f"<tr>{''.join(made)}</tr>"


def _rest(count: int) -> Iterable[str]:
    return [f'<p class="note">And {count - ROWS:,} more, which the JSON formats list.</p>'] if count > ROWS else []


def _glossary() -> Iterator[str]:
    yield "<section>"
    yield "<h2>How sure is sure</h2>"
    yield '<dl class="words">'
    for confidence, meaning in telling.CONFIDENCES.items():
        yield f'<dt class="{confidence}">{telling.SURE[confidence]}</dt><dd>{meaning}</dd>'
    yield "</dl>"
    yield "</section>"
