"""Carries tensors into files of safetensors and reads each file again right behind the pen.

Each byte is hashed three times: in the order of its source, as part of its tensor, and as it is read again from the
result. That is most of the work, and it lets other threads run, so that three share the processors: one hashes the
source, one reads tensors, hashes and writes them, and one follows, reads what was written, hashes it and compares it
with the source. The follower reads from the file and never from the writer's memory.
"""

from __future__ import annotations

import os
from threading import Condition

from weighbridge.conversion.checksums import Summing
from weighbridge.conversion.plan import WIDTHS
from weighbridge.conversion.safetensors_plan import plan_of
from weighbridge.conversion.sources import RangeSource, read_into
from weighbridge.conversion.views import PIECE, blocks
from weighbridge.core.errors import IntegrityError, Malformed
from weighbridge.core.values import value
from weighbridge.engine.files import pread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future, ThreadPoolExecutor
    from io import FileIO
    from typing import Self

    from weighbridge.conversion.plan import Sum, Tensor
    from weighbridge.conversion.views import Buffer
    from weighbridge.engine.files import OpenFile

_ASIDE = 6
"""Threads beside the writer: the digest of a source, the follower and the way to the disk, twice while a file ends and
the next begins."""
_OPEN = 2
"""Files that are open at a time: one is written while the one before it is read again."""
_SENT = 256 << 20
"""Bytes after which the way to the disk begins, beside the writing: at the end little of it is left to wait for."""
_BROKEN = "look at the disk; nothing was left there"


@value
class Item:
    """A tensor and the source that it lies in."""

    source: RangeSource
    tensor: Tensor


@value
class Written:
    """A file of the result."""

    path: str
    size: int
    sha256: str


@value
class Carried:
    """A file of tensors, which was read again and holds what its sources hold; ``tensors`` are names and SHA-256."""

    written: Written
    tensors: tuple[tuple[str, str], ...]


