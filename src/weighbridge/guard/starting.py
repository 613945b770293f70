"""How ``weighbridge run`` and the processes that it starts speak to each other: one variable of the environment.

Python imports ``sitecustomize`` from PYTHONPATH before anything of the program runs. The one in ``startup`` installs
the guard that the variable describes, then lets the program's own ``sitecustomize`` have its turn. Processes that the
program starts inherit both.
"""

from __future__ import annotations

import os
import sys

from weighbridge.core.errors import IntegrityError, UsageError, WeighbridgeError
from weighbridge.core.values import value
from weighbridge.guard import current
from weighbridge.guard.journal import say
from weighbridge.guard.session import refusal_behind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from weighbridge.guard.guard import Guard
    from weighbridge.guard.refusal import Refused

VARIABLE = "WEIGHBRIDGE_GUARD"
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "startup")
"""What comes first on PYTHONPATH."""


@value
class Setup:
    """What a guarded process is to do; ``digest`` is the SHA-256 that the lock file must still have."""

    lock: str
    digest: str
    mode: str
    report: str = ""
    allow: tuple[str, ...] = ()


def environment(setup: Setup, inherited: dict[str, str]) -> dict[str, str]:
    """Add to an environment what makes Python processes in it guarded."""
    import json

    fields = {name: getattr(setup, name) for name in ("lock", "digest", "mode", "report", "allow")}
    before = inherited.get("PYTHONPATH")
    path = f"{FOLDER}{os.pathsep}{before}" if before else FOLDER
    return {**inherited, VARIABLE: json.dumps(fields), "PYTHONPATH": path}


def begin() -> str:
    """Install what the environment asks for; returns why that failed, empty when it did not, or was not asked for."""
    text = os.environ.get(VARIABLE)
    if text is None:
        return ""
    try:
        _install(_read(text))
    except WeighbridgeError as error:
        return f"the guard cannot start: {error}" + (f"; {error.hint}" if error.hint else "")
    sys.excepthook = _one_line
    current.speak = _speak
    return ""


def _read(text: str) -> Setup:
    import json

    try:
        fields = json.loads(text)
        fields["allow"] = tuple(fields["allow"])
        setup = Setup(**fields)
    except (ValueError, KeyError, TypeError):
        setup = None
    words = (setup.lock, setup.digest, setup.mode, setup.report, *setup.allow) if setup else (None,)
    if setup is None or not all(isinstance(word, str) for word in words):
        raise UsageError(f"{VARIABLE} does not say what to do", hint="it is set by 'weighbridge run'")
    return setup


def _install(setup: Setup) -> Guard:
    from weighbridge.guard.guard import install, read_lock

    _, digest = read_lock(setup.lock)
    if digest != setup.digest:
        raise IntegrityError(f"{setup.lock} is not the lock that the program was started with", hint="start it anew")
    return install(setup.lock, setup.mode, report=setup.report or None, allow=setup.allow)


def _speak(refused: Refused) -> None:
    say(str(refused))
    refused.told = True


def _one_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """End the program as an uncaught error does; a refusal and what came of it are told in its one line."""
    refused = refusal_behind(error)
    if refused is None:
        sys.__excepthook__(kind, error, trace)
    elif not refused.told:
        _speak(refused)
