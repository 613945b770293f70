"""Where locked artifacts lie on this machine: in the caches of their ecosystems, and where ``pull`` puts them."""

from __future__ import annotations

import os

from weighbridge.access.hub.cache import root
from weighbridge.access.local_stores import listings
from weighbridge.core.refs import HUB, MODELSCOPE, OLLAMA, PATH, parse
from weighbridge.core.values import replace, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.artifact import ListedFile, Listing
    from weighbridge.provenance.lock.model import Lock, LockEntry

PULLED = "models"
"""The directory beside the lock file in which ``pull`` makes one for each entry."""


@value
class Placed:
    """A place and the entry that it should be; ``entry`` is None for an artifact that the lock does not name."""

    listing: Listing
    entry: LockEntry | None


def pulled_to(entry: LockEntry, lock_path: str) -> str:
    """Give the directory that ``pull`` fills by default."""
    return os.path.join(os.path.dirname(lock_path), PULLED, *entry.name.split("/"))


def without_lock(listing: Listing, lock_path: str) -> Listing:
    """Leave out the lock file itself, which may lie among the files that it locks."""
    own = os.path.realpath(lock_path)
    return replace(
        listing,
        files=tuple(file for file in listing.files if file.real != own),
        extras=tuple(file for file in listing.extras if file.real != own),
    )


def of_entry(entry: LockEntry, lock_path: str) -> tuple[Listing, ...]:
    """Find every place where an entry's artifact lies; empty where it is not on this machine."""
    return tuple(_chosen(without_lock(listing, lock_path), entry) for listing in _of_entry(entry, lock_path))


def _chosen(listing: Listing, entry: LockEntry) -> Listing:
    """Look only at the part of an artifact that the entry locks."""
    path = parse(entry.source).path
    if not path or listing.ref.source != parse(entry.source).source:
        return listing

    def is_part(file: ListedFile) -> bool:
        return f"{file.path}/".startswith(f"{path}/")

    return replace(listing, files=tuple(filter(is_part, listing.files)), extras=tuple(filter(is_part, listing.extras)))


def _of_entry(entry: LockEntry, lock_path: str) -> tuple[Listing, ...]:
    ref = parse(entry.source)
    if ref.scheme == PATH:
        path = os.path.join(os.path.dirname(lock_path), ref.name)
        return listings(path) if os.path.lexists(path) else ()
    pulled = pulled_to(entry, lock_path)
    # Whatever lies there is what a program will load, also where somebody made it look like another kind of store.
    found = listings(pulled) if os.path.lexists(pulled) else ()
    cached = [
        listing
        for path in _caches(ref.scheme, ref.name)
        if os.path.lexists(path)
        for listing in listings(path)
        if listing.ref.source == ref.source
    ]
    states = [listing for listing in cached if listing.resolved == entry.resolved]
    return (*found, *(states or ([] if found else cached)))


def of_path(path: str, lock: Lock, lock_path: str, *, name: str = "") -> Iterator[Placed]:
    """Say which entry each artifact at ``path`` should be.

    By ``name`` where it is given, else by the source that the store knows, else by the directory's own name or files.
    """
    there = [without_lock(listing, lock_path) for listing in listings(path)]
    for listing in there:
        if name:
            yield Placed(listing=listing, entry=lock.entry(name))
            continue
        same = [entry for entry in lock.entries if parse(entry.source).source == listing.ref.source]
        exact = [entry for entry in same if entry.resolved == listing.resolved]
        if same:
            states = {one.resolved for one in there if one.ref.source == listing.ref.source}
            # Other states may lie beside the locked one, not in its place.
            chosen = exact or ([] if any(entry.resolved in states for entry in same) else same[:1])
            for entry in chosen:
                yield Placed(listing=_chosen(listing, entry), entry=entry)
            if not chosen:
                yield Placed(listing=listing, entry=None)
        else:
            is_named = listing.ref.scheme != PATH
            yield Placed(listing=listing, entry=None if is_named else _by_looks(listing, lock))


def surely(listing: Listing, lock: Lock, lock_path: str) -> LockEntry | None:
    """Find the entry that an artifact is without doubt, for a lock that nobody has named.

    By the source that its store knows; else by the place that the entry, or ``pull``, gives it; else as the only entry
    of a lock that lies in its own directory. Raises UsageError for entries whose source is no reference.
    """
    same = [one for one in lock.entries if _is_of(one, listing)]
    exact = [one for one in same if one.resolved == listing.resolved]
    if same:
        return exact[0] if exact else same[0] if len(same) == 1 else None
    if not listing.root:
        return None
    own = os.path.realpath(listing.root)
    for entry in lock.entries:
        ref = parse(entry.source)
        is_path = ref.scheme == PATH
        place = os.path.join(os.path.dirname(lock_path), ref.name) if is_path else pulled_to(entry, lock_path)
        if os.path.realpath(place) == own:
            return entry
    is_inside = os.path.dirname(os.path.realpath(lock_path)) == own
    return lock.entries[0] if is_inside and len(lock.entries) == 1 else None


def _is_of(entry: LockEntry, listing: Listing) -> bool:
    ref = parse(entry.source)
    return ref.scheme != PATH and ref.source == listing.ref.source


def _by_looks(listing: Listing, lock: Lock) -> LockEntry | None:
    """Find the entry of a directory that no store describes: by its name, else the one with the most of its files."""
    path = os.path.abspath(listing.root or listing.ref.name).replace(os.sep, "/")
    named = [entry for entry in lock.entries if path == entry.name or path.endswith("/" + entry.name)]
    if len(named) == 1:
        return named[0]
    if len(lock.entries) == 1:
        return lock.entries[0]
    there = {file.path for file in listing.files}
    shared = [(len(there & {file.path for file in entry.files}), entry) for entry in lock.entries]
    most = max((count for count, _ in shared), default=0)
    best = [entry for count, entry in shared if count == most]
    return best[0] if most and len(best) == 1 else None


def _caches(scheme: str, name: str) -> Iterator[str]:
    """Name the directories in which an ecosystem keeps an artifact, by its own environment variables."""
    home = os.path.expanduser("~")
    if scheme == HUB:
        kind, _, rest = name.partition("/")
        prefix, rest = (kind, rest) if kind in {"datasets", "spaces"} else ("models", name)
        yield os.path.join(root(), f"{prefix}--{rest.replace('/', '--')}")
    elif scheme == OLLAMA:
        yield os.environ.get("OLLAMA_MODELS") or os.path.join(home, ".ollama", "models")
    elif scheme == MODELSCOPE:
        base = os.environ.get("MODELSCOPE_CACHE") or os.path.join(home, ".cache", "modelscope")
        yield os.path.join(base, "models", name.replace("/", "--"))
        for older in ("hub/models", "hub", "models", ""):
            yield os.path.join(base, *older.split("/"), *name.split("/"))
