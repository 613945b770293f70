"""Where decisions are told: stderr, each of them once, and a file of JSON lines for programs."""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError, reason
from weighbridge.guard.refusal import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.guard.refusal import Decision

MOST_TOLD = 100_000
"""Different decisions that are remembered lest they are told twice."""


class Journal:
    """Tells decisions; ``file`` gets each as one line, appended, also by several processes at once.

    ``loud``: stderr hears of every decision (audit), else of none; refusals are the errors' own affair.
    Raises UsageError for a file that cannot be written.
    """

    def __init__(self, *, file: str = "", loud: bool = False) -> None:
        self._loud = loud
        self._seen: set[Decision] = set()
        self._descriptor = -1
        if file:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            try:
                self._descriptor = os.open(file, flags, 0o644)
            except OSError as error:
                raise UsageError(f"cannot write {file!r}: {reason(error)}") from None

    def close(self) -> None:
        """Close the file; later decisions are not written any more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def tell(self, decision: Decision) -> None:
        """Tell a decision unless it was told before."""
        if decision in self._seen:
            return
        if len(self._seen) < MOST_TOLD:
            self._seen.add(decision)
        if self._loud:
            would = "would have " if decision.outcome is Outcome.REFUSED else ""
            say(f"audit: {would}{decision.sentence()}")
        if self._descriptor >= 0:
            self._write(_line(decision))

    def _write(self, line: bytes) -> None:
        try:
            os.write(self._descriptor, line)
        except OSError as error:
            self.close()
            say(f"the report of the guard ends here: {reason(error)}")


def say(words: str) -> None:
    """Write a line on stderr, in one piece: other threads and processes write there too."""
    try:
        os.write(2, f"weighbridge: {words}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        return  # nobody listens


def _line(decision: Decision) -> bytes:
    import json
    from datetime import UTC, datetime

    told = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"), "pid": os.getpid(),
        "outcome": str(decision.outcome), "loader": decision.loader, "path": decision.path, "entry": decision.entry,
        "file": decision.file, "expected": decision.expected, "found": decision.found, "reason": decision.reason,
    }  # fmt: skip
    return json.dumps(told).encode() + b"\n"
