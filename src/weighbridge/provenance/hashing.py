"""SHA-256 of many files at the speed of the disk: every processor hashes, no byte is copied in Python.

``hashlib`` gives up the interpreter's lock while it hashes, so threads suffice. Large files begin first, lest the last
one keep a single thread busy at the end; inside one file SHA-256 has an order and cannot be shared out.
"""

from __future__ import annotations

import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor

from weighbridge.core.errors import reason
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

BLOCK = 1 << 18
"""Bytes read at a time: stays in the processor's cache."""


@value
class FileDigest:
    """What the bytes of a file say: its digests in hexadecimal digits, or why there are none in ``trouble``.

    ``git`` (SHA-1 of the git blob) and ``md5`` are there where they were asked for.
    """

    size: int = -1
    sha256: str = ""
    git: str = ""
    md5: str = ""
    trouble: str = ""


@value
class Wanted:
    """A file to hash: where it lies, and which digests beside SHA-256 its store claims."""

    real: str
    git: bool = False
    md5: bool = False


def hash_file(wanted: Wanted) -> FileDigest:
    """Hash one regular file, never a link; what the system refuses is in ``trouble``."""
    try:
        descriptor = os.open(wanted.real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        return FileDigest(trouble=reason(error) if isinstance(error, OSError) else str(error))
    try:
        return _hashed(descriptor, wanted)
    except OSError as error:
        return FileDigest(trouble=f"reading it failed: {reason(error)}")
    finally:
        os.close(descriptor)


def _hashed(descriptor: int, wanted: Wanted) -> FileDigest:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        return FileDigest(trouble="it is no regular file")
    sha256, others = hashlib.sha256(), []
    if wanted.git:
        others.append(hashlib.sha1(b"blob %d\0" % before.st_size, usedforsecurity=False))
    if wanted.md5:
        others.append(hashlib.md5(usedforsecurity=False))
    view = memoryview(bytearray(min(BLOCK, max(1, before.st_size))))
    size = 0
    while count := os.readv(descriptor, [view]):
        sha256.update(view[:count])
        for other in others:
            other.update(view[:count])
        size += count
    after = os.fstat(descriptor)
    if size != before.st_size or (after.st_mtime_ns, after.st_ctime_ns) != (before.st_mtime_ns, before.st_ctime_ns):
        return FileDigest(size=size, trouble="it was changed while it was read")
    git = others.pop(0).hexdigest() if wanted.git else ""
    return FileDigest(size=size, sha256=sha256.hexdigest(), git=git, md5=others[0].hexdigest() if others else "")


def hash_files(
    files: Iterable[Wanted],
    *,
    jobs: int = 0,
    tell: Callable[[str, int], None] = lambda _real, _size: None,
) -> dict[str, FileDigest]:
    """Hash files in ``jobs`` threads (0: one per processor) and give the digests by ``real``.

    ``tell`` hears of every file that is done, from the thread that asked.
    """
    unique = {one.real: one for one in files}
    ordered = sorted(unique.values(), key=lambda one: -_size(one.real))
    workers = min(jobs or os.cpu_count() or 1, len(ordered))
    found: dict[str, FileDigest] = {}
    if workers <= 1:
        for one in ordered:
            found[one.real] = hash_file(one)
            tell(one.real, max(0, found[one.real].size))
        return found
    pool = ThreadPoolExecutor(workers)
    try:
        for one, digest in zip(ordered, pool.map(hash_file, ordered), strict=True):
            found[one.real] = digest
            tell(one.real, max(0, digest.size))
    finally:
        # Ctrl-C ends the wait at the end of the files that are being read, not of all.
        pool.shutdown(cancel_futures=True)
    return found


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except (OSError, ValueError):
        return 0
