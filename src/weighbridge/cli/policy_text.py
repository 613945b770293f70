"""A decision of a policy for people: what is against it, about what, and what is not known."""

from __future__ import annotations

from weighbridge.governance.policy.decision import Decision
from weighbridge.governance.policy.telling import HEADS, MARKS, MEANINGS, counts, entries, notes
from weighbridge.reports.neutral import visible
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.governance.policy.decision import Outcome
    from weighbridge.governance.policy.telling import Entry, Line

_MOST = 40
"""Subjects, and notes, that are told one by one; the other formats have all."""
_SENTENCES = 6
_COLUMN = 14


def render(outcome: Outcome, code: int | None, *, width: int = 80, everything: bool = False) -> str:
    """Write a decision; ``everything`` also tells what is allowed, and by which evidence.

    ``code`` is the exit code that it leads to, None where it leads to none.
    """
    told = entries(outcome, everything=everything)
    head = f"{MARKS[outcome.decision]} {HEADS[outcome.decision]}: {MEANINGS[outcome.decision]}"
    lines = [*wrap(visible(f"{head} (policy {outcome.policy})"), width, rest="  "), ""]
    for one in told[:_MOST]:
        lines += [*_entry(one, width, everything=everything), ""]
    if len(told) > _MOST:
        lines += [f"  … and {len(told) - _MOST} more; --format json has them all", ""]
    held = notes(outcome)
    for words in held[:_MOST]:
        lines += wrap(visible(words), width, first="  ! ", rest="    ")
    if len(held) > _MOST:
        lines.append(f"  … and {len(held) - _MOST} more like these")
    lines += [""] if held else []
    lines.append(counts(outcome))
    if not outcome.enforced:
        lines += wrap(_AUDIT if outcome.decision in _STOPS else _AUDIT_FINE, width)
    if code is not None:
        lines.append(f"exit {code}: {MEANINGS[outcome.decision] if code or outcome.enforced else 'audit mode'}")
    return "\n".join((*lines, ""))


_STOPS = (Decision.BLOCK, Decision.INCONCLUSIVE)
_AUDIT = "AUDIT MODE: this policy stops nothing. With mode: enforce this would not pass."
_AUDIT_FINE = "AUDIT MODE: this policy stops nothing."


def _entry(entry: Entry, width: int, *, everything: bool) -> Iterator[str]:
    yield from wrap(visible(entry.title), width, first="  ", rest="  ")
    for line in entry.lines:
        yield from _line(line, width, everything=everything)
    if everything and not entry.lines:
        yield "    ✓ nothing is asked of it"


def _line(line: Line, width: int, *, everything: bool) -> Iterator[str]:
    keys = ", ".join(line.keys)
    start = f"    {MARKS[line.decision]} {keys:{_COLUMN}}"
    rest = " " * (_COLUMN + 6)
    sentences = list(line.words[:_SENTENCES])
    if len(line.words) > _SENTENCES:
        sentences.append(f"… and {len(line.words) - _SENTENCES} more")
    if line.lifted:
        sentences.append(f"accepted: {line.lifted}")
    if everything and line.evidence:
        sentences.append(f"by {', '.join(line.evidence[:_SENTENCES])}")
    if not sentences:
        yield start.rstrip()
        return
    first, *others = sentences
    if len(keys) > _COLUMN:
        yield from wrap(visible(keys), width, first=f"    {MARKS[line.decision]} ", rest="      ")
        start = rest
    yield from wrap(visible(first), width, first=start, rest=rest)
    for words in others:
        yield from wrap(visible(words), width, first=rest, rest=rest)
