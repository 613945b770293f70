"""What the guard decides about one file, and the error that a refusal is."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.errors import IntegrityError
from weighbridge.core.values import value
from weighbridge.reports.neutral import visible

SHOWN = 16
"""Digits of a digest that people are shown."""


class Outcome(StrEnum):
    """``named``: the lock has exactly these bytes. ``allowed``: not in the lock, in a folder that needs none."""

    NAMED = "named"
    ALLOWED = "allowed"
    REFUSED = "refused"


@value
class Decision:
    """One load: ``loader`` is the function as people know it, ``path`` the file as the program named it.

    ``entry`` and ``file`` are the lock's names for it, ``expected`` and ``found`` digests as far as they are known,
    ``reason`` and ``hint`` say why it is refused and what to do.
    """

    outcome: Outcome
    loader: str
    path: str
    reason: str = ""
    hint: str = ""
    entry: str = ""
    file: str = ""
    expected: str = ""
    found: str = ""

    def sentence(self) -> str:
        """Say it for people, safe to show, in one line."""
        if self.outcome is Outcome.NAMED:
            return visible(f"{self.loader} of {self.path!r}: locked as {self.file} of {self.entry}")
        if self.outcome is Outcome.ALLOWED:
            return visible(f"{self.loader} of {self.path!r}: {self.reason}")
        digests = ""
        if self.expected:
            digests = f": expected sha256 {self.expected[:SHOWN]}…, found {self.found[:SHOWN] or 'none'}…"
        return visible(f"refused {self.loader} of {self.path!r}: {self.reason}{digests}")


class Refused(IntegrityError):  # noqa: N818  (what happened, as users say it)
    """A load was stopped; ``decision`` says all about it, ``told`` whether a person has been told already."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.decision: Decision | None = None
        self.told = False

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}; {visible(self.hint)}" if self.hint else message


def refusal(decision: Decision) -> Refused:
    """Make the error of a decision."""
    made = Refused(decision.sentence(), hint=decision.hint)
    made.decision = decision
    return made
