"""Pull: bring exactly what the lock says, verify it while it streams, and put nothing unverified under its name.

Bytes go to a part file beside the final one. It gets the final name (rename(2)) only when size and SHA-256 are those of
the lock, so that whoever looks at any moment sees a verified file or none. A part file that is there already is hashed
and continued: after a kill nothing is fetched twice but what was not written.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from contextlib import contextmanager, suppress
from errno import EDQUOT, ELOOP, ENAMETOOLONG, ENOSPC, ENOTDIR

from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.errors import AccessError, IntegrityError, reason
from weighbridge.core.refs import parse
from weighbridge.core.values import replace, value
from weighbridge.provenance.hashing import BLOCK, Wanted, hash_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from weighbridge.core.artifact import Store
    from weighbridge.provenance.lock.model import LockedFile, LockEntry

PART = ".weighbridge-part"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@value
class Pulled:
    """What a pull did: files fetched, files that were right already, bytes that came over the network."""

    fetched: tuple[str, ...]
    kept: tuple[str, ...]
    size: int


def listing_of(entry: LockEntry) -> Listing:
    """Make the listing that the lock promises, for a store to fetch from."""
    ref = parse(entry.source)
    files = tuple(
        ListedFile(path=file.path, size=file.size, sha256=file.sha256, git=file.git, xet=file.xet)
        for file in entry.files
    )
    return Listing(
        ref=replace(ref, revision=entry.resolved or entry.asked), kind=ref.scheme, resolved=entry.resolved, files=files
    )


def pull(
    entry: LockEntry,
    store: Store,
    folder: str,
    *,
    below: str = "",
    tell: Callable[[str, int], None] = lambda _path, _size: None,
) -> Pulled:
    """Fetch an entry's files into ``folder``, which is made.

    ``below`` is the directory above it that the user named: on the way from there no link is followed, for a checkout
    can hold links, too (default: ``folder`` itself). Raises IntegrityError for bytes that are not the locked ones or a
    way that leads elsewhere, AccessError for what the store or the disk refuses. What is verified stays; a part file
    stays for the next attempt, unless it is wrong.
    """
    listing = listing_of(entry)
    for file in entry.files:
        if file.path.endswith(PART):  # it could be the part of another one
            raise IntegrityError(f"{file.path!r} has the ending of part files", hint="no model has such a file")
    base = below or folder
    way = "" if folder == base else os.path.relpath(folder, base) + "/"
    fetched, kept, size = [], [], 0
    try:
        os.makedirs(base, exist_ok=True)
        for file, listed in zip(entry.files, listing.files, strict=True):
            with _opened(base, way + file.path) as place:
                if _is_right(place, file):
                    kept.append(file.path)
                else:
                    size += _fetch(place, file, lambda start, listed=listed: store.stream(listing, listed, start))  # type: ignore[misc]
                    fetched.append(file.path)
            tell(file.path, file.size)
    except OSError as error:
        where = f" {error.filename!r}" if isinstance(error.filename, str) and error.filename != folder else ""
        raise AccessError(f"cannot write to {folder!r}:{where} {reason(error)}", hint=_hint(error)) from None
    return Pulled(fetched=tuple(fetched), kept=tuple(kept), size=size)


@value
class _Place:
    """Where a file goes: its directory, open, and its own name there."""

    folder: int
    name: str
    shown: str

    def opener(self, name: str, flags: int) -> int:
        """Open a name in this directory and nowhere else."""
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=self.folder)


@contextmanager
def _opened(folder: str, path: str) -> Iterator[_Place]:
    """Walk down to a file's directory, making what is missing and following no link: none may lead out of the tree."""
    parts, shown = path.split("/"), os.path.normpath(f"{folder}/{path}")
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            with suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=here)
            try:
                below = os.open(part, _FOLDER, dir_fd=here)
            except OSError as error:
                if error.errno not in {ELOOP, ENOTDIR}:
                    raise
                raise _leads_out(shown) from None
            os.close(here)
            here = below
        yield _Place(folder=here, name=parts[-1], shown=shown)
    finally:
        os.close(here)


