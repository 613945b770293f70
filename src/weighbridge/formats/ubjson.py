"""UBJSON (https://ubjson.org, draft 12) as XGBoost writes it: lengths are 64 bits, arrays of numbers are typed.

XGBoost's own reader (``src/common/json.cc``) copies as many bytes as a length says, wherever the file ends.
Arrays of whole numbers are kept in the width of the file, of others only the length; one tree at a time is in memory.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.modules import fetch
from weighbridge.formats import bulk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

    Ubjson: TypeAlias = bool | int | float | str | array[int] | "Skipped" | list["Ubjson"] | dict[str, "Ubjson"] | None

DEPTH = 64
"""Containers within each other; models of XGBoost end at nine."""

VALUES = 4_000_000
"""Values outside of typed arrays; a tree has some thirty."""

HELD = 2_500_000
"""Whole numbers in typed arrays that are kept at a time. A tree of 500,000 nodes has two million, and checking it takes
100 MB; trees of depth 15 have 65,000."""

TEXT = 1 << 16
"""Bytes of a string that are kept; longer ones are a model within a model or an attribute, and are passed over."""

_WINDOW = 1 << 16
_WHOLE = {b"i": (1, True), b"U": (1, False), b"I": (2, True), b"l": (4, True), b"L": (8, True)}
_CODES = {b"i": "b", b"U": "B", b"I": "h", b"l": "i", b"L": "q"}
_OTHER = {b"d": 4, b"D": 8}


class Beyond(Malformed):
    """A length of ``claimed`` bytes where fewer are left."""


class Skipped:
    """Numbers that are counted and not kept."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether bytes begin as an object whose first key has a length of 64 bits, as XGBoost's reader asks for."""
    length = int.from_bytes(head[2:10], "big")
    if head[:2] != b"{L" or not 0 < length < 256 or 10 + length >= source.size:
        return ""
    key = head[10 : 10 + length]
    return "ubjson" if key.isascii() and key.decode().isprintable() else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read one value to its end; raises Malformed and OverLimit. What is no model of XGBoost is a gap."""
    yield Identity(at=node.at(), format="ubjson")
    reader = Reader(source)
    model = fetch("weighbridge.formats.xgboost_model").Model(node)
    try:
        for where, tree in reader.trees():
            yield from model.tree(tree, node.at(where))
    except Beyond as lie:
        yield Inconsistency(at=node.at(lie.offset), what="length", detail=str(lie), memory=True)
        raise
    for key in reader.repeated:
        yield Inconsistency(at=node.at(), what="duplicate key", detail=repr(key))
    root = reader.root
    if isinstance(root, dict) and ("learner" in root or "Model" in root):
        yield from model.whole(root)
    else:
        yield node.gap(GapKind.UNSUPPORTED, "UBJSON that is no model of XGBoost")
    if reader.offset < source.size:
        yield from bulk.unclaimed(
            source, node, bench, reader.offset, source.size, where="tail", after="the UBJSON value"
        )


class Reader:
    """Walks a value without recursion; ``root`` is what is left of it when its trees are taken out."""

    def __init__(self, source: ByteSource) -> None:
        self.source = source
        self.offset = 0
        self.root: Ubjson = None
        self.repeated: dict[str, None] = {}
        self._window = b""
        self._begin = 0
        self._values = 0
        self._held = 0

    def trees(self) -> Iterator[tuple[int, dict[str, Ubjson]]]:
        """Yield each object in an array called ``trees`` with its offset; nothing of it stays in memory."""
        open_: list[_Open] = []
        while True:
            if open_ and open_[-1].is_full(self):
                inner = open_.pop()
                found: Ubjson = inner.content
                if len(open_) > 1 and isinstance(found, dict) and open_[-1].called == "trees":
                    self._held = inner.held
                    yield inner.begin, found
                    found = {}
            else:
                if open_:
                    self._key(open_[-1])
                begin, held = self.offset, self._held
                opened = self._next()
                if isinstance(opened, _Open):
                    opened.begin, opened.held = begin, held
                    if len(open_) >= DEPTH:
                        raise Malformed(f"containers nest deeper than {DEPTH}", offset=begin)
                    opened.called = open_[-1].key if open_ else ""
                    open_.append(opened)
                    continue
                found = opened
            if not open_:
                self.root = found
                return
            open_[-1].add(found, self.repeated)

    def _key(self, outer: _Open) -> None:
        if isinstance(outer.content, dict):
            outer.key = self._text(self._take(1))

    def _next(self) -> Ubjson | _Open:
        self._values += 1
        if self._values > VALUES:
            raise OverLimit(f"more than {VALUES:,} values", offset=self.offset)
        mark = self._take(1)
        if mark in _WHOLE:
            return self._whole(mark)
        if mark in _OTHER:
            self._take(_OTHER[mark])
            return 0.0
        if mark == b"S":
            return self._text(self._take(1))
        if mark == b"C":
            return self._take(1)[0]
        if mark in (b"T", b"F", b"Z"):
            return {b"T": True, b"F": False}.get(mark)
        if mark == b"{":
            return _Open({}, -1)
        if mark == b"[":
            return self._array()
        raise Malformed(f"byte {mark!r} begins no value", offset=self.offset - 1)

    def _array(self) -> Ubjson | _Open:
        mark = self._peek()
        if mark == b"#":
            self._take(1)
            count = self._length(self._take(1), 1)
            return _Open([], count)
        if mark != b"$":
            return _Open([], -1)
        self._take(1)
        kind = self._take(1)
        if self._take(1) != b"#":
            raise Malformed("a typed array has no length", offset=self.offset - 1)
        width = _WHOLE[kind][0] if kind in _WHOLE else _OTHER.get(kind, 0)
        if not width:
            raise Malformed(f"arrays of type {kind!r} are unknown to XGBoost", offset=self.offset - 2)
        count = self._length(self._take(1), width)
        if kind in _OTHER:
            self.offset += count * width
            return Skipped(count)
        self._held += count
        if self._held > HELD:
            raise OverLimit(f"more than {HELD:,} whole numbers in one tree", offset=self.offset)
        from array import array

        numbers = array(_CODES[kind], self.source.read_at(self.offset, count * width))
        if width > 1 and _is_little():
            numbers.byteswap()
        self.offset += count * width
        return numbers

    def _whole(self, mark: bytes) -> int:
        width, signed = _WHOLE[mark]
        return int.from_bytes(self._take(width), "big", signed=signed)

    def _length(self, mark: bytes, width: int) -> int:
        if mark not in _WHOLE:
            raise Malformed(f"a length is of type {mark!r}", offset=self.offset - 1)
        count = self._whole(mark)
        left = self.source.size - self.offset
        if count < 0 or count * width > left:
            raise Beyond(f"{count:,} values of {width} bytes, {left:,} bytes are left", offset=self.offset)
        return count

    def _text(self, mark: bytes) -> str:
        length = self._length(mark, 1)
        kept = self.source.read_at(self.offset, min(length, TEXT)) if length > 64 else self._take(length)
        self.offset += length if length > 64 else 0
        return kept.decode("utf-8", "backslashreplace")

    def peek_is(self, mark: bytes) -> bool:
        """Take the next byte if it is ``mark``."""
        if self._peek() != mark:
            return False
        self.offset += 1
        return True

    def _peek(self) -> bytes:
        self._fill(1)
        at = self.offset - self._begin
        return self._window[at : at + 1]

    def _take(self, count: int) -> bytes:
        self._fill(count)
        at = self.offset - self._begin
        taken = self._window[at : at + count]
        if len(taken) < count:
            raise Malformed("a value breaks off", offset=self.offset)
        self.offset += count
        return taken

    def _fill(self, count: int) -> None:
        at = self.offset - self._begin
        if not 0 <= at <= len(self._window) - count:
            self._window = self.source.read_at(self.offset, _WINDOW)
            self._begin = self.offset


class _Open:
    """A container that is not yet at its end; ``called`` is the key under which it stands."""

    __slots__ = ("begin", "called", "content", "held", "key", "left")

    def __init__(self, content: list[Ubjson] | dict[str, Ubjson], left: int) -> None:
        self.content = content
        self.left = left
        self.key = ""
        self.called = ""
        self.begin = self.held = 0

    def is_full(self, reader: Reader) -> bool:
        if self.left >= 0:
            return self.left == 0
        return reader.peek_is(b"}" if isinstance(self.content, dict) else b"]")

    def add(self, found: Ubjson, repeated: dict[str, None]) -> None:
        if isinstance(self.content, list):
            self.content.append(found)
            self.left -= self.left > 0
        else:
            # XGBoost's reader keeps the first of two values.
            if self.key in self.content and len(repeated) < 8:
                repeated[self.key] = None
            self.content.setdefault(self.key, found)


def _is_little() -> bool:
    import sys

    return sys.byteorder == "little"
