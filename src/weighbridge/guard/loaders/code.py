"""Code that comes with models: what Python is about to run from a repository is what the lock has, or does not run.

``trust_remote_code=True`` copies the repository's modules into a folder of their own and imports them. The import
system reads a module in one place; there the very bytes are hashed that are compiled next. Cached bytecode is passed
over, because nothing says what source it came from.
"""

from __future__ import annotations

import os
from errno import EACCES

from weighbridge.core.values import replace
from weighbridge.guard import current
from weighbridge.guard.imports import Hook, mark
from weighbridge.guard.judging import by_place
from weighbridge.guard.refusal import Decision, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.guard.guard import Guard

COPIES = ("/transformers_modules/", "/diffusers_modules/")
"""Folders that libraries copy the code of repositories into."""
_LOADER = "import"


def hooks() -> dict[str, tuple[Hook, ...]]:
    """Say what is wrapped."""
    return {"_frozen_importlib_external": (Hook(name="FileLoader.get_data", wrap=_get_data),)}


def _get_data(original: Any) -> Any:
    from functools import wraps

    @wraps(original)
    def get_data(self: Any, path: str) -> Any:
        guard = current.guard
        if guard is None or not guard.enforces or not _is_code(guard, path):
            return original(self, path)
        if path.endswith(".pyc"):
            # What the import system takes for: there is no cache, read the source.
            raise OSError(EACCES, "cached bytecode of a model is not used", path)
        content = original(self, path)
        settle(guard, path, content)
        return content

    return mark(get_data)


def is_copy(path: str) -> bool:
    """Tell whether a file lies where libraries copy the code of repositories to."""
    return any(folder in path for folder in COPIES)


def _is_code(guard: Guard, path: str) -> bool:
    """Tell whether a module belongs to a model; in a folder of the project only if the lock names it."""
    if is_copy(path):
        return True
    if not guard.names.may_be_placed(path):
        return False
    place = guard.names.place(path.replace("/__pycache__/", "/"))
    if place is None:
        return False
    folder, slash, name = place.path.rpartition("/")
    source = f"{folder}{slash}{name.partition('.')[0]}.py" if name.endswith(".pyc") else place.path
    return not place.open or bool(guard.names.files(replace(place, path=source)))


def settle(guard: Guard, path: str, content: bytes) -> None:
    """Judge the source of a module; raises Refused."""
    from hashlib import sha256

    digest = sha256(content).hexdigest()
    decision = by_place(guard.names, _LOADER, path, os.path.realpath(path), digest)
    if decision is None:
        # The copies lie in no place of their own: a file without content is what the library puts beside them.
        if not content:
            return
        known = guard.names.code.get(digest)
        decision = Decision(
            outcome=Outcome.NAMED if known else Outcome.REFUSED, loader=_LOADER, path=path, found=digest,
            entry=known or "", reason="" if known else "no entry of the lock has this code",
            hint="" if known else "read it, then accept it: weighbridge lock --update NAME",
        )  # fmt: skip
    guard.settle(decision)
