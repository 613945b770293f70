"""The data half of the pickle machine: stack, marks, memo, constants and containers over abstract values.

It follows ``Modules/_pickle.c`` and ``Lib/pickle.py`` opcode by opcode. Where the two unpicklers differ it goes on as
long as either would. Nothing here can import or call; ``machine`` adds the opcodes that can.
"""

from __future__ import annotations

from sys import getallocatedblocks

from weighbridge.core.errors import OverLimit
from weighbridge.formats.pickle import opcodes as op
from weighbridge.formats.pickle.abstract import DATA, ITEMS_KEPT, UNKNOWN, Box, Global, Made, is_hashable
from weighbridge.formats.pickle.constants import Constants
from weighbridge.formats.pickle.frames import Dropped, straddle
from weighbridge.formats.pickle.ledger import Ledger
from weighbridge.formats.pickle.literals import BEYOND
from weighbridge.formats.pickle.window import LINE, Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array

    from weighbridge.core.limits import Limits
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Node
    from weighbridge.formats.pickle.abstract import Value
    from weighbridge.formats.pickle.host import Host


MEMO_ROOM = 1 << 26
"""The C unpickler keeps its memo in an array of twice the highest index: from this one on it takes two gigabytes."""

LOST = -1
"""The length of a container whose contents are no longer followed."""

PIECE = 1_024
"""Bytes of an operand that the host sees before it decides whether it wants the whole."""

PIECE_FROM = 24
"""Byte operands from this length are shown to the host: the shortest pickle that calls something is longer."""

TEXT_FROM = 40
"""Text from this length is shown to the host: a pickle that calls something is no shorter in base64 or hex."""


SMALL = 1 << 18
"""Importing ``array``, which holds a memo in a quarter of the room, takes as long as reading a stream of a few KiB; a
stream of this size cannot fill a list that matters."""


def _memo(size: int) -> array[int] | list[int]:
    if size < SMALL:
        return []
    from array import array

    return array("q")


