"""FlatBuffers: tables, vectors, strings and unions found by offsets, each held against the buffer's bounds.

Source: https://flatbuffers.dev/internals/ and the checks of the library's own ``Verifier``. Readers written in C++
follow these offsets without a check unless somebody calls that verifier, which most loaders of models leave out. Here
nothing raises for a false offset: it is written down (``lies``), the field counts as absent, and reading goes on, so
that one lie hides no other. A ``Schema`` says which fields hold references; ``verify`` follows all of them once.
"""

from __future__ import annotations

from struct import unpack, unpack_from

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import Inconsistency
from weighbridge.formats import bulk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from weighbridge.core.facts import Fact
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

    Schema: TypeAlias = Mapping[str, str]
    """For each table its fields by number, split by blanks: ``-`` or a width for scalars and structs, ``s`` string,
    ``v4`` vector of elements of so many bytes, ``vs`` of strings, ``t:T`` table, ``vt:T`` vector of tables, ``u:U``
    union whose type is the field before; ``U.3`` names the table of its type 3, missing ones hold no references."""

TABLES = 250_000
"""Tables of one buffer; a program of the largest models has a tenth."""

STEPS = 4_000_000
"""Elements of vectors of offsets that are followed; more than sixteen for every table."""

DEPTH = 64
"""Tables within tables, as the library's own verifier has it."""

LARGEST = (1 << 31) - 1
"""Bytes of a buffer: offsets are 32 bits and those to vtables have a sign."""

_WHOLE = 8 << 20  # buffers that are read at once
_PAGE = 1 << 16
_PAGES = 64
_FIELDS = 128  # fields of a table that are looked at; the largest known has 40
_SHOWN = 8
_SPANS = 200_000
_HOLE = 64  # padding, and headers that formats put behind the identifier
_KEPT = 1_000
_ROOT_BY = 1_024
_PADDING = 16  # of a whole file, at its end
_NEXT = 8  # the next object after one that ends with the bytes begins no further on
_VTABLES = 4_096
_DEFAULT_TEXT = 1 << 12


