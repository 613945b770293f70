"""A walk over the objects of one R stream, without recursion: what is called, what waits to be evaluated.

A promise is an expression that R evaluates as soon as its variable is read. R makes them for arguments only; a file
that holds one anywhere else is a program (CVE-2024-27322). Functions, formulas and calls are data until somebody calls
them: only which names they call is told. The instructions of bytecode are not followed, so that there is some is told.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Inconsistency, ResourceClaim
from weighbridge.core.programs import CodeUnit, ConfiguredCall, SourceCall
from weighbridge.core.source import SubSource
from weighbridge.core.when import When
from weighbridge.formats.node import Child, Packed, Stored
from weighbridge.formats.r import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Node, Yield
    from weighbridge.formats.r.streams import Ascii, Binary

    Value: TypeAlias = str | bytes | tuple[object, ...] | None
    Task: TypeAlias = tuple[Callable[[int], None], int]

OBJECTS = 3_000_000
"""Objects of one file besides the strings of vectors: a forest of a thousand trees has some ten thousand."""

STACK = 400_000
"""Things that wait at once: a cell of a long list takes two, and R gives up where objects nest some thousand deep."""

NAMES = 4_000
"""Different functions that are called in one file: a caret model with the sources of its methods has some hundred."""

RAW = 256
"""Raw vectors that are examined on their own: models of other libraries lie in them."""

NAME = 256
"""Bytes of a name or of a string that is told."""

CALL, COMPILED, CLOSURE, UNBOUND, PROMISE = ("call",), ("compiled",), ("closure",), ("unbound",), ("promise",)
"""What an object is to whoever holds it, as far as that matters."""

PLAIN, FRAME, TABLE, BOUND, DOTS = 0, 1, 2, 3, 4
"""Where an object stands: anywhere, as the bindings of an environment, as its table of them, as the value of one, among
the arguments that one holds."""

_GETTERS = frozenset({
    "do.call", "match.fun", "get", "get0", "mget", "getFunction", "getExportedValue", "getFromNamespace",
    "getAnywhere", "as.name", "as.symbol", "call", "Reduce", "Map", "Filter", "lapply", "sapply", "vapply", "mapply",
    "tapply", "apply", "eapply", "rapply", "outer", "Vectorize", "dynGet", "as.call",
})  # fmt: skip
"""Functions that call, or hand out, what their arguments name."""


class Walk:
    """One stream; ``told`` collects what was found until it is taken."""

    def __init__(self, source: ByteSource, node: Node, stream: Binary | Ascii, *, binary: bool) -> None:
        self.source = source
        self.node = node
        self.stream = stream
        self.told: list[Yield] = []
        self._binary = binary
        self._tasks: list[Task] = [(self._item, PLAIN)]
        self._values: list[Value] = []
        self._refs: list[Value] = []
        self._names: set[tuple[str, bool]] = set()
        self._reps: list[tuple[int, dict[int, Value]]] = []
        self._once: set[str] = set()
        self._objects = self._raw = self._lazy = 0
        self._done: dict[int, Callable[[int], None]] = {
            types.LIST: self._listed,
            types.DOT: self._listed,
            types.LANG: self._called,
            types.CLO: self._closed,
            types.PROM: self._promised,
        }

    def run(self) -> Iterator[Yield]:
        """Walk to the end of the first object; raises Malformed and OverLimit."""
        tasks = self._tasks
        while tasks:
            task, argument = tasks.pop()
            try:
                task(argument)
            except (Malformed, OverLimit):
                yield from self.told
                raise
            if self.told:
                yield from self.told
                self.told.clear()

    # -- objects ----------------------------------------------------------------------------------------------------

    def _item(self, context: int) -> None:
        """Read the flags of an object and arrange for its parts; its value ends up on the stack of values."""
        at = self.stream.offset
        flags = self.stream.integer() & 0xFFFFFFFF
        kind = flags & 0xFF
        self._objects += 1
        if self._objects > OBJECTS:
            raise OverLimit(f"more than {OBJECTS} objects", offset=at)
        if len(self._tasks) > STACK:
            raise OverLimit(f"more than {STACK} objects within each other", offset=at)
        if kind in types.NODES:
            self._cell(kind, flags, context, at)
        elif kind in types.ALONE:
            self._values.append(UNBOUND if kind == types.UNBOUNDVALUE else None)
        elif kind == types.REF:
            number = flags >> 8 or self.stream.integer()
            if not 0 < number <= len(self._refs):
                raise Malformed(f"reference {number} leads nowhere", offset=at)
            self._values.append(self._refs[number - 1])
        elif kind == types.CHAR:
            self._values.append(self._string(at))
        elif kind == types.SYM:
            self._push((self._symbol, 0), (self._item, PLAIN))
        elif kind == types.ENV:
            self.stream.integer()  # whether it is locked
            self._refs.append(None)
            self._push(
                (self._drop, 4), (self._item, PLAIN), (self._item, TABLE), (self._item, FRAME), (self._item, PLAIN)
            )
        elif kind in types.NAMED:
            self.stream.integer()
            count = self._claimed(self.stream.integer(), 8, "names", at)
            self._refs.append(None)
            self._push((self._drop, 0))
            self._many(count, PLAIN)
        elif kind == types.ALTREP:
            self._push((self._alternative, at), (self._item, PLAIN), (self._item, PLAIN), (self._item, PLAIN))
        else:
            self._with_attributes(kind, flags, context, at)

    def _cell(self, kind: int, flags: int, context: int, at: int) -> None:
        """Arrange for a cell: attributes, tag, first, rest; in a promise first the value, then the code."""
        has_attributes, has_tag = flags >> 9 & 1, flags >> 10 & 1
        inner = rest = PLAIN
        if context == FRAME and kind == types.LIST:
            inner, rest = BOUND, FRAME
        elif (context == BOUND and kind == types.DOT) or (context == DOTS and kind in (types.DOT, types.LIST)):
            inner, rest = BOUND, DOTS
        done = self._done[kind]
        state = at << 8 | (rest == FRAME and flags >> 27 & 1) << 3 | (context == BOUND) << 2
        self._push((done, state | has_attributes << 1 | has_tag), (self._item, rest))
        if kind == types.PROM:
            self._push((self._waits, 0))
        self._push((self._item, inner))
        for _ in range(has_attributes + has_tag):
            self._push((self._item, PLAIN))

    def _parts(self, state: int) -> tuple[Value, Value]:
        """Take a cell's rest and first off the stack of values; tag and attributes go too."""
        rest, first = self._values.pop(), self._values.pop()
        for _ in range((state >> 1 & 1) + (state & 1)):
            self._values.pop()
        return first, rest

    def _listed(self, state: int) -> None:
        first, rest = self._parts(state)
        if state & 8 and first is CLOSURE:
            self._code("R", "active binding of an environment", state >> 8, When.FLAG)
        self._values.append((LISTED, first, *elements(rest)[:2]))

    def _called(self, state: int) -> None:
        head, rest = self._parts(state)
        self._values.append(self._call(head, rest, state >> 8))

    def _closed(self, state: int) -> None:
        self._parts(state)
        self._values.append(CLOSURE)

    def _waits(self, _: int) -> None:
        """See between a promise's value and its code whether the code is still to be run."""
        self._lazy += self._values[-1] is UNBOUND

    def _promised(self, state: int) -> None:
        value, code = self._parts(state)
        if value is UNBOUND:
            self._lazy -= 1
            if code is CALL or code is COMPILED:
                bound = bool(state & 4)
                carrier = "unevaluated variable of an environment" if bound else "promise"
                self._code("R", carrier, state >> 8, When.FLAG if bound else When.LOAD)
        self._values.append(PROMISE)

    def _with_attributes(self, kind: int, flags: int, context: int, at: int) -> None:
        """Read a vector, or what has nothing but attributes; these stand behind it."""
        if flags >> 9 & 1:
            self._push((self._drop, 1), (self._item, PLAIN))
        if kind in types.WIDTHS:
            width = types.WIDTHS[kind]
            count = self._claimed(self._length(), self.stream.least(width), types.WORDS[kind], at)
            begin = self.stream.offset
            size = self.stream.values(count, width)
            if kind == types.RAWS:
                self._bytes(begin, size)
            self._values.append(None)
        elif kind == types.STRS:
            self._strings(self._claimed(self._length(), self.stream.least(4) * 2, "strings", at))
        elif kind in types.LISTS:
            count = self._claimed(self._length(), self.stream.least(4), "a list", at)
            self._push((self._drop, 0))
            self._many(count, FRAME if context == TABLE else PLAIN)
        elif kind in types.PRIMITIVES:
            name = self.stream.text(self._claimed(self.stream.integer(), 1, "a name", at), NAME)
            self._values.append(name.decode("latin-1"))
        elif kind == types.BCODE:
            count = self._claimed(self.stream.integer(), 1, "shared constants", at)
            self._reps.append((count, {}))
            self._push((self._compiled, at), (self._bytecode, 0))
        elif kind == types.EXTPTR:
            self._refs.append(None)
            self._push((self._drop, 2), (self._item, PLAIN), (self._item, PLAIN))
        elif kind in types.EMPTY:
            if kind == types.WEAKREF:
                self._refs.append(None)
            self._values.append(None)
        else:
            raise Malformed(f"there is no type {kind}", offset=at)

    # -- bytecode ---------------------------------------------------------------------------------------------------

    def _bytecode(self, _: int) -> None:
        self._push((self._constants, 0), (self._item, PLAIN))

    def _constants(self, _: int) -> None:
        """Arrange for the constants; the instructions before them stay unread."""
        self._values.pop()
        count = self._claimed(self.stream.integer(), self.stream.least(4), "constants", self.stream.offset)
        self._values.append(COMPILED)
        if count:
            self._push((self._constant, count))

    def _constant(self, left: int) -> None:
        if left > 1:
            self._push((self._constant, left - 1))
        kind = self.stream.integer()
        self._push((self._noted, 0))
        if kind == types.BCODE:
            self._push((self._bytecode, 0))
        elif kind in types.LANGUAGE:
            self._expression(kind)
        else:
            self._push((self._item, PLAIN))

    def _noted(self, _: int) -> None:
        """Take a constant; a bare symbol may be the name of what the instructions call."""
        value = self._values.pop()
        if isinstance(value, str):
            self._name(value, b"", self.stream.offset)

    def _language(self, _: int) -> None:
        self._objects += 1
        if self._objects > OBJECTS or len(self._tasks) > STACK:
            raise OverLimit(f"more than {OBJECTS} objects, or {STACK} within each other", offset=self.stream.offset)
        self._expression(self.stream.integer())

    def _expression(self, kind: int) -> None:
        """Read an expression among the constants, whose parts may be shared by number."""
        at = self.stream.offset
        if kind == types.BCREPREF:
            self._values.append(self._shared(self.stream.integer(), at))
            return
        if kind == types.BCREPDEF:
            place, kind = self.stream.integer(), self.stream.integer()
            self._shared(place, at)
            self._push((self._share, place))
        if kind not in types.CELLS:
            self._push((self._item, PLAIN))
            return
        has_attributes = int(kind in types.WITH_ATTRIBUTES)
        done = self._called if kind in types.CALLS else self._listed
        self._push((done, at << 8 | has_attributes << 1 | 1), (self._language, 0), (self._language, 0))
        for _ in range(has_attributes + 1):
            self._push((self._item, PLAIN))

    def _shared(self, place: int, at: int) -> Value:
        count, held = self._reps[-1] if self._reps else (0, {})
        if not 0 <= place < count:
            detail = f"shared constant {place} of {count}"
            self.told.append(Inconsistency(at=self.node.at(at, 4), what="bytecode", detail=detail, memory=True))
            raise Malformed(f"there is no shared constant {place}", offset=at)
        return held.get(place)

    def _share(self, place: int) -> None:
        self._reps[-1][1][place] = self._values[-1]

    def _compiled(self, at: int) -> None:
        self._reps.pop()
        self._code("R bytecode", "compiled code", at, When.FLAG)

    # -- parts ------------------------------------------------------------------------------------------------------

    def _push(self, *tasks: Task) -> None:
        self._tasks.extend(tasks)

    def _drop(self, count: int) -> None:
        """Take ``count`` values that nobody asks for; with no or several taken, nothing known stands in their place."""
        if count:
            del self._values[-count:]
        if count != 1:
            self._values.append(None)

    def _many(self, count: int, context: int) -> None:
        if count:
            self._push((self._next, count << 2 | context))

    def _next(self, state: int) -> None:
        left, context = state >> 2, state & 3
        if left > 1:
            self._push((self._next, left - 1 << 2 | context))
        self._push((self._forget, 0), (self._item, context))

    def _forget(self, _: int) -> None:
        self._values.pop()

    def _symbol(self, _: int) -> None:
        name = self._values.pop()
        word = name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else ""
        self._refs.append(word)
        self._values.append(word)

    def _string(self, at: int) -> bytes:
        length = self.stream.integer()
        if length == -1:
            return b"NA"
        return self.stream.text(self._claimed(length, 1, "a string", at), NAME)

    def _strings(self, count: int) -> None:
        """Read a vector of strings; a single one is kept."""
        last = self.stream.strings(count, NAME)
        self._values.append(last if count == 1 else None)

    def _length(self) -> int:
        length = self.stream.integer()
        if length != -1:
            return length
        return (self.stream.integer() << 32) + (self.stream.integer() & 0xFFFFFFFF)

    def _claimed(self, count: int, width: int, what: str, at: int) -> int:
        """Hold a length against what is left; R allocates first and reads then."""
        if count < 0:
            raise Malformed(f"{what} of negative length", offset=at)
        left = self.stream.left
        if count * width > left:
            self.told.append(
                ResourceClaim(at=self.node.at(at), what=what, claimed=count * width, limit=left, unit="bytes")
            )
            raise Malformed(f"{what}: {count} announced, {left} bytes are left", offset=at)
        return count

    def _bytes(self, begin: int, size: int) -> None:
        if size < 8:
            return
        self._raw += 1
        if self._raw > RAW:
            if self._raw == RAW + 1:
                reason = f"more than {RAW} raw vectors"
                self.told.append(self.node.gap(GapKind.OVER_LIMIT, reason, begin))
            return
        inside = SubSource(self.source, begin, size)
        content = Stored(inside) if self._binary else Packed(lambda: from_digits(inside), stored=size)
        self.told.append(Child(f"raw@{begin}", content, offset=begin, role="raw vector", quiet=True))

    # -- what is told -----------------------------------------------------------------------------------------------

    def _call(self, head: Value, rest: Value, at: int) -> Value:
        arguments = elements(rest)
        words = [one.decode("latin-1") if isinstance(one, bytes) else one for one in arguments]
        named = [word for word in words if isinstance(word, str) and word]
        if isinstance(head, bytes):
            head = head.decode("latin-1")
        if not isinstance(head, str):
            return CALL
        if head in ("::", ":::") and len(named) == 2:
            self._name(f"{named[0]}::{named[1]}", b"", at)
            return f"{named[0]}::{named[1]}"
        literal = next((one for one in arguments if isinstance(one, bytes)), b"")
        self._name(head, literal, at)
        if head.rpartition("::")[2] in _GETTERS:
            for word in named:
                self._name(word, b"", at)
        return CALL

    def _name(self, name: str, literal: bytes, at: int) -> None:
        lazy = self._lazy > 0
        if (name, lazy) in self._names:
            return
        if len(self._names) >= NAMES:
            if "names" not in self._once:
                self._once.add("names")
                self.told.append(self.node.gap(GapKind.OVER_LIMIT, f"more than {NAMES} functions are called", at))
            return
        self._names.add((name, lazy))
        package, _, plain = name.rpartition("::")
        self.told.append(
            SourceCall(
                at=self.node.at(at),
                language="R",
                module=package.rstrip(":"),
                name=plain[:NAME],
                phase="import" if lazy else "call",
                carrier="an expression that waits to be evaluated" if lazy else "a function or expression",
                when=When.LOAD if lazy else When.FLAG,
                arguments=(literal.decode("utf-8", "backslashreplace"),) if literal else (),
            )
        )

    def _code(self, language: str, carrier: str, at: int, when: When) -> None:
        """Tell of code once for each kind: what follows is like it."""
        if carrier not in self._once:
            self._once.add(carrier)
            self.told.append(CodeUnit(at=self.node.at(at), language=language, carrier=carrier, name="", when=when))

    def _alternative(self, at: int) -> None:
        """Tell which class makes a vector of its state: an unknown one has its package loaded for it."""
        self._values.pop()
        state, info = self._values.pop(), self._values.pop()
        names = [word for word in elements(info)[:2] if isinstance(word, str)]
        name, package = (names[0], names[1]) if len(names) == 2 else ("?", "?")
        self.told.append(
            ConfiguredCall(
                at=self.node.at(at), scheme="r_altrep", key="ALTREP", module=package, name=name, when=When.LOAD
            )
        )
        path = next(iter(elements(state)), state)
        if name.startswith("mmap_") and isinstance(path, bytes):
            from weighbridge.core.references import Reference, Target

            target = path.decode("utf-8", "backslashreplace")
            self.told.append(
                Reference(
                    at=self.node.at(at), relation="weights", kind=Target.PATH, target=target, key=name, escapes=True,
                    when=When.LOAD,
                )
            )  # fmt: skip
        self._values.append(None)


LISTED = "\0list"
"""What marks the known beginning of a list, to tell it from other values."""


def elements(value: Value) -> tuple[object, ...]:
    """Give the first elements of a list as far as they are known; none of anything else."""
    return value[1:] if isinstance(value, tuple) and value and value[0] is LISTED else ()


def from_digits(source: ByteSource) -> Iterator[bytes]:
    """Give the bytes that stand in a text as two digits each; raises Malformed for what are none."""
    offset = 0
    while offset < source.size:
        piece = source.read_at(offset, _PIECE)
        cut = len(piece) if offset + len(piece) >= source.size else max(piece.rfind(b"\n"), piece.rfind(b" ")) + 1
        if not cut:
            raise Malformed("a byte has no end", offset=offset)
        try:
            yield bytes.fromhex(piece[:cut].decode("ascii"))
        except ValueError:
            raise Malformed("a byte is two digits", offset=offset) from None
        offset += cut


_PIECE = 1 << 16
