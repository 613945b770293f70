"""Zip archives on which readers disagree, or that hide, escape or explode: SCN-05 to SCN-13, SCN-17 and SCN-18.

Every builder takes the content to hide, so that the same trick can carry an honest or a hostile pickle.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import replace

from tests.builders.zips import (
    AES,
    DEFLATE,
    DEFLATE64,
    ENCRYPTED,
    STORED,
    XZ,
    ZSTD,
    Claims,
    End,
    Entry,
    archive,
    central_record,
    end_records,
    local_record,
    plain,
)

NAME = "archive/data.pkl"

SLIP_NAMES: tuple[bytes, ...] = (
    b"../inert.txt",
    b"a/../../inert.txt",
    b"/inert.txt",
    b"//host/share/inert.txt",
    b"\\\\host\\share\\inert.txt",
    b"..\\inert.txt",
    b"C:\\inert.txt",
    b"C:inert.txt",
    b"inert.txt\x00.safetensors",
    b"inert.txt.",
    b"inert.txt ",
    b"./inert.txt",
    b"a//inert.txt",
    b"",
    b"inert\n.txt",
    b"inert\x1b[2J.txt",
    "\u2024\u2024/inert.txt".encode(),
    "inert\u202etxt.pkl".encode(),
    b"inert\xff.txt",
)


def wrong_crc(data: bytes, *, where: str = "both", crc: int = 0x12345678) -> bytes:
    """SCN-05: the CRC is false in `both` headers, or only in the `local` or the `central` one."""
    claims, true = Claims(crc=crc), Claims()
    local, central = (true if where == "central" else claims), (true if where == "local" else claims)
    return archive(Entry(name=NAME, data=data, local=local, central=central))


def flag_bits(data: bytes, flags: int = ENCRYPTED, *, where: str = "both") -> bytes:
    """SCN-06: flag bits are set on a member that is stored in the clear; 0x1 encrypted, 0x20 patched, 0x40 strong."""
    claims, true = Claims(flags=flags), Claims()
    local, central = (true if where == "central" else claims), (true if where == "local" else claims)
    return archive(Entry(name=NAME, data=data, local=local, central=central))


def two_names(data: bytes, local: str = "archive/data.txt", central: str = NAME) -> bytes:
    """SCN-07: the local header and the central directory name the member differently."""
    return archive(Entry(name=central, data=data, local=Claims(name=local)))


def two_sizes(data: bytes, shown: int = 3) -> bytes:
    """SCN-07: the local header says that the member is `shown` bytes long."""
    return archive(Entry(name=NAME, data=data, local=Claims(size=shown, packed_size=shown)))


def two_methods(data: bytes) -> bytes:
    """SCN-07: deflated according to the central directory, stored according to the local header."""
    return archive(Entry(name=NAME, data=data, method=DEFLATE, local=Claims(method=STORED)))


def duplicates(*contents: bytes, name: str = NAME) -> bytes:
    """SCN-08: one name, several contents; `zipfile` reads the last one, miniz the first."""
    return archive(*(Entry(name=name, data=data) for data in contents))


def case_twins(first: bytes, second: bytes, name: str = "archive/DATA.PKL") -> bytes:
    """SCN-09: two names that differ in case only, the odd one first; miniz does not tell them apart."""
    return archive(Entry(name=name, data=first), Entry(name=NAME, data=second))


def other_case(data: bytes, name: str = "archive/DATA.PKL") -> bytes:
    """SCN-09: the only pickle has its name in capitals."""
    return plain({name: data, "archive/version": b"3\n"})


def between_entries(hidden: bytes, data: bytes) -> bytes:
    """SCN-11: bytes between two members that belong to neither."""
    return archive(Entry(name=NAME, data=data), Entry(name="archive/version", data=b"3\n", before=hidden))


def before_directory(hidden: bytes, data: bytes) -> bytes:
    """SCN-11: bytes between the last member and the central directory."""
    return archive(Entry(name=NAME, data=data), gap=hidden)


def unlisted(hidden: bytes, data: bytes) -> bytes:
    """SCN-11: a whole member with a local header that the central directory does not list."""
    return archive(Entry(name="archive/hidden.pkl", data=hidden, listed=False), Entry(name=NAME, data=data))


def phantom(data: bytes) -> bytes:
    """SCN-11: the directory lists a member where no local header is."""
    ghost = Entry(name="archive/ghost.pkl", data=b"INERT", present=False, central=Claims(offset=1))
    return archive(Entry(name=NAME, data=data), ghost)


def commented(hidden: bytes, data: bytes) -> bytes:
    """SCN-11: bytes in the archive comment."""
    return archive(Entry(name=NAME, data=data), end=End(comment=hidden))


def trailing(hidden: bytes, data: bytes) -> bytes:
    """SCN-11: bytes after the end record."""
    return archive(Entry(name=NAME, data=data), tail=hidden)


def two_directories(first: bytes, second: bytes) -> bytes:
    """SCN-11: two central directories and end records; forward readers see the first, backward readers the second."""
    start = archive(Entry(name=NAME, data=first))
    added = Entry(name=NAME, data=second)
    return archive(added, prefix=start)


def zip64_dispute(first: bytes, second: bytes) -> bytes:
    """SCN-11: the zip64 end record points to one directory, the plain end record to another."""
    one, two = Entry(name=NAME, data=first), Entry(name=NAME, data=second)
    members = local_record(one) + local_record(two)
    plain_directory = central_record(two, len(local_record(one)))
    zip64_directory = central_record(one, 0)
    end = End(zip64=True, offset=len(members))
    records = end_records(1, len(zip64_directory), len(members) + len(plain_directory), end)
    return members + plain_directory + zip64_directory + records


def nested(data: bytes, depth: int = 3, name: str = NAME, inner: str = "inner.zip") -> bytes:
    """SCN-12: an archive inside an archive, `depth` of them around the content."""
    whole = plain({name: data})
    for _ in range(depth - 1):
        whole = plain({inner: whole})
    return whole


def exotic(data: bytes, method: int = ZSTD) -> bytes:
    """SCN-13: zstd (93), xz (95), deflate64 (9) or AES (99): methods that `zipfile` of Python 3.11 cannot unpack."""
    assert method in (ZSTD, XZ, DEFLATE64, AES)
    return archive(Entry(name=NAME, data=data, method=method, flags=ENCRYPTED if method == AES else 0))


def slipping(name: bytes, data: bytes = b"INERT") -> bytes:
    """SCN-17: a member whose name leaves the directory, or is another name for another system."""
    return archive(Entry(name=name, data=data))


def symlink(name: str = "archive/link", target: bytes = b"/inert/absent") -> bytes:
    """SCN-17: a symbolic link, by the Unix mode in the external attributes."""
    return archive(Entry(name=name, data=target, attributes=(stat.S_IFLNK | 0o777) << 16))


def special(name: str = "archive/pipe", kind: int = stat.S_IFIFO) -> bytes:
    """SCN-17: a FIFO or device, by the Unix mode in the external attributes."""
    return archive(Entry(name=name, attributes=(kind | 0o644) << 16))


def overlapping(data: bytes, count: int = 16) -> bytes:
    """SCN-18: `count` directory entries share one local header and its bytes."""
    first = Entry(name="archive/0", data=data, method=DEFLATE)
    others = (
        Entry(name=f"archive/{n}", data=data, method=DEFLATE, present=False, central=Claims(offset=0))
        for n in range(1, count)
    )
    return archive(first, *others)


def quoted(data: bytes) -> bytes:
    """SCN-18: one member stores the whole record of another; both are listed, headers agree, bytes overlap."""
    inner = Entry(name=NAME, data=data)
    outer = Entry(name="archive/outer", data=local_record(inner))
    start = len(local_record(outer)) - len(local_record(inner))
    return archive(outer, replace(inner, present=False, central=Claims(offset=start)))


def bomb(size: int = 10 << 20, copies: int = 1) -> bytes:
    """SCN-18: zeros, deflated about a thousand to one."""
    zeros = bytes(size)
    return archive(*(Entry(name=f"archive/{n}", data=zeros, method=DEFLATE) for n in range(copies)))


def claimed_bomb(claimed: int = 0xFFFFFFF0) -> bytes:
    """SCN-18: the headers claim gigabytes, the member holds five bytes."""
    claims = Claims(size=claimed)
    return archive(Entry(name=NAME, data=b"INERT", method=DEFLATE, local=claims, central=claims))


def crowd(count: int = 70_000) -> bytes:
    """SCN-18: more members than the plain end record can count."""
    return archive(*(Entry(name=str(n)) for n in range(count)), end=End(zip64=True))


def bad_first(data: bytes) -> bytes:
    """SCN-20: the first member cannot be read, the payload is the second: one bad member must not hide the rest."""
    broken = Entry(name="archive/broken", data=b"INERT", method=DEFLATE, payload=b"\xff" * 8)
    return archive(broken, Entry(name=NAME, data=data))


def in_order(names: Sequence[str], data: bytes) -> bytes:
    """An archive with the same content under each name."""
    return archive(*(Entry(name=name, data=data) for name in names))