class FlatBuffer:
    """The bytes of one buffer, and what was false in them so far: ``broken`` spans and ``odd`` statements."""

    def __init__(self, source: ByteSource) -> None:
        self.source = source
        self.size = source.size
        self.broken: dict[tuple[int, int], str] = {}
        self.odd: dict[int, tuple[str, bool]] = {}
        self.reach = 0
        self.tables = self.steps = 0
        self._whole = source.read_at(0, self.size) if self.size <= _WHOLE else None
        self._pages: dict[int, bytes] = {}
        self._spans: list[tuple[int, int]] = []
        self._followed = False
        self._vtables: dict[int, tuple[int, ...]] = {}

    def read(self, at: int, length: int) -> bytes:
        """Read bytes that ``holds`` has allowed."""
        if self._whole is not None:
            return self._whole[at : at + length]
        number, inside = divmod(at, _PAGE)
        if inside + length > _PAGE:
            return self.source.read_at(at, length)
        page = self._pages.get(number)
        if page is None:
            if len(self._pages) >= _PAGES:
                del self._pages[next(iter(self._pages))]
            page = self._pages[number] = self.source.read_at(number * _PAGE, _PAGE)
        return page[inside : inside + length]

    def number(self, at: int, length: int = 4) -> int:
        """Read an unsigned number at a place that ``holds`` has allowed."""
        return int.from_bytes(self.read(at, length), "little")

    def holds(self, begin: int, end: int, what: str) -> bool:
        """Tell whether a span lies in the buffer; if not, it is written down as ``what``."""
        if 0 <= begin <= end <= self.size:
            if end > self.reach:  # noqa: PLR1730  (it runs for every field: a call would cost more)
                self.reach = end
            if not self._followed:
                self._spans.append((begin, end))
                if len(self._spans) > _SPANS:
                    self._join()
            return True
        if len(self.broken) < _KEPT:
            self.broken.setdefault((begin, end), what)
        return False

    def wrong(self, what: str, at: int, *, memory: bool = False) -> None:
        """Write down something false that is no span."""
        if len(self.odd) < _KEPT:
            self.odd.setdefault(at, (what, memory))

    def followed(self) -> None:
        """Note that all references were followed: what is read from now on adds no byte to what is known."""
        self._followed = True

    def _join(self) -> None:
        """Join spans that touch or leave out no more than padding, so that they take no memory."""
        joined: list[tuple[int, int]] = []
        for begin, end in sorted(self._spans):
            if joined and begin <= joined[-1][1] + _HOLE:
                joined[-1] = joined[-1][0], max(joined[-1][1], end)
            else:
                joined.append((begin, end))
        if len(joined) > _SPANS // 2:
            raise OverLimit(f"a FlatBuffer in more than {_SPANS // 2} pieces")
        self._spans = joined

    def unread(self, source: ByteSource, node: Node, bench: Bench, base: int = 0) -> Iterator[Yield]:
        """Yield stretches between what was followed, unless they are padding; the buffer begins at ``base``."""
        self._join()
        for number, ((_, begin), (end, _)) in enumerate(zip(self._spans, self._spans[1:], strict=False)):
            if number == _SHOWN:
                yield node.gap(
                    GapKind.OVER_LIMIT, f"more than {_SHOWN} stretches of a FlatBuffer are not read", base + begin
                )
                return
            yield from bulk.unclaimed(
                source, node, bench, base + begin, base + end, where="gap", after="a part of the FlatBuffer"
            )

    def is_sound(self) -> bool:
        """Tell whether every offset that was followed so far leads to where it may."""
        return not self.broken and not any(memory for _, memory in self.odd.values())

    def is_cut_off(self) -> bool:
        """Tell whether all broken spans look as after a broken download: they begin behind everything that is sound.

        The end of a whole file is accounted for by what is sound; a broken one ends inside something, or before
        something that only the lost part leads to.
        """
        begins = [begin for begin, _ in self.broken]
        first = min(begins, default=0)
        if first < self.reach or any(end > LARGEST for _, end in self.broken):
            return False
        if self.tables < 2 and self.size > _ROOT_BY:
            return False  # the root is written last and lies in front
        tail = self.read(self.reach, self.size - self.reach) if self.reach + _PADDING > self.size else b"x"
        return first < self.size + _NEXT or tail.strip(b"\0") != b""

    def lies(self, node: Node, base: int = 0) -> Iterator[Fact]:
        """Yield what was false; ``base`` is where the buffer begins in the node."""
        if self.broken and self.is_cut_off():
            (begin, end), what = next(iter(self.broken.items()))
            detail = f"{what} needs bytes up to {end}, the buffer ends at {self.size}"
            yield Inconsistency(at=node.at(base + min(begin, self.size)), what="truncated", detail=detail)
        elif self.broken:
            for (begin, end), what in list(self.broken.items())[:_SHOWN]:
                detail = f"{what} lies at {begin} to {end}, the buffer ends at {self.size}"
                at = node.at(base + max(0, min(begin, self.size)))
                yield Inconsistency(at=at, what="offset out of bounds", detail=detail, memory=True)
            if len(self.broken) > _SHOWN:
                detail = f"{len(self.broken) - _SHOWN} more"
                yield Inconsistency(at=node.at(base), what="offset out of bounds", detail=detail, memory=True)
        for begin, (what, memory) in list(self.odd.items())[:_SHOWN]:
            at = node.at(base + begin)
            yield Inconsistency(at=at, what="FlatBuffers structure", detail=f"{what} at {begin}", memory=memory)

    def root(self, at: int = 0) -> Table | None:
        """Find the root table by the offset at ``at``."""
        if not self.holds(at, at + 4, "the root offset"):
            return None
        return self.table(at + self.number(at), "the root table")

    def table(self, at: int, what: str) -> Table | None:
        """Find the table at ``at`` with its vtable; None where either leaves the buffer. Raises OverLimit."""
        self.tables += 1
        if self.tables > 4 * TABLES:
            raise OverLimit(f"tables of a FlatBuffer are looked at more than {4 * TABLES} times", offset=at)
        if not self.holds(at, at + 4, what):
            return None
        if at % 4:
            self.wrong(f"{what} is not aligned", at)
        back: int = unpack("<i", self.read(at, 4))[0]
        vtable = self._vtable(at - back, what)
        if vtable is None or not self.holds(at + 4, at + max(4, vtable[1]), what):
            return None
        return Table(self, at, vtable, what)

    def _vtable(self, at: int, what: str) -> tuple[int, ...] | None:
        known = self._vtables.get(at)
        if known is not None:
            return known
        if not self.holds(at, at + 4, f"the vtable of {what}"):
            return None
        length = self.number(at, 2)
        if length < 4 or length % 2 or at % 2:
            self.wrong(f"the vtable of {what} is of {length} bytes", at, memory=True)
            return None
        if not self.holds(at + 4, at + length, f"the vtable of {what}"):
            return None
        length = min(length, 2 * _FIELDS + 4)
        found = unpack(f"<{length // 2}H", self.read(at, length))
        inline = found[1]
        if inline < 4 or any(offset >= inline or 0 < offset < 4 for offset in found[2:]):
            self.wrong(f"a field of {what} lies outside of its table", at, memory=True)
            return None
        if len(self._vtables) < _VTABLES:
            self._vtables[at] = found
        return found

    def vector(self, at: int, width: int, what: str) -> Vector | None:
        """Find the vector at ``at`` whose elements have ``width`` bytes."""
        if not self.holds(at, at + 4, what):
            return None
        count = self.number(at)
        if not self.holds(at + 4, at + 4 + count * width, what):
            return None
        return Vector(self, at + 4, count, width, what)

    def spend(self, steps: int) -> None:
        """Count elements that are followed; raises OverLimit past ``STEPS``."""
        self.steps += steps
        if self.steps > STEPS:
            raise OverLimit(f"vectors of a FlatBuffer with more than {STEPS} elements in all")


