"""Talk goes to stderr, only where somebody reads it, and never changes the outcome."""

from __future__ import annotations

import io
import sys

import pytest

from weighbridge.cli import console
from weighbridge.cli.console import Progress, note, say
from weighbridge.core.events import Examined, Planned


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(console, "monotonic", lambda: now[0])
    return now


def examined(size: int) -> Examined:
    return Examined(path="a", size=size, reused=False)


def drawn(stream: io.StringIO) -> list[str]:
    return [part for part in stream.getvalue().split("\r") if part.strip()]


def test_short_work_draws_nothing(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    progress = Progress(quiet=False)
    progress(Planned(files=2, size=10))
    for _ in range(2):
        clock[0] += 0.4
        progress(examined(5))
    progress.close()
    assert stderr.getvalue() == ""


def test_long_work_draws_a_bar_and_wipes_it_away(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    progress = Progress(quiet=False)
    progress(Planned(files=2_000, size=1_000))
    for _ in range(4):
        clock[0] += 0.6
        progress(examined(250))
    assert drawn(stderr)[0] == "[###############               ] 2 of 2,000 files  50%"
    assert drawn(stderr)[-1] == "[##############################] 4 of 2,000 files 100%"
    assert all(len(line) < 80 for line in drawn(stderr))
    progress.close()
    assert stderr.getvalue().endswith("\r" + " " * 79 + "\r")


def test_it_is_not_drawn_more_often_than_eyes_can_follow(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    progress = Progress(quiet=False)
    progress(Planned(files=1_000, size=1_000))
    clock[0] += 2
    for _ in range(1_000):
        clock[0] += 0.001
        progress(examined(1))
    assert len(drawn(stderr)) <= 11


@pytest.mark.parametrize("size", [0, 1_000, 10])
def test_a_share_is_never_more_than_the_whole(size: int, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Files may be larger than they were when the walk passed them, and empty ones have no size to share."""
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    progress = Progress(quiet=False)
    progress(Planned(files=1, size=size))
    clock[0] += 5
    progress(examined(500))
    (line,) = drawn(stderr)
    assert line.endswith({0: "100%", 1_000: " 50%", 10: "100%"}[size])


@pytest.mark.parametrize(("quiet", "terminal"), [(True, True), (False, False), (True, False)])
def test_quiet_or_without_a_terminal_nothing_is_drawn(
    quiet: bool, terminal: bool, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    stderr = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    progress = Progress(quiet=quiet)
    progress(Planned(files=2, size=10))
    clock[0] += 100
    progress(examined(5))
    progress.close()
    assert stderr.getvalue() == ""


def test_notes_are_for_those_who_want_them(capsys: pytest.CaptureFixture[str]) -> None:
    note("something", quiet=False)
    note("unheard", quiet=True)
    note("odd \x1b[2J\n name", quiet=False)
    assert capsys.readouterr() == ("", "weighbridge: something\nweighbridge: odd \\x1b[2J\\n name\n")


class Broken(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("stderr", [None, Broken()], ids=["closed", "full"])
def test_a_stderr_that_takes_nothing_is_no_trouble(stderr: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stderr)
    say("unheard")
    assert not Progress(quiet=False).on
