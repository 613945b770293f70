"""CPython's unpickler over inert values: the same stack, marks and memo, but no name is looked up and nothing called.

Source: ``Lib/pickle.py``, opcodes of protocols 0 to 5. What the C and the Python unpickler read differently is refused
here: a conversion has one meaning.
"""

from __future__ import annotations

from struct import unpack

from weighbridge.conversion.inert import Name, Opaque, RawBytes, Table
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.limits import Limits
from weighbridge.formats.pickle import literals
from weighbridge.formats.pickle import opcodes as op
from weighbridge.formats.pickle.names import mapped
from weighbridge.formats.pickle.window import LINE, REACH, Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from weighbridge.conversion.inert import Value
    from weighbridge.core.source import ByteSource

    class Loader(Protocol):
        """What a file's loader adds to the unpickler."""

        def persistent(self, identity: Value) -> Value:
            """Give the value of a persistent id; raises Malformed for one that its loader does not know."""
            ...

        def knows(self, name: Name) -> bool:
            """Tell whether nothing is lost when a name is not looked up."""
            ...

        def call(self, called: Name, arguments: tuple[Value, ...]) -> Value:
            """Give what a vetted callable makes of its arguments, an Opaque for any other."""
            ...

        def build(self, target: Value, state: Value, position: int) -> int | None:
            """Give a state to what a vetted callable made; tells where the stream goes on, None when it is lost."""
            ...


OPCODES = 30_000_000
"""Opcodes of one stream; the largest checkpoints have some hundred thousand."""

TEXT_BYTES = 64 << 20
"""Bytes of all strings of one stream together."""

CONTAINED = 12_000_000
"""Values put into containers, popped ones too."""

_LONG_BYTES = 1_024
"""Bytes of an integer; a seed of a generator has at most a few hundred."""

_FILLED_BY_INIT = frozenset({
    "builtins.dict", "builtins.list", "builtins.set", "collections.OrderedDict", "collections.defaultdict",
})  # fmt: skip
"""Types whose ``__new__`` leaves its arguments to ``__init__``, which NEWOBJ does not call."""

NAMES = 10_000
"""Different names that are told."""


