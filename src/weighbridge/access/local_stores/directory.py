"""Ordinary directories and single files, with the claims of whatever stores keep their documents there.

A directory can belong to several at once: a git checkout with DVC files in which an MLflow model lies. Their claims
are laid over each other, and where they differ, that is a trouble. Nothing is passed over: what lies in ``.git`` is a
file of the directory, too.
"""

from __future__ import annotations

import os

from weighbridge.access.local_stores import dvc, git_lfs, hub_copies, mlflow
from weighbridge.access.local_stores.walk import by_path, walk
from weighbridge.core.artifact import ABSENT, ListedFile, Listing
from weighbridge.core.refs import PATH, Ref
from weighbridge.core.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.access.local_stores.overlay import Overlay

PLAIN = "directory"
_READERS = (hub_copies.read, dvc.read, git_lfs.read, mlflow.read)
_DIGESTS = ("sha256", "git", "md5", "xet")


def directory(shown: str, root: str) -> Listing:
    """List a directory; ``shown`` is its name for people, ``root`` where it is, with links resolved."""
    entries = {entry.path: entry for entry in walk(root)}
    overlays = [found for read in _READERS if (found := read(root, entries)) is not None]
    troubles = [trouble for overlay in overlays for trouble in overlay.troubles]
    files: list[ListedFile] = []
    extras: list[ListedFile] = []
    own = frozenset[str]().union(*(overlay.own for overlay in overlays))
    for path, entry in entries.items():
        if path not in own:
            file = _claimed(entry.listed(), overlays, troubles)
            is_extra = any(overlay.complete and path not in overlay.claims for overlay in overlays)
            (extras if is_extra else files).append(file)
    missing = {path: claim for overlay in overlays for path, claim in overlay.claims.items() if path not in entries}
    files += [replace(claim, trouble=claim.trouble or ABSENT, real="") for claim in missing.values()]
    first = overlays[0] if overlays else None
    return Listing(
        ref=Ref(scheme=PATH, name=shown), kind=first.kind if first else PLAIN, resolved=first.resolved if first else "",
        files=by_path(files), extras=by_path(extras), troubles=tuple(troubles), root=root,
    )  # fmt: skip


def single_file(shown: str, real: str) -> Listing:
    """List one file; ``real`` is where it is, with links resolved."""
    file = ListedFile(path=os.path.basename(shown) or shown, size=os.lstat(real).st_size, real=real)
    return Listing(ref=Ref(scheme=PATH, name=shown), kind=PLAIN, files=(file,), root=os.path.dirname(real))


def _claimed(file: ListedFile, overlays: list[Overlay], troubles: list[str]) -> ListedFile:
    for overlay in overlays:
        claim = overlay.claims.get(file.path)
        if claim is None:
            continue
        known: dict[str, str] = {}
        for name in _DIGESTS:
            before, said = getattr(file, name), getattr(claim, name)
            if before and said and before != said:
                troubles.append(f"{file.path}: one store promises {name} {before}, another {said}")
            known[name] = before or said
        file = replace(
            file, **known, size=claim.size if claim.size >= 0 else file.size, real=claim.real or file.real,
            trouble=claim.trouble or ("" if claim.real else file.trouble),
        )  # fmt: skip
    return file
