"""What ``lock`` did or would do, for a terminal and for programs."""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.provenance.lock.changes import Change, Weight
from weighbridge.provenance.lock.model import LockEntry
from weighbridge.reports.neutral import encodable, shorten, visible
from weighbridge.reports.outline import plural, size
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "weighbridge.locked/1"
SHOWN = 40
"""Changes of one entry that the text lists; the rest are counted, and JSON has them all."""
_MARKS = {Weight.ALARM: "!", Weight.NOTICE: "·", Weight.PLAIN: " "}
_RED, _GREEN, _YELLOW = "1;31", "1;32", "1;33"


@value
class LockedEntry:
    """One entry: as it was (None for a new one), as it is now (None for one that is dropped), what changed."""

    name: str
    old: LockEntry | None
    new: LockEntry | None
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def undecided(self) -> bool:
        """Whether something wants a person's decision."""
        return any(one.weight is Weight.ALARM for one in self.changes)


@value
class Done:
    """The whole run: ``written`` when the lock file is now as described, ``notes`` are about the project's source."""

    lock: str
    entries: tuple[LockedEntry, ...]
    written: bool
    accepted: bool
    notes: tuple[str, ...] = ()

    @property
    def undecided(self) -> bool:
        """Whether a decision is still wanted."""
        return not self.accepted and any(one.undecided for one in self.entries)

    @property
    def differs(self) -> bool:
        """Whether the lock file would change at all."""
        return any(one.old != one.new for one in self.entries)


def as_json(done: Done) -> str:
    """Write a document for programs."""
    import json

    document = {
        "schema": SCHEMA,
        "lock": encodable(done.lock),
        "written": done.written,
        "undecided": done.undecided,
        "entries": [
            {
                "name": one.name, "source": one.new.source if one.new else one.old.source if one.old else "",
                "before": one.old.resolved if one.old else None, "after": one.new.resolved if one.new else None,
                "files": len(one.new.files) if one.new else 0,
                "verdict": one.new.scan.verdict if one.new and one.new.scan else None,
                "changes": [
                    {"weight": str(each.weight), "what": each.what, "path": encodable(each.path),
                     "message": encodable(each.words)} for each in one.changes
                ],
                "notes": [encodable(note) for note in one.notes],
            }
            for one in done.entries
        ],
        "notes": [encodable(note) for note in done.notes],
    }  # fmt: skip
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_text(done: Done, *, colour: bool, width: int) -> str:
    """Write for people: every entry with what changes, and whether anything was written."""
    lines: list[str] = []
    for one in done.entries:
        lines += [*_entry(one, done, colour=colour, width=width), ""]
    for note in done.notes:
        lines += wrap(visible(note), width, rest="  ")
    if done.notes:
        lines.append("")
    lines += wrap(_closing(done), width)
    return "\n".join(lines) + "\n"


def _entry(one: LockedEntry, done: Done, *, colour: bool, width: int) -> Iterator[str]:
    word, tone, said = _headline(one, done)
    first, *rest = wrap(f"{word} {visible(one.name)}{said}", width, rest="  ")
    yield (f"\x1b[{tone}m{word}\x1b[0m" if colour else word) + first[len(word) :]
    yield from rest
    for each in one.changes[:SHOWN]:
        head = f"  {_MARKS[each.weight]} {each.what:<12} "
        path = f"{shorten(each.path, width - len(head) - 1, keep_end=True)}: " if each.path else ""
        yield from wrap(path + visible(each.words), width, first=head, rest=" " * len(head))
    if len(one.changes) > SHOWN:
        yield f"    and {len(one.changes) - SHOWN:,} more (--format json has them all)"
    for note in one.notes:
        yield from wrap(visible(note), width, first="  ", rest="  ")


def _headline(one: LockedEntry, done: Done) -> tuple[str, str, str]:
    if one.new is None:
        return "✓ DROPPED:", _GREEN, ""
    state = _state(one.new)
    if one.old == one.new:
        return "✓ UNCHANGED:", _GREEN, f", {state}"
    if one.undecided and not done.accepted:
        return "✗ UNDECIDED:", _RED, f", {state}"
    word = "LOCKED" if one.old is None else "UPDATED"
    if not done.written:
        return f"· WOULD BE {word}:", _YELLOW, f", {state}"
    return f"✓ {word}:", _GREEN, f", {state}"


def _state(entry: LockEntry) -> str:
    claimed = sum(file.claimed for file in entry.files)
    words = f"{plural(len(entry.files), 'file')}, {size(sum(file.size for file in entry.files))}"
    words += f" at {visible(entry.resolved.removeprefix('sha256:')[:12])}"
    if entry.scan:
        words += f"; the scan says {entry.scan.verdict}"
    if claimed:
        words += f"; {plural(claimed, 'digest')} as the store claims, checked when they are pulled"
    return words


def _closing(done: Done) -> str:
    if done.undecided:
        return f"Nothing was written: what is marked ! wants a decision. --accept writes it to {visible(done.lock)}."
    if done.written:
        return f"{visible(done.lock)} is written. Keep it in version control."
    return "Nothing was written." if done.differs else f"{visible(done.lock)} says so already."
