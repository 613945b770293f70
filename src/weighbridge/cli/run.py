"""``weighbridge run``: a program under guard. This process becomes the program; nothing stands between it and you."""

from __future__ import annotations

import os

from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.core.errors import UsageError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

COMMAND = Command(
    name="run",
    description="Run a Python program that loads what model.lock names, as it is locked, and no other model.",
    formats=("text",),
    operand=Operand(metavar="-- PROGRAM", help="the program and its arguments: -- python app.py --port 80"),
    groups=(
        Group(
            title="the guard",
            options=(
                Option(names=("--lock",), metavar="FILE", help="the lock file (default: model.lock)"),
                Option(names=("--audit",), help="refuse nothing; tell every decision on stderr"),
                Option(names=("--report",), metavar="FILE", help="append every decision to FILE as a line of JSON"),
                Option(
                    names=("--allow",), metavar="DIR", repeatable=True,
                    help="a cache that the program itself writes: files in it need no lock; repeatable",
                ),
            ),
        ),
    ),
    epilog="""\
A hook is a seat belt and not a wall: code that wants to can go around it.
exit codes: the program's own; 1 when a refusal ends it, 2 when it cannot start

examples:
  weighbridge run -- python app.py
  weighbridge run --audit --report loads.jsonl -- python -m service
""",
)  # fmt: skip

_BLIND = frozenset("IES")
"""Switches of Python under which it imports no ``sitecustomize`` from PYTHONPATH."""


def main(given: Given) -> int:
    """Become the program; returns only by raising UsageError."""
    from weighbridge.guard.guard import Guard, read_lock
    from weighbridge.guard.starting import Setup, environment

    program = given.operands
    switch = _blinding(program)
    if switch:
        raise UsageError(f"under {switch!r} Python starts without the guard", hint=f"leave {switch} out")
    lock = os.path.abspath(given.one("--lock") or "model.lock")
    content, digest = read_lock(lock)
    mode = "audit" if given.on("--audit") else "enforce"
    report = os.path.abspath(given.one("--report")) if given.one("--report") else ""
    allow = tuple(map(os.path.abspath, given.every("--allow")))
    # What is wrong with the lock or the report is told here, once, not by every process.
    Guard(lock, mode, report=report, allow=allow, content=content).journal.close()
    setup = Setup(lock=lock, digest=digest, mode=mode, report=report, allow=allow)
    _become(program, environment(setup, dict(os.environ)))
    return 2


def _blinding(program: tuple[str, ...]) -> str:
    """Find a switch of Python that would keep the guard out; empty where there is none."""
    if not os.path.basename(program[0]).startswith(("python", "pypy")):
        return ""
    words = iter(program[1:])
    for word in words:
        if not word.startswith("-") or word in {"-", "--"}:
            return ""
        if word.startswith("--"):
            continue
        for at, letter in enumerate(word[1:], start=1):
            if letter in "cm":
                return ""
            if letter in "WX":
                if at == len(word) - 1:
                    next(words, None)
                break
            if letter in _BLIND:
                return f"-{letter}"
    return ""


def _become(program: tuple[str, ...], variables: dict[str, str]) -> None:
    """Replace this process by the program: its input, signals and exit code are then nobody else's."""
    import signal
    import sys

    # Python ignores these for itself, and what is ignored stays so in the program.
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    try:
        os.execvpe(program[0], program, variables)  # noqa: S606  (what the user asked to run)
    except OSError as error:
        raise UsageError(f"cannot run {program[0]!r}: {reason(error)}") from None
