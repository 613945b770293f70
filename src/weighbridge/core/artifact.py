"""Artifacts as their stores list them: one state of a repository, its files, and the digests that the store claims."""

from __future__ import annotations

from weighbridge.core.refs import Ref
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from weighbridge.core.source import ByteSource

    class Store(Protocol):
        """Where artifacts come from, local or remote. All methods raise AccessError, IntegrityError or OSError."""

        def listing(self, ref: Ref) -> Listing:
            """Resolve a reference to one immutable state and list its files."""
            ...

        def source(self, listing: Listing, file: ListedFile) -> ByteSource:
            """Give a file for reading by ranges; bytes are those of the listed state."""
            ...

        def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
            """Give a file's bytes in order from ``start``; ends early only by raising."""
            ...


ABSENT = "it was not downloaded"
"""The trouble of a file that its store knows and that is not here: what partial downloads look like, and no fault."""


@value
class ListedFile:
    """One file as its store lists it; digests in lower-case hexadecimal digits, empty where the store has none.

    ``path`` is relative to the artifact, with slashes, never absolute and without ``..``. ``size`` is -1 where it is
    unknown. ``sha256``, ``md5`` and ``git`` (SHA-1 of the git blob) are over the content; ``xet`` is Xet's own Merkle
    hash, which nothing here computes. All are claims until somebody has hashed the bytes.
    ``real`` is where the file lies on this machine; ``trouble`` says why it cannot be read as what it claims to be (a
    link out of the store, a missing blob, a pointer in place of the file), empty when it can.
    """

    path: str
    size: int = -1
    sha256: str = ""
    git: str = ""
    xet: str = ""
    md5: str = ""
    real: str = ""
    trouble: str = ""


@value
class Listing:
    """One state of an artifact.

    ``kind`` names the store: hf, oci, ollama, modelscope, dvc, lfs, mlflow, fsspec, or directory. ``ref`` is what was
    asked for, ``resolved`` the immutable identity that it led to: a commit, a digest ``sha256:…``; empty where the
    store has nothing of the kind. ``files`` are sorted by path. ``troubles`` are what is wrong with the store itself:
    each a sentence about a reference, a manifest or a tree file. ``extras`` are files that lie among the artifact's and
    that the store does not list.
    """

    ref: Ref
    kind: str
    resolved: str = ""
    files: tuple[ListedFile, ...] = ()
    extras: tuple[ListedFile, ...] = ()
    troubles: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    """The store's mutable names (branches, tags) and the identities that they lead to, sorted."""
    root: str = ""
    """The directory on this machine below which ``path`` of each file lies; empty for remote stores."""
