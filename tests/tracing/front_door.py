"""Calls the command line's front door many times in one process: ``front_door.py ERRANDS OUTCOMES [one-pool]``.

``ERRANDS`` is a JSON file, a list of lists of words. ``OUTCOMES`` gets for each of them the exit code, both streams,
and what this process did, by its audit events (PEP 578). With ``one-pool`` the jailed workers of ``convert`` serve one
errand after the other, which saves their start.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from weighbridge.cli.app import main

DEEDS = (
    "os.exec", "os.fork", "os.forkpty", "os.kill", "os.link", "os.mkdir", "os.posix_spawn", "os.remove", "os.rename",
    "os.rmdir", "os.symlink", "os.system", "os.truncate", "os.chmod", "os.chown", "socket.bind", "socket.connect",
    "socket.getaddrinfo", "socket.sendmsg", "socket.sendto", "subprocess.Popen", "ctypes.dlopen", "exec", "compile",
    "pickle.find_class", "import",
)  # fmt: skip
_deeds: list[tuple[str, ...]] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Take note of what changes something outside of this process, or runs code of others."""
    if event in DEEDS:
        _deeds.append((event, *(ascii(one)[:500] for one in arguments[:2])))
    elif event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR) and not os.path.isdir(arguments[0]):
        # A directory that is opened so is the place of a file without a name.
        _deeds.append((event, ascii(arguments[0])))


def outcome(words: list[str]) -> dict[str, object]:
    """What one errand comes to; an exception that gets out is told with its traceback."""
    streams = sys.stdout, sys.stderr
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace") for _ in range(2))
    sys.stdout, sys.stderr = out, err
    _deeds.clear()
    try:
        code: int | str = main(words)
    except BaseException:  # noqa: BLE001
        from traceback import format_exc

        code = format_exc()
    finally:
        sys.stdout, sys.stderr = streams
    told = []
    for stream in (out, err):
        stream.flush()
        told.append(stream.buffer.getvalue().decode("utf-8", "backslashreplace"))
    return {"code": code, "out": told[0], "err": told[1], "deeds": list(_deeds)}


def keep_workers() -> None:
    """Let a pool for plans live on for the next file; everything else stays as it is."""
    from weighbridge.cli import planner
    from weighbridge.sandbox.pool import JailedPool

    kept: list[JailedPool] = []

    class Lasting:
        def __init__(self, **options: Any) -> None:
            if not kept:
                kept.append(JailedPool(**options))

        def __enter__(self) -> JailedPool:
            return kept[0]

        def __exit__(self, *_: object) -> None:
            """Leave it open."""

    planner.JailedPool = Lasting  # type: ignore[attr-defined]


if __name__ == "__main__":
    errands, outcomes = map(Path, sys.argv[1:3])
    if sys.argv[3:] == ["one-pool"]:
        keep_workers()
    sys.addaudithook(watch)
    outcomes.write_text(json.dumps([outcome(words) for words in json.loads(errands.read_text())]))
