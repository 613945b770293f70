"""The guard of this process, if there is one: what every wrapped function looks at first."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from weighbridge.guard.guard import Guard
    from weighbridge.guard.refusal import Refused

guard: Guard | None = None
speak: Callable[[Refused], None] | None = None
"""What a refusal is told to at once, before the program can catch and forget it."""

looking: set[int] = set()
"""Threads that look at a file at this moment: what they open for it is nobody's load."""
