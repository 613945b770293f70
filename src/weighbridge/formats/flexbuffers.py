"""FlexBuffers: values without a schema, read from the end backwards, each held against the bounds of the bytes.

Source: https://flatbuffers.dev/flexbuffers/ and ``flexbuffers.h``. Options of custom operators of TFLite are written
so, and their kernels follow the offsets without a check.
"""

from __future__ import annotations

from weighbridge.core.errors import OverLimit

VALUES = 200_000
"""Values of one buffer; the options of an operator have some ten."""

_TEXTS = 16
_LONGEST = 512

_KEY, _STRING, _MAP, _VECTOR, _BLOB = 4, 5, 9, 10, 25
_INDIRECT = frozenset({6, 7, 8})
_TYPED = frozenset({11, 12, 13, 36})
_OF_KEYS, _OF_STRINGS = 14, 15
_FIXED = {kind: 2 + (kind - 16) // 3 for kind in range(16, 25)}


class FlexReader:
    """What a buffer says: ``lies`` that lead a reader out of it, and the first ``texts`` in it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.lies: list[str] = []
        self.texts: list[str] = []
        self._todo: list[tuple[int, int, int]] = []
        self._seen: set[tuple[int, int, int]] = set()

    def read(self) -> None:
        """Follow everything from the root; raises OverLimit past ``VALUES``."""
        content = self.content
        width = content[-1] if len(content) > 2 else 0
        if width not in (1, 2, 4, 8) or len(content) < 2 + width:
            self.lies.append(f"the root has a width of {width} bytes in a buffer of {len(content)}")
            return
        self._todo.append((len(content) - 2 - width, width, content[-2]))
        while self._todo and not self.lies:
            found = self._todo.pop()
            if found in self._seen:
                continue
            self._seen.add(found)
            if len(self._seen) > VALUES:
                raise OverLimit(f"a FlexBuffer of more than {VALUES} values")
            self._value(*found)

    def _value(self, at: int, parent: int, packed: int) -> None:
        kind, width = packed >> 2, 1 << (packed & 3)
        if kind < _KEY or kind == 26:  # null, numbers and truth values stand where they are
            return
        target = self._follow(at, parent)
        if target is None:
            return
        if kind == _KEY:
            self._key(target)
        elif kind in _INDIRECT:
            self._inside(target, target + width, "a number")
        elif kind in _FIXED:
            self._inside(target, target + width * _FIXED[kind], "a tuple")
        elif kind in (_STRING, _BLOB):
            count = self._count(target, width)
            if count is not None and self._inside(target, target + count + (kind == _STRING), "a string"):
                if kind == _STRING and self.content[target + count]:
                    self.lies.append("a string without its end")
                self._tell(target, count)
        elif kind in _TYPED:
            count = self._count(target, width)
            if count is not None:
                self._inside(target, target + count * width, "a vector")
        elif kind in (_OF_KEYS, _OF_STRINGS):
            self._elements(target, width, _KEY << 2)
        elif kind in (_MAP, _VECTOR):
            if kind == _MAP:
                self._keys(target, width)
            self._elements(target, width, None)
        else:
            self.lies.append(f"a value of the type {kind}, which FlexBuffers do not have")

    def _follow(self, at: int, width: int) -> int | None:
        back = int.from_bytes(self.content[at : at + width], "little")
        return at - back if self._inside(at - back, at, "an offset") else None

    def _inside(self, begin: int, end: int, what: str) -> bool:
        if 0 <= begin <= end <= len(self.content):
            return True
        self.lies.append(f"{what} at {begin} to {end} in a buffer of {len(self.content)}")
        return False

    def _count(self, target: int, width: int) -> int | None:
        if not self._inside(target - width, target, "a length"):
            return None
        return int.from_bytes(self.content[target - width : target], "little")

    def _keys(self, target: int, width: int) -> None:
        begin = target - 3 * width
        if not self._inside(begin, target, "the head of a map"):
            return
        inner = int.from_bytes(self.content[target - 2 * width : target - width], "little")
        keys = self._follow(begin, width)
        if inner not in (1, 2, 4, 8):
            self.lies.append(f"keys of {inner} bytes")
        elif keys is not None:
            if self._count(keys, inner) != self._count(target, width):
                self.lies.append("a map has other numbers of keys and values")
            self._elements(keys, inner, _KEY << 2)

    def _elements(self, target: int, width: int, packed: int | None) -> None:
        """Queue the elements of a vector; ``packed`` is their type if it is not written behind them."""
        count = self._count(target, width)
        if count is None or not self._inside(target, target + count * (width + (packed is None)), "a vector"):
            return
        types = target + count * width
        for number in range(count):
            kind = self.content[types + number] if packed is None else packed
            if kind >> 2 >= _KEY and kind >> 2 != 26:
                self._todo.append((target + number * width, width, kind))
        if len(self._todo) > VALUES:
            raise OverLimit(f"a FlexBuffer of more than {VALUES} values")

    def _key(self, target: int) -> None:
        end = self.content.find(b"\0", target)
        if end < 0:
            self.lies.append("a key without its end")
        else:
            self._tell(target, end - target)

    def _tell(self, begin: int, length: int) -> None:
        if length and len(self.texts) < _TEXTS:
            piece = self.content[begin : begin + min(length, _LONGEST)]
            self.texts.append(piece.decode("utf-8", "backslashreplace"))
