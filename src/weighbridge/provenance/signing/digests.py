"""Digests of files and shards by any algorithm of the format, on all processors.

Whole files by SHA-256 go the same way as those of a lock, and what is hashed already is not read again.
"""

from __future__ import annotations

import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor

from weighbridge.core.errors import UsageError, reason
from weighbridge.core.values import value
from weighbridge.provenance.hashing import BLOCK, Wanted, hash_files
from weighbridge.provenance.signing.model import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from weighbridge.provenance.signing.model import Layout
    from weighbridge.provenance.signing.tree import TreeFile


@value
class Digests:
    """Digests in hexadecimal digits by the name of the resource, and why there is none by the path of the file."""

    found: dict[str, str]
    troubles: dict[str, str]


def compute(
    files: Sequence[TreeFile],
    layout: Layout,
    *,
    known: Mapping[str, str] | None = None,
    jobs: int = 0,
    tell: Callable[[str, int], None] = lambda _path, _size: None,
) -> Digests:
    """Hash files as a layout has it; raises UsageError where the algorithm's library is missing.

    ``known`` are SHA-256 digests by path that the caller has computed. ``tell`` hears of every piece that is done.
    """
    if layout.algorithm == "sha256" and not layout.shard:
        return _whole(files, known or {}, jobs, tell)
    hasher = _hasher(layout.algorithm)
    work = [(file, piece) for file in files for piece in pieces(file, layout)]
    work.sort(key=lambda one: -(one[1].end - one[1].start if layout.shard else one[0].size))
    found: dict[str, str] = {}
    troubles: dict[str, str] = {}
    # BLAKE3 hashes one file on all processors by itself.
    workers = 1 if layout.algorithm == "blake3" else min(jobs or os.cpu_count() or 1, len(work)) or 1
    pool = ThreadPoolExecutor(workers)
    try:
        done = pool.map(lambda one: _hashed(one[0], one[1], hasher), work)
        for (file, piece), (digest, trouble) in zip(work, done, strict=True):
            if trouble:
                troubles[file.path] = trouble
            else:
                found[piece.name] = digest
            tell(piece.name, piece.end - piece.start if layout.shard else file.size)
    finally:
        pool.shutdown(cancel_futures=True)
    return Digests(found=found, troubles=troubles)


def pieces(file: TreeFile, layout: Layout) -> list[Piece]:
    """Cut a file as a layout has it; an empty file has no shards."""
    if not layout.shard:
        return [Piece(path=file.path)]
    return [
        Piece(path=file.path, start=start, end=min(start + layout.shard, file.size))
        for start in range(0, file.size, layout.shard)
    ]


def _whole(files: Sequence[TreeFile], known: Mapping[str, str], jobs: int, tell: Callable[[str, int], None]) -> Digests:
    paths: dict[str, list[str]] = {}
    for file in files:
        if file.path not in known:
            paths.setdefault(file.real, []).append(file.path)
    hashed = hash_files(
        (Wanted(real=real) for real in paths), jobs=jobs, tell=lambda real, size: tell(paths[real][0], size)
    )
    found = {file.path: known[file.path] for file in files if file.path in known}
    troubles: dict[str, str] = {}
    for real, digest in hashed.items():
        for path in paths[real]:
            if digest.trouble:
                troubles[path] = digest.trouble
            else:
                found[path] = digest.sha256
    return Digests(found=found, troubles=troubles)


def _hasher(algorithm: str) -> Callable[[], Any]:
    if algorithm == "blake3":
        try:
            from blake3 import blake3
        except ImportError:
            raise UsageError("BLAKE3 needs the package blake3", hint="pip install 'weighbridge[blake3]'") from None
        return lambda: blake3(max_threads=blake3.AUTO)
    return hashlib.sha256 if algorithm == "sha256" else hashlib.blake2b


def _hashed(file: TreeFile, piece: Piece, hasher: Callable[[], Any]) -> tuple[str, str]:
    """Hash a piece of a regular file, never a link: gives its digest, or nothing and what the system refuses."""
    try:
        descriptor = os.open(file.real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        return "", reason(error)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return "", "it is no regular file"
        digest = hasher()
        at, end = piece.start, before.st_size if piece.end < 0 else piece.end
        view = memoryview(bytearray(min(_BLOCK, max(1, end - at))))
        while at < end and (count := os.preadv(descriptor, [view[: end - at]], at)):
            digest.update(view[:count])
            at += count
        after = os.fstat(descriptor)
    except OSError as error:
        return "", f"reading it failed: {reason(error)}"
    finally:
        os.close(descriptor)
    if at != end or (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        return "", "it was changed while it was read"
    return str(digest.hexdigest()), ""


_BLOCK = 4 * BLOCK
"""Bytes read at a time: enough for BLAKE3 to share them out."""
