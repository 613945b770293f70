"""What a lock file holds, as values; ``document`` reads and writes them."""

from __future__ import annotations

from weighbridge.core.values import value

SCHEMA = "weighbridge.lock/1"


@value
class LockedFile:
    """One file of a locked artifact: everything that makes it this file and no other.

    ``sha256`` is always there; ``claimed`` while only the store has said so and nobody has hashed the bytes. ``git``
    and ``xet`` are the hub's own identifiers, empty where it has none. ``formats`` as the scanner names them, ``role``
    is weights, config, tokenizer, template, code, data, document, signature or other. ``tensors`` are number and digest
    of the table of names, types and shapes, as ``291:0f3a…``: equal where only values changed, empty where there is no
    table.
    """

    path: str
    size: int
    sha256: str
    git: str = ""
    xet: str = ""
    formats: tuple[str, ...] = ()
    role: str = "other"
    tensors: str = ""
    claimed: bool = False


@value
class Parent:
    """What an artifact was made from: ``relation`` is base, adapter, merge, quantized, converted or distilled."""

    relation: str
    source: str
    resolved: str = ""


@value
class ScanRecord:
    """What the scanner said when the entry was written; ``whole`` when every byte had been read."""

    verdict: str
    rules: str
    tool: str
    whole: bool


@value
class LockEntry:
    """One artifact. ``source`` is its reference without revision, ``asked`` the revision that the user named.

    A source that ends with a path inside the artifact locks what lies there and nothing else of it.

    ``resolved`` is the immutable identity behind it: a commit, a digest, or the manifest digest of a directory.
    ``signers`` names the policy of ``signers.toml`` under which a signature is required, empty for none.
    ``remote_code`` says whether the configuration makes loaders run code of the repository (``auto_map`` and the like);
    ``modules`` are the digests of the Python files that it could run, by path.
    """

    name: str
    source: str
    asked: str
    resolved: str
    files: tuple[LockedFile, ...]
    parents: tuple[Parent, ...] = ()
    signers: str = ""
    remote_code: bool = False
    modules: tuple[tuple[str, str], ...] = ()
    scan: ScanRecord | None = None

    def file(self, path: str) -> LockedFile | None:
        """Find a file by its path."""
        return next((file for file in self.files if file.path == path), None)


@value
class Lock:
    """All entries, sorted by name; names are unique."""

    entries: tuple[LockEntry, ...] = ()

    def entry(self, name: str) -> LockEntry | None:
        """Find an entry by its name."""
        return next((entry for entry in self.entries if entry.name == name), None)
