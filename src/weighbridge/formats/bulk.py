"""Bulk data and bytes that nobody asked for: what they begin like, without reading them whole.

Weights are looked at by their first bytes only. A payload that begins in the middle of a tensor, or is spread over its
values, is not searched for: in bytes that any model may hold, a magic number proves nothing.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import TrailingData
from weighbridge.core.source import SubSource
from weighbridge.formats import native
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

    Stretch: TypeAlias = tuple[int, int, str]
    """Begin and end in the node, and a name."""

PADDING = 64
"""Zeros at the end of a file that are the doing of its writer: the largest alignment in use."""

_HEAD = 16
_NEAR = 512  # reading this much more costs less than asking again
_WINDOW = 1 << 16
_SUSPECTS = 256  # weights begin like something else by chance, once in some ten thousand tensors
_BLOCK = 1 << 16


def probe_heads(source: ByteSource, node: Node, stretches: Iterable[Stretch], role: str) -> Iterator[Yield]:
    """Hand on those stretches of bulk data, given in order, that begin as native code, an archive or a pickle."""
    if node.headers_only:
        return
    suspects = 0
    for (begin, end, name), head in _heads(source, stretches):
        if head[:2] not in _PREFIXES or not (is_packed(head) or _is_native(source, begin, end - begin)):
            continue
        suspects += 1
        if suspects > _SUSPECTS:
            yield node.gap(GapKind.OVER_LIMIT, f"more than {_SUSPECTS} stretches begin like other formats", begin)
            return
        yield _child(source, name, begin, end, role)


def unclaimed(
    source: ByteSource, node: Node, bench: Bench, begin: int, end: int, *, where: str, after: str
) -> Iterator[Yield]:
    """Report a stretch that no reader of the format needs, and hand it on unless it is known to be zeros."""
    zero = _is_zero(source, begin, end, bench.limits.probe_bytes)
    yield TrailingData(at=node.at(begin, end - begin), where=where, zero=zero, after=after)
    if not zero:
        yield _child(source, f"{where} after {after}", begin, end, where)


def behind(source: ByteSource, node: Node, bench: Bench, end: int, after: str) -> Iterator[Yield]:
    """Report what lies behind a format whose writers may pad its ``end``; so much padding is left out."""
    head = source.read_at(end, PADDING)
    begin = end + len(head) - len(head.lstrip(b"\0")) if head.strip(b"\0") else end
    if begin > end or head.strip(b"\0") or source.size > end + PADDING:
        yield from unclaimed(source, node, bench, begin, source.size, where="tail", after=after)


def begins_like_something(source: ByteSource) -> bool:
    """Tell whether bulk data begins as native code, an archive or a pickle."""
    head = source.read_at(0, _HEAD)
    return head[:2] in _PREFIXES and (is_packed(head) or _is_native(source, 0, source.size))


def is_packed(head: bytes) -> bool:
    """Tell whether bytes begin like an archive, a compressed stream or a pickle of protocol 2 and later."""
    if head[:1] == b"\x80":
        return len(head) > 2 and 2 <= head[1] <= 5 and head[2] in _PICKLE_OPCODES
    if head[:3] == b"\x1f\x8b\x08":  # then flags, extra flags and system of RFC 1952
        return len(head) > 9 and not head[3] & 0xE0 and head[8] in (0, 2, 4) and (head[9] < 14 or head[9] == 255)
    if head[:3] == b"BZh":
        return head[4:10] == b"1AY&SY"
    return head.startswith(_MAGICS)


_MAGICS = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")
_PREFIXES = native.PREFIXES | {magic[:2] for magic in _MAGICS}
_PREFIXES |= {b"\x1f\x8b", b"BZ", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"}
_PICKLE_OPCODES = frozenset(b"()]}NIJKLMFGSTUVXBCcP\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97")
# what may follow PROTO: these need neither a value on the stack nor one in the memo


def _child(source: ByteSource, name: str, begin: int, end: int, role: str) -> Child:
    return Child(name, Stored(SubSource(source, begin, end - begin)), offset=begin, role=role, quiet=True)


def _is_native(source: ByteSource, begin: int, size: int) -> bool:
    head = source.read_at(begin, min(size, 64))
    return native.identify(source.read_at(begin, min(size, native.reach(head))), size) != ""


def _heads(source: ByteSource, stretches: Iterable[Stretch]) -> Iterator[tuple[Stretch, bytes]]:
    """Read the head of each stretch, neighbours in one go."""
    batch: list[Stretch] = []
    first = last = 0
    for stretch in stretches:
        begin = stretch[0]
        if begin > last + _NEAR or begin - first > _WINDOW:
            yield from _cut(source, batch, first, last)
            batch, first = [], begin
        last = begin + _HEAD
        batch.append(stretch)
    yield from _cut(source, batch, first, last)


def _cut(source: ByteSource, batch: list[Stretch], first: int, last: int) -> list[tuple[Stretch, bytes]]:
    window = source.read_at(first, last - first)
    return [(stretch, window[stretch[0] - first : min(stretch[0] + _HEAD, stretch[1]) - first]) for stretch in batch]


def _is_zero(source: ByteSource, begin: int, end: int, bound: int) -> bool:
    """Tell whether a stretch is known to hold zeros only; a longer one than ``bound`` is not read to its end."""
    if end - begin > bound:
        return False
    return not any(source.read_at(start, min(_BLOCK, end - start)).strip(b"\0") for start in range(begin, end, _BLOCK))