class Carrier:
    """Writes files one after the other; use it as a context manager.

    ``create`` opens a file for writing and reading; ``tell`` is told how many bytes more are done.
    """

    def __init__(self, create: Callable[[str], FileIO], tell: Callable[[int], None]) -> None:
        self._create = create
        self._tell = tell
        self._open: list[_Pending] = []

    def __enter__(self) -> Self:
        """Begin."""
        from concurrent.futures import ThreadPoolExecutor

        self._aside: ThreadPoolExecutor = ThreadPoolExecutor(_ASIDE)
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what is under way, and close what is open."""
        self._aside.shutdown(cancel_futures=True)
        for pending in self._open:
            pending.file.close()

    def digest(self, file: OpenFile, sums: Sequence[Sum]) -> Future[str]:
        """Hash a source beside the writing; the future raises IntegrityError where a checksum of ``sums`` differs."""
        return self._aside.submit(file.digest, Summing(sums).take if sums else None)

    def write(self, path: str, head: bytes, items: Sequence[Item]) -> Callable[[], Carried]:
        """Write a file, ``head`` and the tensors behind it; gives what waits until it was read again.

        Raises OSError, and AccessError for a source that ends too early. Waiting raises IntegrityError for a file that
        does not read as it was written.
        """
        while len(self._open) >= _OPEN:
            self._open[0].wait()
            del self._open[0]
        pending = _Pending(path, self._create(path), self._aside)
        self._open.append(pending)
        pending.follower = self._aside.submit(pending.read_again, head, items)
        try:
            pending.write(head)
            for item in items:
                pending.digests.append((item.tensor.name, self._copied(item, pending)))
        finally:
            pending.end()
        pending.finish()
        return pending.wait

    def text(self, path: str, text: str) -> Written:
        """Write a small file; raises OSError."""
        from hashlib import sha256

        content = text.encode()
        with self._create(path) as file:
            write(file, content)
            os.fsync(file.fileno())
        return Written(path=path, size=len(content), sha256=sha256(content).hexdigest())

    def copy(self, path: str, descriptor: int) -> Written:
        """Copy an open file to the byte; raises OSError, and IntegrityError for a copy that does not read as it."""
        from hashlib import sha256

        hashes = sha256(), sha256()
        with self._create(path) as file:
            for of, digest, copies in zip((descriptor, file.fileno()), hashes, (True, False), strict=True):
                size = 0
                while piece := pread(of, size, PIECE):
                    digest.update(piece)
                    size += len(piece)
                    if copies:
                        write(file, piece)
            os.fsync(file.fileno())
        if hashes[0].digest() != hashes[1].digest():
            raise IntegrityError(f"{path!r} does not read as it was written", hint=_BROKEN)
        return Written(path=path, size=size, sha256=hashes[0].hexdigest())

    def _copied(self, item: Item, into: _Pending) -> str:
        from hashlib import sha256

        digest = sha256()
        for block in _blocks(item):
            into.write(block)
            digest.update(block)
            self._tell(len(block))
        return digest.hexdigest()


class _Pending:
    """A file that is being written by one thread and read again by another."""

    def __init__(self, path: str, file: FileIO, aside: ThreadPoolExecutor) -> None:
        self.path = path
        self.file = file
        self._aside = aside
        self.digests: list[tuple[str, str]] = []
        self.follower: Future[str]
        self.synced: Future[None] | None = None
        self.status: os.stat_result
        self._size = self._unsent = 0
        self._ended = False
        self._grew = Condition()
        self._carried: Carried | None = None
        self._piece = bytearray(PIECE)

    def write(self, block: Buffer) -> None:
        """Write a block and let the follower know."""
        write(self.file, block)
        with self._grew:
            self._size += len(block)
            self._grew.notify()
        self._unsent += len(block)
        if self._unsent >= _SENT and (self.synced is None or self.synced.done()):
            self._unsent = 0
            if self.synced:
                self.synced.result()  # a disk that fails says so once
            self.synced = self._aside.submit(os.fdatasync, self.file.fileno())

    def end(self) -> None:
        """Say that nothing more will be written, so that the follower does not wait for it."""
        with self._grew:
            self._ended = True
            self._grew.notify()

    def finish(self) -> None:
        """Note what the file is now, and send the rest of it to the disk."""
        if self.synced:
            self.synced.result()
        self.status = os.fstat(self.file.fileno())
        self.synced = self._aside.submit(os.fsync, self.file.fileno())

    def wait(self) -> Carried:
        """Wait until the file was read again and is on the disk, and close it; raises IntegrityError and OSError."""
        if self._carried is None:
            sha256 = self.follower.result()
            if self.synced:
                self.synced.result()
            now = os.fstat(self.file.fileno())
            if (now.st_size, now.st_mtime_ns) != (self._size, self.status.st_mtime_ns):
                raise IntegrityError(f"{self.path!r} was changed while it was written", hint=_BROKEN)
            self.file.close()
            written = Written(path=self.path, size=self._size, sha256=sha256)
            self._carried = Carried(written=written, tensors=tuple(self.digests))
        return self._carried

    def read_again(self, head: bytes, items: Sequence[Item]) -> str:
        """Follow the writer, comparing all of the file with what belongs there; gives its SHA-256."""
        from hashlib import sha256

        digest, at, places = sha256(), 0, []
        for name, block in _expected(head, items):
            found = self._reread(at, len(block))
            if found != block:
                raise self._broken(f"{name!r} does" if name else "the header does")
            digest.update(found)
            at += len(block)
        start = len(head)
        for item in items:
            places.append((item.tensor.name, item.tensor.dtype, item.tensor.shape, start))
            start += item.tensor.size
        try:
            again = plan_of(RangeSource(self.file.fileno())).tensors
        except Malformed as broken:
            raise self._broken(f"it ({broken}) does") from None
        if sorted((one.name, one.dtype, one.shape, one.offset) for one in again) != sorted(places):
            raise self._broken("the list of its tensors does")
        return digest.hexdigest()

    def _reread(self, at: int, length: int) -> Buffer:
        """Read what was written at a place, when it was; shorter where the writer ended before."""
        with self._grew:
            self._grew.wait_for(lambda: self._size >= at + length or self._ended)
        if length == PIECE == read_into(self.file.fileno(), self._piece, at):
            return self._piece
        return pread(self.file.fileno(), at, length)

    def _broken(self, what: str) -> IntegrityError:
        return IntegrityError(f"{self.path!r}: {what} not read as it was written", hint=_BROKEN)


def _expected(head: bytes, items: Sequence[Item]) -> Iterator[tuple[str, Buffer]]:
    yield "", head
    for item in items:
        for block in _blocks(item):
            yield item.tensor.name, block


def _blocks(item: Item) -> Iterator[Buffer]:
    return blocks(item.source.of(item.tensor), item.tensor, WIDTHS[item.tensor.dtype])


def write(file: FileIO, content: Buffer) -> None:
    """Write all of it; one ``write(2)`` may take less."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
