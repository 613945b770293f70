"""The tree files of ``huggingface_hub``: what the Hub said that a commit holds, kept beside the files.

Source: ``huggingface_hub/_tree_cache.py``, format version 1: ``files`` gives size and git blob of each path, and for
large ones the SHA-256 of the content (then the git blob is that of the pointer, which lies nowhere here).
"""

from __future__ import annotations

from weighbridge.access.local_stores.documents import UnfitDocument, json_object, read_small, size, text
from weighbridge.access.paths import is_path
from weighbridge.core.artifact import ListedFile
from weighbridge.core.refs import is_commit, is_sha256

VERSION = 1
LARGEST = 128 << 20
"""Bytes of a tree file; 100,000 large files take 35 MB."""


def read_tree(path: str) -> dict[str, ListedFile]:
    """Read a tree file to what it claims, by path; raises UnfitDocument."""
    document = json_object(read_small(path, LARGEST))
    if document.get("format_version") != VERSION:
        raise UnfitDocument("its format is none that is known here")
    files = document.get("files")
    if not isinstance(files, dict):
        raise UnfitDocument("it lists no files")
    return {name: _claim(name, said) for name, said in files.items()}


def _claim(path: str, said: object) -> ListedFile:
    if not is_path(path):
        raise UnfitDocument(f"it lists {path[:200]!r}, which is no path inside of a repository")
    fields = said if isinstance(said, dict) else {}
    blob, sha256, xet = fields.get("blob_id"), fields.get("lfs_sha256"), fields.get("xet_hash")
    length = fields.get("lfs_size") if sha256 is not None else fields.get("size")
    if (
        not is_commit(text(blob))
        or not (sha256 is None or is_sha256(text(sha256)))
        or not (xet is None or is_sha256(text(xet)))
        or size(length) < 0
    ):
        raise UnfitDocument(f"what it says of {path[:200]!r} is no size and no digest")
    large = sha256 is not None
    return ListedFile(
        path=path, size=size(length), sha256=text(sha256), git="" if large else text(blob), xet=text(xet)
    )  # fmt: skip


def claim_of_etag(path: str, etag: str) -> ListedFile:
    """Read an entity tag of the Hub, a blob's name: SHA-256 of a large file, git blob of a small one, or neither."""
    return ListedFile(
        path=path, sha256=etag if is_sha256(etag) else "", git=etag if is_commit(etag) else ""
    )  # fmt: skip


def are_different(tree: ListedFile, named: ListedFile) -> bool:
    """Tell whether a tree file and a tag are about different contents; a tag that is no digest tells nothing."""
    return bool(named.sha256 or named.git) and (tree.sha256, tree.git) != (named.sha256, named.git)
