"""What lies at a path: told by its structure, never by what somebody calls it."""

from __future__ import annotations

import os
import stat

from weighbridge.core.errors import AccessError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.artifact import Listing


def listings(path: str) -> tuple[Listing, ...]:
    """List the artifacts at a path: those of a store, one for a directory or a file.

    Nothing is hashed but manifests, and nothing is asked of a network: digests are what the store claims. A path may
    lead into a store, to a repository or a snapshot of a Hugging Face cache. Raises AccessError for a path that cannot
    be looked at.
    """
    real = _real(path)
    if not os.path.isdir(real):
        from weighbridge.access.local_stores.directory import single_file

        return (single_file(path, real),)
    return _hub(real) or _others(path, real)


def _real(path: str) -> str:
    try:
        real = os.path.realpath(path, strict=True)
        mode = os.lstat(real).st_mode
    except (OSError, ValueError) as error:
        words = reason(error) if isinstance(error, OSError) else str(error)
        raise AccessError(f"cannot open {path!r}: {words}", hint="check the path and the rights on it") from None
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise AccessError(f"{path!r} is neither a file nor a directory", hint="name a file or a directory")
    return real


def _hub(real: str) -> tuple[Listing, ...]:
    """List a Hugging Face cache, one of its repositories or one of its snapshots; nothing where it is none."""
    from weighbridge.access.local_stores import hub_cache

    if hub_cache.is_repository(real):
        return tuple(hub_cache.repository(real))
    folder, commit = os.path.split(real)
    if os.path.basename(folder) == "snapshots" and hub_cache.is_repository(os.path.dirname(folder)):
        return (hub_cache.snapshot(os.path.dirname(folder), commit),)
    for root in (real, os.path.join(real, "hub")):
        if found := hub_cache.repositories(root):
            return tuple(one for name in found for one in hub_cache.cached(root, name))
    return ()


def _others(path: str, real: str) -> tuple[Listing, ...]:
    from weighbridge.access.local_stores import directory, modelscope, oci_layout, ollama

    if oci_layout.is_layout(real):
        return oci_layout.layout(path, real)
    for root in (real, os.path.join(real, "models")):
        if ollama.is_store(root) and (found := tuple(ollama.store(root))):
            return found
    if modelscope.is_repository(real) or modelscope.is_older(real):
        return tuple(modelscope.repository(real))
    if folders := modelscope.repositories(real):
        return tuple(one for folder in folders for one in modelscope.repository(folder))
    return (directory.directory(path, real),)
