"""The cache of ModelScope: files as they are, without any digest.

Source: ``modelscope_hub`` 0.5 (``_download``, ``_cache_manager``) and the SDK before it::

    models/<owner>--<name>/snapshots/<revision>/<path>    now; a revision is a branch, a tag or a commit
    hub/models/<owner>/<name, dots as ___>/<path>         before, with .msc and .mdl, which are pickles, and .mv

The pickles are files of the artifact, to be weighed like any other: the older SDK opens them.
"""

from __future__ import annotations

import os

from weighbridge.access.local_stores.reading import LocalReading
from weighbridge.access.local_stores.walk import by_path, is_file, is_folder, names_in, resolved, walk
from weighbridge.core.artifact import Listing
from weighbridge.core.errors import AccessError
from weighbridge.core.refs import MODELSCOPE, Ref, is_commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.access.local_stores.walk import Entry


_KINDS = {"models": "", "datasets": "datasets/"}
_DEFAULTS = ("master", "main")
_PICKLES = (".msc", ".mdl")
_DOT = "___"


def is_repository(folder: str) -> bool:
    """Tell whether a directory is a repository of the cache in its present form."""
    name, kind = os.path.basename(folder), os.path.basename(os.path.dirname(folder))
    return kind in _KINDS and "--" in name and is_folder(f"{folder}/snapshots")


def is_older(folder: str) -> bool:
    """Tell whether a directory is a repository as the older SDK left it."""
    return any(is_file(f"{folder}/{name}") for name in _PICKLES)


def repositories(root: str) -> list[str]:
    """List the repositories of a cache, in either form."""
    found = []
    for base in (root, f"{root}/hub"):
        for kind in _KINDS:
            for name in names_in(f"{base}/{kind}"):
                folder = f"{base}/{kind}/{name}"
                if is_repository(folder):
                    found.append(folder)
                elif is_folder(folder):
                    found += [f"{folder}/{one}" for one in names_in(folder) if is_older(f"{folder}/{one}")]
    return found


def is_own(path: str, entry: Entry) -> bool:
    """Tell whether something has its place in a cache: in a repository of either form, or as the mark of a lock."""
    parts = path.removeprefix("hub/").split("/")
    if parts[0] == ".lock":
        return entry.size == 0
    is_older_form = len(parts) > 3 and "--" not in parts[1]
    return parts[0] in _KINDS and (is_older_form or (len(parts) > 4 and parts[2] == "snapshots"))


def repository(folder: str) -> Iterator[Listing]:
    """Yield a listing for each snapshot of a repository; ``folder`` has its links resolved."""
    for root, ref in _states(folder):
        yield _listing(root, ref)


def _states(folder: str) -> Iterator[tuple[str, Ref]]:
    """Name the snapshots of a repository, and where each lies."""
    if not is_repository(folder):
        yield folder, _older_ref(folder)
        return
    prefix = _KINDS[os.path.basename(os.path.dirname(folder))]
    name = prefix + os.path.basename(folder).replace("--", "/", 1)
    for revision in names_in(f"{folder}/snapshots"):
        if is_folder(f"{folder}/snapshots/{revision}"):
            yield f"{folder}/snapshots/{revision}", Ref(scheme=MODELSCOPE, name=name, revision=revision)


def _older_ref(folder: str) -> Ref:
    owner, name = folder.split("/")[-2:]
    return Ref(scheme=MODELSCOPE, name=f"{owner}/{name.replace(_DOT, '.')}")


def _listing(root: str, ref: Ref) -> Listing:
    return Listing(
        ref=ref, kind=MODELSCOPE, resolved=ref.revision if is_commit(ref.revision) else "",
        files=by_path(entry.listed() for entry in walk(root)), root=root,
    )  # fmt: skip


class ModelScopeStore(LocalReading):
    """Models that ModelScope's tools have put on this machine; it never asks the hub."""

    def __init__(self, *, offline: bool = False, root: str = "") -> None:
        super().__init__(offline=offline)
        asked = root or os.environ.get("MODELSCOPE_CACHE") or os.path.expanduser("~/.cache/modelscope")
        self._asked, self._root = asked, resolved(asked)

    def listing(self, ref: Ref) -> Listing:
        """List a repository; raises AccessError for one that is not here, or not in this revision.

        The digest of a lock's entry names no revision: which state it is shows when its files are read.
        """
        revision = "" if ref.revision.startswith("sha256:") else ref.revision
        found = [
            (root, one)
            for folder in repositories(self._root)
            for root, one in _states(folder)
            if one.name == ref.name and (not revision or one.revision in {"", revision})
        ]
        found.sort(key=lambda one: _DEFAULTS.index(one[1].revision) if one[1].revision in _DEFAULTS else len(_DEFAULTS))
        if not found:
            raise AccessError(
                f"{ref} is not in the cache of ModelScope at {self._asked!r}",
                hint="download it with ModelScope's own tool first, or say where the cache is: MODELSCOPE_CACHE",
            )
        return _listing(*found[0])
