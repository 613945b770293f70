"""numpy inside pickles: what ``numpy.dtype`` calls and their states say about elements.

Sources: ``numpy/_core/src/multiarray/descriptor.c`` (``arraydescr_setstate``) and ``ndarraytypes.h``. The flags of a
dtype that holds objects must say so (``NPY_ITEM_REFCOUNT``): an array that is rebuilt with such a dtype and false flags
takes raw bytes for pointers.
"""

from __future__ import annotations

from weighbridge.core.facts import Inconsistency
from weighbridge.formats.pickle.abstract import Box, Made
from weighbridge.formats.pickle.embedded import ConstantSearch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.limits import Limits
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Node
    from weighbridge.formats.pickle.abstract import Global, Value
    from weighbridge.formats.pickle.machine import Machine

DTYPE = ("numpy", "dtype")
HOLDS_REFERENCES = 0x01
"""``NPY_ITEM_REFCOUNT`` in the last element of a dtype's state."""

CONTAINERS = 256
"""Containers of one dtype's state that are looked into; shared ones make a short stream stand for 2^64 (PKL-41)."""

PROBLEMS = 50
"""Contradictions of one file that are reported one by one."""


class ElementType:
    """What a ``numpy.dtype`` call says about one element: its size in bytes and whether it holds objects."""

    __slots__ = ("objects", "size")

    def __init__(self, size: int | None, *, objects: bool) -> None:
        self.size = size
        self.objects = objects


class NumpyHost(ConstantSearch):
    """The bare unpickler, with an eye on dtypes; ``problems`` are the contradictions found."""

    watched = ConstantSearch.watched | {DTYPE}

    def __init__(self, source: ByteSource, limits: Limits, node: Node) -> None:
        super().__init__(source, limits)
        self.node = node
        self.problems: list[Inconsistency] = []

    def called(self, machine: Machine, callee: Global, arguments: Box, made: Made, at: int) -> None:
        """Remember the element that ``numpy.dtype('f8', …)`` stands for."""
        super().called(machine, callee, arguments, made, at)
        if callee.module == "numpy" and arguments.items and isinstance(arguments.items[0], int):
            made.note = element_type(machine.constants.short_text(arguments.items[0]))

    def built(self, machine: Machine, made: Made, state: Value, position: int) -> int:
        """Check the flags of a dtype's state."""
        element = made.note
        if isinstance(element, ElementType) and isinstance(state, Box) and state.kind == "tuple":
            flags = self._flags(machine, state)
            element.objects = element.objects or _mentions_objects(state) or bool(flags and flags & HOLDS_REFERENCES)
            if element.objects and (flags is None or not flags & HOLDS_REFERENCES):
                detail = f"a dtype that holds objects says by its flags ({flags}) that it holds none"
                self.problem(machine.at, "numpy dtype", detail)
        return position

    def _flags(self, machine: Machine, state: Box) -> int | None:
        """Find the flags in ``(version, byte order, subdtype, names, fields, size, alignment, flags[, metadata])``."""
        last = state.items[7] if len(state.items) > 7 else None
        number = machine.constants.scalar(last) if isinstance(last, int) else None
        return number if isinstance(number, int) else None

    def problem(self, at: int, what: str, detail: str, *, memory: bool = True) -> None:
        """Keep a contradiction; ``memory`` when a native reader that trusts it leaves its buffer."""
        if len(self.problems) < PROBLEMS:
            self.problems.append(Inconsistency(at=self.node.at(at), what=what, detail=detail, memory=memory))


def element_type(code: str) -> ElementType | None:
    """Read a dtype string such as ``f8``, ``U12``, ``O8`` (numpy's array protocol type strings)."""
    kind, digits = code.lstrip("<>|=")[:1], code.lstrip("<>|=")[1:]
    if kind not in "?biufcmMOSUVa" or not kind or (digits and not digits.isdecimal()):
        return None
    size = int(digits) if digits and len(digits) < 12 else {"?": 1, "b": 1}.get(kind)
    return ElementType(size * 4 if size is not None and kind == "U" else size, objects=kind == "O")


def _mentions_objects(state: Box) -> bool:
    """Tell whether a field, at any depth, has a dtype that holds objects."""
    followed, pending = {id(state)}, [state]
    while pending:
        for item in pending.pop().items:
            if isinstance(item, Made) and isinstance(item.note, ElementType) and item.note.objects:
                return True
            if isinstance(item, Box) and id(item) not in followed and len(followed) < CONTAINERS:
                followed.add(id(item))
                pending.append(item)
    return False
