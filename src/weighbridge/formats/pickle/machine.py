"""The pickle machine: CPython's unpicklers as an abstract interpreter.

Stack, marks, memo as it is at that moment, protocol in force: what the loader would do, the machine follows over
abstract values. Where the C and the Python unpickler differ it goes on as long as either would, so what it reports is
never less than what one of them does. It builds nothing, imports nothing and calls nothing.
"""

from __future__ import annotations

from sys import getallocatedblocks

from weighbridge.core.errors import OverLimit
from weighbridge.formats.pickle import opcodes as op
from weighbridge.formats.pickle.abstract import DATA, ITEMS_KEPT, UNKNOWN, Box, Global, Made, Persistent, gathered
from weighbridge.formats.pickle.constants import NAME_BYTES
from weighbridge.formats.pickle.frames import straddle
from weighbridge.formats.pickle.known import KNOWN, LOOKUPS, NEW, looked_up, made_anew, rebound, result
from weighbridge.formats.pickle.names import mapped
from weighbridge.formats.pickle.stack import LOST, TEXT_FROM, Broken, StackMachine
from weighbridge.formats.pickle.window import REACH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from weighbridge.formats.pickle.abstract import Value
    from weighbridge.formats.pickle.window import Window

STRIDE = 1 << 16
"""Bytes of opcodes at least between two looks at how much the machine holds: to ask takes up to 1.5 ms."""

OPCODE_BYTES = 512
"""More than one byte of opcodes can make the machine hold; a container takes some 150. While there is much room left,
the next look is as far away as that allows."""

SMALL_BLOCK = 72
"""Bytes that a block of the interpreter's small-object allocator takes on average; a container takes two or three."""

_FIXED = [op.FIXED_SCALARS.get(code, -1) for code in range(256)]


class Stopped(Exception):  # noqa: N818
    """The stream reached STOP; the argument is the offset behind it."""


