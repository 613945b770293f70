"""Torch7 (``.t7``): Lua objects by type tag, as binary or as text.

Source: ``File.lua`` and ``Tensor.lua`` of torch7, ``THDiskFile.c``; numbers in the order of x86, longs of eight bytes.
A function is dumped Lua bytecode that ``torch.load`` hands to ``loadstring``, whose reader trusts it.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, ResourceClaim, TensorDecl
from weighbridge.core.programs import CodeUnit, ConfiguredCall
from weighbridge.core.when import When
from weighbridge.formats import bulk
from weighbridge.formats.r.streams import Ascii, Binary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

    Task: TypeAlias = tuple[Callable[[int], None], int]

OBJECTS = 3_000_000
"""Objects of one file; networks have some ten thousand."""

STACK = 100_000
"""Things that wait at once; Lua's own recursion ends near two hundred."""

RANK = 64
"""Dimensions of a tensor; networks have at most six."""

NAME = 256
"""Bytes of a class name, or of a string that is read."""

NIL, NUMBER, STRING, TABLE, OBJECT, BOOLEAN, OLD_FUNCTION, LEGACY_FUNCTION, FUNCTION = range(9)
_FUNCTIONS = (OLD_FUNCTION, LEGACY_FUNCTION, FUNCTION)

WIDTHS = {"Byte": 1, "Char": 1, "Short": 2, "Int": 4, "Long": 8, "Half": 2, "Float": 4, "Double": 8, "": 4}
"""Bytes of an element for each kind of tensor; a plain ``CudaTensor`` has floats."""

