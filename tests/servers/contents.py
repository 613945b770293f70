"""What servers serve: bytes in memory, and files of any size of which only the parts that are not zero exist."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Content(Protocol):
    """A file's bytes and the digests that a store claims for it."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        ...

    @property
    def sha256(self) -> str:
        """In hexadecimal digits."""
        ...

    @property
    def git(self) -> str:
        """SHA-1 of the git blob (of the LFS pointer where the file is in LFS), in hexadecimal digits."""
        ...

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes; shorter only at the end."""
        ...


def git_blob(content: bytes) -> str:
    """SHA-1 of bytes as git names them."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def lfs_pointer(sha256: str, size: int) -> bytes:
    """What git holds in place of a file in LFS."""
    return b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize %d\n" % (sha256.encode(), size)


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes in memory, with their true digests."""

    content: bytes

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """Over the bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def git(self) -> str:
        """Over the bytes."""
        return git_blob(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes; shorter only at the end."""
        return self.content[offset : offset + length]


@dataclass(frozen=True, slots=True, kw_only=True)
class Virtual:
    """A file of `size` bytes that are zero but for `pieces`: offsets and what stands there.

    Its digests are those of its description, not of its bytes: nobody hashes 141 GB in a test.
    """

    size: int
    pieces: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Made up, stable."""
        told = hashlib.sha256(b"virtual %d" % self.size)
        for offset, piece in sorted(self.pieces.items()):
            told.update(b"%d:" % offset + piece)
        return told.hexdigest()

    @property
    def git(self) -> str:
        """Of the LFS pointer."""
        return git_blob(lfs_pointer(self.sha256, self.size))

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes; shorter only at the end."""
        end = min(offset + length, self.size)
        made = bytearray(max(0, end - offset))
        for start, piece in self.pieces.items():
            low, high = max(start, offset), min(start + len(piece), end)
            if low < high:
                made[low - offset : high - offset] = piece[low - start : high - start]
        return bytes(made)
