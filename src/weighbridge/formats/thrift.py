"""Thrift's compact protocol, bounded: a cursor over the fields of structs, for the footers of Parquet files.

Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT, UUID = range(1, 14)

_DEPTH = 32  # a footer nests six structs
_LONGEST = 10
_WORD = (1 << 64) - 1


class Thrift:
    """A cursor; raises Malformed where the bytes break off, nest too deep or hold a type that there is not."""

    __slots__ = ("at", "content", "size")

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.size = len(content)
        self.at = 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """Yield number and type of each field of the struct at the cursor; its value must be read or skipped."""
        number = 0
        while True:
            head = self._byte()
            if not head:
                return
            kind, step = head & 15, head >> 4
            number = number + step if step else self.integer()
            if not TRUE <= kind <= UUID:
                raise Malformed(f"a field of the type {kind}", offset=self.at)
            yield number, kind

    def elements(self) -> tuple[int, int]:
        """Read the head of a list or set: the type of its elements, and how many there are."""
        head = self._byte()
        count = head >> 4
        if count == 15:
            count = self.varint()
        if count > self.size - self.at:
            raise Malformed(f"a list claims {count} elements", offset=self.at)
        return head & 15, count

    def structs(self, kind: int) -> Iterator[None]:
        """Put the cursor on each struct of a list in turn; each must be read to its end."""
        held, count = self.elements() if kind in (LIST, SET) else (0, 0)
        if held != STRUCT:
            if count or kind not in (LIST, SET):
                raise Malformed("something else where a list of structs must be", offset=self.at)
            return
        for _ in range(count):
            yield

    def integer(self) -> int:
        """Read a signed number."""
        number = self.varint()
        return (number >> 1) ^ -(number & 1)

    def varint(self) -> int:
        """Read an unsigned number."""
        number = shift = 0
        for _ in range(_LONGEST):
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number & _WORD
            shift += 7
        raise Malformed("a number is longer than ten bytes", offset=self.at)

    def binary(self) -> tuple[int, int]:
        """Step over a string; returns where it begins and its length."""
        length = self.varint()
        begin = self.at
        self._step(length)
        return begin, length

    def text(self, most: int = 256) -> str:
        """Read a string, at most so many bytes of it."""
        begin, length = self.binary()
        return self.content[begin : begin + min(length, most)].decode("utf-8", "backslashreplace")

    def skip(self, kind: int, depth: int = 0) -> None:
        """Step over a value."""
        if depth > _DEPTH:
            raise Malformed(f"structs nested deeper than {_DEPTH}", offset=self.at)
        if kind in (TRUE, FALSE):
            return
        if kind == BYTE:
            self._step(1)
        elif kind in (I16, I32, I64):
            self.varint()
        elif kind == DOUBLE:
            self._step(8)
        elif kind == UUID:
            self._step(16)
        elif kind == BINARY:
            self._step(self.varint())
        elif kind in (LIST, SET):
            held, count = self.elements()
            for _ in range(count):
                self.skip(BYTE if held in (TRUE, FALSE) else held, depth + 1)
        elif kind == MAP:
            self._skip_map(depth)
        elif kind == STRUCT:
            for _, below in self.fields():
                self.skip(below, depth + 1)
        else:
            raise Malformed(f"a value of the type {kind}", offset=self.at)

    def _skip_map(self, depth: int) -> None:
        count = self.varint()
        if not count:
            return
        kinds = self._byte()
        if count > self.size - self.at:
            raise Malformed(f"a map claims {count} entries", offset=self.at)
        for _ in range(count):
            for kind in (kinds >> 4, kinds & 15):
                self.skip(BYTE if kind in (TRUE, FALSE) else kind, depth + 1)

    def _step(self, length: int) -> None:
        if length > self.size - self.at:
            raise Malformed(f"{length} bytes are announced, {self.size - self.at} are left", offset=self.at)
        self.at += length

    def _byte(self) -> int:
        if self.at >= self.size:
            raise Malformed("the footer breaks off", offset=self.at)
        self.at += 1
        return self.content[self.at - 1]
