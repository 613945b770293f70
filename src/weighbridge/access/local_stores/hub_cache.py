"""The cache of ``huggingface_hub``: repositories as snapshots of links into blobs that are named by their digests.

Source: ``huggingface_hub`` 2.4 (``file_download``, ``_snapshot_download``, ``utils/_shared_blobs``)::

    models--org--name/blobs/<etag>                      SHA-256 of a large file, git blob of a small one
                      snapshots/<commit>/<path>         -> ../../blobs/<etag>; a copy where links are impossible
                      refs/<branch or tag>              the commit that it led to
                      trees/<commit>.json               what the commit holds, written by whole downloads
                      .no_exist/<commit>/<path>         empty: known not to be in the repository
    blobs/<2 digits>/<xet hash>                         shared: <etag> above is then a link to here

Loaders trust all of it for ever, so each promise is held against the others here.
"""

from __future__ import annotations

import os

from weighbridge.access.local_stores.documents import UnfitDocument, read_line
from weighbridge.access.local_stores.hub_tree import are_different, claim_of_etag, read_tree
from weighbridge.access.local_stores.walk import (
    by_path,
    examine,
    is_below,
    is_file,
    is_folder,
    names_in,
    resolved,
    walk,
)
from weighbridge.core.artifact import ABSENT, ListedFile, Listing
from weighbridge.core.refs import HUB, PATH, Ref, is_commit, is_sha256
from weighbridge.core.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.access.local_stores.walk import Entry

_TYPES = {"models": "", "datasets": "datasets/", "spaces": "spaces/", "kernels": None}
"""Kinds of repositories and how references name them; of kernels there are none."""

_MARKER = ".huggingface-shared-blobs"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def is_repository(folder: str) -> bool:
    """Tell whether a directory is the folder of one repository in a cache."""
    kind, dashes, _ = os.path.basename(folder).partition("--")
    return bool(dashes) and kind in _TYPES and (is_folder(f"{folder}/snapshots") or is_folder(f"{folder}/refs"))


def repositories(root: str) -> list[str]:
    """Name the repositories of a cache, also those that are links; none where this is no cache."""
    return [name for name in names_in(root) if is_repository(f"{root}/{name}")]


def cached(root: str, name: str) -> Iterator[Listing]:
    """Yield the listings of one repository of a cache; where its folder is a link, each says so."""
    folder = f"{root}/{name}"
    said = (f"its folder is a link to {os.readlink(folder)}",) if os.path.islink(folder) else ()
    for listing in repository(resolved(folder)):
        yield replace(listing, troubles=(*said, *listing.troubles))


def is_own(path: str, entry: Entry) -> bool:
    """Tell whether something has its place in a cache, by its path in it: listed elsewhere, or never loaded.

    Blobs that no snapshot leads to have theirs, and marks of locks.
    """
    parts = path.split("/")
    if len(parts) == 1:
        return path in {"CACHEDIR.TAG", "version.txt"} and 0 <= entry.size <= 1_000
    if parts[0] == ".locks":
        return entry.size == 0
    if parts[0] == "blobs":
        name = parts[-1].partition(".")[0]
        return path == f"blobs/{_MARKER}" or (len(parts) == 3 and is_sha256(name) and name[:2] == parts[1])
    if parts[0].partition("--")[0] not in _TYPES:
        return False
    if parts[1] == "blobs":
        etag = parts[-1].partition(".")[0]
        return len(parts) == 3 and (is_sha256(etag) or is_commit(etag))
    if parts[1] == ".no_exist":
        return entry.size == 0
    return (
        parts[1] == "refs" or (parts[1] == "trees" and len(parts) == 3) or (parts[1] == "snapshots" and len(parts) > 3)
    )


