"""Runs the commands of the documentation where a reader would run them: beside the demonstration's files.

The folder holds `example-repository/` without the one file that comes from the network, and `examples/`. Nothing of the
caller's environment reaches the commands, so that they say the same everywhere.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools import demo

ROOT = Path(__file__).resolve().parent.parent
COLUMNS, ROWS = 80, 50
_RULE_SET = re.compile(r"sha256:[0-9a-f]{64}")


class Session:
    """A shell in that folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        programs = folder / ".programs"
        programs.mkdir()
        for name, arguments in (("weighbridge", "-m weighbridge "), ("python", "")):
            shim = programs / name
            shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n', "utf-8")
            shim.chmod(0o755)
        self._environment = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": str(COLUMNS),
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run(self, command: str) -> str:
        """What a command writes, both streams as they come; the digest of the rule set, which changes often, is cut."""
        done = subprocess.run(
            command, shell=True, cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        return _RULE_SET.sub("sha256:…", done.stdout)

    def run_in_terminal(self, command: str) -> str:
        """What a command writes to a terminal of `COLUMNS` columns, escape sequences included."""
        reading, writing = pty.openpty()
        fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        with subprocess.Popen(
            command, shell=True, cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL,
            stdout=writing, stderr=writing,
        ):  # fmt: skip
            os.close(writing)
            said = bytearray()
            while piece := _read(reading):
                said += piece
        os.close(reading)
        return said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """Read from the parent's end of a terminal; Linux tells that the other end is closed by EIO."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


@contextmanager
def session() -> Iterator[Session]:
    """Lay the folder out and take it away again."""
    with TemporaryDirectory(prefix="session-") as name:
        folder = Path(name)
        demo.lay_out(demo.assembled(), folder / demo.FOLDER)
        (folder / "examples").symlink_to(ROOT / "examples")
        yield Session(folder)