class Unpickler:
    """Reads one stream; ``position`` is behind its STOP then, ``named`` tells what it named and called in vain."""

    def __init__(self, source: ByteSource, start: int, loader: Loader) -> None:
        self.position = start
        self.loader = loader
        self.named: dict[str, bool] = {}
        """Names of the stream that are not vetted, and whether they would have been called."""
        self._window = Window(source, start)
        self._source = source
        self._stack: list[Value] = []
        self._marks: list[int] = []
        self._memo: dict[int, Value] = {}
        self._given: dict[int, Value] = {}
        """Containers that were a state, by identity: loaders copied them, and the copy would not change with them."""
        self._read: dict[int, Value] = {}
        """Wrappers of arrays that were read, by identity: what loaders keep in the memo is no array."""
        self._protocol = 0
        self._text = TEXT_BYTES
        self._contained = CONTAINED
        self._limits = Limits()

    def load(self) -> Value:
        """Read up to STOP and give the value on top; raises Malformed and OverLimit."""
        for _ in range(OPCODES):
            window = self._window
            if self.position - window.base > len(window.content) - REACH and not window.last:
                window.slide(self.position)
            code = self._bytes(1)[0]
            if code == op.STOP:
                return self._pop()
            action = _ACTIONS.get(code)
            if action is None:
                raise Malformed(f"opcode {code:#04x} is not one that is converted", offset=self.position - 1)
            action(self)
            if len(self._stack) > self._limits.stack or len(self._marks) > self._limits.marks:
                raise OverLimit("the pickle's stack is too high", offset=self.position)
        raise OverLimit(f"more than {OPCODES} opcodes", offset=self.position)

    # Reading.

    def _bytes(self, length: int) -> bytes:
        found = self._window.bytes_at(self.position, length)
        if len(found) != length:
            raise Malformed("the pickle ends too early", offset=self.position)
        self.position += length
        return found

    def _number(self, width: int, *, signed: bool = False) -> int:
        return int.from_bytes(self._bytes(width), "little", signed=signed)

    def _line(self) -> bytes:
        line, after = self._window.line_at(self.position)
        if len(line) >= LINE or after > self._source.size or self._window.bytes_at(after - 1, 1) != b"\n":
            raise Malformed("a line of the pickle has no end", offset=self.position)
        self.position = after
        self._spend(len(line))
        return line

    def _spend(self, length: int) -> None:
        self._text -= length
        if self._text < 0:
            raise OverLimit("the strings of the pickle are too long", offset=self.position)

    def _counted(self, width: int) -> tuple[int, int]:
        """Step over bytes with a count; gives where they lie."""
        length = self._number(width)
        begin = self.position
        if length > self._source.size - begin:
            raise Malformed("a constant reaches past the end", offset=begin)
        self.position += length
        return begin, length

    def _string(self, width: int, encoding: str) -> None:
        begin, length = self._counted(width)
        self._spend(length)
        raw = self._window.bytes_at(begin, length)
        try:
            self._push(raw.decode(encoding, "surrogatepass" if encoding == "utf-8" else "strict"))
        except UnicodeDecodeError:
            if encoding == "utf-8":
                raise Malformed("a string is not UTF-8", offset=begin) from None
            self._push(RawBytes(begin, length))  # a Python 2 string, which may have been bytes

    # Stack and memo.

    def _push(self, value: Value) -> None:
        self._stack.append(value)

    def _pop(self) -> Value:
        if not self._stack or (self._marks and self._marks[-1] >= len(self._stack)):
            raise Malformed("the pickle takes a value where there is none", offset=self.position)
        return self._stack.pop()

    def _top(self) -> Value:
        value = self._pop()
        self._stack.append(value)
        return value

    def _to_mark(self) -> list[Value]:
        if not self._marks:
            raise Malformed("the pickle asks for a mark where there is none", offset=self.position)
        mark = self._marks.pop()
        values = self._stack[mark:]
        del self._stack[mark:]
        self._contain(len(values))
        return values

    def _contain(self, count: int) -> None:
        self._contained -= count
        if self._contained < 0:
            raise OverLimit(f"more than {CONTAINED} values", offset=self.position)

    def _put(self, index: int | None) -> None:
        if index is None or index < 0:
            raise Malformed("a memo index is not a number", offset=self.position)
        if len(self._memo) >= self._limits.memo:
            raise OverLimit("the pickle's memo is too large", offset=self.position)
        self._memo[index] = self._top()

    def _get(self, index: int | None) -> None:
        if index is None or index not in self._memo or id(self._memo[index]) in self._read:
            raise Malformed("the memo has no such value", offset=self.position)
        self._push(self._memo[index])

    # Constants.

    def _literal(self, read: Callable[[bytes], literals.Literal]) -> None:
        found = read(self._line())
        if not (found.c_accepts and found.python_accepts):
            raise Malformed("a constant is written so that loaders disagree", offset=self.position)
        if isinstance(found.content, bytes):
            raise Malformed("a constant is not text", offset=self.position)
        self._push(found.content)

    def _long(self, width: int) -> None:
        length = self._number(width)
        if length > _LONG_BYTES:
            raise OverLimit(f"an integer of {length} bytes", offset=self.position)
        self._push(int.from_bytes(self._bytes(length), "little", signed=True))

    def _raw(self, width: int) -> None:
        self._push(RawBytes(*self._counted(width)))

    # Containers.

    def _append(self, values: list[Value]) -> None:
        target = self._changed()
        if isinstance(target, list):
            target.extend(values)
        elif isinstance(target, Opaque):
            target.held.append(values)
        else:
            raise Malformed("elements are added to what is no list", offset=self.position)

    def _set(self, flat: list[Value]) -> None:
        pairs = self._pairs(flat)
        target = self._changed()
        if isinstance(target, Table):
            target.pairs.extend(pairs)
        elif isinstance(target, Opaque):
            target.held.append(Table(pairs))
        else:
            raise Malformed("pairs are added to what is no dict", offset=self.position)

    def _changed(self) -> Value:
        """Give the container on top, which gets more content."""
        target = self._top()
        self._contain(1)
        if id(target) in self._given:
            raise Malformed("a state is changed after an object got it", offset=self.position)
        return target

    def _pairs(self, flat: list[Value]) -> list[tuple[Value, Value]]:
        if len(flat) % 2:
            raise Malformed("a dict has a key without a value", offset=self.position)
        return list(zip(flat[::2], flat[1::2], strict=True))

    def _popped(self, count: int) -> list[Value]:
        values = [self._pop() for _ in range(count)]
        self._contain(count)
        return values[::-1]

    def _pop_one(self) -> None:
        """Take the top value away; with nothing above the last mark, the mark itself."""
        if self._marks and self._marks[-1] == len(self._stack):
            self._marks.pop()
        else:
            self._pop()

    # Names and calls, none of which happens.

    def _name(self, module: Value, name: Value) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise Malformed("a name is not text", offset=self.position)
        found = Name(*mapped(module, name, self._protocol))
        if not self.loader.knows(found):
            self._told(found.dotted, called=False)
        self._push(found)

    def _global(self) -> None:
        try:
            module, name = self._line().decode(), self._line().decode()
        except UnicodeDecodeError:
            raise Malformed("a name is not UTF-8", offset=self.position) from None
        self._name(module, name)

    def _extension(self, width: int) -> None:
        self._push(Opaque(self._told(f"extension code {self._number(width)}", called=True)))

    def _told(self, name: str, *, called: bool) -> str:
        if name in self.named or len(self.named) < NAMES:
            self.named[name] = called or self.named.get(name, False)
        return name

    def _call(self, called: Value, arguments: Value) -> None:
        if isinstance(called, Name) and isinstance(arguments, tuple):
            made = self.loader.call(called, arguments)
        else:
            made = Opaque(_maker(called))
            if isinstance(called, Opaque):  # a partial function keeps arguments for the call
                self._contain(len(called.held))
                made.held.extend(called.held)
        if isinstance(made, Opaque):
            self._told(made.maker, called=True)
            if isinstance(arguments, tuple) and arguments:
                made.held.append(Table([("args", arguments)]))  # there may be tensors among them
        self._push(made)

    def _build(self) -> None:
        state = self._pop()
        target = self._top()
        for part in state if isinstance(state, tuple) else (state,):
            if isinstance(part, list | Table):
                self._given[id(part)] = part
        if isinstance(target, Opaque):
            self._contain(1)
            target.held.append(state)
        elif isinstance(target, Name):
            self._told(target.dotted, called=True)  # it would set attributes of what it named
        else:
            position = self.loader.build(target, state, self.position)
            if position is None:
                self._told("attributes of plain data or of a tensor", called=True)
            elif position != self.position:
                self._read[id(target)] = target
                self.position = position

    def _inst(self) -> None:
        self._global()
        called = self._pop()
        self._call(called, tuple(self._to_mark()))

    def _obj(self) -> None:
        called, *arguments = self._to_mark() or [None]
        self._call(called, tuple(arguments))

    def _reduce(self, *, keywords: bool = False, new: bool = False) -> None:
        named = self._pop() if keywords else None
        arguments, called = self._pop(), self._pop()
        if new and arguments and isinstance(called, Name) and called.dotted in _FILLED_BY_INIT:
            raise Malformed(f"{called.dotted} is made without its content", offset=self.position)
        if isinstance(named, Table) and named.pairs:
            # No vetted callable takes keywords.
            arguments = (*arguments, named) if isinstance(arguments, tuple) else None
            called = Opaque(called.dotted) if isinstance(called, Name) else called
        self._call(called, arguments)

    def _persistent_line(self) -> None:
        try:
            self._push(self.loader.persistent(self._line().decode("ascii")))
        except UnicodeDecodeError:
            raise Malformed("a persistent id is not ASCII", offset=self.position) from None

    def _start(self) -> None:
        self._protocol = self._bytes(1)[0]
        if self._protocol > op.HIGHEST_PROTOCOL:
            raise Malformed(f"pickle protocol {self._protocol} does not exist", offset=self.position)