class Broken(Exception):  # noqa: N818
    """Both unpicklers raise here; the arguments are the reason and the offset of the opcode."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class StackMachine:
    """The state of one run over one stream; ``ledger`` holds what it saw.

    ``position`` is the offset of the next byte, ``at`` that of the opcode being read. ``exact`` turns False where the
    loader's own objects decide whether the stream goes on, so that more may be reported than really happens;
    ``alive`` are the unpicklers that would have come this far,
    ``result`` is what STOP left.
    ``dropped`` is the span that a loader from a file drops, see ``frames``.
    """

    def __init__(self, source: ByteSource, start: int, node: Node, limits: Limits, host: Host) -> None:
        self.source = source
        self.start = start
        self.limits = limits
        self.host = host
        self.constants = Constants(source, Window(source, start))
        self.ledger = Ledger(self.constants, node, start=start)
        self.stack: list[Value] = []
        self.marks: list[int] = []
        self.memo = _memo(source.size - start)
        self.sparse: dict[int, Value] = {}
        self.kept: dict[int, Value] = {}
        self.shared: list[Value] = []
        self.shared_boxes: dict[str, int] = {}
        self.protocol = 0
        self.frame_start = self.frame_end = 0
        self.dropped: Dropped | None = None
        self.searched = -1
        self.measured = -1
        self.blocks = getallocatedblocks()
        self.position = 0
        self.at = 0
        self.exact = True
        self.result: Value = UNKNOWN
        self.alive = {"C", "Python"}
        self.dunders: set[int] | range = set()
        self.globals: dict[tuple[str, str, str], Global] = {}

    def forget(self) -> None:
        """Let go of all values; what the stream did stays in the ledger."""
        self.stack.clear()
        self.kept.clear()
        self.sparse.clear()
        self.shared.clear()
        self.dunders = set()
        del self.memo[:]

    def _leave_frame(self, position: int) -> None:
        """See whether the frame ends where an opcode ends."""
        if self.frame_end and position >= self.frame_end:
            if position > self.frame_end:
                self._only("C", "a FRAME ends inside an operand")
                self.dropped = self.dropped or straddle(self.source, self.frame_start, self.frame_end)
            self.frame_end = 0

    def _only(self, loader: str, what: str) -> None:
        """Note that just one unpickler goes on here; when each has stopped once, others still may go on."""
        self.ledger.disagree(self.at, f"{what}: only the {loader} unpickler goes on")
        self._goes_on_alone(loader)

    def _goes_on_alone(self, loader: str) -> None:
        self.alive &= {loader}
        if not self.alive:
            self.exact = False

    def _broken(self, reason: str) -> Broken:
        return Broken(reason, self.at)

    # -- stack and marks ------------------------------------------------------------------------------------------

    def _pop(self) -> Value:
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise self._broken("an opcode takes more than the stack holds")
        return self.stack.pop()

    def _top(self) -> Value:
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise self._broken("an opcode looks at an empty stack")
        return self.stack[-1]

    def _pop_mark(self) -> list[Value]:
        if not self.marks:
            raise self._broken("an opcode looks for a MARK that is not there")
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def _pop_one(self, _code: int) -> None:
        if self.marks and self.marks[-1] == len(self.stack):
            self.marks.pop()
        else:
            self._pop()

    def _pop_to_mark(self, _code: int) -> None:
        self._pop_mark()

    def _dup(self, _code: int) -> None:
        self.stack.append(self._again(self._top()))

    # -- the memo -------------------------------------------------------------------------------------------------

    def _put(self, index: int, item: Value) -> None:
        """Store at ``index``; memo slots are redefined in the order of the stream (PKL-23, PKL-24)."""
        if index > len(self.memo):
            if index >= MEMO_ROOM and index > self.position:
                self.ledger.claim(self.at, 16 * index, self.source.size, what="memo")
            if len(self.sparse) >= self.limits.containers_in_memo:
                raise OverLimit("the memo is used more sparsely than the machine follows", offset=self.position)
            self.sparse[index] = item
            return
        if isinstance(item, int):
            entry = item
        elif isinstance(item, Global) and item.looks_up:
            entry = self._share(item)
        elif len(self.kept) < self.limits.containers_in_memo or index in self.kept:
            entry = 0
        else:
            entry = self._share(item)
        if entry == 0:
            self.kept[index] = item
        else:
            self.kept.pop(index, None)
        if index < len(self.memo):
            self.memo[index] = entry
            return
        self.memo.append(entry)
        while self.sparse and len(self.memo) in self.sparse:
            self._put(len(self.memo), self.sparse.pop(len(self.memo)))

    def _share(self, item: Value) -> int:
        """Find the stand-in for what there is no room to follow: same kind, contents unknown. A negative entry."""
        if isinstance(item, Made) and item.maker is not None:
            if item.maker.shared is None:
                item.maker.shared = Made(item.maker)
                item.maker.shared.number = -len(self.shared) - 1
                self.shared.append(item.maker.shared)
            return item.maker.shared.number
        if isinstance(item, Global):
            self.shared.append(item)
            return -len(self.shared)
        kind = item.kind if isinstance(item, Box) else ""
        if kind not in self.shared_boxes:
            box = Box(kind, [])
            box.length = LOST
            self.shared.append(box if kind else UNKNOWN)
            self.shared_boxes[kind] = -len(self.shared)
        return self.shared_boxes[kind]

    def _again(self, value: Value) -> Value:
        """Count that a name is put on the stack once more: a lookup that is not called there is handed over."""
        if isinstance(value, Global):
            value.idle += 1
        return value

    def _recall(self, index: int) -> None:
        if 0 <= index < len(self.memo):
            entry = self.memo[index]
            self.stack.append(
                entry if entry > 0 else self.kept[index] if entry == 0 else self._again(self.shared[~entry])
            )
        elif index in self.sparse:
            self.stack.append(self._again(self.sparse[index]))
        else:
            raise self._broken(f"the memo has no entry {index}")

    def _operand(self, width: int) -> bytes:
        found = self.constants.bytes_at(self.position, width)
        if len(found) < width:
            raise Broken("the stream ends inside an operand", self.source.size)
        self.position += width
        return found

    def _line(self) -> bytes:
        begin = self.position
        line, self.position = self.constants.line_at(begin)
        if self.position >= self.source.size and self._last_byte() != b"\n":
            if begin < self.frame_end:
                raise Broken("the stream ends inside a line of a frame", begin - 1)
            self._goes_on_alone("Python")  # the end of the stream comes next: nothing is to be told of it
        return line

    def _last_byte(self) -> bytes:
        return self.constants.bytes_at(self.source.size - 1, 1)

    def _index_line(self) -> bytes:
        line = self._line()
        if len(line) >= LINE:
            raise OverLimit("a memo index is written with more characters than the machine reads", offset=self.at)
        if b"\0" in line:
            self._only("C", "a memo index goes on behind a zero byte")
        return line

    def _memoize(self, _code: int) -> None:
        self._put(len(self.memo) + len(self.sparse), self._top())

    def _binput(self, code: int) -> None:
        index = int.from_bytes(self._operand(1 if code == op.BINPUT else 4), "little")
        self._put(index, self._top())

    def _binget(self, code: int) -> None:
        self._recall(int.from_bytes(self._operand(1 if code == op.BINGET else 4), "little"))

    def _text_put(self, _code: int) -> None:
        index = self.constants.index(self._index_line())
        if index is None or index < 0:
            raise self._broken("PUT without a memo index")
        self._put(index, self._top())

    def _text_get(self, _code: int) -> None:
        index = self.constants.index(self._index_line())
        if index is None:
            raise self._broken("GET without a memo index")
        self._recall(index)

    # -- protocol and frames --------------------------------------------------------------------------------------

    def _proto(self, _code: int) -> None:
        self.protocol = self._operand(1)[0]
        if self.protocol > op.HIGHEST_PROTOCOL:
            raise self._broken(f"protocol {self.protocol} does not exist")

    def _frame(self, _code: int) -> None:
        size = int.from_bytes(self._operand(8), "little")
        self._leave_frame(self.position)
        if size >= 1 << 63:
            raise self._broken("a FRAME is longer than any file")
        if self.position + size > self.source.size:
            self._only("Python", "a FRAME is longer than the file")
            size = self.source.size - self.position
        if self.position < self.frame_end:
            self._only("C", "a FRAME begins inside another")
            if self.position + size <= self.frame_end:
                return  # its bytes are in the buffer already, which still ends with the outer frame
            if self.dropped is None:
                self.dropped = Dropped(begin=self.position, end=self.frame_end, frame=self.frame_start)
        self.frame_start, self.frame_end = self.position, self.position + size

    # -- constants ------------------------------------------------------------------------------------------------

    def _counted(self, code: int) -> None:
        """A constant behind its count: the operand is stepped over, never copied."""
        start = self.position
        width = op.COUNTED[code]
        length = int.from_bytes(self._operand(width), "little", signed=code in {op.BINSTRING, op.LONG4})
        if length < 0:
            raise Broken("a constant has a negative length", start - 1)
        if self.position + length > self.source.size:
            self.ledger.claim(start - 1, length, self.source.size - self.position)
            raise Broken("the stream ends inside a constant", start - 1)
        if length >= PIECE_FROM:
            self.host.constant(code, self.position, length, self.constants.bytes_at(self.position, min(length, PIECE)))
        self.stack.append(Box("bytearray", []) if code == op.BYTEARRAY8 else start)
        self.position += length

    def _text(self, code: int) -> None:
        """A constant on a line of text, accepted if any loader accepts it."""
        start = self.position
        line = self._line()
        literal = self.constants.literal(code, line) if len(line) < LINE else BEYOND
        if not literal.accepted:
            raise Broken(f"{op.NAMES[code]} has an operand that no loader reads", start - 1)
        if not (literal.c_accepts and literal.python_accepts):
            self._only("C" if literal.c_accepts else "Python", literal.odd)
        elif literal.odd:
            self.ledger.disagree(start - 1, literal.odd, benign=literal.benign)
        if code in {op.STRING, op.UNICODE}:
            if isinstance(self.dunders, set):
                self.dunders.add(start)
            self.host.constant(code, start, len(line), line[:PIECE])
        self.stack.append(start)

    # -- containers -----------------------------------------------------------------------------------------------

    def _empty(self, code: int) -> None:
        self.stack.append(Box("list" if code == op.EMPTY_LIST else "set", []))

    def _collect(self, code: int) -> None:
        """TUPLE, LIST, DICT and FROZENSET gather what lies above the MARK."""
        items = self._pop_mark()
        kind = {op.TUPLE: "tuple", op.LIST: "list", op.DICT: "dict", op.FROZENSET: "frozenset"}[code]
        box = Box(kind, [])
        if kind == "dict":
            if len(items) % 2:
                raise self._broken("DICT has a key without a value")
            self._fill(box, items)
        else:
            if kind == "frozenset" and not all(is_hashable(item) for item in items):
                raise self._broken("a set element cannot be hashed")
            box.items, box.length = items[:ITEMS_KEPT], len(items)
        self.stack.append(box)

    def _fill(self, box: Box, pairs: list[Value]) -> None:
        """Put keys and values in turn into a dict."""
        box.length += len(pairs) // 2
        if len(box.items) < ITEMS_KEPT:
            box.items += pairs[: ITEMS_KEPT - len(box.items)]
        dunders = self.dunders
        for key in pairs[::2]:
            if key.__class__ is not int:
                if not is_hashable(key):
                    raise self._broken("a dict key cannot be hashed")
            elif dunders and key in dunders:
                text = self.constants.short_text(key)
                if text.startswith("__") and len(box.dunders) < ITEMS_KEPT:
                    box.dunders += (text,)

    def _setitems(self, code: int) -> None:
        if code == op.SETITEM:
            last, key = self._pop(), self._pop()
            pairs = [key, last]
        else:
            pairs = self._pop_mark()
        target = self._top()
        if target.__class__ is Box and target.kind == "dict" and len(pairs) % 2 == 0:
            self._fill(target, pairs)
        elif pairs:
            self._change(code, target, pairs)

    def _append(self, code: int) -> None:
        items = [self._pop()] if code == op.APPEND else self._pop_mark()
        target = self._top()
        if isinstance(target, Box) and target.kind == "list":
            target.length += len(items)
            if len(target.items) < ITEMS_KEPT:
                target.items += items[: ITEMS_KEPT - len(target.items)]
        elif items:
            self._change(code, target, items)
        elif isinstance(target, DATA) and not self._is_kind(target, "bytearray"):
            self.exact = False

    def _additems(self, code: int) -> None:
        items = self._pop_mark()
        target = self._top()
        if isinstance(target, Box) and target.kind == "set":
            if not all(is_hashable(item) for item in items):
                raise self._broken("a set element cannot be hashed")
            target.length += len(items)
            target.items += items[: max(0, ITEMS_KEPT - len(target.items))]
        elif items:
            self._change(code, target, items)
        elif isinstance(target, DATA):
            self.exact = False

    def _is_kind(self, value: Value, kind: str) -> bool:
        return isinstance(value, Box) and value.kind == kind

    def _change(self, code: int, target: Value, items: list[Value]) -> None:
        """SETITEM(S), APPEND(S) or ADDITEMS on what is not such a container: a method of ``target`` runs (PKL-13)."""
        sets = code in {op.SETITEM, op.SETITEMS}
        if isinstance(target, int):
            raise self._broken(f"{op.NAMES[code]} on a constant")
        if isinstance(target, Box):
            mutable = ("list", "bytearray", "buffer") if sets else ("bytearray",) if code != op.ADDITEMS else ()
            if target.kind not in mutable:
                raise self._broken(f"{op.NAMES[code]} on a {target.kind}")
            self.exact = False
            return
        if sets and len(items) % 2:
            items = items[:-1]
            self.ledger.change(self.at, op.NAMES[code], target, items[::2])
            raise self._broken(f"{op.NAMES[code]} has a key without a value")
        self.ledger.change(self.at, op.NAMES[code], target, items[::2] if sets else [])