_SHOWN = 8
_KEYS = (b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8")


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001
    """Tell whether bytes begin as an object with a version, a function, or a table whose first key is one."""
    if head[:1].isdigit():
        tokens = head[:80].split(None, 5)
        is_object = tokens[:1] == [b"4"] and tokens[2:4] == [b"3", b"V"]
        is_table = tokens[:1] == [b"3"] and all(token.isdigit() for token in tokens[1:5]) and len(tokens) > 4
        return "torch7" if head[1:2] in b"\r\n" and (is_object or (is_table and tokens[3] in _KEYS)) else ""
    kind, third = head[:4], head[8:12]
    if kind == b"\4\0\0\0":
        return "torch7" if third == b"\3\0\0\0" and head[12:14] == b"V " else ""
    if kind == b"\3\0\0\0":
        return "torch7" if _begins_table(head) else ""
    at = 8 if kind == b"\6\0\0\0" else 12
    return "torch7" if kind[1:] == b"\0\0\0" and kind[:1] in b"\6\7\x08" and head[at : at + 2] == b"\x1bL" else ""


def _begins_table(head: bytes) -> bool:
    """Tell a table by its number, its size, the type of its first key, and what such a key begins with."""
    number, size, key, first = (int.from_bytes(head[at : at + 4], "little") for at in (4, 8, 12, 16))
    if not number or max(number, size) > OBJECTS or len(head) < 12 or key > FUNCTION:
        return False
    if not size:
        return len(head) <= 12 + bulk.PADDING
    if key == NUMBER:
        return len(head) >= 28 and int.from_bytes(head[24:28], "little") <= FUNCTION
    return key != NIL and len(head) > 20 and first <= OBJECTS


class _Packed(Binary):
    """The binary notation."""

    def long(self) -> int:
        low, high = self.integer() & 0xFFFFFFFF, self.integer()
        return high << 32 | low

    def string(self, most: int) -> bytes:
        length = self.integer()
        if length < 0:
            raise Malformed("a string of negative length", offset=self.offset)
        return self.text(length, most)


class _Text(Ascii):
    """The notation in text: strings have their bytes as they are, between two ends of lines."""

    def long(self) -> int:
        begin, token = self.offset, self._token()
        if not token.removeprefix(b"-").isdigit() or len(token) > 20:  # 64 bits have at most twenty characters
            raise Malformed("a whole number is expected", offset=begin)
        return int(token)

    def string(self, most: int) -> bytes:
        length = self.integer()
        if not 0 <= length <= self.left:
            raise Malformed(f"a string claims {length} bytes, {self.left} are left", offset=self.offset)
        begin = self.offset + 1
        self._begin, self._at, self._window = begin + length, 0, b""
        return self._source.read_at(begin, min(length, most))


class _Walk:
    def __init__(self, source: ByteSource, node: Node, stream: _Packed | _Text) -> None:
        self.source = source
        self.node = node
        self.stream = stream
        self.told: list[Yield] = []
        self.held: list[tuple[int, int, str]] = []
        self._tasks: list[Task] = [(self._object, 0)]
        self._known: dict[int, int] = {}
        self._classes: set[str] = set()
        self._tensors: list[tuple[str, tuple[int, ...], tuple[int, ...], int, int]] = []
        self._storage = -1
        self._objects = self._programs = 0

    def run(self) -> Iterator[Yield]:
        while self._tasks:
            task, argument = self._tasks.pop()
            try:
                task(argument)
            except (Malformed, OverLimit):
                yield from self.told
                raise
            if self.told:
                yield from self.told
                self.told.clear()

    def _object(self, _: int) -> None:
        at, stream = self.stream.offset, self.stream
        kind = stream.integer()
        self._objects += 1
        self._storage = -1
        if self._objects > OBJECTS or len(self._tasks) > STACK:
            raise OverLimit(f"more than {OBJECTS} objects, or {STACK} within each other", offset=at)
        if kind == NUMBER:
            stream.values(1, 8)
        elif kind == STRING:
            stream.string(0)
        elif kind == BOOLEAN:
            stream.integer()
        elif kind in (TABLE, OBJECT, *_FUNCTIONS):
            number = stream.integer() if kind != OLD_FUNCTION else 0
            if number in self._known and kind != OLD_FUNCTION:
                self._storage = self._known[number]
                return
            self._known[number] = -1
            if kind == TABLE:
                self._table(at)
            elif kind == OBJECT:
                self._instance(number, at)
            else:
                self._function(at)
        elif kind != NIL:
            raise Malformed(f"there is no type {kind}", offset=at)

    def _table(self, at: int) -> None:
        size = self.stream.integer()
        if size < 0 or size * 4 > self.stream.left:
            self._claim(size * 4, "a table", at)
        if size:
            self._tasks.append((self._entries, size * 2))

    def _entries(self, left: int) -> None:
        if left > 1:
            self._tasks.append((self._entries, left - 1))
        self._tasks.append((self._object, 0))

    def _function(self, at: int) -> None:
        """Tell of dumped code; what it closes over follows."""
        begin = self.stream.offset
        code = self.stream.string(NAME)
        self._programs += 1
        if self._programs <= _SHOWN:
            carrier = "dumped function" if code.startswith(b"\x1bL") else "function as source"
            where = self.node.at(at, self.stream.offset - begin)
            self.told.append(CodeUnit(at=where, language="lua", carrier=carrier, name="", when=When.LOAD))
        self._tasks.append((self._object, 0))

    def _instance(self, number: int, at: int) -> None:
        version = self.stream.string(NAME)
        name = (self.stream.string(NAME) if version.startswith(b"V ") else version).decode("utf-8", "backslashreplace")
        if name not in self._classes:
            self._classes.add(name)
            module, _, own = name.rpartition(".")
            self.told.append(
                ConfiguredCall(
                    at=self.node.at(at), scheme="torch7", key="class", module=module, name=own, when=When.LOAD
                )
            )
        kind = name.removeprefix("torch.").removeprefix("Cuda")
        if name.startswith("torch.") and kind.removesuffix("Storage") in WIDTHS and kind.endswith("Storage"):
            self._numbers(number, WIDTHS[kind.removesuffix("Storage")], name, at)
        elif name.startswith("torch.") and kind.removesuffix("Tensor") in WIDTHS and kind.endswith("Tensor"):
            self._tensor(name, at)
        else:
            self._tasks.append((self._object, 0))

    def _numbers(self, number: int, width: int, name: str, at: int) -> None:
        count = self.stream.long()
        if count < 0 or count * self.stream.least(width) > self.stream.left + 1:
            self._claim(count * width, name, at)
        begin = self.stream.offset
        size = self.stream.values(count, width)
        if isinstance(self.stream, Binary) and size:
            self.held.append((begin, begin + size, name))
        self._known[number] = self._storage = count

    def _tensor(self, name: str, at: int) -> None:
        rank = self.stream.integer()
        if not 0 <= rank <= RANK:
            raise Malformed(f"a tensor of {rank} dimensions", offset=at)
        shape = tuple(self.stream.long() for _ in range(rank))
        strides = tuple(self.stream.long() for _ in range(rank))
        self._tensors.append((name, shape, strides, self.stream.long(), at))
        self._tasks += [(self._checked, 0), (self._object, 0)]

    def _checked(self, _: int) -> None:
        """Hold a tensor's shape and strides against the storage that has just been read."""
        name, shape, strides, first, at = self._tensors.pop()
        self.told.append(TensorDecl(at=self.node.at(at), name="", dtype=name.removeprefix("torch."), shape=shape))
        reach = [(extent - 1) * stride for extent, stride in zip(shape, strides, strict=True)]
        lowest = first - 1 + sum(step for step in reach if step < 0)
        highest = first - 1 + sum(step for step in reach if step > 0)
        if min(shape, default=0) < 0 or (shape and 0 not in shape and (lowest < 0 or highest >= max(0, self._storage))):
            detail = f"{name} {shape} with strides {strides} from {first} reaches out of its {self._storage} numbers"
            self.told.append(Inconsistency(at=self.node.at(at), what="tensor size", detail=detail, memory=True))
        self._storage = -1

    def _claim(self, size: int, what: str, at: int) -> None:
        left = self.stream.left
        if size > left:
            self.told.append(ResourceClaim(at=self.node.at(at), what=what, claimed=size, limit=left, unit="bytes"))
        raise Malformed(f"{what}: {size} bytes announced, {left} are left", offset=at)


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Walk all objects of a file, one after the other; raises Malformed and OverLimit."""
    yield Identity(at=node.at(), format="torch7")
    as_text = source.read_at(0, 1).isdigit()
    walk = _Walk(source, node, _Text(source, 0) if as_text else _Packed(source, 0, "little"))
    yield from walk.run()
    yield from bulk.probe_heads(source, node, sorted(walk.held), "tensor")
    end = walk.stream.rest()
    if end < source.size:
        yield from bulk.behind(source, node, bench, end, "the object")