class Machine(StackMachine):
    """Interprets one stream; see ``StackMachine`` for its state."""

    # -- the loop -------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Interpret the stream; returns the offset behind its STOP, raises Broken or OverLimit."""
        try:
            self._execute(self.constants.window)
        except Stopped:
            return self.position
        except Broken:
            if self.frame_end and self.dropped is None:
                self.dropped = straddle(self.source, self.frame_start, self.frame_end)
            raise
        except MemoryError:
            raise OverLimit("the stream needs more memory than there is", offset=self.position) from None
        finally:
            self.forget()
        raise AssertionError("the loop ends by an exception")

    def _execute(self, window: Window) -> None:
        """Interpret opcodes until one of them raises; the commonest are done here, the others by methods."""
        stack, marks, memo, kept, shared = self.stack, self.marks, self.memo, self.kept, self.shared
        sparse, again = self.sparse, self._again
        push, remember = stack.append, memo.append
        fixed, others, room = _FIXED, _OTHERS, self.limits.containers_in_memo
        memoize, binget, short_binunicode, mark = op.MEMOIZE, op.BINGET, op.SHORT_BINUNICODE, op.MARK
        empty_dict, empty_tuple, setitems = op.EMPTY_DICT, op.EMPTY_TUPLE, op.SETITEMS
        tuple1, tuple3, frame = op.TUPLE1, op.TUPLE3, op.FRAME
        content, base, here, reach = b"", self.start, 0, -1
        fence = 0
        while True:
            if here >= reach:
                content, here, reach = self._slide(window, base + here)
                base = window.base
            code = content[here]
            here += 1
            width = fixed[code]
            if width >= 0:
                push(base + here)
                here += width
                continue
            if code == memoize and len(stack) > fence and not sparse:
                top = stack[-1]
                if top.__class__ is int:
                    remember(top)
                elif top.__class__ is Global:
                    self._put(len(memo), top)
                elif len(kept) < room:
                    kept[len(memo)] = top
                    remember(0)
                else:
                    remember(self._share(top))
                continue
            if code == binget and here < reach:
                index = content[here]
                if index < len(memo):
                    entry = memo[index]
                    push(entry if entry > 0 else kept[index] if entry == 0 else again(shared[~entry]))
                    here += 1
                    continue
            elif code == short_binunicode and here < reach:
                push(base + here)
                length = content[here]
                here += 1
                if length >= TEXT_FROM:
                    self.host.constant(code, base + here, length, content[here : here + length])
                here += length
                continue
            elif code == mark:
                fence = len(stack)
                marks.append(fence)
                continue
            elif code == empty_dict:
                push(Box("dict", []))
                continue
            elif code == empty_tuple:
                push(Box("tuple", []))
                continue
            elif code == setitems and fence and not len(stack) - fence & 1:
                target = stack[fence - 1]
                if target.__class__ is Box and target.kind == "dict" and fence > (marks[-2] if len(marks) > 1 else 0):
                    pairs = stack[fence:]
                    del stack[fence:]
                    marks.pop()
                    fence = marks[-1] if marks else 0
                    self.at = base + here - 1
                    self._fill(target, pairs)
                    continue
            elif tuple1 <= code <= tuple3:
                count = code - tuple1 + 1
                if len(stack) - fence >= count:
                    items = stack[-count:]
                    del stack[-count:]
                    push(Box("tuple", items))
                    continue
            self.position = base + here
            self.at = self.position - 1
            others[code](self, code)
            here = self.position - base
            if code == frame:
                reach = -1
            fence = marks[-1] if marks else 0

    def _slide(self, window: Window, position: int) -> tuple[bytes, int, int]:
        """Bring the next stretch into the window: its bytes, where the stream goes on in them, and how far to read.

        The end of a frame ends a stretch too, so that an opcode that lies across it is noticed.
        """
        if position >= self.source.size:
            cut = "" if position == self.source.size else " inside an operand"
            raise Broken(f"the stream ends{cut} without STOP", self.source.size)
        if position >= self.measured:
            self.measured = position + max(STRIDE, self._measure(position) // OPCODE_BYTES)
        self._leave_frame(position)
        inside = position - window.base
        if (len(window.content) - inside < REACH and not window.last) or inside < 0:
            window.slide(position)
            inside = 0
        if window.base != self.searched:
            self.searched = window.base
            self._find_dunders(window.content, window.base)
        reach = len(window.content) if window.last else len(window.content) - REACH
        reach = min(reach, self.measured - window.base)
        if self.frame_end:
            reach = min(reach, self.frame_end - window.base)
        return window.content, inside, reach

    def _measure(self, position: int) -> int:
        """See that the values held at once stay within the limits: counts, and an estimate of the memory behind them.

        Returns how many bytes of memory are left.

        Containers within containers are on no list of the machine, so the interpreter is asked how much there is.
        """
        values, remembered = len(self.stack), len(self.memo)
        small = (getallocatedblocks() - self.blocks) * SMALL_BLOCK
        left = self.limits.machine_bytes - small - 16 * values - 8 * remembered
        if (
            values > self.limits.stack
            or remembered > self.limits.memo
            or len(self.marks) > self.limits.marks
            or left < 0
        ):
            raise OverLimit("the stream holds more values at once than the machine follows", offset=position)
        return left

    def _find_dunders(self, content: bytes, base: int) -> None:
        """Note where a constant beginning with two underscores might be: keys of a state are looked up there.

        The text begins 1, 4 or 8 bytes behind the offset that stands for a constant. Where there are too many to list,
        every key is looked at.
        """
        found = content.find(b"__")
        while found >= 0 and isinstance(self.dunders, set):
            self.dunders.update((base + found - 1, base + found - 4, base + found - 8))
            if len(self.dunders) > self.limits.containers_in_memo:
                self.dunders = range(self.source.size + 1)
            found = content.find(b"__", found + 2)

    def _unreachable(self, code: int) -> None:
        raise self._broken(f"byte 0x{code:02x} is not an opcode")

    def _too_few(self, _code: int) -> None:
        raise self._broken("an opcode takes more than the stack holds")

    def _stop(self, _code: int) -> None:
        self.result = self._pop()
        raise Stopped(self.position)

    # -- names ----------------------------------------------------------------------------------------------------

    def resolve(self, module: str, name: str, opcode: str, *, mapping: bool = True) -> Global:
        """Resolve a name as ``find_class`` would; without ``mapping`` it is not a Python 2 name."""
        real_module, real_name = mapped(module, name, self.protocol) if mapping else (module, name)
        # Below protocol 4 a dotted name is one attribute; from 4 on its parts are walked (PKL-15).
        written = f"{module}.{name}" if (real_module, real_name) != (module, name) else ""
        key = (real_module, real_name, written)
        found = self.globals.get(key)
        if found is None:
            found = Global(
                real_module, real_name, written, opcode=opcode, first=self.at,
                watched=(real_module, real_name) in self.host.watched,
            )  # fmt: skip
            found.known = (real_module, real_name) in KNOWN
            found.looks_up = (real_module, real_name) in LOOKUPS
            self.globals[key] = found
        found.count += 1
        found.idle += 1
        self.ledger.resolved(found, self.at)
        return found

    def _global(self, _code: int) -> None:
        module, name = self._name_line(), self._name_line()
        self.stack.append(self.resolve(module, name, "GLOBAL"))

    def _name_line(self) -> str:
        line = self._line()
        if not line:
            self._only("Python", "a name is empty")
        try:
            return line.decode("utf-8") if len(line) <= NAME_BYTES else line[:NAME_BYTES].decode("utf-8", "ignore")
        except UnicodeDecodeError:
            raise self._broken("a name is not UTF-8") from None

    def _stack_global(self, _code: int) -> None:
        name, module = self._pop(), self._pop()
        texts: list[str | None] = []
        for part in (module, name):
            if isinstance(part, int):
                kind, text = self.constants.name(part)
                if kind != "str":
                    raise self._broken("STACK_GLOBAL takes a name that is no string")
                texts.append(text)
            elif isinstance(part, Box):
                raise self._broken("STACK_GLOBAL takes a name that is no string")
            else:
                texts.append(None)
        if texts[0] is None or texts[1] is None:
            self.exact = False
            self.ledger.unresolved(self.at, texts[0] or "", texts[1] or "")
            self.stack.append(UNKNOWN)
        else:
            self.stack.append(self.resolve(texts[0], texts[1], "STACK_GLOBAL"))

    def _extension(self, code: int) -> None:
        number = int.from_bytes(
            self._operand({op.EXT1: 1, op.EXT2: 2, op.EXT4: 4}[code]), "little", signed=code == op.EXT4
        )
        if number <= 0:
            raise self._broken("an extension code is not positive")
        self.ledger.extension(self.at, number)
        self.stack.append(UNKNOWN)

    # -- calls ----------------------------------------------------------------------------------------------------

    def _called(self, opcode: str, callee: Value, arguments: Box, keywords: tuple[str, ...] = ()) -> None:
        """Record a call and push what it returns."""
        if isinstance(callee, Made) and callee.bound is not None:
            bound = callee.bound
            arguments = gathered([*bound.items, *arguments.items], arguments.length - len(arguments.items))
            callee, keywords = bound.function, (*bound.keywords, *keywords)
        elif isinstance(callee, Global):
            callee.idle -= 1
        if isinstance(callee, Global) and callee.name.endswith(NEW) and (anew := made_anew(callee, arguments)):
            callee, arguments = anew
            opcode = "NEWOBJ_EX"
        ledger = self.ledger
        if isinstance(callee, Global):
            if callee.looks_up and (named := looked_up(self, callee, arguments)):
                self.stack.append(named)
                return
            ledger.call(self.at, opcode, callee, arguments, keywords)
            callee.called = True
            made = Made(callee)
            if callee.known:
                result(self, callee, arguments, made)
            if callee.watched:
                self.host.called(self, callee, arguments, made, self.at)
        else:
            ledger.call(self.at, opcode, callee, arguments, keywords)
            made = Made(callee.maker if isinstance(callee, Made) else None)
        if ledger.program is not None:
            ledger.made(made)
        self.stack.append(made)

    def _arguments(self, value: Value, opcode: str) -> Box:
        """See call arguments as a tuple; other iterables pass only the Python unpickler."""
        if isinstance(value, Box):
            if value.kind != "tuple":
                self._only("Python", f"{opcode} takes its arguments from a {value.kind}")
            return value
        if isinstance(value, int):
            kind = self.constants.kind(value)
            if kind not in {"str", "bytes"}:
                raise self._broken(f"{opcode} takes its arguments from a constant")
            self._only("Python", f"{opcode} takes its arguments from {kind}")
        self.exact = False
        box = Box("tuple", [UNKNOWN])
        box.length = ITEMS_KEPT + 1
        return box

    def _reduce(self, _code: int) -> None:
        stack = self.stack
        if len(stack) - (self.marks[-1] if self.marks else 0) < 2:
            raise self._broken("an opcode takes more than the stack holds")
        packed = stack.pop()
        callee = stack.pop()
        if isinstance(callee, DATA):
            raise self._broken("REDUCE calls what cannot be called")
        if packed.__class__ is not Box or packed.kind != "tuple":
            packed = self._arguments(packed, "REDUCE")
        self._called("REDUCE", callee, packed)

    def _inst(self, _code: int) -> None:
        module, name = self._name_line(), self._name_line()
        callee = self.resolve(module, name, "INST")
        self._called("INST", callee, gathered(self._pop_mark()))

    def _obj(self, _code: int) -> None:
        items = self._pop_mark()
        if not items:
            raise self._broken("OBJ has nothing to call")
        if isinstance(items[0], DATA):
            raise self._broken("OBJ calls what cannot be called")
        self._called("OBJ", items[0], gathered(items[1:]))

    def _newobj(self, _code: int) -> None:
        packed, callee = self._pop(), self._pop()
        self._new("NEWOBJ", callee, packed)

    def _newobj_ex(self, _code: int) -> None:
        named, packed, callee = self._pop(), self._pop(), self._pop()
        if isinstance(named, int) or (isinstance(named, Box) and named.kind != "dict"):
            raise self._broken("NEWOBJ_EX has keywords that are no dict")
        keys: tuple[str, ...] = ("…",)
        self.exact = self.exact and isinstance(named, Box)
        if isinstance(named, Box):
            keys = tuple(self.constants.short_text(key) if isinstance(key, int) else "…" for key in named.items[::2])
            if any(not key for key in keys):
                self.exact = False
        self._new("NEWOBJ_EX", callee, packed, keys)

    def _new(self, opcode: str, callee: Value, packed: Value, keywords: tuple[str, ...] = ()) -> None:
        if isinstance(callee, DATA):
            raise self._broken(f"{opcode} needs a class")
        if not isinstance(callee, Global):
            self.exact = False
        self._called(opcode, callee, self._arguments(packed, opcode), keywords)

    def _build(self, _code: int) -> None:
        state = self._pop()
        target = self._top()
        if isinstance(target, DATA):
            if self._sets_something(state):
                raise self._broken("BUILD on plain data")
            self.exact = False
            return
        if isinstance(state, Box) and state.length == LOST:
            raise OverLimit("a state comes from a container that is no longer followed", offset=self.at)
        self.ledger.build(self.at, target, state)
        if isinstance(target, Made):
            target.built += 1
            if target.bound is not None:
                rebound(self, target, state)
            if target.maker is not None and target.maker.watched:
                after = self.host.built(self, target, state, self.position)
                if after != self.position:
                    self.position, self.frame_end = after, 0

    def _sets_something(self, state: Value) -> bool:
        """Tell whether a state or its slot state is surely true: only then do both unpicklers look for attributes."""
        parts = state.items if isinstance(state, Box) and state.kind == "tuple" and state.length == 2 else [state]
        return any(
            part.length > 0 if isinstance(part, Box) else isinstance(part, int) and bool(self.constants.scalar(part))
            for part in parts
        )

    # -- what the loader supplies -----------------------------------------------------------------------------------

    def _persistent(self, code: int) -> None:
        identity: Value
        if code == op.PERSID:
            identity = self.position
            if not self._line().isascii():
                raise self._broken("PERSID is not ASCII")
        else:
            identity = self._pop()
        found = self.host.persistent(self, identity, self.at)
        self.ledger.persistent(self.at, identity, known=found is not None)
        self.stack.append(Persistent() if found is None else found)

    def _next_buffer(self, _code: int) -> None:
        self.ledger.buffer(self.at)
        self.stack.append(Box("buffer", []))

    def _readonly_buffer(self, _code: int) -> None:
        top = self._top()
        if isinstance(top, int):
            if self.constants.kind(top) != "bytes":
                raise self._broken("READONLY_BUFFER on what is no buffer")
        elif not isinstance(top, Box):
            self.exact = False
        elif top.kind not in {"buffer", "bytearray"}:
            raise self._broken("READONLY_BUFFER on what is no buffer")


def _dispatch() -> list[Callable[[Machine, int], None]]:
    """Every byte to the method that interprets it; the commonest are handled in the loop itself."""
    m = Machine
    table: dict[int, Callable[[Machine, int], None]] = {
        op.POP: m._pop_one, op.POP_MARK: m._pop_to_mark, op.DUP: m._dup, op.STOP: m._stop,
        op.MEMOIZE: m._memoize, op.PUT: m._text_put, op.BINPUT: m._binput, op.LONG_BINPUT: m._binput,
        op.GET: m._text_get, op.BINGET: m._binget, op.LONG_BINGET: m._binget,
        op.PROTO: m._proto, op.FRAME: m._frame,
        op.EMPTY_LIST: m._empty, op.EMPTY_SET: m._empty,
        op.TUPLE1: m._too_few, op.TUPLE2: m._too_few, op.TUPLE3: m._too_few,
        op.TUPLE: m._collect, op.LIST: m._collect, op.DICT: m._collect, op.FROZENSET: m._collect,
        op.SETITEM: m._setitems, op.SETITEMS: m._setitems, op.APPEND: m._append, op.APPENDS: m._append,
        op.ADDITEMS: m._additems,
        op.GLOBAL: m._global, op.STACK_GLOBAL: m._stack_global,
        op.EXT1: m._extension, op.EXT2: m._extension, op.EXT4: m._extension,
        op.REDUCE: m._reduce, op.INST: m._inst, op.OBJ: m._obj, op.NEWOBJ: m._newobj, op.NEWOBJ_EX: m._newobj_ex,
        op.BUILD: m._build, op.PERSID: m._persistent, op.BINPERSID: m._persistent,
        op.NEXT_BUFFER: m._next_buffer, op.READONLY_BUFFER: m._readonly_buffer,
    }  # fmt: skip
    table.update(dict.fromkeys(op.COUNTED, m._counted))
    table.update(dict.fromkeys(op.LINES, m._text))
    return [table.get(code, m._unreachable) for code in range(256)]


_OTHERS = _dispatch()
