"""What changed between two dossiers: rows whose evidence changed, answers that do not hold any more (Annex IV, 6).

Read are documents (``weighbridge.dossier/1``), saved or just drawn; of a saved one only what is compared.
"""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.core.values import value
from weighbridge.governance.dossier.document import SCHEMA
from weighbridge.governance.dossier.dossier import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.inventory.graph import Graph
    from weighbridge.provenance.lock.changes import Change

_GOOD = frozenset({State.COMPLETE, State.ANSWERED})


@value
class SavedRow:
    """A row as a document has it: ``evidence`` in words, ``answer`` the digest of what a person wrote."""

    id: str
    number: str
    title: str
    part: str
    state: State
    digest: str
    evidence: frozenset[str]
    is_whole: bool
    answer: str


@value
class RowChange:
    """What changed of a row; states and digests are empty where the row is not there."""

    id: str
    number: str
    title: str
    part: str
    was: str
    now: str
    old_digest: str
    new_digest: str
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    is_answer_changed: bool = False
    is_whole: bool = True

    @property
    def is_evidence_changed(self) -> bool:
        """Whether something else stands under the row now."""
        return self.old_digest != self.new_digest

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is to be seen but that an answer would be bound to something else."""
        return self.was == self.now and not self.gone and not self.new and not self.is_answer_changed

    @property
    def is_worse(self) -> bool:
        """Whether an answer became outdated, or a row that stood does not any more."""
        is_outdated = self.now == State.OUTDATED and self.was != State.OUTDATED
        return is_outdated or (self.was in _GOOD and self.now not in _GOOD)


@value
class Difference:
    """The changes of rows in the order of the documents, and those of the components where both graphs were at hand.

    ``gone`` and ``new`` are in words what decides how the subject behaves, on one side only. ``alone`` are the titles
    of documents that only one side has: their rows are not compared.
    """

    rows: tuple[RowChange, ...]
    components: tuple[Change, ...] | None = None
    alone: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def outdated(self) -> tuple[RowChange, ...]:
        """The rows whose answers became outdated."""
        return tuple(one for one in self.rows if one.now == State.OUTDATED and one.was != State.OUTDATED)


def difference(old: dict[str, Any], new: dict[str, Any], graphs: tuple[Graph, Graph] | None = None) -> Difference:
    """Compare two documents; raises UsageError for one that is no dossier."""
    (before, content), (after, contents) = _read(old), _read(new)
    shared = {one.part for one in before.values()} & {one.part for one in after.values()}
    rows = {name: one.part for name, one in (*before.items(), *after.items())}
    found = (_change(before.get(name), after.get(name)) for name, part in rows.items() if part in shared)
    components = None
    if graphs is not None:
        from weighbridge.inventory.difference import differences

        components = differences(*graphs)
    return Difference(
        rows=tuple(one for one in found if one is not None), components=components,
        alone=tuple(dict.fromkeys(part for part in rows.values() if part not in shared)),
        gone=tuple(sorted(content - contents)), new=tuple(sorted(contents - content)),
    )  # fmt: skip


def _change(was: SavedRow | None, now: SavedRow | None) -> RowChange | None:
    there = now or was
    assert there is not None
    if was is not None and now is not None and was == now:
        return None
    old, new = (one.evidence if one is not None else frozenset() for one in (was, now))
    return RowChange(
        id=there.id, number=there.number, title=there.title, part=there.part,
        was=was.state if was is not None else "", now=now.state if now is not None else "",
        old_digest=was.digest if was is not None else "", new_digest=now.digest if now is not None else "",
        gone=tuple(sorted(old - new)), new=tuple(sorted(new - old)),
        is_answer_changed=(was.answer if was is not None else "") != (now.answer if now is not None else ""),
        is_whole=all(one.is_whole for one in (was, now) if one is not None),
    )  # fmt: skip


def _read(found: dict[str, Any]) -> tuple[dict[str, SavedRow], frozenset[str]]:
    if found.get("schema") != SCHEMA:
        raise UsageError("it is no dossier", hint="weighbridge dossier TARGET --format json writes one")
    try:
        rows = [_row(one, part["title"]) for part in found["parts"] for one in part["rows"]]
        content = frozenset(map(_words, found["subject"]["content"]))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise UsageError("the dossier is not as its schema has it") from None
    return {one.id: one for one in rows}, content


def _row(one: dict[str, Any], part: str) -> SavedRow:
    words = [one["id"], one["number"], one["title"], part, one["evidence_sha256"]]
    if any(type(each) is not str for each in words):
        raise TypeError
    evidence = frozenset(_words(each) for each in one["evidence"])
    return SavedRow(
        id=one["id"], number=one["number"], title=one["title"], part=part, state=State(one["state"]),
        digest=one["evidence_sha256"], evidence=evidence, is_whole=len(evidence) >= one["evidence_total"],
        answer=str(one["answer"]["sha256"]) if "answer" in one else "",
    )  # fmt: skip


def _words(found: dict[str, Any]) -> str:
    of = f"{found['name']}, " if found.get("name") else ""
    place = f" ({found['origin']['file']})" if found["origin"].get("file") else ""
    return f"{of}{found['what']}: {found['value']}{place}"
