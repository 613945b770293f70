"""What the engine says while it works; front doors turn it into progress bars and talk."""

from __future__ import annotations

from weighbridge.core.values import value


@value
class Event:
    """Something happened during a scan."""


@value
class Planned(Event):
    """The walk found what there is to do."""

    files: int
    size: int


@value
class Examined(Event):
    """One file is done; ``reused`` when the answer came from the memo."""

    path: str
    size: int
    reused: bool
