"""What lies at a path: told by its structure, never by what somebody calls it."""

from __future__ import annotations

import os
import stat

from weighbridge.core.artifact import Listing
from weighbridge.core.errors import AccessError, reason
from weighbridge.core.refs import HUB, MODELSCOPE, OLLAMA, PATH, Ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from weighbridge.access.local_stores.walk import Entry


def listings(path: str) -> tuple[Listing, ...]:
    """List the artifacts at a path: those of a store, one for a directory or a file.

    Nothing is hashed but manifests, and nothing is asked of a network: digests are what the store claims. A path may
    lead into a store, to a repository or a snapshot of a Hugging Face cache. What lies in a store and belongs to none
    of its artifacts makes a last listing, without files, of extras. Raises AccessError for a path that cannot be
    looked at.
    """
    real = _real(path)
    if not os.path.isdir(real):
        from weighbridge.access.local_stores.directory import single_file

        return (single_file(path, real),)
    return _hub(path, real) or _others(path, real)


def _real(path: str) -> str:
    if not path:  # which realpath takes for the working directory
        raise AccessError("cannot open '': it names nothing", hint="check the path")
    try:
        real = os.path.realpath(path, strict=True)
        mode = os.lstat(real).st_mode
    except (OSError, ValueError) as error:
        words = reason(error) if isinstance(error, OSError) else str(error)
        raise AccessError(f"cannot open {path!r}: {words}", hint="check the path and the rights on it") from None
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise AccessError(f"{path!r} is neither a file nor a directory", hint="name a file or a directory")
    return real


def _hub(path: str, real: str) -> tuple[Listing, ...]:
    """List a Hugging Face cache, one of its repositories or one of its snapshots; nothing where it is none."""
    from weighbridge.access.local_stores import hub_cache

    if hub_cache.is_repository(real):
        name = os.path.basename(real)
        rest = _rest(path, real, HUB, lambda entry: hub_cache.is_own(f"{name}/{entry.path}", entry))
        return (*hub_cache.repository(real), *rest)
    folder, commit = os.path.split(real)
    if os.path.basename(folder) == "snapshots" and hub_cache.is_repository(os.path.dirname(folder)):
        return (hub_cache.snapshot(os.path.dirname(folder), commit),)
    if names := hub_cache.repositories(real):
        found = tuple(one for name in names for one in hub_cache.cached(real, name))
        return (*found, *_rest(path, real, HUB, lambda entry: hub_cache.is_own(entry.path, entry)))
    return ()


def _others(path: str, real: str) -> tuple[Listing, ...]:
    from weighbridge.access.local_stores import directory, modelscope, oci_layout, ollama

    if oci_layout.is_layout(real):
        return oci_layout.layout(path, real)
    if ollama.is_store(real) and (found := tuple(ollama.store(real))):
        return (*found, *_rest(path, real, OLLAMA, lambda entry: ollama.is_own(entry.path, entry)))
    if modelscope.is_older(real):
        return tuple(modelscope.repository(real))
    if modelscope.is_repository(real):
        own = f"{os.path.basename(os.path.dirname(real))}/{os.path.basename(real)}"
        rest = _rest(path, real, MODELSCOPE, lambda entry: modelscope.is_own(f"{own}/{entry.path}", entry))
        return (*modelscope.repository(real), *rest)
    if folders := modelscope.repositories(real):
        repositories = tuple(one for folder in folders for one in modelscope.repository(folder))
        return (*repositories, *_rest(path, real, MODELSCOPE, lambda entry: modelscope.is_own(entry.path, entry)))
    return (directory.directory(path, real),)


def _rest(path: str, real: str, kind: str, is_own: Callable[[Entry], bool]) -> tuple[Listing, ...]:
    """List what lies in a store and belongs to none of its artifacts, or a few folders would hide any file."""
    from weighbridge.access.local_stores.walk import by_path, walk

    extras = by_path(entry.listed() for entry in walk(real) if not is_own(entry))
    return (Listing(ref=Ref(scheme=PATH, name=path), kind=kind, extras=extras, root=real),) if extras else ()
