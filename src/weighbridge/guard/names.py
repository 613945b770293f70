"""What the lock names: by content, wherever a file lies, and by place, where a folder tells its model."""

from __future__ import annotations

import os

from weighbridge.core.refs import HUB, PATH, parse
from weighbridge.core.values import value
from weighbridge.provenance.lock.roles import role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.provenance.lock.model import Lock, LockedFile, LockEntry

KINDS = ("models", "datasets", "spaces")
"""The hub's kinds of repositories, as its cache spells them: ``models--org--name``."""

_SNAPSHOTS, _BLOBS = "/snapshots/", "/blobs/"


@value
class Place:
    """A folder that says what its files are: a repository in the hub's cache, or a folder that the lock names.

    ``source`` is the reference, ``entries`` what the lock has for it (none: it is not locked). ``commit`` is empty
    where the place does not tell, ``path`` too: a blob is known by its content alone. ``open`` places may hold files
    that are no part of the model.
    """

    source: str
    entries: tuple[LockEntry, ...]
    commit: str = ""
    path: str = ""
    open: bool = False


class Names:
    """The index of a lock; ``folder`` is where the lock file lies, which paths in it are relative to."""

    def __init__(self, lock: Lock, folder: str) -> None:
        self.by_digest: dict[str, tuple[LockEntry, LockedFile]] = {}
        self.code: dict[str, str] = {}
        """Entries by the digests of the Python files that they have."""
        self._by_name: dict[str, list[LockedFile]] = {}
        self._by_path: dict[str, list[tuple[LockEntry, LockedFile]]] = {}
        self._repositories: dict[str, tuple[LockEntry, ...]] = {}
        self._folders: dict[str, LockEntry] = {}
        for entry in lock.entries:
            for file in entry.files:
                self.by_digest.setdefault(file.sha256, (entry, file))
                self._by_name.setdefault(file.path.rpartition("/")[2], []).append(file)
                self._by_path.setdefault(file.path, []).append((entry, file))
                if file.path.endswith(".py"):
                    self.code.setdefault(file.sha256, entry.name)
            self.code.update((digest, entry.name) for _, digest in entry.modules)
            ref = parse(entry.source)
            if ref.scheme == HUB:
                known = self._repositories.get(entry.source, ())
                self._repositories[entry.source] = (*known, entry)
            elif ref.scheme == PATH:
                for base in _spellings(os.path.join(folder, entry.source)):
                    self._folders[base] = entry
        self._prefixes = tuple(self._folders)

    def repository(self, kind: str, name: str) -> tuple[LockEntry, ...]:
        """Find what the lock has for a repository of the hub; ``kind`` as in ``KINDS``."""
        return self._repositories.get(source_of(kind, name), ())

    def place(self, path: str) -> Place | None:
        """Tell which model a path is part of, by the path alone; None for one that belongs nowhere."""
        return _in_cache(path, self) or self._in_folder(path)

    def file_called(self, path: str) -> LockedFile | None:
        """Find the one locked file that has the name of a path; None where there are several."""
        found = self._by_name.get(os.path.basename(path), [])
        return found[0] if len(found) == 1 else None

    def files(self, place: Place) -> tuple[tuple[LockEntry, LockedFile], ...]:
        """Find what the lock has under the path of a place, whatever the commit."""
        return tuple(one for one in self._by_path.get(place.path, ()) if one[0] in place.entries)

    def concerns(self, path: str) -> bool:
        """Tell whether a path lies where it must be a locked file, or is none that the lock has anything to do with."""
        place = self.place(path)
        if place is None or not place.open:
            return place is not None
        return bool(self.files(place)) or is_model(place.path)

    def may_be_placed(self, path: str) -> bool:
        """Tell quickly whether ``place`` could find a place for an absolute path."""
        return _SNAPSHOTS in path or _BLOBS in path or path.startswith(self._prefixes)

    def _in_folder(self, path: str) -> Place | None:
        for base, entry in self._folders.items():
            if path == base and len(entry.files) == 1:
                return Place(source=entry.source, entries=(entry,), path=entry.files[0].path, open=True)
            if path.startswith(base + "/"):
                return Place(source=entry.source, entries=(entry,), path=path[len(base) + 1 :], open=True)
        return None


def is_model(path: str) -> bool:
    """Tell whether a file that lies among locked ones would be taken for one of them, by its name."""
    return role(path) in {"weights", "tokenizer", "template"}


def source_of(kind: str, name: str) -> str:
    """Give the reference of a repository of the hub."""
    return f"{HUB}://{name}" if kind == "models" else f"{HUB}://{kind}/{name}"


def kind_of(repo_type: object) -> str:
    """Translate the hub client's ``repo_type`` (None, model, dataset, space) into a kind of ``KINDS``."""
    word = f"{repo_type or 'model'}s"
    return word if word in KINDS else KINDS[0]


def _in_cache(path: str, names: Names) -> Place | None:
    """Read ``…/models--org--name/snapshots/COMMIT/PATH`` and ``…/models--org--name/blobs/ETAG``."""
    for middle in (_SNAPSHOTS, _BLOBS):
        head, found, rest = path.partition(middle)
        kind, *parts = head.rpartition("/")[2].split("--")
        if not found or kind not in KINDS or not parts:
            continue
        name = "/".join(parts)
        entries = names.repository(kind, name)
        if middle == _BLOBS:
            return Place(source=source_of(kind, name), entries=entries)
        commit, _, below = rest.partition("/")
        return Place(source=source_of(kind, name), entries=entries, commit=commit, path=below)
    return None


def _spellings(path: str) -> set[str]:
    """Give a folder as it is written and as it is when links are followed."""
    return {os.path.normpath(path), os.path.realpath(path)}
