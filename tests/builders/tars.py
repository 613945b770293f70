"""Tar archives written header by header: ustar, pax and GNU, with links, devices, escapes and false checksums (SCN-16).

Layouts: POSIX.1-2001 `pax` interchange format, and the GNU tar manual on its long names and sparse files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BLOCK = 512

FILE, HARD_LINK, SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY, FIFO = b"0", b"1", b"2", b"3", b"4", b"5", b"6"
PAX, PAX_GLOBAL, GNU_LONG_NAME, GNU_LONG_LINK, GNU_SPARSE = b"x", b"g", b"L", b"K", b"S"

USTAR, GNU, OLD = b"ustar\x0000", b"ustar  \x00", b"\0" * 8

SLIP_NAMES: tuple[bytes, ...] = (
    b"../inert.txt",
    b"/inert.txt",
    b"a/../../inert.txt",
    b"..\\inert.txt",
    b"C:\\inert.txt",
    b"./inert.txt",
    b"inert\x1b[2J.txt",
    b"inert\xff.txt",
    b"",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One header and its data; `size` and `checksum` may lie."""

    name: bytes | str
    data: bytes = b""
    kind: bytes = FILE
    link: bytes | str = b""
    mode: int = 0o644
    size: int | None = None
    checksum: int | None = None
    magic: bytes = USTAR
    prefix: bytes = b""
    device: tuple[int, int] = (0, 0)
    tail: bytes = b""
    base256_size: bool = False


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _octal(value: int, width: int) -> bytes:
    return b"%0*o\0" % (width - 1, value)


def header(member: Member) -> bytes:
    """The 512-byte header; a size of the GNU base-256 form if asked, the right checksum unless one is given."""
    size = len(member.data) if member.size is None else member.size
    sized = b"\x80" + size.to_bytes(11, "big", signed=True) if member.base256_size else _octal(size, 12)
    fields = b"".join(
        (
            _bytes(member.name).ljust(100, b"\0")[:100],
            _octal(member.mode, 8),
            _octal(0, 8),
            _octal(0, 8),
            sized,
            _octal(0, 12),
            b" " * 8,
            member.kind,
            _bytes(member.link).ljust(100, b"\0")[:100],
            member.magic,
            b"\0" * 64,
            _octal(member.device[0], 8),
            _octal(member.device[1], 8),
            member.prefix.ljust(155, b"\0"),
        )
    )
    fields = fields[: BLOCK - len(member.tail)].ljust(BLOCK - len(member.tail), b"\0") + member.tail
    total = sum(fields) if member.checksum is None else member.checksum
    return fields[:148] + b"%06o\0 " % total + fields[156:]


def record(member: Member) -> bytes:
    """Header, data and padding."""
    return header(member) + member.data + b"\0" * (-len(member.data) % BLOCK)


def archive(*members: Member, end: bool = True, tail: bytes = b"") -> bytes:
    """Members in order, two zero blocks, and bytes after them."""
    return b"".join(record(member) for member in members) + (b"\0" * (2 * BLOCK) if end else b"") + tail


def plain(members: Mapping[str, bytes], *, magic: bytes = USTAR) -> bytes:
    """An honest archive of named files."""
    return archive(*(Member(name=name, data=data, magic=magic) for name, data in members.items()))


def pax_records(values: Mapping[str, str | bytes]) -> bytes:
    """The `length key=value` lines of a pax header."""
    return b"".join(_pax_record(key, _bytes(value)) for key, value in values.items())


def _pax_record(key: str, value: bytes) -> bytes:
    body = b" " + key.encode() + b"=" + value + b"\n"
    length = len(body)
    while len(b"%d" % length) + len(body) != length:
        length = len(b"%d" % length) + len(body)
    return b"%d" % length + body


def pax(values: Mapping[str, str | bytes], *, everywhere: bool = False) -> Member:
    """A pax header for the next member, or for all that follow."""
    return Member(name="PaxHeaders/inert", data=pax_records(values), kind=PAX_GLOBAL if everywhere else PAX)


def pax_override(data: bytes, shown: str = "weights.txt", real: str = "data.pkl") -> bytes:
    """A pax `path` renames the member that its own header names otherwise."""
    return archive(pax({"path": real}), Member(name=shown, data=data))


def pax_size_override(data: bytes, shown: int) -> bytes:
    """A pax `size` contradicts the size of the header: readers that ignore it find other members."""
    return archive(pax({"size": str(len(data))}), Member(name="data.pkl", data=data, size=shown))


def gnu_long_name(data: bytes, name: str = "a" * 120 + "/data.pkl") -> bytes:
    """A name of more than 100 bytes in a GNU `L` member."""
    long = Member(name="././@LongLink", data=name.encode() + b"\0", kind=GNU_LONG_NAME, magic=GNU)
    return archive(long, Member(name=name[:100], data=data, magic=GNU))


def gnu_sparse(data: bytes, holes_to: int = 1 << 40) -> bytes:
    """A GNU sparse file: a few bytes at the start of a file that claims `holes_to` bytes (SCN-18)."""
    area = _octal(0, 12) + _octal(len(data), 12) + b"\0" * (24 * 3) + b"\0"
    real = b"\x80" + holes_to.to_bytes(11, "big")
    tail = b"\0" * 41 + area + real + b"\0" * 17
    return archive(Member(name="data.bin", data=data, kind=GNU_SPARSE, magic=GNU, tail=tail))


def link(target: str = "/inert/absent", *, name: str = "link", kind: bytes = SYMLINK) -> bytes:
    """A symbolic or hard link."""
    return archive(Member(name=name, kind=kind, link=target))


def special(kind: bytes = FIFO, name: str = "pipe") -> bytes:
    """A FIFO, or a character or block device."""
    return archive(Member(name=name, kind=kind, device=(1, 3)))


def link_then_file(data: bytes) -> bytes:
    """A link to another directory, then a file of that name: extraction writes through the link."""
    return archive(Member(name="out", kind=SYMLINK, link="/inert/absent"), Member(name="out/data.pkl", data=data))


def slipping(name: bytes, data: bytes = b"INERT") -> bytes:
    """A member whose name leaves the directory."""
    return archive(Member(name=name, data=data))


def false_checksum(data: bytes) -> bytes:
    """A header whose checksum is wrong, after an honest one: readers stop, skip or go on."""
    return archive(Member(name="readme.txt", data=b"INERT"), Member(name="data.pkl", data=data, checksum=1))


def duplicates(*contents: bytes, name: str = "data.pkl") -> bytes:
    """One name, several contents."""
    return archive(*(Member(name=name, data=data) for data in contents))


def trailing(hidden: bytes, data: bytes) -> bytes:
    """Bytes after the two zero blocks (SCN-11)."""
    return archive(Member(name="data.pkl", data=data), tail=hidden)


def two_archives(first: bytes, second: bytes) -> bytes:
    """An archive after the end of an archive: readers that ignore zero blocks see both."""
    return plain({"first.pkl": first}) + plain({"second.pkl": second})
