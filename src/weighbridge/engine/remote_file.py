"""A file of a remote artifact: fetched by this process, examined by one that has no network.

The bytes are put into a file without a name, of which the worker gets a descriptor that only reads. Small files, and
with ``full`` all files, are fetched whole before they are handed on; of others those ranges are fetched that the worker
asks for. It may be under the control of what it read: the numbers that it asks for are checked, and ``Limits`` bounds
what it makes this process fetch. Digests are computed here, from the very bytes that were examined.
"""

from __future__ import annotations

import os
from errno import EIO
from time import monotonic

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import AccessError, IntegrityError, OverLimit, WeighbridgeError, reason
from weighbridge.core.facts import BrokenClaim
from weighbridge.core.limits import GIB, MIB, Limits
from weighbridge.core.location import Location
from weighbridge.engine.claims import broken, claimed
from weighbridge.engine.executors import Task
from weighbridge.engine.files import BLOCK, pread
from weighbridge.engine.held import Held
from weighbridge.engine.sparse import LONGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.artifact import ListedFile, Listing, Store
    from weighbridge.core.source import ByteSource

WHOLE = 1 << 20
"""Files up to this size are fetched whole: the way to a store takes longer than their bytes."""

IN_MEMORY = 64 * MIB
"""A whole file that is larger is kept on disk, in TMPDIR."""

LARGEST = 16 * GIB
"""Bytes taken of a file whose size the store does not tell: a server can go on for ever."""