def _maker(called: Value) -> str:
    if isinstance(called, Name):
        return called.dotted
    return called.maker if isinstance(called, Opaque) else "a value that is not known"


_ACTIONS: dict[int, Callable[[Unpickler], object]] = {
    op.PROTO: Unpickler._start,
    op.FRAME: lambda one: one._bytes(8),
    op.MARK: lambda one: one._marks.append(len(one._stack)),
    op.POP: Unpickler._pop_one,
    op.POP_MARK: Unpickler._to_mark,
    op.DUP: lambda one: one._push(one._top()),
    op.NONE: lambda one: one._push(None),
    op.NEWTRUE: lambda one: one._push(True),
    op.NEWFALSE: lambda one: one._push(False),
    op.INT: lambda one: one._literal(literals.integer),
    op.LONG: lambda one: one._literal(literals.long),
    op.FLOAT: lambda one: one._literal(literals.real),
    op.STRING: lambda one: one._literal(literals.quoted),
    op.UNICODE: lambda one: one._literal(literals.raw_unicode),
    op.BININT: lambda one: one._push(one._number(4, signed=True)),
    op.BININT1: lambda one: one._push(one._number(1)),
    op.BININT2: lambda one: one._push(one._number(2)),
    op.LONG1: lambda one: one._long(1),
    op.LONG4: lambda one: one._long(4),
    op.BINFLOAT: lambda one: one._push(unpack(">d", one._bytes(8))[0]),
    op.SHORT_BINUNICODE: lambda one: one._string(1, "utf-8"),
    op.BINUNICODE: lambda one: one._string(4, "utf-8"),
    op.BINUNICODE8: lambda one: one._string(8, "utf-8"),
    op.SHORT_BINSTRING: lambda one: one._string(1, "ascii"),
    op.BINSTRING: lambda one: one._string(4, "ascii"),
    op.SHORT_BINBYTES: lambda one: one._raw(1),
    op.BINBYTES: lambda one: one._raw(4),
    op.BINBYTES8: lambda one: one._raw(8),
    op.BYTEARRAY8: lambda one: one._raw(8),
    op.EMPTY_LIST: lambda one: one._push([]),
    op.EMPTY_SET: lambda one: one._push([]),
    op.EMPTY_TUPLE: lambda one: one._push(()),
    op.EMPTY_DICT: lambda one: one._push(Table()),
    op.LIST: lambda one: one._push(one._to_mark()),
    op.FROZENSET: lambda one: one._push(one._to_mark()),
    op.TUPLE: lambda one: one._push(tuple(one._to_mark())),
    op.TUPLE1: lambda one: one._push(tuple(one._popped(1))),
    op.TUPLE2: lambda one: one._push(tuple(one._popped(2))),
    op.TUPLE3: lambda one: one._push(tuple(one._popped(3))),
    op.DICT: lambda one: one._push(Table(one._pairs(one._to_mark()))),
    op.APPEND: lambda one: one._append(one._popped(1)),
    op.APPENDS: lambda one: one._append(one._to_mark()),
    op.ADDITEMS: lambda one: one._append(one._to_mark()),
    op.SETITEM: lambda one: one._set(one._popped(2)),
    op.SETITEMS: lambda one: one._set(one._to_mark()),
    op.GET: lambda one: one._get(literals.decimal(one._line())),
    op.BINGET: lambda one: one._get(one._number(1)),
    op.LONG_BINGET: lambda one: one._get(one._number(4)),
    op.PUT: lambda one: one._put(literals.decimal(one._line())),
    op.BINPUT: lambda one: one._put(one._number(1)),
    op.LONG_BINPUT: lambda one: one._put(one._number(4)),
    op.MEMOIZE: lambda one: one._put(len(one._memo)),
    op.GLOBAL: Unpickler._global,
    op.STACK_GLOBAL: lambda one: one._name(*one._popped(2)),
    op.REDUCE: Unpickler._reduce,
    op.NEWOBJ: lambda one: one._reduce(new=True),
    op.NEWOBJ_EX: lambda one: one._reduce(keywords=True, new=True),
    op.INST: Unpickler._inst,
    op.OBJ: Unpickler._obj,
    op.BUILD: Unpickler._build,
    op.EXT1: lambda one: one._extension(1),
    op.EXT2: lambda one: one._extension(2),
    op.EXT4: lambda one: one._extension(4),
    op.PERSID: Unpickler._persistent_line,
    op.BINPERSID: lambda one: one._push(one.loader.persistent(one._pop())),
}
