"""Files that ``huggingface_hub`` copied to a directory of the user's choice (``local_dir``).

Source: ``huggingface_hub/_local_folder.py``. Beside the copies lies ``.cache/huggingface/download/<path>.metadata``
with commit, entity tag and time, a line each; whole downloads leave ``.cache/huggingface/trees/<commit>.json`` too.
"""

from __future__ import annotations

from weighbridge.access.local_stores.documents import UnfitDocument, read_small
from weighbridge.access.local_stores.hub_tree import are_different, claim_of_etag, read_tree
from weighbridge.access.local_stores.overlay import Overlay
from weighbridge.access.paths import is_path
from weighbridge.core.refs import HUB, is_commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from weighbridge.access.local_stores.walk import Entry
    from weighbridge.core.artifact import ListedFile

_PLACE = ".cache/huggingface/"
_DOWNLOAD, _TREES = _PLACE + "download/", _PLACE + "trees/"
_SUFFIX = ".metadata"
_FIXED = {_PLACE + ".gitignore": 16, _PLACE + "CACHEDIR.TAG": 1_000}
"""Files of fixed content, and the bytes that are enough for it."""


def read(root: str, entries: Mapping[str, Entry]) -> Overlay | None:
    """Read what the downloads left; None where there was none."""
    noted = {path: entry for path, entry in entries.items() if path.startswith(_DOWNLOAD) and path.endswith(_SUFFIX)}
    if not noted:
        return None
    claims: dict[str, ListedFile] = {}
    commits, own, troubles = set(), set(), []
    for path, entry in noted.items():
        name = path[len(_DOWNLOAD) : -len(_SUFFIX)]
        try:
            commit, etag = _note(entry)
        except UnfitDocument as unfit:
            troubles.append(f"what is noted of {name!r} cannot be used: {unfit}")
            continue
        if name in entries or is_path(name):
            claims[name] = claim_of_etag(name, etag)
            commits.add(commit)
            own.add(path)
    if len(commits) > 1:
        troubles.append(f"the files come from {len(commits)} commits: {', '.join(sorted(commits)[:3])}")
    resolved = commits.pop() if len(commits) == 1 else ""
    tree_file = f"{_TREES}{resolved}.json"
    if resolved and tree_file in entries:
        try:
            tree = read_tree(f"{root}/{tree_file}")
        except UnfitDocument as unfit:
            troubles.append(f"the tree file of {resolved} cannot be used: {unfit}")
        else:
            troubles += [
                f"{name}: the tree file promises {said.sha256 or said.git}, another digest was noted when it came"
                for name, said in tree.items()
                if name in claims and are_different(said, claims[name])
            ]
            claims = claims | tree
    own |= {path for path in entries if path.startswith(_TREES) and _is_tree(root, path)}
    own |= {path for path, most in _FIXED.items() if path in entries and 0 <= entries[path].size <= most}
    own |= {
        path for path, entry in entries.items()
        if path.startswith(_DOWNLOAD) and path.endswith(".lock") and entry.size == 0
    }  # fmt: skip
    return Overlay(
        kind=HUB, claims=claims, resolved=resolved, own=frozenset(own), troubles=tuple(troubles), complete=True
    )  # fmt: skip


def _is_tree(root: str, path: str) -> bool:
    """Tell whether a file is the tree of a commit, of this download or an earlier one."""
    try:
        read_tree(f"{root}/{path}")
    except UnfitDocument:
        return False
    return is_commit(path[len(_TREES) :].removesuffix(".json"))


def _note(entry: Entry) -> tuple[str, str]:
    if entry.link or entry.trouble:
        raise UnfitDocument("it is no file")
    lines = read_small(entry.real, 1_000).decode("ascii", "replace").split("\n")
    if len(lines) < 3 or not is_commit(lines[0].strip()):
        raise UnfitDocument("it names no commit")
    return lines[0].strip(), lines[1].strip()
