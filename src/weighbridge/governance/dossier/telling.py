"""What the renderings of a dossier have in common: the words, and what is counted."""

from __future__ import annotations

from weighbridge.governance.dossier.dossier import State
from weighbridge.governance.dossier.rows import Fill
from weighbridge.inventory.views.telling import METHODS, place_words
from weighbridge.reports.outline import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.dossier.answers import Answer
    from weighbridge.governance.dossier.dossier import Dossier, Filled
    from weighbridge.governance.dossier.evidence import Evidence

NOTICE = (
    "This is a draft that a program made from files. It is no legal advice and no declaration of conformity. "
    "No tool can fill Annex IV whole: ten of its 23 rows only people can write, eleven more they must finish."
)
"""Said at the top of every rendering. The numbers are those of the catalogue, which a test holds."""

CONTENT = "Files and states that decide how it behaves. Answers about it are bound to them."
NO_QUESTION = "Nothing in the files raises a question of it. That is no conclusion."
REGISTER = "Art. 9. What the scan found, as input for a risk management system. It decides nothing: a person owns that."
NO_SCAN = "No scan is at hand: `--report` takes one."
NO_FINDING = "The scan found nothing. That says nothing of risks that are in no file."

SYMBOLS = {
    State.COMPLETE: "✓", State.ANSWERED: "✎", State.DRAFTED: "~", State.OUTDATED: "!", State.OPEN: "?",
}  # fmt: skip
FILLS = {
    Fill.AUTOMATIC: "filled from files", Fill.PRE_FILLED: "begun from files, a person finishes it",
    Fill.HUMAN: "a person writes it",
}  # fmt: skip


_KEY = 64
"""Digits of the name of a key."""


def summary(rows: tuple[Filled, ...]) -> str:
    """Count rows by who can fill them and by how far they are, in a sentence."""
    fills = ", ".join(f"{sum(one.row.fill is fill for one in rows)} {fill}" for fill in Fill)
    states = ", ".join(f"{sum(one.state is state for one in rows)} {state}" for state in State)
    return f"{len(rows)} rows: {fills}. {states[0].upper()}{states[1:]}."


def place(one: Evidence) -> str:
    """Say where a piece of evidence stands; empty where no file says it."""
    author = f"by {one.origin.author}" if one.origin.author else ""
    return " ".join(filter(None, [place_words(one.origin), author]))


def method(one: Evidence) -> str:
    """Say how it was found."""
    return METHODS[one.origin.method]


def subject(dossier: Dossier) -> str:
    """Say which version the dossier is about."""
    return dossier.version or "no version is known"


def binding(one: Filled) -> str:
    """Say in words to what an answer to a row is bound, where that is not what stands under it."""
    return "" if one.total else "the state of the subject, "


def is_other(one: Filled) -> bool:
    """Tell whether an answer was written over something else than what is here now."""
    return one.answer is not None and one.answer.evidence != one.digest


def short(digest: str) -> str:
    """Shorten a digest for a sentence."""
    return f"{digest[:16]}…" if digest else "nothing"


def cited(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    """Name the files that evidence stands in, each with the digest by which it was read; empty where none is known."""
    pieces = (*dossier.content, *(piece for one in dossier.rows for piece in one.evidence))
    found = {(piece.origin.file, piece.origin.sha256) for piece in pieces if piece.origin.file}
    known = {file for file, digest in found if digest}
    return tuple(sorted((file, digest) for file, digest in found if digest or file not in known))


def written(answer: Answer, age: int | None) -> str:
    """Say when an answer was written; how long ago, where the dossier has a day to count to."""
    return answer.date if age is None or age < 1 else f"{answer.date} ({plural(age, 'day')} ago)"


def standing(one: Filled) -> str:
    """Say what a signature is worth for an answer."""
    if not one.signer:
        return "not covered by a trusted signature"
    return f"signed by key {short(one.signer)}" if len(one.signer) == _KEY else f"signed by {one.signer}"
