"""MLIR bytecode, as StableHLO programs are kept: which operators a module uses, and which kernels it calls by name.

Source: https://mlir.llvm.org/docs/BytecodeFormat/ (version 6) and ``VhloBytecode.cpp`` of StableHLO. A ``custom_call``
runs whatever the process has registered under its target: BLAS, a Python callback, a kernel that the call carries.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, MetadataEntry
from weighbridge.core.programs import Operator
from weighbridge.formats import bulk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

MAGIC = b"ML\xefR"
FORMAT = "mlir"

SECTION = 64 << 20
"""Bytes of one section that are read: names, attributes. The largest programs have some MB; constants lie elsewhere."""

NAMES = 1_000_000
"""Strings, attributes or properties of one module."""

_STRINGS, _DIALECTS, _ATTRIBUTES, _OFFSETS, _PROPERTIES = 0, 1, 2, 3, 8
_READ = frozenset({_STRINGS, _DIALECTS, _ATTRIBUTES, _OFFSETS, _PROPERTIES})
_NATIVE_PROPERTIES = 5  # the version of the format since which operators keep their attributes apart
_NEWEST = 6
_API_VERSION, _STRING = 5, 14  # codes of VHLO's attributes
_TARGET_AT = 2  # api_version, backend_config, call_target_name: by name
_CALL = "custom_call_v1"
_ALIGNED = 0x80


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a module; raises Malformed where it breaks and OverLimit for what is larger than any honest one."""
    if source.read_at(0, 4) != MAGIC:
        raise Malformed("this is no MLIR bytecode")
    yield Identity(at=node.at(), format=FORMAT)
    module = Module(source)
    end = module.sections()
    yield MetadataEntry(at=node.at(4), key="producer", text=module.producer)
    if module.version > _NEWEST:
        yield node.gap(GapKind.UNSUPPORTED, f"version {module.version} of MLIR bytecode is not analysed")
        return
    module.names()
    targets: list[str] = []
    if _CALL in {name for _, name in module.operators}:
        targets = list(module.targets())
    for target, count in _counted(targets).items():
        yield Operator(at=node.at(), framework="stablehlo", domain="custom_call", name=target, count=count)
    for dialect, name in module.operators:
        if name != _CALL or not targets or module.hidden:
            yield Operator(at=node.at(), framework="stablehlo", domain=dialect, name=name)
    if end < source.size:
        yield from bulk.unclaimed(source, node, bench, end, source.size, where="tail", after="the module")


