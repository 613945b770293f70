"""The dossier: every row with its evidence, its answer and its state. A fold over a graph, and pure."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.values import replace, value
from weighbridge.governance.dossier.answers import FILE_NAME
from weighbridge.governance.dossier.endorsement import SUFFIX
from weighbridge.governance.dossier.evidence import MOST, bounded, cut, digest
from weighbridge.governance.dossier.feeds import Feeds
from weighbridge.governance.dossier.rows import Fill, obligations, parts, rows
from weighbridge.inventory.disputes import disputes
from weighbridge.inventory.graph import Field, Kind, RelationKind
from weighbridge.inventory.views import telling
from weighbridge.reports.outline import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from weighbridge.governance.dossier.answers import Answer
    from weighbridge.governance.dossier.evidence import Evidence
    from weighbridge.governance.dossier.feeds import Previous
    from weighbridge.governance.dossier.register import Finding
    from weighbridge.governance.dossier.rows import Obligations, Part, Row
    from weighbridge.inventory.graph import Graph

REGISTER = 500
"""Findings that the register lists; the rest is counted."""
GAPS = 200
OWN = frozenset({FILE_NAME, f"{FILE_NAME}{SUFFIX}"})
"""The answers, and the signature over them."""


class State(StrEnum):
    """How far a row is, the best first."""

    COMPLETE = "complete"
    """An automatic row that has all its evidence, or any with a signed answer over what stands under it now."""
    ANSWERED = "answered"
    """A person has written it over what stands under it now; no signature that is trusted covers it."""
    DRAFTED = "drafted"
    """Files give something; a person must write the rest."""
    OUTDATED = "outdated"
    """What a person has answered was over other evidence than what is here now."""
    OPEN = "open"
    """Nothing is here but the question."""


MEANINGS = {
    State.COMPLETE: "all evidence that the row needs is here, or a person has answered it and signed",
    State.ANSWERED: "a person has answered; no trusted signature covers it",
    State.DRAFTED: "files give part of it; a person must write the rest",
    State.OUTDATED: "answered, and what stood under the answer has changed since, or it is too old",
    State.OPEN: "a person must answer the question",
}


@value
class Filled:
    """One row as it stands.

    ``digest`` is that of all ``total`` pieces of evidence, of which ``evidence`` holds the first; empty where there is
    none. ``lacks`` says what an automatic row misses, ``disputed`` what its sources disagree on. ``signer`` is whose
    trusted signature covers the answer; ``stale`` why the answer does not hold any more, empty where it does; ``age``
    is how many days old it is, None where nobody asked for a day.
    """

    row: Row
    state: State
    digest: str
    evidence: tuple[Evidence, ...] = ()
    total: int = 0
    lacks: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    answer: Answer | None = None
    signer: str = ""
    stale: str = ""
    age: int | None = None


@value
class Dossier:
    """The whole draft. ``date`` is when it was made, empty where nobody asked for it.

    ``content`` are the first of ``held`` digests of files that decide how the subject behaves: answers speak of them.

    ``register`` holds the gravest of ``found`` findings; ``found`` is -1 where no scan is at hand.
    """

    name: str
    version: str
    reference: str
    kind: Kind
    parts: tuple[Part, ...]
    rows: tuple[Filled, ...]
    obligations: Obligations
    content: tuple[Evidence, ...] = ()
    held: int = 0
    register: tuple[Finding, ...] = ()
    found: int = -1
    gaps: tuple[str, ...] = ()
    unread: int = 0
    date: str = ""

    def of(self, part: str) -> tuple[Filled, ...]:
        """Give the rows of a document; questions that nothing raises are left out."""
        return tuple(one for one in self.rows if one.row.part == part)

    def count(self, state: State) -> int:
        """Count the rows in a state."""
        return sum(one.state is state for one in self.rows)


@value
class Given:
    """What a dossier is drawn from beside the graph.

    ``findings`` are None where nobody has scanned. ``signers`` says whose trusted signature covers the answer for a
    row, ``stale`` which answers do not hold for another reason than their evidence, such as an attachment that changed.
    ``own`` are the paths of files of the dossier itself, of which it does not speak. ``max_age`` is how many days an
    answer holds, counted to ``date``, which is then needed.
    """

    findings: tuple[Finding, ...] | None = None
    previous: Previous | None = None
    answers: tuple[Answer, ...] = ()
    signers: Mapping[str, str] | None = None
    stale: Mapping[str, str] | None = None
    date: str = ""
    own: frozenset[str] = OWN
    max_age: int | None = None


def draw(graph: Graph, given: Given, wanted: frozenset[str] = frozenset()) -> Dossier:
    """Draw the dossier of a graph; ``wanted`` are ids of parts, all of them where it is empty."""
    feeds = _feeds(graph, given)
    graph, findings = feeds.graph, feeds.findings
    answers = {one.row: one for one in given.answers}
    disputed = _disputed(graph)
    chosen = tuple(one for one in parts() if not wanted or one.id in wanted)
    filled = (
        _filled(row, feeds, answers.get(row.id), given, disputed)
        for row in rows() if any(row.part == one.id for one in chosen)
    )  # fmt: skip
    root, content = graph.component(graph.root), feeds.gather("content")
    return Dossier(
        name=cut(telling.name_of(root)), version=cut(telling.state_of(root)), reference=cut(root.text(Field.REFERENCE)),
        kind=root.kind, parts=chosen, obligations=obligations(), date=given.date,
        content=bounded(content), held=len(content),
        rows=tuple(one for one in filled if one.evidence or one.answer or not one.row.raised_only),
        register=tuple(map(_short, (findings or ())[:REGISTER])), found=-1 if findings is None else len(findings),
        gaps=tuple(map(cut, graph.gaps[:GAPS])), unread=len(graph.gaps),
    )  # fmt: skip


def row_digest(graph: Graph, given: Given, row: Row) -> str:
    """Give the digest of what stands under a row now, for an answer to name."""
    return _gathered(row, _feeds(graph, given))[1]


def _feeds(graph: Graph, given: Given) -> Feeds:
    return Feeds(without(graph, given.own), given.findings, given.previous)


def _gathered(row: Row, feeds: Feeds) -> tuple[tuple[Evidence, ...], str]:
    """Give what is shown under a row, and the digest that an answer is bound to.

    Where nothing stands under it, that is which subject it is: another one is asked again.
    """
    shown = tuple(one for feed in row.evidence for one in feeds.gather(feed))
    bound = tuple(one for feed in row.binds for one in feeds.gather(feed))
    return shown, digest((*shown, *bound)) or digest(feeds.gather("identity"))


def _filled(
    row: Row, feeds: Feeds, answer: Answer | None, given: Given, disputed: Mapping[str, tuple[str, ...]]
) -> Filled:
    evidence, held = _gathered(row, feeds)
    lacks = tuple(words for feed in row.needs for words in feeds.lacking(feed))
    made = Filled(
        row=row, state=State.OPEN, digest=held, evidence=bounded(evidence), total=len(evidence),
        lacks=tuple(map(cut, lacks[:MOST])), answer=answer,
        disputed=tuple(cut(words) for feed in row.evidence for words in disputed.get(feed, ()))[:MOST],
    )  # fmt: skip
    if answer is not None:
        signer = (given.signers or {}).get(row.id, "")
        age = days_between(answer.date, given.date) if given.date else None
        stale = (given.stale or {}).get(row.id, "") or _changed(answer, made) or _aged(answer, age, given.max_age)
        state = State.OUTDATED if stale else State.COMPLETE if signer else State.ANSWERED
        return replace(made, state=state, signer=signer, stale=stale, age=age)
    if row.fill is Fill.HUMAN or all(one.is_name_of_folder for one in evidence):
        return made
    is_whole = row.fill is Fill.AUTOMATIC and not lacks and not made.disputed
    return replace(made, state=State.COMPLETE if is_whole else State.DRAFTED)


def _changed(answer: Answer, row: Filled) -> str:
    """Say that what an answer is bound to is not here any more; empty where it is."""
    if answer.evidence == row.digest:
        return ""
    if not answer.evidence:
        return "it does not say what it was bound to"
    return "the evidence has changed" if row.total else "the state of the subject has changed"


def _aged(answer: Answer, age: int | None, most: int | None) -> str:
    if age is None or most is None or 0 <= age <= most:
        return ""
    if age < 0:
        return f"it is dated {answer.date}, which is yet to come"
    return f"it is {plural(age, 'day')} old, and {most} are accepted"


def days_between(first: str, last: str) -> int:
    """Count the days from one date to another, both as ``2027-01-31``."""
    from datetime import date

    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _short(one: Finding) -> Finding:
    words = {name: cut(getattr(one, name)) for name in ("id", "rule", "title", "message", "file", "reason")}
    return replace(one, **words)


# -- what is ours, and what disagrees --------------------------------------------------------------------------------


def without(graph: Graph, own: frozenset[str]) -> Graph:
    """Take files out of a graph: a dossier says nothing of its own answers. What a scan found in them stays found."""
    ids = {one.id for one in graph.of(Kind.FILE) if one.text(Field.NAME) in own and one.id != graph.root}
    if not ids:
        return graph
    return replace(
        graph,
        components=tuple(one for one in graph.components if one.id not in ids),
        relations=tuple(one for one in graph.relations if one.source not in ids and one.target not in ids),
        gaps=tuple(words for words in graph.gaps if not words.startswith(tuple(f"{name}: " for name in own))),
    )


_FEEDS = {
    "version": Field.VERSION, "licence": Field.LICENSE, "parameters": Field.PARAMETERS,
    "context length": Field.CONTEXT_LENGTH, "type of numbers": Field.DTYPE,
}  # fmt: skip
"""Words of a dispute, and the field that it is about."""


def _disputed(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Say by feed what cannot all be true of the subject and what is inside it."""
    meant = {graph.root, *(one.target for one in graph.leaving(graph.root, RelationKind.CONTAINS))}
    found: dict[str, tuple[str, ...]] = {}
    for one in disputes(graph):
        if one.component in meant:
            sides = "; ".join(
                f"{words} ({' '.join(filter(None, (origin.file, origin.pointer))) or origin.method})"
                for words, origin in one.sides[:4]
            )
            feeds = [f"{scope}.{_FEEDS[one.what]}" for scope in ("model", "subject") if one.what in _FEEDS]
            for feed in feeds or ["relation.lineage"]:
                found[feed] = (*found.get(feed, ()), f"{one.what}: {sides}")
    return found