def repository(folder: str) -> Iterator[Listing]:
    """Yield a listing for each snapshot of a repository; ``folder`` has its links resolved."""
    commits = names_in(f"{folder}/snapshots")
    for commit in commits:
        yield snapshot(folder, commit)
    if not commits:
        names, troubles = _refs(folder)
        yield Listing(
            ref=_ref(folder, ""), kind=HUB, names=names, troubles=(*troubles, "it has no snapshot"), root=folder
        )


def snapshot(folder: str, commit: str) -> Listing:
    """List one snapshot of the repository in ``folder``, whose links are resolved."""
    root = f"{folder}/snapshots/{commit}"
    names, said = _refs(folder)
    troubles = list(said)
    if not is_commit(commit):
        troubles.append(f"the snapshot {commit!r} is no commit")
    tree: dict[str, ListedFile] | None = None
    if os.path.lexists(f"{folder}/trees/{commit}.json"):
        try:
            tree = read_tree(f"{folder}/trees/{commit}.json")
        except UnfitDocument as unfit:
            troubles.append(f"the tree file of {commit} cannot be used: {unfit}")
    there: dict[str, ListedFile] = {}
    copies = set()
    if is_folder(root):
        for entry in walk(root):
            there[entry.path] = _file(entry, folder, tree or {}, troubles)
            if not entry.link:
                copies.add(entry.path)
    else:
        troubles.append(f"the snapshot {commit!r} is no directory of its own")
    troubles += _hidden(folder, commit, tree, there)
    # Without a tree file the links are the list: what is a copy among links was not put there by a download.
    extras = there.keys() - tree.keys() if tree is not None else copies if len(copies) < len(there) else set()
    files = [file for path, file in there.items() if path not in extras]
    unfinished = _unfinished(folder) if tree else frozenset()
    files += [_absent(claim, unfinished) for path, claim in (tree or {}).items() if path not in there]
    return Listing(
        ref=_ref(folder, commit), kind=HUB, resolved=commit if is_commit(commit) else "", names=names,
        files=by_path(files), extras=by_path(there[path] for path in extras), troubles=tuple(troubles), root=root,
    )  # fmt: skip


def _ref(folder: str, commit: str) -> Ref:
    """Name the repository as people do; a folder whose name no download gave is itself."""
    kind, _, rest = os.path.basename(folder).partition("--")
    prefix, parts = _TYPES.get(kind), rest.split("--")
    if (
        prefix is None
        or len(parts) > 2
        or not all(part and _PLAIN.issuperset(part) and part[0] != "." for part in parts)
    ):
        return Ref(scheme=PATH, name=folder)
    return Ref(scheme=HUB, name=prefix + "/".join(parts), revision=commit if is_commit(commit) else "")


