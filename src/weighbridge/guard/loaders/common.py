"""A wrapper for every loader that takes one file as one argument."""

from __future__ import annotations

from weighbridge.guard import current
from weighbridge.guard.admission import Admission, Way
from weighbridge.guard.imports import mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def one_file(
    loader: str,
    argument: str,
    position: int = 0,
    way: Way | Callable[[Any, tuple[Any, ...], dict[str, Any]], Way | None] = Way.FILE,
    finish: Callable[[Any, Any], None] | None = None,
) -> Callable[[Any], Any]:
    """Say how to wrap a function that loads the file which ``argument`` names, at ``position`` when it has no name.

    ``way`` may depend on the arguments; None leaves a call alone. ``finish`` sees the result and what
    the loader was given.
    """

    def wrap(original: Any) -> Any:
        from functools import wraps

        @wraps(original)
        def load(*args: Any, **kwargs: Any) -> Any:
            guard = current.guard
            named = argument in kwargs
            if guard is None or not (named or len(args) > position):
                return original(*args, **kwargs)
            given = kwargs[argument] if named else args[position]
            chosen = way if isinstance(way, Way) else way(given, args, kwargs)
            if chosen is None:
                return original(*args, **kwargs)
            with Admission(guard, loader, given, chosen) as admitted:
                if named:
                    kwargs[argument] = admitted.given
                else:
                    args = (*args[:position], admitted.given, *args[position + 1 :])
                result = original(*args, **kwargs)
                if finish is not None:
                    finish(result, admitted.given)
                return result

        return mark(load)

    return wrap


def argument(args: tuple[Any, ...], kwargs: dict[str, Any], name: str, position: int) -> Any:
    """Find an argument by name or position; None where it is not given."""
    return kwargs[name] if name in kwargs else args[position] if len(args) > position else None
