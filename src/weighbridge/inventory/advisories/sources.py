"""Where records come from: a file of one, JSON lines, a folder, the zip of an ecosystem; each record one at a time.

A record or a file of a folder that cannot be read is told with its name, and the rest is read. An archive that is cut
off is refused as a whole.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from typing import cast
from zipfile import BadZipFile, ZipFile

from weighbridge.access.local_files import open_given, open_regular
from weighbridge.core.errors import AccessError, UsageError, reason
from weighbridge.core.values import value
from weighbridge.inventory.advisories.reading import LARGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

MOST = 2_000_000
"""Records of one import; OSV had some 500,000 over all ecosystems in 2026."""
MOST_BYTES = 16 << 30
"""Bytes of one import, unpacked; what goes beyond is a bomb, or should be divided."""

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_ENDINGS = (".json", ".jsonl", ".jsonl.gz", ".ndjson", ".zip")


class _BrokenError(AccessError):
    """An archive that ends too early: what is missing may be anything, so none of it is taken."""


@value
class Piece:
    """The bytes of one record and where they lie, or why they could not be read."""

    where: str
    text: bytes = b""
    trouble: str = ""


def pieces(path: str) -> Iterator[Piece]:
    """Yield the records of a file or folder; raises AccessError for one that cannot be opened, UsageError for bombs."""
    size = 0
    for number, one in enumerate(_pieces(path)):
        size += len(one.text)
        if number >= MOST or size > MOST_BYTES:
            raise UsageError(f"{path!r} has more than {MOST:,} records or {MOST_BYTES >> 30} GiB", hint="divide it")
        yield one


def _pieces(path: str) -> Iterator[Piece]:
    try:
        if os.path.isdir(path):
            yield from _folder(path)
        else:
            with open(open_given(path), "rb") as file:
                yield from _file(file, os.path.basename(path))
    except (OSError, ValueError) as error:
        words = reason(error) if isinstance(error, OSError) else "it is no name of a file"
        raise AccessError(f"cannot read {path!r}: {words}") from None


def _folder(path: str) -> Iterator[Piece]:
    os.listdir(path)  # os.walk would pass over a folder that may not be read
    closed: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=closed.append):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(_ENDINGS):
                real = os.path.join(folder, name)
                where = os.path.relpath(real, path)
                try:
                    with open(open_regular(real), "rb") as file:
                        yield from _file(file, where)
                except OSError as error:
                    yield Piece(where=where, trouble=reason(error))
                except _BrokenError as error:
                    yield Piece(where=where, trouble=str(error))
    for one in closed:
        yield Piece(where=os.path.relpath(os.fsdecode(one.filename or path), path), trouble=reason(one))


def _file(file: IO[bytes], where: str) -> Iterator[Piece]:
    head = file.read(len(_ZIP))
    if head.startswith(_ZIP):
        yield from _zip(file, where)
        return
    if not file.seekable():  # a pipe of the shell; what was read of it cannot be given back
        raise OSError("it is no regular file")
    file.seek(0)
    if not head.startswith(_GZIP):
        yield from _lines(file, where)
        return
    try:
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield from _lines(cast("IO[bytes]", unpacked), where)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _BrokenError(f"{where}: it does not unpack: {error}") from None


def _zip(file: IO[bytes], where: str) -> Iterator[Piece]:
    try:
        with ZipFile(file) as archive:
            for member in archive.infolist():
                if member.filename.lower().endswith(".json") and not member.is_dir():
                    yield _member(archive, member.filename, where)
    except BadZipFile as error:
        raise _BrokenError(f"{where}: it is no whole zip: {error}") from None


def _member(archive: ZipFile, name: str, where: str) -> Piece:
    try:
        with archive.open(name) as member:
            return Piece(where=f"{where}/{name}", text=member.read(LARGEST + 1))
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, KeyError) as error:
        # RuntimeError is what zipfile raises for a member with a password
        return Piece(where=f"{where}/{name}", trouble=f"it does not unpack: {error}")


def _lines(file: IO[bytes], where: str) -> Iterator[Piece]:
    """Tell JSON lines from one document that may go over many lines: the first line of the former is a document."""
    first = file.readline(LARGEST + 1)
    rest = b"" if _is_document(first) else file.read(LARGEST + 1 - min(LARGEST, len(first)))
    if rest or not _is_document(first):
        yield from _document(first + rest, where)
        return
    number = 1
    while first:
        if first.strip():
            yield Piece(where=f"{where}:{number}", text=first)
        while first and not first.endswith(b"\n") and len(first) > LARGEST:
            first = file.readline(LARGEST + 1)  # what is left of a line that is too long
        first = file.readline(LARGEST + 1)
        number += 1


def _is_document(line: bytes) -> bool:
    try:
        return type(json.loads(line)) is dict
    except (ValueError, RecursionError):
        return False


def _document(text: bytes, where: str) -> Iterator[Piece]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if type(found) is list:
        for number, one in enumerate(found):
            yield Piece(where=f"{where}[{number}]", text=json.dumps(one).encode())
    else:
        yield Piece(where=where, text=text)