def _refs(folder: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Read the names of branches and tags, and what is wrong with them."""
    names, troubles = [], [*_strange(folder, "refs"), *_strange(folder, "snapshots")]
    for entry in walk(f"{folder}/refs") if is_folder(f"{folder}/refs") else ():
        try:
            commit = read_line(entry.real)
        except UnfitDocument as unfit:
            troubles.append(f"the reference {entry.path!r} cannot be read: {unfit}")
            continue
        names.append((entry.path, commit))
        if not is_commit(commit):
            troubles.append(f"the reference {entry.path!r} leads to {commit[:60]!r}, which is no commit")
        elif not is_folder(f"{folder}/snapshots/{commit}"):
            troubles.append(f"the reference {entry.path!r} leads to {commit}, of which nothing is here")
    return tuple(sorted(names)), tuple(troubles)


def _strange(folder: str, name: str) -> tuple[str, ...]:
    """Say that a directory of a repository is something else: loaders follow a link where nothing is read here."""
    place = f"{folder}/{name}"
    is_strange = os.path.lexists(place) and not is_folder(place)
    return (f"{name!r} is no directory of its own, and loaders go by what is in it",) if is_strange else ()


def _file(entry: Entry, folder: str, tree: Mapping[str, ListedFile], troubles: list[str]) -> ListedFile:
    """List a file of a snapshot; what its promises differ in goes to ``troubles``."""
    claim = tree.get(entry.path)
    if not entry.link:
        return _joined(entry.listed(), claim)
    file = ListedFile(path=entry.path, real=entry.real)
    target = os.path.normpath(os.path.join(os.path.dirname(entry.real), entry.link))
    place, etag = os.path.split(target)
    blobs = f"{folder}/blobs"
    if resolved(place) != blobs or not is_folder(blobs):
        return _joined(replace(file, trouble=f"a link out of the blobs of its repository, to {entry.link}"), claim)
    named = claim_of_etag(entry.path, etag)
    if claim is not None and are_different(claim, named):
        troubles.append(
            f"{entry.path}: the tree file promises {claim.sha256 or claim.git}, the snapshot leads to the blob {etag}"
        )
    blob = examine(f"{blobs}/{etag}", entry.path)
    file = replace(file, sha256=named.sha256, git=named.git, real=f"{blobs}/{etag}")
    if blob is None:
        return _joined(replace(file, trouble="its blob is a directory"), claim)
    if blob.link:
        return _joined(_shared(file, blob, folder, claim), claim)
    if blob.trouble:
        words = blob.trouble if os.path.lexists(file.real) else "a link to a blob that is not here"
        return _joined(replace(file, trouble=words), claim)
    return _joined(replace(file, size=blob.size), claim)


def _shared(file: ListedFile, blob: Entry, folder: str, claim: ListedFile | None) -> ListedFile:
    """Follow a blob into the blobs that the repositories of a cache share, and nowhere else."""
    shared = f"{os.path.dirname(folder)}/blobs"
    target = os.path.normpath(os.path.join(os.path.dirname(blob.real), blob.link))
    prefix, name = os.path.basename(os.path.dirname(target)), os.path.basename(target)
    expected = f"{shared}/{prefix}/{name}"
    if resolved(target) != expected or not is_below(expected, shared) or not is_sha256(name) or prefix != name[:2]:
        return replace(file, trouble=f"its blob is a link out of the cache's blobs, to {blob.link}")
    if not is_file(f"{shared}/{_MARKER}") or not is_file(expected):
        return replace(file, trouble="its blob is a link to where no shared blobs are")
    if claim is not None and claim.xet != name:
        return replace(file, trouble=f"its blob is a link to the shared blob {name}, which is another file's")
    return replace(file, real=expected, xet=name, size=os.lstat(expected).st_size)


def _joined(file: ListedFile, claim: ListedFile | None) -> ListedFile:
    """Take over what the tree file claims; it knows more than the name of a blob, sizes too."""
    if claim is None:
        return file
    return replace(file, size=claim.size, sha256=claim.sha256, git=claim.git, xet=claim.xet)


def _absent(claim: ListedFile, unfinished: frozenset[str]) -> ListedFile:
    begun = (claim.sha256 or claim.git) in unfinished
    return replace(claim, trouble=f"{ABSENT} to its end" if begun else ABSENT)


def _unfinished(folder: str) -> frozenset[str]:
    """Name the blobs whose download was begun: ``<etag>.incomplete``, ``<etag>.<8 digits>.incomplete``."""
    names = names_in(f"{folder}/blobs")
    return frozenset(name.partition(".")[0] for name in names if name.endswith(".incomplete"))


def _hidden(
    folder: str, commit: str, tree: Mapping[str, ListedFile] | None, there: Mapping[str, ListedFile]
) -> Iterator[str]:
    """Find files that the cache says not to exist: loaders believe it, and take another file, of a weaker format."""
    root = f"{folder}/.no_exist/{commit}"
    yield from _strange(folder, ".no_exist") or _strange(folder, f".no_exist/{commit}")
    for entry in walk(root) if is_folder(root) else ():
        if entry.path in (tree or ()) or entry.path in there:
            yield f"{entry.path}: the cache says that the repository has no such file (.no_exist), and lists it"
        elif entry.size:
            yield f"{entry.path}: its mark of absence (.no_exist) is no empty file"
