"""Checkouts of git with LFS: pointers that stand where weights should be, and the objects of LFS.

Source: git-lfs, docs/spec.md. Objects lie at ``.git/lfs/objects/<2>/<2>/<SHA-256>`` and claim their own content. What a
file of the checkout should be stands in a pointer in git's object store: reading that means inflating packs and
applying deltas of a hostile repository, so it is left to git; files of a checkout have no claim but to be no pointers.
"""

from __future__ import annotations

from weighbridge.access.local_stores.documents import UnfitDocument, read_small
from weighbridge.access.local_stores.overlay import Overlay
from weighbridge.access.local_stores.walk import is_folder
from weighbridge.core.artifact import ListedFile
from weighbridge.core.refs import is_sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from weighbridge.access.local_stores.walk import Entry

KIND = "lfs"
_OBJECTS = ".git/lfs/objects/"
_FIRST = tuple(
    b"version " + address
    for address in (
        b"https://git-lfs.github.com/spec/v1",
        b"https://hawser.github.com/spec/v1",
        b"http://git-media.io/v/2",
    )
)
"""How pointers begin; git-lfs obeys its older names, too."""
_LONGEST = 1_024  # bytes of a pointer; the specification asks for less


def read(root: str, entries: Mapping[str, Entry]) -> Overlay | None:
    """Find pointers and objects; None for a directory in which git-LFS left nothing."""
    claims = {path: claim for path, entry in entries.items() if (claim := _claim(entry)) is not None}
    if not claims and not is_folder(f"{root}/.git/lfs"):
        return None
    return Overlay(kind=KIND, claims=claims)


def _claim(entry: Entry) -> ListedFile | None:
    if entry.path.startswith(_OBJECTS):
        first, second, digest = ([*entry.path[len(_OBJECTS) :].split("/"), "", ""])[:3]
        is_named = is_sha256(digest) and (first, second) == (digest[:2], digest[2:4])
        return ListedFile(path=entry.path, sha256=digest) if is_named else None
    if not 0 < entry.size <= _LONGEST or entry.link or entry.path.startswith(".git/"):
        return None
    try:
        content = read_small(entry.real, _LONGEST)
    except UnfitDocument:
        return None
    if not content.startswith(_FIRST):
        return None
    fields = dict(line.split(b" ", 1) for line in content.splitlines() if b" " in line)
    digest = fields.get(b"oid", b"").removeprefix(b"sha256:").decode("ascii", "replace")
    length = fields.get(b"size", b"")
    return ListedFile(
        path=entry.path,
        sha256=digest if is_sha256(digest) else "",
        size=int(length) if length.isdigit() and len(length) < 19 else -1,
        trouble="a git-LFS pointer stands here in place of the file (git lfs pull)",
    )  # fmt: skip
