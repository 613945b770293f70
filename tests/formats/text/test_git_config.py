"""Settings of git: which of them are commands."""

from __future__ import annotations

import pytest

from tests.builders import seams
from tests.museum.exhibit import Verdict, examined, verdict
from weighbridge.formats.text.git_config import COMMANDS


@pytest.mark.parametrize(
    "content",
    [
        seams.git_config('sshCommand = "echo INERT"'),
        seams.git_config("FSMonitor = ./inert"),
        seams.git_config().replace(b"git-lfs smudge", b"inert smudge"),
        b"[alias]\n\tst = !echo INERT\n",
        b"[core] pager = echo INERT\n",
        b"[include]\n\tpath = ../inert\n",
        seams.git_config("hooksPath = inert").replace(b"\n", b"\r\n"),
    ],
)
def test_a_command_is_told(content: bytes) -> None:
    assert [one.rule for one in examined(content, "config").findings] == ["AGT801"]


@pytest.mark.parametrize(
    "content",
    [
        seams.git_config(), seams.git_config("fsmonitor = false", "editor ="), b"[alias]\n\tst = status\n",
        b'[remote "origin"]\n\turl = https://example.org/x.git\n', b"[nlp]\npager = words\n",
    ],
)  # fmt: skip
def test_settings_that_run_nothing(content: bytes) -> None:
    assert verdict(content, "config") is Verdict.CLEAN


def test_commands_have_an_end() -> None:
    content = b"[alias]\n" + b"".join(b"\ta%d = !echo %d\n" % (number, number) for number in range(COMMANDS + 9))
    assert len(examined(content, "config").findings) == COMMANDS
