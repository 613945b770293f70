"""What a dossier is for a build: which rows are as ``--fail-on`` has it."""

from __future__ import annotations

from weighbridge.cli.console import note
from weighbridge.cli.exit import FAIL, PASS
from weighbridge.governance.dossier.dossier import State
from weighbridge.reports.outline import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.dossier.dossier import Dossier

_FAILING = {
    "outdated": {State.OUTDATED}, "open": {State.OUTDATED, State.OPEN},
    "incomplete": {State.OUTDATED, State.OPEN, State.DRAFTED, State.ANSWERED},
}  # fmt: skip
_MOST = 20
"""Rows that are named."""


def judged(made: Dossier, level: str, *, quiet: bool) -> int:
    """Tell on stderr what fails and what was not read; gives the exit code. No level fails nothing."""
    if made.unread:
        note(f"{plural(made.unread, 'place')} could not be read; the dossier lists them", quiet=quiet)
    failing = [one for one in made.rows if one.state in _FAILING.get(level, ())]
    for one in failing[:_MOST]:
        why = f" ({one.stale})" if one.stale else ""
        note(f"{one.state}: {one.row.id}, {one.row.title}{why}", quiet=quiet)
    if len(failing) > _MOST:
        note(f"and {len(failing) - _MOST} more", quiet=quiet)
    return FAIL if failing else PASS
