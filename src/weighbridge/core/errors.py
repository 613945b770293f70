"""Errors that the operator can act on; hostile content is never an error but a fact or a gap.

WeighbridgeError            .hint says what to do next
├── UsageError              wrong request or configuration              exit 2
├── AccessError             the target cannot be opened                 exit 2
├── SandboxError            the jail is unavailable or broke            exit 2
├── IntegrityError          bytes are not what was promised             exit 1
└── Malformed, OverLimit    inside parsers only; the engine turns them into gaps
"""

from __future__ import annotations


def reason(error: OSError) -> str:
    """Say in words why the system refused."""
    return (error.strerror or str(error)).lower()


class WeighbridgeError(Exception):
    """Trouble that the operator can mend; ``hint`` says how."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(WeighbridgeError):
    """The request or the configuration is wrong."""


class AccessError(WeighbridgeError):
    """A target does not exist or may not be opened."""


class SandboxError(WeighbridgeError):
    """The jail could not be built, or a worker broke in a way that is not the file's doing."""


class IntegrityError(WeighbridgeError):
    """Bytes, a digest, a commit or a signature is not what was locked, listed or promised."""


class Malformed(WeighbridgeError):  # noqa: N818  (a statement about bytes, raised only inside parsers)
    """Bytes do not follow their specification; ``offset`` is where, counted from the start of the node."""

    def __init__(self, message: str, *, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


class OverLimit(WeighbridgeError):  # noqa: N818
    """A budget of ``Limits`` is spent; ``offset`` is how far the analysis came."""

    def __init__(self, message: str, *, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset
