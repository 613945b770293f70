"""Sparse members of tar archives: where their data lies in the file that is made of it (GNU tar manual, appendix D)."""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.values import value
from weighbridge.formats.containers.tar_header import BLOCK, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource

_MAX_AREAS = 100_000
"""Areas of one member. GNU tar writes one for each hole, and honest files have few."""
_BLOCK = 1 << 18
_ZEROS = bytes(_BLOCK)


@value
class Sparse:
    """The areas of a sparse member as (offset, length), its expanded size, and where the packed data starts."""

    areas: tuple[tuple[int, int], ...]
    size: int
    start: int


def old_gnu(source: ByteSource, header_at: int, block: bytes) -> Sparse:
    """Read the areas out of a GNU header of kind ``S`` and the blocks that continue it (D.1)."""
    numbers = _pairs(block[386:482])
    size, _ = number(block[483:495])
    at, more = header_at + BLOCK, block[482]
    while more:
        following = source.read_at(at, BLOCK)
        if len(following) < BLOCK:
            raise Malformed("a sparse map is cut short", offset=at)
        numbers += _pairs(following[:504])
        _check_count(len(numbers), at)
        more = following[504]
        at += BLOCK
    return Sparse(areas=_used(numbers), size=size, start=at)


def of_pax(source: ByteSource, records: list[tuple[str, str]], data_at: int) -> Sparse | None:
    """Read the areas that pax records tell in one of three ways (D.2); None when the member is not sparse."""
    values = dict(records)
    size = _integer(values.get("GNU.sparse.realsize", values.get("GNU.sparse.size", "")))
    if values.get("GNU.sparse.major") == "1":  # format 1.0: a map before the data
        areas, start = _map_in_data(source, data_at)
        return Sparse(areas=areas, size=size, start=start)
    if "GNU.sparse.map" in values:  # format 0.1: one list
        numbers = [_integer(part) for part in values["GNU.sparse.map"].split(",")]
        _check_count(len(numbers) // 2, data_at)
        return Sparse(areas=_used(list(zip(numbers[::2], numbers[1::2], strict=False))), size=size, start=data_at)
    offsets = [_integer(text) for key, text in records if key == "GNU.sparse.offset"]
    if not offsets:
        return None
    lengths = [_integer(text) for key, text in records if key == "GNU.sparse.numbytes"]  # format 0.0
    return Sparse(areas=_used(list(zip(offsets, lengths, strict=False))), size=size, start=data_at)


def _map_in_data(source: ByteSource, data_at: int) -> tuple[tuple[tuple[int, int], ...], int]:
    at, text, numbers = data_at, b"", list[int]()
    wanted = 1
    while len(numbers) < wanted:
        block = source.read_at(at, BLOCK)
        if len(block) < BLOCK:
            raise Malformed("a sparse map is cut short", offset=at)
        at += BLOCK
        *lines, text = (text + block).split(b"\n")
        numbers += [_integer(line.decode("latin-1")) for line in lines]
        if numbers:
            _check_count(numbers[0], data_at)
            wanted = 1 + 2 * numbers[0]
        if len(text) > BLOCK:
            raise Malformed("a sparse map without numbers", offset=at)
    numbers = numbers[1:wanted]
    return _used(list(zip(numbers[::2], numbers[1::2], strict=True))), at


def _pairs(fields: bytes) -> list[tuple[int, int]]:
    return [(number(fields[at : at + 12])[0], number(fields[at + 12 : at + 24])[0]) for at in range(0, len(fields), 24)]


def _used(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple((offset, length) for offset, length in pairs if offset >= 0 and length > 0)


def _integer(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _check_count(count: int, at: int) -> None:
    if count > _MAX_AREAS:
        raise Malformed(f"a sparse member of more than {_MAX_AREAS} areas", offset=at)


def is_sound(sparse: Sparse, stored: int) -> bool:
    """Tell whether the areas follow each other, end within the member and take up all of its ``stored`` data."""
    at = 0
    for offset, length in sparse.areas:
        if offset < at:
            return False
        at = offset + length
    return at <= sparse.size and sum(length for _, length in sparse.areas) == stored


def expand(source: ByteSource, sparse: Sparse) -> Iterator[bytes]:
    """Give the member as Python makes it: holes as zeros, of areas that overlap the first, data as long as the file."""
    at, place = 0, sparse.start
    for offset, length in sparse.areas:
        yield from _hole(offset - at)
        twice = max(0, at - offset)
        for start in range(place + twice, min(place + length, source.size), _BLOCK):
            yield source.read_at(start, min(_BLOCK, place + length - start))
        at, place = max(at, offset + length), place + length
    yield from _hole(sparse.size - at)


def _hole(length: int) -> Iterator[bytes]:
    while length > 0:
        yield _ZEROS[:length]
        length -= _BLOCK
