"""A function of the user's and its inputs, made ready for a child that imports the one and unpacks the other."""

from __future__ import annotations

import os
import sys
from types import FunctionType

from weighbridge.core.errors import UsageError, WeighbridgeError
from weighbridge.reports.neutral import visible
from weighbridge.sandbox.loading import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from weighbridge.sandbox.testimony import Failure

MAIN = "__mp_main__"
"""The name under which a program is imported in the child, as multiprocessing does: its main part is not run."""


_inside = [False]


def enter() -> None:
    """Note that this process is the child: a program that is imported in it must not ask for another one."""
    _inside[0] = True


def check_outside() -> None:
    """Raise UsageError in a child that imports a program which calls the jail as soon as it is imported."""
    if _inside[0]:
        raise UsageError("the jail was asked for while the program was imported in it", hint=_GUARD)


class CallError(WeighbridgeError):
    """The user's function raised something in the jail; ``class_name``, ``words`` and ``where`` say what and where.

    They come out of a process in which the model's code may have run.
    """

    def __init__(self, name: str, failure: Failure) -> None:
        lines = "".join(f"\n  at {visible(line)}" for line in failure.where)
        super().__init__(f"{name} raised {visible(failure.class_name)}: {visible(failure.words)}{lines}")
        self.class_name = failure.class_name
        self.words = failure.words
        self.where = failure.where


def called(function: Callable[[Any, Any], object]) -> Call:
    """Say where the child finds a function; raises UsageError for one that has no name of its own in a module."""
    if not isinstance(function, FunctionType):
        raise UsageError(f"{type(function).__name__} is no function", hint=_HINT)
    module, name = function.__module__, function.__qualname__
    if "<" in name:
        kind = "a lambda" if function.__name__ == "<lambda>" else f"{function.__name__!r}, which a function made,"
        raise UsageError(f"{kind} cannot be imported in the jail", hint=_HINT)
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not function:
        raise UsageError(f"{module}.{name} is not the function that was given", hint=_HINT)
    if module == "__main__":
        module = _program()
    search = tuple(dict.fromkeys(os.path.abspath(path) for path in sys.path))
    return Call(module=module, file=os.path.abspath(function.__code__.co_filename), name=name, search=search)


def _program() -> str:
    """Name the running program: by its module, where it was started as one, else as what is imported by its file."""
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return str(spec.name)
    file = getattr(main, "__file__", None)
    if not file or not os.path.isfile(file):
        raise UsageError("a function of an interactive session cannot be imported in the jail", hint=_HINT)
    return MAIN


_GUARD = 'put what the program does under: if __name__ == "__main__"'
_HINT = "define it with def in a module or program file, outside of other functions"
