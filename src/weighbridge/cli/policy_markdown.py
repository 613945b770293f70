"""A decision of a policy as Markdown, for summaries of builds and comments on changes."""

from __future__ import annotations

from weighbridge.governance.policy.telling import HEADS, MARKS, MEANINGS, counts, entries, notes
from weighbridge.reports.markup import code, prose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.policy.decision import Outcome

_MOST = 200
"""Subjects; summaries of builds have a bound of some megabytes."""


def render(outcome: Outcome) -> str:
    """Write a decision."""
    told = entries(outcome)
    lines = [
        f"## {MARKS[outcome.decision]} {HEADS[outcome.decision]}",
        "",
        f"{MEANINGS[outcome.decision]}; policy {code(outcome.policy)}, {prose(counts(outcome))}."
        + ("" if outcome.enforced else " **Audit mode: nothing is stopped.**"),
    ]
    if told:
        lines += ["", "| | subject | key | why |", "| --- | --- | --- | --- |"]
    for entry in told[:_MOST]:
        for line in entry.lines:
            accepted = (f"accepted: {line.lifted}",) if line.lifted else ()
            words = "<br>".join(code(one, cell=True) for one in (*line.words, *accepted))
            keys = ", ".join(line.keys)
            lines.append(f"| {MARKS[line.decision]} | {code(entry.title, cell=True)} | {keys} | {words} |")
    if len(told) > _MOST:
        lines += ["", f"… and {len(told) - _MOST} more."]
    held = notes(outcome)
    if held:
        lines += ["", *(f"- {code(one)}" for one in held[:_MOST])]
    return "\n".join((*lines, ""))
