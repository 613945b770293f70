"""Files hidden in the values of tensors: in the low bits of floating-point numbers, or raw after the beginning.

Looked at is a sample of ``SAMPLE`` bytes from the beginning of each tensor, where the published tools put their
payload: EvilModel replaces the low bytes of each value (arXiv:2107.08590), StegoNet and the like its low bits. A
payload counts when what is read out begins as a program or an archive with a consistent header: statistics alone prove
nothing, since the low bits of trained weights are as good as random. Chance: at most twenty readings a tensor, each of
which must meet four bytes or more, so less than one honest tensor in 10**8 is accused.
"""

from __future__ import annotations

from weighbridge.core.facts import Fact
from weighbridge.core.source import BytesSource
from weighbridge.core.texts import WeightAnomaly
from weighbridge.formats import native
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.bulk import Stretch
    from weighbridge.formats.node import Node

    Reading: TypeAlias = tuple[str, bytes]
    """How the bytes were read out, in words, and the bytes."""

SAMPLE = 8_192
"""Bytes of each tensor: one bit of each four-byte value gives 256, more than any header that is asked for."""

TENSORS = 2_000
"""Tensors of one file of which a sample is taken, some 0.2 ms each; the largest shards hold fewer."""

RECOVERED = 1 << 20
"""Bytes of values that are read out where the sample shows a payload."""

_SMALLEST = 512
_PREFIXES = (0, 4, 8)  # a length may stand before the payload
_FEW = 20  # different low bytes; fewer are rounded values, not text
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\n\r"


def look(
    source: ByteSource, node: Node, stretches: Iterable[Stretch], widths: tuple[int, ...]
) -> Iterator[Fact | Child]:
    """Look at the beginning of each tensor; ``widths`` are the bytes that one of its values may have."""
    if node.headers_only:
        return
    for number, (begin, end, name) in enumerate(stretches):
        if number == TENSORS:
            return
        if end - begin < _SMALLEST:
            continue
        sample = source.read_at(begin, min(end - begin, SAMPLE))
        at = node.at(begin, end - begin)
        inside = _inside(sample, end - begin)
        if inside:
            what, start = inside
            detail = f"{what} begins {start} bytes after its first value"
            yield WeightAnomaly(at=at, kind="payload", tensor=name, detail=detail)
            rest = source.read_at(begin + start, min(end - begin - start, RECOVERED))
            yield Child(f"{name}@{start}", Stored(BytesSource(rest)), offset=begin + start, role="hidden", quiet=True)
            continue
        if widths == (4,):
            broken = _not_numbers(sample)
            if broken:
                detail = f"{broken} of its first {len(sample) // 4} values are not a number"
                yield WeightAnomaly(at=at, kind="not_finite", tensor=name, detail=detail)
        for width in widths:
            found = _payload(sample, width)
            if found:
                how, what, prefix = found
                yield WeightAnomaly(at=at, kind="payload", tensor=name, detail=f"{how} of its values hold {what}")
                values = source.read_at(begin, min(end - begin, RECOVERED))
                whole = next(read for said, read in readings(values, width) if said == how)
                hidden = Stored(BytesSource(whole[prefix:]))
                yield Child(f"{how} of {name}", hidden, offset=begin, role="hidden", quiet=True)
                break
            if _spells(sample[::width]):
                detail = f"the low byte of nearly all of its first {len(sample) // width} values is a printable sign"
                yield WeightAnomaly(at=at, kind="low_bits", tensor=name, detail=detail)
                break


