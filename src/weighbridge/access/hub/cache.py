"""Where the Hub's own cache on this machine has an artifact, for those who are offline.

Layout: ``models--org--name/refs/<revision>`` holds a commit, ``snapshots/<commit>`` its files.
"""

from __future__ import annotations

import os

from weighbridge.access.hub.tree import DEFAULT_REVISION
from weighbridge.core.refs import is_commit, is_outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.refs import Ref


def where(ref: Ref) -> str:
    """Say what to do without the network: name the snapshot in the cache, or pull it first."""
    snapshot = _snapshot(ref)
    if not snapshot:
        return "it is not in the cache of the Hub either: pull it while there is a network"
    return f"it is in the cache: name {snapshot!r} instead"


def _snapshot(ref: Ref) -> str:
    """Give the directory of a reference's files in the cache; empty when there is none."""
    parts = ref.name.split("/")
    folder = "--".join(parts if len(parts) == 3 else ("models", *parts))
    repository = os.path.join(root(), folder)
    revision = ref.revision or DEFAULT_REVISION
    if is_outside(revision):
        return ""
    if not is_commit(revision):
        try:
            with open(os.path.join(repository, "refs", revision), encoding="ascii") as file:
                revision = file.read(41).strip()
        except (OSError, ValueError):
            return ""
    snapshot = os.path.join(repository, "snapshots", revision)
    return snapshot if is_commit(revision) and os.path.isdir(snapshot) else ""


def root() -> str:
    """Give the cache's directory, from the variables that ``huggingface_hub`` reads."""
    environ = os.environ
    home = environ.get("HF_HOME") or os.path.join(
        environ.get("XDG_CACHE_HOME") or os.path.join("~", ".cache"), "huggingface"
    )
    place = environ.get("HF_HUB_CACHE") or environ.get("HUGGINGFACE_HUB_CACHE") or os.path.join(home, "hub")
    return os.path.expandvars(os.path.expanduser(place))
