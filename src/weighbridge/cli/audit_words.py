"""What every form of an audit says aloud: what it lacked, and how it ended."""

from __future__ import annotations

from weighbridge.inventory.graph import Field, Kind
from weighbridge.reports.outline import plural
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.advisories.outcome import Outcome


def warnings(outcome: Outcome) -> Iterator[str]:
    """Yield what must be said aloud: too little data, statements and records that were not used."""
    if not outcome.has_data:
        yield (
            f"NO FEED IMPORTED: only the seed of {outcome.seeded:,} records was used, and what it does not know is not "
            "found; get one: weighbridge feed update, or feed import"
        )
    yield from outcome.unread
    yield from outcome.unused
    bad = [one for one in outcome.graph.of(Kind.FILE) if one.text(Field.VERDICT) in {"malicious", "suspicious"}]
    if bad:
        yield (
            f"the scan calls {plural(len(bad), 'file')} here malicious or suspicious, which is no advisory and does "
            "not count in an audit: weighbridge scan"
        )


def closing(outcome: Outcome, width: int) -> list[str]:
    """Say what the exit code means, in lines of a width."""
    if outcome.is_affected:
        words = f"exit 1: something is affected, at or above {outcome.threshold}"
    elif outcome.is_empty:
        words = "exit 3: there is no library, model or file here to audit"
    elif not outcome.has_data:
        words = "exit 3: no feed was imported"
    elif outcome.is_open:
        words = "exit 3: something may be affected, and nobody has decided it"
    else:
        words = f"exit 0: nothing known at or above {outcome.threshold}"
    return wrap(words, width)
