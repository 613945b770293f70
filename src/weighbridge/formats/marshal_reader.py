"""CPython's marshal format, read as data: code objects with their names and constants, never unmarshalled.

Source: Python/marshal.c and Objects/codeobject.c of CPython 2.7 to 3.14. Which fields a code object has depends on the
version, which the bytes do not tell: each of the four shapes is tried, and the one that reads to the end is right.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Marshalled: TypeAlias = "int | float | str | bytes | tuple[Marshalled, ...] | Code | None"

DEPTH = 100
"""Objects within each other; marshal itself stops at 2,000, honest functions nest below twenty."""

OBJECTS = 500_000
"""Objects of one text; a long function has a thousand."""

NEAR = 6
"""Names of one code object that stand so close behind another one may be its attributes."""

_FLAG_REF = 0x80
_MISSING = -1


@value
class Shape:
    """The fields of a code object for a range of versions: numbers before the code, objects, numbers behind."""

    versions: str
    numbers: int
    objects: tuple[str, ...]
    after: tuple[str, ...]


_OLD = ("code", "consts", "names", "varnames", "freevars", "cellvars", "filename", "name")
SHAPES = (
    Shape(
        versions="3.11 to 3.14", numbers=5,
        objects=("code", "consts", "names", "localsplusnames", "localspluskinds", "filename", "name", "qualname"),
        after=("linetable", "exceptiontable"),
    ),
    Shape(versions="3.8 to 3.10", numbers=6, objects=_OLD, after=("linetable",)),
    Shape(versions="3.0 to 3.7", numbers=5, objects=_OLD, after=("lnotab",)),
    Shape(versions="2.7", numbers=4, objects=_OLD, after=("lnotab",)),
)  # fmt: skip


@value
class Code:
    """A code object: what it is called, the names and the constants that it uses."""

    name: str
    filename: str
    names: tuple[str, ...]
    constants: tuple[Marshalled, ...]


def read(data: bytes) -> tuple[Marshalled, str]:
    """Read one marshalled object; tell also for which versions it is written. Raises Malformed."""
    trouble = Malformed("nothing to read")
    for shape in SHAPES:
        reader = _Reader(data, shape)
        try:
            found = reader.object(DEPTH)
        except Malformed as error:
            trouble = max(trouble, error, key=lambda one: one.offset)
            continue
        if reader.at == len(data):
            return found, shape.versions if reader.codes else ""
        trouble = Malformed("bytes behind the object", offset=reader.at)
    raise trouble


class _Reader:
    def __init__(self, data: bytes, shape: Shape) -> None:
        self.data, self.shape = data, shape
        self.at = self.count = self.codes = 0
        self.refs: list[Marshalled] = []
        self.interned: list[str] = []

    def take(self, length: int) -> bytes:
        if length < 0 or length > len(self.data) - self.at:
            raise Malformed("the text ends too soon", offset=self.at)
        self.at += length
        return self.data[self.at - length : self.at]

    def whole(self, width: int) -> int:
        return int.from_bytes(self.take(width), "little", signed=width == 4)

    def object(self, depth: int) -> Marshalled:
        first = self.whole(1)
        self.count += 1
        if depth < 0 or self.count > OBJECTS:
            raise Malformed("objects nest too deep or are too many", offset=self.at)
        kind = chr(first & ~_FLAG_REF)
        place = _MISSING
        if first & _FLAG_REF and kind != "r":
            place = len(self.refs)
            self.refs.append(None)
        found = self._made(kind, depth)
        if place != _MISSING:
            self.refs[place] = found
        return found

    def _made(self, kind: str, depth: int) -> Marshalled:
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind in _TEXTS:
            width, encoding = _TEXTS[kind]
            text = self.take(self.whole(width)).decode(encoding, "backslashreplace")
            if kind == "t":
                self.interned.append(text)
            return text
        if kind in _NUMBERS:
            return self._number(kind)
        if kind == "s":
            return self.take(self.whole(4))
        if kind in "([<>)":
            return tuple(self.object(depth - 1) for _ in range(self._many(1 if kind == ")" else 4)))
        if kind == "{":
            return self._pairs(depth)
        if kind == ":":
            return tuple(self.object(depth - 1) for _ in range(3))
        if kind == "c":
            return self._code(depth)
        if kind in "rR":
            index = self.whole(4)
            if not 0 <= index < len(self.refs if kind == "r" else self.interned):
                raise Malformed("a reference to an object that is not there", offset=self.at)
            return self.refs[index] if kind == "r" else self.interned[index]
        raise Malformed(f"type {kind!r} is unknown", offset=self.at)

    def _many(self, width: int) -> int:
        count = self.whole(width)
        if count > len(self.data) - self.at:  # every element has a byte at least
            raise Malformed("more elements than bytes", offset=self.at)
        return count

    def _number(self, kind: str) -> int | float:
        if kind == "i":
            return self.whole(4)
        if kind == "I":
            return int.from_bytes(self.take(8), "little", signed=True)
        if kind == "l":  # digits of fifteen bits
            count = self.whole(4)
            digits = self.take(2 * abs(count))
            return len(digits)
        if kind in "fx":
            for _ in range(2 if kind == "x" else 1):
                self.take(self.whole(1))
            return 0.0
        self.take(8 if kind == "g" else 16)
        return 0.0

    def _pairs(self, depth: int) -> Marshalled:
        found: list[Marshalled] = []
        while self.data[self.at : self.at + 1] != b"0":
            found += [self.object(depth - 1), self.object(depth - 1)]
        self.take(1)
        return tuple(found)

    def _code(self, depth: int) -> Code:
        self.codes += 1
        self.take(4 * self.shape.numbers)
        held = {name: self.object(depth - 1) for name in self.shape.objects}
        self.take(4)
        behind = [self.object(depth - 1) for _ in self.shape.after]
        names, constants, name = held["names"], held["consts"], held["name"]
        sound = (
            isinstance(held["code"], bytes | str)
            and isinstance(names, tuple)
            and isinstance(constants, tuple)
            and isinstance(name, bytes | str)
            and isinstance(held["filename"], bytes | str)
            and all(isinstance(one, bytes | str) for one in behind)
        )
        if not sound or not isinstance(names, tuple) or not isinstance(constants, tuple):
            raise Malformed("this is no code object of this version", offset=self.at)
        return Code(
            name=_text(name), filename=_text(held["filename"]), names=tuple(_text(one) for one in names),
            constants=constants,
        )  # fmt: skip


_PLAIN: dict[str, Marshalled] = {"N": None, "F": 0, "T": 1, "S": None, ".": None}
_TEXTS = {
    "t": (4, "latin-1"), "u": (4, "utf-8"), "a": (4, "ascii"), "A": (4, "ascii"), "z": (1, "ascii"), "Z": (1, "ascii"),
}  # fmt: skip
_NUMBERS = frozenset("iIlfgxy")


def _text(found: Marshalled) -> str:
    if isinstance(found, bytes):
        return found.decode("latin-1")
    return found if isinstance(found, str) else ""


def codes(found: Marshalled) -> Iterator[Code]:
    """Yield every code object, the outermost first; objects that are met again are left out."""
    pending, seen = [found], set[int]()
    while pending:
        one = pending.pop()
        if isinstance(one, Code):
            if id(one) not in seen:
                seen.add(id(one))
                yield one
                pending.extend(one.constants)
        elif isinstance(one, tuple) and id(one) not in seen:
            seen.add(id(one))
            pending.extend(one)


def reaches(code: Code) -> Iterator[tuple[str, str]]:
    """Yield module and name of what a code object may reach for, in the order of its names.

    The bytecode differs from version to version and is not read: a name may be an attribute of one that stands close
    before it, of a constant that is a module's name (as ``__import__`` takes it), or a builtin.
    """
    modules = [text for text in code.constants if isinstance(text, str) and _is_dotted(text)][:NEAR]
    for place, name in enumerate(code.names):
        yield "builtins", name
        for before in code.names[max(0, place - NEAR) : place]:
            yield before, name
        if place >= 2:
            yield f"{code.names[place - 2]}.{code.names[place - 1]}", name
        for module in modules:
            yield module, name


def _is_dotted(text: str) -> bool:
    return len(text) < 80 and all(part.isidentifier() for part in text.split("."))