def _leads_out(shown: str) -> IntegrityError:
    return IntegrityError(
        f"{shown!r} lies behind a link or a file where a directory should be",
        hint="remove it, or name the place itself: --into DIR",
    )


def _is_right(place: _Place, file: LockedFile) -> bool:
    """Tell whether the file is there already as the lock has it; anything but a regular file is no such file."""
    try:
        status = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(status.st_mode):
        raise _leads_out(place.shown)
    if not stat.S_ISREG(status.st_mode) or status.st_size != file.size:
        return False
    return hash_file(Wanted(real=f"/proc/self/fd/{place.folder}/{place.name}")).sha256 == file.sha256


def _fetch(place: _Place, file: LockedFile, stream: Callable[[int], Iterator[bytes]]) -> int:
    """Stream a file into its part file and put it in place; returns the bytes that came."""
    part = f".{place.name[:180]}.{file.sha256[:16]}{PART}"
    descriptor = place.opener(part, os.O_RDWR | os.O_CREAT)
    try:
        status = os.fstat(descriptor)
        if (
            not stat.S_ISREG(status.st_mode) or status.st_nlink > 1
        ):  # who writes to a second name of a file writes to it
            raise IntegrityError(f"{place.shown}: {part!r} is no part of it, but a link or a pipe", hint="remove it")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AccessError(f"{place.shown!r} is being pulled by another process", hint="wait for it") from None
        came = 0
        for is_resumed in (True, False):
            came += (received := _receive(descriptor, file, stream)).came
            if received.is_right:
                break
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            if not (is_resumed and received.start):  # what an earlier attempt left may be what is wrong
                os.unlink(part, dir_fd=place.folder)
                raise _not_the_locked(place, file, received)
        os.fchmod(descriptor, 0o644)
        os.fsync(descriptor)
        os.replace(part, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        os.fsync(place.folder)
    finally:
        os.close(descriptor)
    return came


@value
class _Received:
    """What is in the part file: ``start`` bytes of an earlier attempt, ``came`` bytes of this one."""

    start: int
    came: int
    sha256: str
    is_right: bool


def _receive(descriptor: int, file: LockedFile, stream: Callable[[int], Iterator[bytes]]) -> _Received:
    """Continue the part file to the size that the lock has; what would go beyond it is not written."""
    digest, start = _resumed(descriptor, file)
    came = 0
    for block in stream(start) if start < file.size else ():
        came += len(block)
        if start + came > file.size:
            break
        digest.update(block)
        _write(descriptor, block)
    found = digest.hexdigest()
    return _Received(start=start, came=came, sha256=found, is_right=start + came == file.size and found == file.sha256)


def _resumed(descriptor: int, file: LockedFile) -> tuple[hashlib._Hash, int]:
    """Hash what a part file holds already; one that is longer than the file begins anew."""
    digest, size = hashlib.sha256(), 0
    if os.fstat(descriptor).st_size > file.size:
        os.ftruncate(descriptor, 0)
    while block := os.read(descriptor, BLOCK):
        digest.update(block)
        size += len(block)
    return digest, size


def _write(descriptor: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _not_the_locked(place: _Place, file: LockedFile, received: _Received) -> IntegrityError:
    size = received.start + received.came
    if size == file.size:
        words = f"sha256 {received.sha256[:16]}… came, the lock has {file.sha256[:16]}…"
    elif size > file.size:
        words = f"more than the {file.size:,} bytes of the lock came"
    else:
        words = f"{size:,} bytes came, the lock has {file.size:,}"
    return IntegrityError(
        f"{place.shown}: {words}; nothing was put in place",
        hint="the store has something else than was locked: see 'weighbridge lock --update', or ask the publisher",
    )


def _hint(error: OSError) -> str:
    if error.errno in {ENOSPC, EDQUOT}:
        return "make room and pull again: it goes on where it stopped"
    if error.errno == ENAMETOOLONG:
        return "no file system here has room for such a name"
    return "check the rights on the directory, and pull again: it goes on where it stopped"
