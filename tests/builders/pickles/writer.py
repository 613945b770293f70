"""Plain Python data and symbolic objects as pickle opcodes, written the way CPython's own pickler writes them.

Objects are not made and then pickled: they are described (`tests.builders.pickles.described`). `Ops` splices opcodes
in the place of a value, which is how a poisoned twin of an honest file is made. Order of opcodes, memo and batches:
CPython 3.11 `Modules/_pickle.c`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from tests.builders.pickles import opcodes as op
from tests.builders.pickles.described import Global, NewObj, Ops, PersistentId, Reduce
from tests.builders.pickles.literals import integer, raw_bytes, text

_BATCH = 1000  # items between MARK and APPENDS or SETITEMS
_SMALLEST_FRAME = 4  # a shorter frame is written without its header
_PYTHON2_MODULES = {"builtins": "__builtin__", "copyreg": "copy_reg"}  # fix_imports, protocols 0 to 2


class Writer:
    """Writes values one after another into one stream, with or without memo and frames."""

    def __init__(self, protocol: int, *, memo: bool, frame: bool) -> None:
        self.protocol = protocol
        self.memo: dict[tuple[str, object], int] | None = {} if memo else None
        self._alive: list[object] = []  # what the memo knows by identity must outlive the writer
        self._framed = frame and protocol >= 4
        self._done = bytearray()
        self._frame = bytearray()

    def emit(self, code: bytes) -> None:
        """Add opcodes to the frame that is open."""
        self._frame += code

    def header(self) -> None:
        """Declare the protocol, outside any frame."""
        if self.protocol >= 2:
            self._done += op.PROTO(self.protocol)

    def commit(self) -> None:
        """Close the frame that is open."""
        if self._framed and len(self._frame) >= _SMALLEST_FRAME:
            self._done += op.FRAME(len(self._frame))
        self._done += self._frame
        self._frame.clear()

    def outside(self, raw: bytes) -> None:
        """Close the frame and add bytes that belong to no opcode, as joblib does."""
        self.commit()
        self._done += raw

    def written(self) -> int:
        """Bytes written in closed frames."""
        return len(self._done)

    def finish(self) -> bytes:
        """Everything written."""
        self.commit()
        return bytes(self._done)

    def save(self, value: object) -> None:
        """Write one value."""
        if not self._save_atom(value) and not self._save_known(value):
            self._save_new(value)

    def _save_atom(self, value: object) -> bool:
        match value:
            case Ops(code):
                self.emit(code)
            case None:
                self.emit(op.NONE)
            case bool():
                binary = op.NEWTRUE if value else op.NEWFALSE
                self.emit(binary if self.protocol >= 2 else op.INT(b"01" if value else b"00"))
            case int():
                self.emit(integer(value, self.protocol))
            case float():
                self.emit(op.BINFLOAT(value) if self.protocol >= 1 else op.FLOAT(value))
            case _:
                return False
        return True

    def _save_known(self, value: object) -> bool:
        index = None if self.memo is None else self.memo.get(_key(value))
        if index is None:
            return False
        if self.protocol == 0:
            self.emit(op.GET(index))
        else:
            self.emit(op.BINGET(index) if index < 256 else op.LONG_BINGET(index))
        return True

    def memoize(self, value: object) -> None:
        """Store the top of the stack as `value`."""
        if self.memo is None:
            return
        self._alive.append(value)
        index = self.memo.setdefault(_key(value), len(self.memo))
        if self.protocol >= 4:
            self.emit(op.MEMOIZE)
        elif self.protocol == 0:
            self.emit(op.PUT(index))
        else:
            self.emit(op.BINPUT(index) if index < 256 else op.LONG_BINPUT(index))

    def _save_new(self, value: object) -> None:
        match value:
            case str():
                self.emit(text(value, self.protocol))
                self.memoize(value)
            case bytes() | bytearray():
                self._save_bytes(value)
            case complex():
                self._save_reduce(Reduce(Global("builtins", "complex"), (value.real, value.imag)), value)
            case tuple():
                self._save_tuple(value)
            case list():
                self.emit(op.EMPTY_LIST if self.protocol else op.MARK + op.LIST)
                self.memoize(value)
                self._fill(value, op.APPEND, op.APPENDS, exact=True)
            case dict():
                self.emit(op.EMPTY_DICT if self.protocol else op.MARK + op.DICT)
                self.memoize(value)
                self._fill(value.items(), op.SETITEM, op.SETITEMS, exact=True)
            case set() | frozenset():
                self._save_set(value)
            case Global(module, name):
                self._save_global(module, name)
                self.memoize(value)
            case PersistentId(id_):
                if self.protocol == 0:
                    self.emit(op.PERSID(str(id_)))
                else:
                    self.save(id_)
                    self.emit(op.BINPERSID)
            case Reduce():
                self._save_reduce(value, value)
            case NewObj():
                self._save_newobj(value)
            case _:
                raise TypeError(f"neither plain data nor a described object: {type(value).__name__}")

    def _save_bytes(self, value: bytes | bytearray) -> None:
        kind = "bytes" if isinstance(value, bytes) else "bytearray"
        if kind == "bytes" and self.protocol >= 3:
            self.emit(raw_bytes(bytes(value), self.protocol))
            self.memoize(value)
        elif kind == "bytearray" and self.protocol >= 5:
            self.emit(op.BYTEARRAY8(bytes(value)))
            self.memoize(value)
        elif not value:
            self._save_reduce(Reduce(Global("builtins", kind)), value)
        elif kind == "bytes":
            self._save_reduce(Reduce(Global("_codecs", "encode"), (value.decode("latin-1"), "latin1")), value)
        else:
            self._save_reduce(Reduce(Global("builtins", kind), (bytes(value),)), value)

    def _save_tuple(self, value: tuple[object, ...]) -> None:
        if not value:
            self.emit(op.EMPTY_TUPLE if self.protocol else op.MARK + op.TUPLE)
            return
        short = self.protocol >= 2 and len(value) <= 3
        if not short:
            self.emit(op.MARK)
        for item in value:
            self.save(item)
        if self.memo is not None and _key(value) in self.memo:  # the tuple holds itself through a list or a dict
            self.emit(op.POP * len(value) if short else op.POP_MARK if self.protocol else op.POP * (len(value) + 1))
            self._save_known(value)
            return
        self.emit({1: op.TUPLE1, 2: op.TUPLE2, 3: op.TUPLE3}[len(value)] if short else op.TUPLE)
        self.memoize(value)

    def _save_set(self, value: set[object] | frozenset[object]) -> None:
        ordered = sorted(value, key=lambda item: (type(item).__name__, item))  # equal sets, equal bytes
        if self.protocol < 4:
            kind = "set" if isinstance(value, set) else "frozenset"
            self._save_reduce(Reduce(Global("builtins", kind), (ordered,)), value)
        elif isinstance(value, set):
            self.emit(op.EMPTY_SET)
            self.memoize(value)
            for batch in _batches(ordered):
                self._between_marks(batch, op.ADDITEMS)
        else:
            self._between_marks(ordered, op.FROZENSET)
            self.memoize(value)

    def _save_global(self, module: str, name: str) -> None:
        if self.protocol >= 4:
            self.save(module)
            self.save(name)
            self.emit(op.STACK_GLOBAL)
        else:
            self.emit(op.GLOBAL(_PYTHON2_MODULES.get(module, module) if self.protocol < 3 else module, name))

    def _save_reduce(self, call: Reduce, value: object) -> None:
        self.save(call.callable)
        self.save(call.arguments)
        self.emit(op.REDUCE)
        self.memoize(value)
        self._fill(call.items, op.APPEND, op.APPENDS)
        self._fill(call.pairs, op.SETITEM, op.SETITEMS)
        self._save_state(call.state)

    def _save_newobj(self, value: NewObj) -> None:
        if self.protocol < 2:
            based = (value.cls, Global("builtins", "object"), None)
            self._save_reduce(Reduce(Global("copyreg", "_reconstructor"), based, value.state), value)
            return
        self.save(value.cls)
        self.save(value.arguments)
        if value.keywords:
            self.save(dict(value.keywords))
        self.emit(op.NEWOBJ_EX if value.keywords else op.NEWOBJ)
        self.memoize(value)
        self._save_state(value.state)

    def _save_state(self, state: object) -> None:
        if state is not None:
            self.save(state)
            self.emit(op.BUILD)

    def _fill(self, items: Iterable[object], one: bytes, many: bytes, *, exact: bool = False) -> None:
        """Items of a list or (key, value) pairs of a dictionary; an `exact` container marks a last lone item too."""
        pairs = one == op.SETITEM
        lone_batch_marked = False
        for batch in _batches(items):
            flat = [part for pair in batch for part in _pair(pair)] if pairs else batch
            if self.protocol == 0:
                for start in range(0, len(flat), 2 if pairs else 1):
                    for part in flat[start : start + (2 if pairs else 1)]:
                        self.save(part)
                    self.emit(one)
            elif len(batch) == 1 and not lone_batch_marked:
                for part in flat:
                    self.save(part)
                self.emit(one)
            else:
                self._between_marks(flat, many)
            lone_batch_marked = exact

    def _between_marks(self, items: Iterable[object], code: bytes) -> None:
        self.emit(op.MARK)
        for item in items:
            self.save(item)
        self.emit(code)


def _key(value: object) -> tuple[str, object]:
    """Equal strings, bytes and names share a memo slot, everything else is known by identity."""
    if isinstance(value, (str, bytes, Global)):
        return type(value).__name__, value
    return "object", id(value)


def _pair(pair: object) -> tuple[object, object]:
    assert isinstance(pair, tuple)
    key, value = pair
    return key, value


def _batches(items: Iterable[object]) -> Iterator[list[object]]:
    rest = iter(items)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def data(value: object, protocol: int = 4) -> bytes:
    """Opcodes that push `value`, without memo, frame, PROTO or STOP: they fit anywhere in a program."""
    writer = Writer(protocol, memo=False, frame=False)
    writer.save(value)
    return writer.finish()


def dumps(value: object, protocol: int = 4) -> bytes:
    """A complete pickle of `value` as CPython writes it: PROTO, one frame, memo, STOP."""
    writer = Writer(protocol, memo=True, frame=True)
    writer.header()
    writer.save(value)
    writer.emit(op.STOP)
    return writer.finish()
