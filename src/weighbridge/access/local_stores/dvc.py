"""DVC: files and directories that ``.dvc`` files beside them claim by MD5, and the cache of DVC itself.

Source: DVC 3. ``name.dvc`` is YAML with ``outs``: path, md5, size. The md5 of a directory ends in ``.dir`` and names a
JSON document of the cache, ``.dvc/cache/files/md5/<2 digits>/<30 digits>.dir``, which lists its files. MD5 finds
accidents; nobody who wants to is kept from making two files with one MD5.
"""

from __future__ import annotations

import os

from weighbridge.access.local_stores.documents import (
    YAML_BYTES,
    UnfitDocument,
    json_array,
    read_small,
    text,
    yaml_mapping,
)
from weighbridge.access.local_stores.overlay import Overlay
from weighbridge.access.local_stores.walk import is_file, resolved
from weighbridge.access.paths import is_path
from weighbridge.core.artifact import ListedFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.access.local_stores.walk import Entry

KIND = "dvc"
_CACHE = ".dvc/cache/files/md5"
_SUFFIX = ".dvc"
_MANIFEST = 64 << 20  # bytes of a list of files; one of 100,000 files takes 10 MB
_HEX = frozenset("0123456789abcdef")


def read(root: str, entries: Mapping[str, Entry]) -> Overlay | None:
    """Read what the ``.dvc`` files below a directory claim; None where there are none."""
    documents = [
        entry
        for path, entry in entries.items()
        if path.endswith(_SUFFIX) and not path.startswith(".dvc/") and not entry.link
    ]
    if not documents:
        return None
    claims = dict(_cached(entries))
    troubles: list[str] = []
    for entry in documents:
        folder = os.path.dirname(entry.path)
        try:
            outs = yaml_mapping(read_small(entry.real, YAML_BYTES)).get("outs")
            for out in outs if isinstance(outs, list) else ():
                for claim in _out(root, folder, out):
                    before = claims.get(claim.path)
                    if before is not None and before.md5 != claim.md5:
                        troubles.append(f"{claim.path}: it is promised by MD5 {before.md5} and by MD5 {claim.md5}")
                    claims[claim.path] = _placed(root, claim, entries.get(claim.path))
        except UnfitDocument as unfit:
            troubles.append(f"{entry.path} cannot be used: {unfit}")
    return Overlay(kind=KIND, claims=claims, troubles=tuple(troubles))


def _out(root: str, folder: str, out: object) -> Iterator[ListedFile]:
    """Give what one output claims; raises UnfitDocument."""
    fields = out if isinstance(out, dict) else {}
    path, md5 = text(fields.get("path")), text(fields.get("md5"))
    length = text(fields.get("size"))
    if not md5:
        return  # an output of another kind of digest, or one that is not cached
    digest = md5.removesuffix(".dir")
    below = f"{folder}/{path}" if folder else path
    if not is_path(below) or not _is_md5(digest):
        raise UnfitDocument(f"it claims {path[:200]!r} by {md5[:60]!r}, which is no path with an MD5")
    if digest == md5:
        yield ListedFile(
            path=below,
            md5=md5,
            size=int(length) if length.isascii() and length.isdecimal() and len(length) < 19 else -1,
        )
        return
    manifest = f"{root}/{_CACHE}/{digest[:2]}/{digest[2:]}.dir"
    content = read_small(manifest, _MANIFEST) if is_file(manifest) else None
    if content is None:
        raise UnfitDocument(f"the list of the files of {path!r} is not in the cache")
    import hashlib

    if hashlib.md5(content, usedforsecurity=False).hexdigest() != digest:
        raise UnfitDocument(f"the list of the files of {path!r} is not the promised one")
    for item in json_array(content):
        fields = item if isinstance(item, dict) else {}
        name, md5 = text(fields.get("relpath")), text(fields.get("md5"))
        if not is_path(name) or not _is_md5(md5):
            raise UnfitDocument(f"the list of the files of {path!r} holds what is no path with an MD5")
        yield ListedFile(path=f"{below}/{name}", md5=md5)


def _placed(root: str, claim: ListedFile, entry: Entry | None) -> ListedFile:
    """See whether a link is DVC's own, into the cache of this directory, to the claimed object."""
    if entry is None or not entry.link:
        return claim
    expected = f"{root}/{_CACHE}/{claim.md5[:2]}/{claim.md5[2:]}"
    if resolved(entry.real) != expected or not is_file(expected):
        return claim
    size = claim.size if claim.size >= 0 else os.lstat(expected).st_size
    return ListedFile(path=claim.path, md5=claim.md5, size=size, real=expected)


def _cached(entries: Mapping[str, Entry]) -> Iterator[tuple[str, ListedFile]]:
    """Give the claims that objects of the cache make by their names."""
    for path in entries:
        if path.startswith(f"{_CACHE}/"):
            prefix, _, rest = path[len(_CACHE) + 1 :].partition("/")
            digest = prefix + rest.removesuffix(".dir")
            if _is_md5(digest) and len(prefix) == 2:
                yield path, ListedFile(path=path, md5=digest)


def _is_md5(digits: str) -> bool:
    return len(digits) == 32 and _HEX.issuperset(digits)
