"""What is given to the pool, what comes back, and why a task may get no answer."""

from __future__ import annotations

from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from weighbridge.sandbox.listener import Refusal


@value
class PoolTask:
    """One request about one file; ``key`` finds its result again."""

    key: int
    request: bytes
    open: Callable[[], int]
    """Called just before the request is sent; gives a descriptor that the pool closes, or raises OSError."""
    size: int
    """Bytes of the file that are read at the most, for the deadline."""
    supply: Callable[[int, int], str] | None = None
    """For a file that does not come whole: puts a range (offset, length) into it and gives no words, or those of a
    refusal. The worker may ask for any numbers. The deadline stands still while it works."""
    hear: Callable[[bytes], None] | None = None
    """Gets the notes of the worker as they come, in order; without it a worker that sends some is ended."""
    refused: Callable[[Refusal | None], None] | None = None
    """Gets the system calls that the worker was refused, as they come; None for one more of a kind of which there are
    enough. Only where the policy listens, and the kernel tells."""
    share: int | None = None
    """A descriptor of shared memory that the worker gets too, for what is too long for an answer; stays open here."""


@value
class Need:
    """A worker waits for a range of its file."""

    offset: int
    length: int


@value
class Killed:
    """A signal ended the worker; ``reason`` is for people."""

    signal: int
    reason: str


@value
class TimedOut:
    """The worker was still busy when the task's time was over."""

    seconds: float


@value
class OutOfMemory:
    """The task needed more memory than the policy allows."""

    limit: int


@value
class Oversized:
    """The worker said more than it may; ``what`` names the channel."""

    what: str
    limit: int


@value
class Flooded:
    """The worker did something more often than it may; ``what`` names it."""

    what: str
    limit: int


@value
class Unreadable:
    """The file could not be opened; the number is an errno."""

    errno: int


@value
class Crashed:
    """The worker ended by itself; ``stderr`` is the bounded end of what it wrote, which hostile content may shape."""

    exit_code: int
    stderr: str


Failure = Killed | TimedOut | OutOfMemory | Oversized | Flooded | Unreadable | Crashed


@value
class PoolResult:
    """The answer to one task, or why there is none."""

    key: int
    answer: bytes | None = None
    failure: Failure | None = None