class Vector:
    """A vector inside the buffer: ``start`` of its first element, ``count``, ``width`` of each."""

    __slots__ = ("buffer", "count", "start", "what", "width")

    def __init__(self, buffer: FlatBuffer, start: int, count: int, width: int, what: str) -> None:
        self.buffer, self.start, self.count, self.width, self.what = buffer, start, count, width, what

    def numbers(self, code: str, most: int = 1 << 16) -> tuple[int, ...]:
        """Read at most so many elements by the ``struct`` code of their type."""
        count = min(self.count, most)
        return unpack(f"<{count}{code}", self.buffer.read(self.start, count * self.width))

    def blocks(self, code: str) -> Iterator[tuple[int, ...]]:
        """Read all elements in blocks; structs of several numbers of one type come one number after the other."""
        step = _PAGE // self.width
        for first in range(0, self.count, step):
            length = min(step, self.count - first) * self.width
            count = length // _WIDTHS[code]
            yield unpack(f"<{count}{code}", self.buffer.read(self.start + first * self.width, length))

    def read(self, most: int) -> bytes:
        """Read at most so many bytes."""
        return self.buffer.read(self.start, min(most, self.count * self.width))

    def targets(self) -> Iterator[int]:
        """Yield where the offsets of a vector of offsets lead to; raises OverLimit past ``STEPS``."""
        buffer = self.buffer
        at = self.start
        for block in self.blocks("I"):
            buffer.spend(len(block))
            for offset in block:
                yield at + offset
                at += 4

    def tables(self) -> Iterator[Table | None]:
        """Yield the tables of a vector of tables, None for one that is broken, so that indices stay true."""
        for target in self.targets():
            yield self.buffer.table(target, self.what)

    def strings(self, most: int = _DEFAULT_TEXT) -> Iterator[str]:
        """Yield the strings of a vector of strings."""
        for target in self.targets():
            yield _text(self.buffer, target, self.what, most)