def readings(values: bytes, width: int) -> Iterator[Reading]:
    """Read out low bytes and low bits of little-endian values in the orders that tools are known to write."""
    usable = values[: len(values) // width * width]
    low = usable[::width]
    for count in range(1, width):
        if count == 1:
            yield "the low bytes", low
            continue
        joined = bytearray(len(low) * count)
        for place in range(count):
            joined[place::count] = usable[place::width]
        yield f"the low {count} bytes", bytes(joined)
        for place in range(count):
            joined[place::count] = usable[count - 1 - place :: width]
        yield f"the low {count} bytes, high first,", bytes(joined)
    for bits, digits in _DIGITS.items():
        whole = low[: len(low) // 8 * 8]
        if whole:
            packed = int(whole.translate(digits), 1 << bits).to_bytes(len(whole) * bits // 8, "big")
            yield f"the low {bits} bits" if bits > 1 else "the lowest bits", packed
            if bits == 1:
                yield "the lowest bits, low first,", packed.translate(_REVERSED)


_DIGITS = {bits: bytes(b"0123456789abcdef"[byte & ((1 << bits) - 1)] for byte in range(256)) for bits in (1, 2, 4)}
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _payload(sample: bytes, width: int) -> tuple[str, str, int] | None:
    for how, read in readings(sample, width):
        for prefix in _PREFIXES:
            what = begins(read[prefix : prefix + native.HEAD])
            if what:
                return how, what, prefix
    return None


def begins(head: bytes) -> str:
    """Name the program or archive that ``head`` begins, by more than a magic number; empty for none."""
    if head[:1] not in _FIRST:
        return ""
    if head[:2] in native.PREFIXES and head[:2] != b"#!":
        found = native.identify(head, _FAR)
        return f"a native program ({found})" if found else ""
    if head[:4] == b"PK\x03\x04":
        return "a zip archive" if _is_member(head) else ""
    if head[:2] == b"#!":
        return "a script" if head[2:3] in b" /" and not head[:16].translate(None, _PRINTABLE) else ""
    for magic, what in _MAGICS:
        if head.startswith(magic):
            return what
    return ""


_FAR = 1 << 40
"""A size that no header contradicts: only the beginning is at hand."""
_MAGICS = (
    (b"7z\xbc\xaf\x27\x1c\x00", "a 7z archive"),
    (b"\xfd7zXZ\x00\x00", "an xz stream"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"-----BEGIN ", "a key or certificate"),
    (b"%PDF-1.", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a picture"),
)
_FIRST = frozenset(magic[:1] for magic in (b"PK", b"#!", *native.PREFIXES, *(magic for magic, _ in _MAGICS)))
_NEEDLES = (
    b"\x7fELF\x02\x01\x01", b"\x7fELF\x01\x01\x01", b"This program cannot be run in DOS mode", b"7z\xbc\xaf\x27\x1c",
    b"PK\x03\x04", b"#!/bin/", b"#!/usr/bin/", b"\xcf\xfa\xed\xfe\x07\x00\x00\x01", b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01",
)  # fmt: skip
_DOS_STUB = 0x4E
"""Where the sentence of the usual DOS program stands in front of a Windows program."""


def _inside(sample: bytes, size: int) -> tuple[str, int] | None:
    """Find a program or an archive that begins behind the first byte, in the sample."""
    for needle in _NEEDLES:
        start = sample.find(needle, 1)
        if start < 0:
            continue
        if needle.startswith(b"This"):
            start -= _DOS_STUB
            if sample[max(0, start) : start + 2] != b"MZ":
                continue
        head = sample[start : start + native.HEAD]
        found = begins(head) if len(head) > 32 else ""
        if found and start + len(head) <= size:
            return found, start
    return None


def _is_member(head: bytes) -> bool:
    """Tell whether a local file header (APPNOTE 4.3.7) is one: version, method and name are what writers write."""
    if len(head) < 34:
        return False
    length = int.from_bytes(head[26:28], "little")
    name = head[30 : 30 + min(length, 16)]
    return (
        head[4] <= 63
        and head[5] <= 20
        and int.from_bytes(head[8:10], "little") in (0, 8, 9, 12, 14, 93, 95)
        and 0 < length < 512
        and not name.translate(None, _PRINTABLE)
    )


def _not_numbers(sample: bytes) -> int:
    """Count the values of IEEE 754 binary32 that are NaN; infinities are honest in masks."""
    high, second = sample[3::4], sample[2::4]
    count = 0
    for code in (b"\x7f", b"\xff"):
        place = high.find(code)
        while place >= 0:
            count += second[place] > 0x80 or (second[place] == 0x80 and any(sample[place * 4 : place * 4 + 2]))
            place = high.find(code, place + 1)
    return count


def _spells(low: bytes) -> bool:
    """Tell whether low bytes are text: 97 % printable, where random ones are 38 %, and not a few repeated values."""
    if len(low) < _SMALLEST // 4:
        return False
    odd = len(low.translate(None, _PRINTABLE))
    return odd * 33 < len(low) and len(set(low)) >= _FEW
