"""What differs between an artifact as it lies here and as it was locked, or as its own store claims it to be.

Nothing that is there is passed over: missing, altered and extra files, links, names that are one on file systems
without case, pointers in place of files, and what is wrong with the store itself.
"""

from __future__ import annotations

from unicodedata import normalize

from weighbridge.core.artifact import ABSENT
from weighbridge.core.enums import StrEnum
from weighbridge.core.values import replace, value
from weighbridge.provenance.hashing import Wanted, hash_files
from weighbridge.provenance.pull import PART

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from weighbridge.core.artifact import ListedFile, Listing
    from weighbridge.provenance.hashing import FileDigest
    from weighbridge.provenance.lock.model import LockedFile, LockEntry


class Kind(StrEnum):
    """How a place differs from what was promised."""

    MISSING = "missing"
    ALTERED = "altered"
    EXTRA = "extra"
    UNREADABLE = "unreadable"
    TWIN = "twin"
    MOVED = "moved"
    UNSIGNED = "unsigned"
    STORE = "store"


@value
class Difference:
    """One thing that differs; ``path`` is empty for what concerns the whole. ``expected`` and ``found`` are digests or
    identities, ``words`` says the rest."""

    kind: Kind
    path: str = ""
    expected: str = ""
    found: str = ""
    words: str = ""


@value
class Verification:
    """The outcome for one place: ``against`` is lock, or store where only the store's own claims could be checked."""

    name: str
    place: str
    kind: str
    against: str
    resolved: str
    files: int
    size: int
    unchecked: int
    """Files that neither a lock nor the store has a digest for; they only count as verified against a lock."""
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def against_lock(
    entry: LockEntry, listing: Listing, *, jobs: int = 0, allowed: tuple[str, ...] = (),
    seen: dict[str, str] | None = None, tell: Callable[[str, int], None] = lambda _real, _size: None,
) -> Verification:  # fmt: skip
    """Hold a place against its entry; ``allowed`` are shell patterns of extra files that are accepted.

    ``seen`` is filled with the SHA-256 of every file that was read, by path.
    """
    there = {file.path: file for file in (*listing.files, *listing.extras) if not file.trouble.startswith(ABSENT)}
    locked = {file.path: file for file in entry.files}
    readable = [file for path, file in there.items() if path in locked and not file.trouble]
    digests = hash_files((Wanted(real=file.real) for file in readable), jobs=jobs, tell=tell)
    if seen is not None:
        seen.update({file.path: digests[file.real].sha256 for file in readable if digests[file.real].sha256})
    differences = [*_moved(entry, listing), *_store(listing)]
    for path in sorted(locked.keys() | there.keys()):
        expected, file = locked.get(path), there.get(path)
        if expected is None and file is not None:
            if not _fits(path, allowed):
                words = "pull was interrupted here" if path.endswith(PART) else "the lock has no such file"
                differences.append(Difference(kind=Kind.EXTRA, path=path, words=file.trouble or words))
        elif expected is not None and file is None:
            differences.append(Difference(kind=Kind.MISSING, path=path, expected=expected.sha256))
        elif expected is not None and file is not None:
            differences += _differs(expected, file, digests)
    differences += _twins(there.keys())
    return Verification(
        name=entry.name, place=listing.root, kind=listing.kind, against="lock", resolved=listing.resolved,
        files=len(readable), size=sum(max(0, digest.size) for digest in digests.values()), unchecked=0,
        differences=tuple(differences),
    )  # fmt: skip


def against_store(
    listing: Listing, *, jobs: int = 0, tell: Callable[[str, int], None] = lambda _real, _size: None
) -> Verification:
    """Hold a place against what its own store claims: a weaker test, for who can write one can write the other."""
    claimed = [file for file in listing.files if not file.trouble and (file.sha256 or file.git or file.md5)]
    wanted = (Wanted(real=file.real, git=bool(file.git), md5=bool(file.md5)) for file in claimed)
    digests = hash_files(wanted, jobs=jobs, tell=tell)
    differences = [*_store(listing)]
    for file in listing.files:
        if file.trouble.startswith(ABSENT):
            continue  # a download of a part is no fault; what is missing is a matter of the lock
        if file.trouble:
            differences.append(_trouble(file))
        elif file.real in digests and (file.sha256 or file.git or file.md5):
            differences += _unlike(file, digests[file.real])
    differences += [
        Difference(kind=Kind.EXTRA, path=file.path, words=file.trouble or "the store does not list it")
        for file in listing.extras
    ]
    differences += _twins(file.path for file in (*listing.files, *listing.extras))
    unclaimed = sum(not file.trouble for file in listing.files) - len(claimed)
    return Verification(
        name=listing.ref.source, place=listing.root, kind=listing.kind, against="store", resolved=listing.resolved,
        files=len(claimed), size=sum(max(0, digest.size) for digest in digests.values()), unchecked=unclaimed,
        differences=tuple(differences),
    )  # fmt: skip


