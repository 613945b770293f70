"""huggingface_hub: which repository, which commit, which files; before a download and after it."""

from __future__ import annotations

import os

from weighbridge.core.refs import is_commit
from weighbridge.core.values import replace
from weighbridge.guard import current
from weighbridge.guard.files import Irregular, hold
from weighbridge.guard.imports import Hook, mark
from weighbridge.guard.judging import moved, of_repository, unlocked
from weighbridge.guard.loaders.common import argument
from weighbridge.guard.names import Place, kind_of, source_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.guard.guard import Guard

_PASSED_OVER = frozenset({"__pycache__", ".cache"})
"""Bytecode that Python has cached is never used (``code.py``); the other folder is the client's own."""


def hooks() -> dict[str, tuple[Hook, ...]]:
    """Say what is wrapped."""
    return {
        "huggingface_hub.file_download": (
            Hook(name="hf_hub_download", wrap=_download),
            Hook(name="try_to_load_from_cache", wrap=_from_cache),
        ),
        "huggingface_hub._snapshot_download": (Hook(name="snapshot_download", wrap=_snapshot),),
    }


def _download(original: Any) -> Any:
    from functools import wraps

    @wraps(original)
    def hf_hub_download(*args: Any, **kwargs: Any) -> Any:
        guard = current.guard
        if guard is None:
            return original(*args, **kwargs)
        asked = _asked(guard, _DOWNLOAD, args, kwargs)
        result = original(*args, **kwargs)
        if isinstance(result, str):
            parts = [argument((), kwargs, "subfolder", 0), argument(args, kwargs, "filename", 1)]
            _check(guard, _DOWNLOAD, asked, result, "/".join(str(part) for part in parts if part))
        return result

    return mark(hf_hub_download)


def _from_cache(original: Any) -> Any:
    """Wrap the way past the download: what is in the cache already is taken without asking anybody."""
    from functools import wraps

    @wraps(original)
    def try_to_load_from_cache(*args: Any, **kwargs: Any) -> Any:
        guard = current.guard
        result = original(*args, **kwargs)
        if guard is not None and isinstance(result, str):
            loader = "huggingface_hub.try_to_load_from_cache"
            # The revision may be a branch here: what counts is the commit that it led to.
            asked = _asked(guard, loader, args, {**kwargs, "revision": None})
            _check(guard, loader, asked, result, str(argument(args, kwargs, "filename", 1)))
        return result

    return mark(try_to_load_from_cache)


def _snapshot(original: Any) -> Any:
    from functools import wraps

    @wraps(original)
    def snapshot_download(*args: Any, **kwargs: Any) -> Any:
        guard = current.guard
        if guard is None:
            return original(*args, **kwargs)
        asked = _asked(guard, _SNAPSHOT, args, kwargs)
        result = original(*args, **kwargs)
        if isinstance(result, str):
            there = guard.names.place(f"{result}/.")
            for path in guard.files_below(result, _SNAPSHOT, _PASSED_OVER):
                below = os.path.relpath(path, result)
                # A folder of the program's own may hold files of its own.
                if there is not None or guard.names.files(replace(asked, path=below)):
                    _check(guard, _SNAPSHOT, asked, path, below)
        return result

    return mark(snapshot_download)


_DOWNLOAD, _SNAPSHOT = "huggingface_hub.hf_hub_download", "huggingface_hub.snapshot_download"


def _asked(guard: Guard, loader: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Place:
    """Find what the lock has for the repository that is asked for; raises Refused before anything is fetched."""
    name = str(argument(args, kwargs, "repo_id", 0))
    kind = kind_of(argument((), kwargs, "repo_type", 0))
    source = source_of(kind, name)
    place = Place(source=source, entries=guard.names.repository(kind, name))
    revision = argument((), kwargs, "revision", 0)
    if not place.entries:
        guard.settle(unlocked(source, loader, name))
    elif isinstance(revision, str) and is_commit(revision):
        place = replace(place, commit=revision)
        if all(entry.resolved != revision for entry in place.entries):
            guard.settle(moved(place, loader, name))
    return place


def _check(guard: Guard, loader: str, asked: Place, path: str, below: str) -> None:
    """Hold a file that came against the one of this name in the lock; its place tells the commit, if any does."""
    there = guard.names.place(os.path.abspath(path))
    commit = there.commit if there is not None and there.commit else asked.commit
    place = replace(asked, commit=commit, path=below)
    try:
        with hold(path) as held:
            if guard.hash(held, loader):
                guard.settle(of_repository(guard.names, place, loader, path, held.digest))
                guard.remember(held)
    except Irregular:
        guard.irregular(loader, path)
    except OSError:
        return  # a link to nothing: whoever opens it gets nothing