class Module:
    """What names things in a module: ``operators`` with their dialects; ``hidden`` if attributes are kept as text."""

    def __init__(self, source: ByteSource) -> None:
        self.source = source
        self.version = 0
        self.producer = ""
        self.operators: list[tuple[str, str]] = []
        self.hidden = False
        self._parts: dict[int, Cursor] = {}
        self._strings: list[bytes] = []
        self._dialects: list[str] = []

    def sections(self) -> int:
        """Find all sections; returns where the last one ends."""
        head = Cursor(self.source.read_at(4, 512))
        self.version = head.number()
        self.producer = head.until_zero().decode("utf-8", "backslashreplace")
        at, size = 4 + head.at, self.source.size
        while at < size:
            cursor = Cursor(self.source.read_at(at, 32), at)
            kind, length = cursor.byte(), cursor.number()
            begin = at + cursor.at
            if kind & _ALIGNED:
                alignment = cursor.number()
                begin = at + cursor.at
                if not 0 < alignment <= 1 << 16:
                    raise Malformed(f"a section aligned to {alignment}", offset=at)
                begin += -begin % alignment
            kind &= ~_ALIGNED
            if kind > _PROPERTIES or kind in self._parts:
                break  # no section begins here, or one that was there already: what follows is no part of the module
            if length > size - begin:
                raise Malformed(f"a section of {length} bytes, {size - begin} are left", offset=at)
            if kind in _READ and length > SECTION:
                raise OverLimit(f"a section of {length} bytes", offset=at)
            self._parts[kind] = Cursor(self.source.read_at(begin, length) if kind in _READ else b"", begin)
            at = begin + length
        if {_STRINGS, _DIALECTS} - self._parts.keys():
            raise Malformed("the module has no strings or no dialects", offset=at)
        return at

    def names(self) -> None:
        """Read the strings, the dialects and the names of the operators."""
        cursor = self._parts[_STRINGS]
        lengths = [cursor.number() for _ in range(cursor.count(NAMES))]
        for length in reversed(lengths):
            self._strings.append(cursor.take(length)[:-1])
        cursor = self._parts[_DIALECTS]
        for _ in range(cursor.count(NAMES)):
            name = cursor.number()
            self._dialects.append(self._text(name >> 1 if self.version else name))
            if self.version and name & 1:
                cursor.byte()
                cursor.take(cursor.number())
        if self.version >= 4:
            cursor.number()  # how many operators there are in all
        while cursor.left:
            dialect = cursor.number()
            for _ in range(cursor.count(NAMES)):
                name = cursor.number()
                self.operators.append((self._dialect(dialect), self._text(name >> 1 if self.version >= 5 else name)))

    def targets(self) -> Iterator[str]:
        """Find the targets of all custom calls among the properties; none if they are kept another way."""
        if self.version < _NATIVE_PROPERTIES or {_PROPERTIES, _OFFSETS, _ATTRIBUTES} - self._parts.keys():
            return
        attributes = list(self._attributes())
        self.hidden = any(dialect == "vhlo" and not held for dialect, held in attributes)
        cursor = self._parts[_PROPERTIES]
        for _ in range(cursor.count(NAMES)):
            held = Cursor(cursor.take(cursor.number()), cursor.begin + cursor.at)
            numbers: list[int] = []
            while held.left and len(numbers) <= _TARGET_AT:
                numbers.append(held.number())
            if len(numbers) > _TARGET_AT and self._is_call(attributes, numbers[0]):
                yield self._string(attributes, numbers[_TARGET_AT])

    def _attributes(self) -> Iterator[tuple[str, bytes]]:
        """Cut the attributes out of their section, each with its dialect; those of no known encoding are empty."""
        offsets, content = self._parts[_OFFSETS], self._parts[_ATTRIBUTES]
        count = offsets.number()
        offsets.number()  # types follow
        done = 0
        while done < count:
            dialect = self._dialect(offsets.number())
            for _ in range(offsets.count(NAMES)):
                size = offsets.number()
                piece = content.take(size >> 1)
                done += 1
                yield dialect, piece if size & 1 else b""

    def _is_call(self, attributes: list[tuple[str, bytes]], number: int) -> bool:
        dialect, held = attributes[number] if number < len(attributes) else ("", b"")
        return dialect == "vhlo" and bool(held) and Cursor(held).number() == _API_VERSION

    def _string(self, attributes: list[tuple[str, bytes]], number: int) -> str:
        dialect, held = attributes[number] if number < len(attributes) else ("", b"")
        cursor = Cursor(held)
        if dialect != "vhlo" or not held or cursor.number() != _STRING:
            return "a target that is no string"
        return self._text(cursor.number())

    def _text(self, number: int) -> str:
        if number >= len(self._strings):
            raise Malformed(f"string {number} of {len(self._strings)}", offset=self._parts[_STRINGS].begin)
        return self._strings[number][:256].decode("utf-8", "backslashreplace")

    def _dialect(self, number: int) -> str:
        if number >= len(self._dialects):
            raise Malformed(f"dialect {number} of {len(self._dialects)}", offset=self._parts[_DIALECTS].begin)
        return self._dialects[number]


class Cursor:
    """Reads a section; ``begin`` is where it lies. Raises Malformed where it ends too soon."""

    __slots__ = ("at", "begin", "content")

    def __init__(self, content: bytes, begin: int = 0) -> None:
        self.content, self.begin, self.at = content, begin, 0

    @property
    def left(self) -> int:
        """Bytes from here to the end."""
        return len(self.content) - self.at

    def byte(self) -> int:
        """Read a byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """Read a number whose first byte tells by its zeros how many follow."""
        first = self.byte()
        if first & 1:
            return first >> 1
        if not first:
            return int.from_bytes(self.take(8), "little")
        more = (first & -first).bit_length() - 1
        return int.from_bytes(bytes((first,)) + self.take(more), "little") >> (more + 1)

    def count(self, most: int) -> int:
        """Read how many of something follow, each of which takes a byte at least."""
        number = self.number()
        if number > self.left:
            raise Malformed(f"{number} entries in {self.left} bytes", offset=self.begin + self.at)
        if number > most:
            raise OverLimit(f"more than {most} entries", offset=self.begin + self.at)
        return number

    def take(self, length: int) -> bytes:
        """Read so many bytes."""
        if length > self.left:
            raise Malformed(f"{length} bytes are announced, {self.left} are left", offset=self.begin + self.at)
        self.at += length
        return self.content[self.at - length : self.at]

    def until_zero(self) -> bytes:
        """Read up to a zero and step over it."""
        end = self.content.find(b"\0", self.at)
        if end < 0:
            raise Malformed("a name without its end", offset=self.begin + self.at)
        return self.take(end + 1 - self.at)[:-1]


def _counted(names: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found
