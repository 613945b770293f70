"""Talk on stderr: a progress bar for long work, notes, and nothing at all when asked to be quiet."""

from __future__ import annotations

import sys
from time import monotonic

from weighbridge.core.events import Event, Examined, Planned

PATIENCE = 1.0
"""Seconds before a bar appears: short work needs none."""

EVERY = 0.1
"""Seconds between two drawings."""

WIDTH = 30


def say(text: str) -> None:
    """Write on stderr; when it is closed or full there is nobody to tell, and the exit code must still be right."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return


class Progress:
    """Draws a bar from events while stderr is a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self.on = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self.start = self.drawn = monotonic()
        self.files = self.size = self.done_files = self.done_size = 0
        self.visible = False

    def __call__(self, event: Event) -> None:
        """Take note of an event and draw if it is time."""
        if isinstance(event, Planned):
            self.files, self.size = event.files, event.size
        elif isinstance(event, Examined):
            self.done_files += 1
            self.done_size += event.size
            now = monotonic()
            if self.on and now - self.start > PATIENCE and now - self.drawn > EVERY:
                self.drawn = now
                self._draw()

    def _draw(self) -> None:
        self.visible = True
        share = min(1.0, self.done_size / self.size if self.size else self.done_files / max(1, self.files))
        bar = "#" * int(share * WIDTH)
        say(f"\r[{bar:<{WIDTH}}] {self.done_files:,} of {self.files:,} files {share:4.0%}")

    def close(self) -> None:
        """Wipe the bar away."""
        if self.visible:
            say("\r" + " " * 79 + "\r")


def note(text: str, *, quiet: bool) -> None:
    """Say something that is not a result."""
    if not quiet:
        from weighbridge.reports.neutral import visible

        say(f"weighbridge: {visible(text)}\n")
