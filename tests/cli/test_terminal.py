"""Colour and width depend on a terminal, and on what its user asks for."""

from __future__ import annotations

import os
import sys

import pytest

from weighbridge.cli import terminal


class Stdout:
    def __init__(self, *, tty: bool) -> None:
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty

    def fileno(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("tty", "variables", "coloured"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": "xterm"}, True),
    ],
)
def test_colour(tty: bool, variables: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, content in variables.items():
        monkeypatch.setenv(name, content)
    monkeypatch.setattr(sys, "stdout", Stdout(tty=tty))
    assert terminal.colours() is coloured


@pytest.mark.parametrize(
    ("tty", "columns", "width"), [(True, 60, 60), (True, 300, 100), (False, 60, 80), (True, None, 80)]
)
def test_width(tty: bool, columns: int | None, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def size(_descriptor: int) -> os.terminal_size:
        if columns is None:
            raise OSError(25, "Inappropriate ioctl for device")
        return os.terminal_size((columns, 20))

    monkeypatch.setattr(sys, "stdout", Stdout(tty=tty))
    monkeypatch.setattr(os, "get_terminal_size", size)
    assert terminal.width() == width


def test_a_closed_stdout_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert (terminal.colours(), terminal.width()) == (False, 80)