def _differs(expected: LockedFile, file: ListedFile, digests: Mapping[str, FileDigest]) -> Iterator[Difference]:
    if file.trouble:
        yield _trouble(file)
        return
    found = digests[file.real]
    if found.trouble:
        yield Difference(kind=Kind.UNREADABLE, path=file.path, expected=expected.sha256, words=found.trouble)
    elif found.sha256 != expected.sha256:
        words = "" if found.size == expected.size else f"{expected.size:,} bytes became {found.size:,}"
        yield Difference(kind=Kind.ALTERED, path=file.path, expected=expected.sha256, found=found.sha256, words=words)


def _unlike(file: ListedFile, found: FileDigest) -> Iterator[Difference]:
    """Compare a file with every digest that its store claims for it."""
    if found.trouble:
        yield Difference(kind=Kind.UNREADABLE, path=file.path, words=found.trouble)
        return
    for algorithm in ("sha256", "git", "md5"):
        claim, computed = getattr(file, algorithm), getattr(found, algorithm)
        if claim and claim != computed:
            words = "" if algorithm == "sha256" else f"by the {'git blob SHA-1' if algorithm == 'git' else 'MD5'}"
            yield Difference(kind=Kind.ALTERED, path=file.path, expected=claim, found=computed, words=words)
            return
    if file.size not in {-1, found.size}:
        words = f"{file.size:,} bytes became {found.size:,}"
        yield Difference(kind=Kind.ALTERED, path=file.path, words=words)


def _trouble(file: ListedFile) -> Difference:
    return Difference(kind=Kind.UNREADABLE, path=file.path, words=file.trouble)


def _moved(entry: LockEntry, listing: Listing) -> Iterator[Difference]:
    """See whether the place itself says that it is another state than the locked one."""
    if listing.resolved and entry.resolved and listing.kind != "directory" and listing.resolved != entry.resolved:
        yield Difference(
            kind=Kind.MOVED, expected=entry.resolved, found=listing.resolved, words="another state than the locked one"
        )
    for name, identity in listing.names:
        if name == (entry.asked or "main") and identity != entry.resolved:
            words = f"{name} leads to another state here: who loads by that name gets it"
            yield Difference(kind=Kind.MOVED, expected=entry.resolved, found=identity, words=words)


def _store(listing: Listing) -> Iterator[Difference]:
    for trouble in listing.troubles:
        yield Difference(kind=Kind.STORE, words=trouble)


def _twins(paths: Iterable[str]) -> Iterator[Difference]:
    for path, other in twins(paths):
        yield Difference(kind=Kind.TWIN, path=path, words=f"the same name as {other} where case does not count")


def twins(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Find names that are one where case or Unicode composition do not count: one file would replace the other."""
    seen: dict[str, str] = {}
    for path in sorted(set(paths)):
        key = normalize("NFC", normalize("NFC", path).casefold())
        if key in seen:
            yield path, seen[key]
        seen.setdefault(key, path)


def _fits(path: str, patterns: tuple[str, ...]) -> bool:
    from fnmatch import fnmatchcase

    return any(fnmatchcase(path, pattern) for pattern in patterns)


def absent(entry: LockEntry) -> Verification:
    """Say that a locked artifact is nowhere on this machine."""
    return Verification(
        name=entry.name, place="", kind="", against="lock", resolved="", files=0, size=0, unchecked=0,
        differences=(Difference(kind=Kind.MISSING, words="it is not on this machine"),),
    )  # fmt: skip


def unknown(listing: Listing) -> Verification:
    """Say that no entry of the lock could be meant by a place."""
    words = "no entry of the lock fits it; name one with --name, or hold it against its own list with --store"
    return Verification(
        name=listing.ref.source, place=listing.root, kind=listing.kind, against="lock", resolved="", files=0, size=0,
        unchecked=0, differences=(Difference(kind=Kind.EXTRA, words=words),),
    )  # fmt: skip


def unpromised(found: Verification) -> Verification:
    """Say that a place was held against nothing: a test that tests nothing must not pass."""
    words = "no file here has a digest from a store to be held against; a lock would have them"
    return replace(found, differences=(Difference(kind=Kind.STORE, words=words),))