class RemoteFile:
    """One listed file, from the first byte fetched to the last word about it.

    ``sha256`` is empty until all bytes were fetched; ``gaps`` tell what could not be had, ``unread`` what was not
    asked for; ``broken`` are the promises of the store that its bytes did not keep. Never raises for what the store
    does, except for ``open``, which raises OSError.
    """

    def __init__(self, store: Store, listing: Listing, file: ListedFile, *, full: bool) -> None:
        self.file = file
        self.full = full
        self.in_pieces = not full and file.size > WHOLE
        self.sha256 = ""
        self.gaps: tuple[Gap, ...] = ()
        self.broken: tuple[BrokenClaim, ...] = ()
        self._store, self._listing = store, listing
        self._limits = Limits()
        self._source: ByteSource | None = None
        self._writing = -1
        self._held = Held()
        self._moved = self._ranges = 0
        self._seconds = 0.0
        self._trouble = ""
        self._opened = False
        self.refused: AccessError | None = None
        """Why not a byte of it could be had, where the store says so."""

    @property
    def most(self) -> int:
        """Bytes that are read at the most."""
        if self.file.size < 0:
            return LARGEST if self.full else self._limits.remote_bytes
        return min(self.file.size, self._limits.remote_bytes) if self.in_pieces else self.file.size

    @property
    def unread(self) -> Gap | None:
        """What was left alone; None where all was read, or where the other gaps tell why nothing was."""
        if not self.in_pieces or self._held.total == self.file.size:
            return None
        why = "--full reads all" if self.gaps else "headers and structure only; --full reads all"
        said = f"all but {self._held.total:,} of {self.file.size:,} bytes: {why}"
        return Gap(kind=GapKind.UNREAD, reason=said)

    @property
    def is_closed(self) -> bool:
        """Whether it could not even be opened."""
        return not self._opened

    def task(self, key: int, name: str) -> Task:
        """Make the task of examining it."""
        supply = self.supply if self.in_pieces else None
        return Task(key=key, name=name, size=self.most, open=self.open, supply=supply)

    def open(self) -> int:
        """Give a descriptor that only reads, with all bytes in place or none yet."""
        try:
            in_memory = self.in_pieces or 0 <= self.file.size <= IN_MEMORY
            self._writing, reading = _without_a_name(in_memory=in_memory)
            try:
                self._prepare()
                self._opened = True
            finally:
                if not self._opened:
                    os.close(reading)
        except (WeighbridgeError, OSError) as trouble:
            raise OSError(EIO, self._fail(trouble)) from None
        return reading

    def supply(self, offset: int, length: int) -> str:
        """Put a range of any numbers in place; gives the words of a refusal, none when it is there."""
        if self._trouble:
            return self._trouble
        if not (0 <= offset < self.file.size and 0 < length <= min(LONGEST, self.file.size - offset)):
            return self._refuse(GapKind.CRASHED, "the worker asked for a range that the file does not have")
        self._ranges += 1
        if self._ranges > self._limits.remote_ranges:
            return self._refuse(GapKind.OVER_LIMIT, f"more than {self._limits.remote_ranges:,} ranges would be fetched")
        if self._moved + length > self._limits.remote_bytes:
            most = self._limits.remote_bytes >> 20
            return self._refuse(GapKind.OVER_LIMIT, f"more than {most} MiB would be fetched")
        if self._seconds > self._limits.remote_seconds:
            return self._refuse(
                GapKind.OVER_LIMIT, f"the store took more than {self._limits.remote_seconds:.0f} seconds"
            )
        began = monotonic()
        try:
            self._fetch(offset, length)
        except (WeighbridgeError, OSError) as trouble:
            return self._fail(trouble)
        finally:
            self._seconds += monotonic() - began
        return ""

    def conclude(self) -> None:
        """Compute the digests of a file that is complete, hold them against the claims, and give the room back."""
        try:
            if self.in_pieces and not self._trouble and self._held.total == self.file.size:
                self.sha256 = self._hashed("sha256")
            field = claimed(self.file) if self.sha256 else ""
            if field:
                found = self.sha256 if field == "sha256" else self._hashed(field)
                self.broken += broken(self.file, field, found)
        except OSError as trouble:
            self._fail(trouble)
        self.close()

    def close(self) -> None:
        """Give the room back, also that of what the store keeps."""
        self._source = None
        writing, self._writing = self._writing, -1
        if writing >= 0:
            os.close(writing)

    def _prepare(self) -> None:
        if not self.in_pieces:
            self._take_whole()
            return
        os.ftruncate(self._writing, self.file.size)
        self._source = self._store.source(self._listing, self.file)
        if self._source.size != self.file.size:
            raise IntegrityError(f"the store lists {self.file.size} bytes and has {self._source.size}")

    def _take_whole(self) -> None:
        from hashlib import sha256

        size, total, summed = self.file.size, 0, sha256()
        for block in self._store.stream(self._listing, self.file):
            total += len(block)
            if total > self.most and size >= 0:
                raise IntegrityError(f"the store lists {size} bytes and goes on after them")
            if total > self.most:
                raise OverLimit(f"the store does not tell the size and gives more than {self.most >> 20} MiB")
            self._write(block, total - len(block))
            summed.update(block)
        if total < size:
            raise IntegrityError(f"the store lists {size} bytes and gives {total}")
        self.sha256 = summed.hexdigest()

    def _fetch(self, offset: int, length: int) -> None:
        """Fetch what is not there yet: bytes that were handed on must not change any more."""
        assert self._source is not None
        for start, stop in tuple(self._held.missing(offset, offset + length)):
            found = self._source.read_at(start, stop - start)
            self._moved += stop - start
            if len(found) != stop - start:
                raise IntegrityError(f"the store gives {len(found)} of {stop - start} bytes at {start}")
            self._write(found, start)
            self._held.add(start, stop)

    def _write(self, block: bytes, offset: int) -> None:
        rest = memoryview(block)
        while rest:
            written = os.pwrite(self._writing, rest, offset)
            offset, rest = offset + written, rest[written:]

    def _hashed(self, field: str) -> str:
        """Compute a digest of what was fetched; git's is over the content with its length before it."""
        import hashlib

        size = os.fstat(self._writing).st_size
        if field == "git":
            summed = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
        else:
            summed = hashlib.new(field, usedforsecurity=False)
        for block in self._blocks(size):
            summed.update(block)
        return summed.hexdigest()

    def _blocks(self, size: int) -> Iterator[bytes]:
        return (pread(self._writing, start, BLOCK) for start in range(0, size, BLOCK))

    def _fail(self, trouble: WeighbridgeError | OSError) -> str:
        """Remember why nothing more can be had; gives the words."""
        words = reason(trouble) if isinstance(trouble, OSError) else str(trouble)
        if isinstance(trouble, AccessError) and not self._held.total and not self.sha256:
            self.refused = trouble
        if isinstance(trouble, IntegrityError):
            self.broken += (BrokenClaim(at=Location(), detail=words),)
        self._trouble = self._refuse(GapKind.OVER_LIMIT if isinstance(trouble, OverLimit) else GapKind.UNREAD, words)
        self.sha256 = ""
        return self._trouble

    def _refuse(self, kind: GapKind, words: str) -> str:
        """Remember a refusal, once for each reason; gives the words."""
        gap = Gap(kind=kind, reason=words)
        if gap not in self.gaps:
            self.gaps += (gap,)
        return words


def _without_a_name(*, in_memory: bool) -> tuple[int, int]:
    """Make an empty file that ends with its descriptors; gives one that writes and one that only reads."""
    if in_memory and hasattr(os, "memfd_create"):
        writing = os.memfd_create("weighbridge", os.MFD_CLOEXEC)
        try:
            return writing, os.open(f"/proc/self/fd/{writing}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            os.close(writing)  # no /proc here
    from tempfile import mkstemp

    writing, path = mkstemp(prefix="weighbridge-")
    try:
        return writing, os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        os.close(writing)
        raise
    finally:
        os.unlink(path)