class Table:
    """A table inside the buffer; a field that is absent or broken reads as its default."""

    __slots__ = ("_vtable", "at", "buffer", "what")

    def __init__(self, buffer: FlatBuffer, at: int, vtable: tuple[int, ...], what: str) -> None:
        self.buffer, self.at, self._vtable, self.what = buffer, at, vtable, what

    def place(self, field: int, width: int = 4) -> int | None:
        """Find where a field lies, None if it is absent."""
        if field + 2 >= len(self._vtable) or not self._vtable[field + 2]:
            return None
        offset = self._vtable[field + 2]
        at = self.at + offset
        if offset + width <= self._vtable[1]:  # inside of the table, which was held against the buffer
            return at
        return at if self.buffer.holds(at, at + width, f"field {field} of {self.what}") else None

    def number(self, field: int, code: str = "I", default: int = 0) -> int:
        """Read a scalar by the ``struct`` code of its type."""
        width = _WIDTHS[code]
        at = self.place(field, width)
        return default if at is None else int(unpack_from(f"<{code}", self.buffer.read(at, width))[0])

    def target(self, field: int) -> int | None:
        """Follow the offset in a field, None if it is absent."""
        at = self.place(field)
        return None if at is None else at + self.buffer.number(at)

    def table(self, field: int, what: str = "") -> Table | None:
        """Read a table, or the value of a union."""
        at = self.target(field)
        return None if at is None else self.buffer.table(at, what or f"field {field} of {self.what}")

    def text(self, field: int, most: int = _DEFAULT_TEXT) -> str:
        """Read a string, at most so many bytes of it; empty if it is absent."""
        at = self.target(field)
        return "" if at is None else _text(self.buffer, at, f"field {field} of {self.what}", most)

    def vector(self, field: int, width: int = 4, what: str = "") -> Vector | None:
        """Read a vector, None if it is absent."""
        at = self.target(field)
        return None if at is None else self.buffer.vector(at, width, what or f"field {field} of {self.what}")

    def numbers(self, field: int, code: str = "i", most: int = 1 << 16) -> tuple[int, ...]:
        """Read the first elements of a vector of scalars."""
        vector = self.vector(field, _WIDTHS[code])
        return () if vector is None else vector.numbers(code, most)

    def tables(self, field: int, what: str) -> Iterator[Table | None]:
        """Yield the tables of a vector, None for one that is broken."""
        vector = self.vector(field, 4, what)
        return iter(()) if vector is None else vector.tables()

    def count(self, field: int) -> int:
        """Count the elements of a vector of offsets."""
        vector = self.vector(field)
        return 0 if vector is None else vector.count


_WIDTHS = {"b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "f": 4, "q": 8, "Q": 8, "d": 8}


def _text(buffer: FlatBuffer, at: int, what: str, most: int) -> str:
    if not buffer.holds(at, at + 4, what):
        return ""
    length = buffer.number(at)
    if not buffer.holds(at + 4, at + 5 + length, what):
        return ""
    if buffer.number(at + 4 + length, 1):
        buffer.wrong(f"{what} is a string without its end", at, memory=True)
    return buffer.read(at + 4, min(length, most)).decode("utf-8", "backslashreplace")


def verify(buffer: FlatBuffer, schema: Schema, name: str, at: int = 0) -> Table | None:
    """Follow every reference below the root, a table called ``name`` in the schema; returns the root, None if broken.

    Raises OverLimit past ``TABLES``, ``STEPS`` or ``DEPTH``. Linear: what was followed once is not followed again.
    """
    root = buffer.root(at)
    fields = {table: tuple(kinds.split()) for table, kinds in schema.items()}
    stack = [(root.at, name, 0)] if root is not None else []
    seen: set[tuple[int, str]] = set()
    while stack:
        place, kind, depth = stack.pop()
        if (place, kind) in seen:
            continue
        seen.add((place, kind))
        if len(seen) > TABLES:
            raise OverLimit(f"a FlatBuffer of more than {TABLES} tables", offset=place)
        if depth > DEPTH:
            raise OverLimit(f"tables nested deeper than {DEPTH}", offset=place)
        table = buffer.table(place, kind)
        if table is not None:
            stack += [(target, below, depth + 1) for target, below in _references(table, fields, kind)]
    buffer.followed()
    return root


def _references(table: Table, fields: Mapping[str, tuple[str, ...]], name: str) -> Iterator[tuple[int, str]]:
    """Check every field of one table; yields the tables below it with their names in the schema."""
    for number, kind in enumerate(fields.get(name, ())):
        if kind[0] in "-1248":
            if kind != "-":
                table.place(number, int(kind))
            continue
        target = table.target(number)
        if target is None:
            continue
        if kind == "s":
            table.text(number, 1)
        elif kind == "vs":
            vector = table.vector(number)
            for _ in () if vector is None else vector.strings(1):
                pass
        elif kind.startswith("t:"):
            yield target, kind[2:]
        elif kind.startswith("vt:"):
            vector = table.vector(number)
            for element in () if vector is None else vector.targets():
                yield element, kind[3:]
        elif kind.startswith("u:"):
            yield target, f"{kind[2:]}.{table.number(number - 1, 'B')}"
        else:
            table.vector(number, int(kind[1:]))
