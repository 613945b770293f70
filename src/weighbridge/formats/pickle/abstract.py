"""What the machine knows of the values on its stack: where a value comes from, never the value itself.

An immutable constant is the ``int`` offset just behind its opcode: nothing is decoded until somebody asks. Everything
else is one of the classes below; ``UNKNOWN`` is the top of the lattice.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from weighbridge.formats.pickle.known import Bound

ITEMS_KEPT = 64
"""Elements of a container that are remembered, for contracts on arguments and for people."""

TUPLES_FOLLOWED = 32
"""Tuples inside one key that are looked into: shared ones make a short stream stand for 2^64 values (PKL-41)."""


class Global:
    """A resolved name; one object per spelling in a stream.

    ``idle`` counts how often it was put on the stack and not called from there; only for lookups is it exact.
    """

    __slots__ = (
        "called", "count", "first", "idle", "known", "looks_up", "module", "name", "opcode", "shared", "watched",
        "written",
    )  # fmt: skip

    def __init__(self, module: str, name: str, written: str, *, opcode: str, first: int, watched: bool) -> None:
        self.module = module
        self.name = name
        self.written = written
        self.opcode = opcode
        self.first = first
        self.watched = watched
        self.count = 0
        self.called = False
        self.shared: Made | None = None
        self.known = False
        self.looks_up = False
        self.idle = 0

    @property
    def dotted(self) -> str:
        """The name as people write it."""
        return f"{self.module}.{self.name}"


class Made:
    """What a call returned; ``maker`` is the name that was called, None if that is unknown.

    ``note`` belongs to the host of the stream (an item size …), ``bound`` is what a ``functools.partial`` calls,
    ``latin1`` the offset of the text that ``_codecs.encode`` turned into bytes.
    """

    __slots__ = ("bound", "built", "latin1", "maker", "note", "number")

    def __init__(self, maker: Global | None) -> None:
        self.maker = maker
        self.built = 0
        self.note: object = None
        self.bound: Bound | None = None
        self.latin1 = 0
        self.number = 0


class Persistent:
    """What the loader makes of a persistent id; ``note`` belongs to the host."""

    __slots__ = ("note",)

    def __init__(self, note: object = None) -> None:
        self.note = note


class Box:
    """A container built in the stream: ``kind`` is list, tuple, dict, set, frozenset, bytearray or buffer.

    ``items`` are the first elements (keys and values in turn for a dict), ``length`` counts all; ``dunders`` are the
    keys of a dict that are dunder names.
    """

    __slots__ = ("dunders", "items", "kind", "length")

    def __init__(self, kind: str, items: list[Value]) -> None:
        self.kind = kind
        self.items = items
        self.length = len(items)
        self.dunders: tuple[str, ...] = ()


def gathered(items: list[Value], more: int = 0) -> Box:
    """Make a tuple of any length of which the first elements are remembered; ``more`` are not even in ``items``."""
    box = Box("tuple", items[:ITEMS_KEPT])
    box.length = len(items) + more
    return box


class Unknown:
    """A value of which nothing can be known."""

    __slots__ = ()


UNKNOWN = Unknown()

DATA = (int, Box)
"""Constants and containers: what cannot be called and has no state to set."""

if TYPE_CHECKING:
    Value: TypeAlias = int | Global | Made | Persistent | Box | Unknown


def is_hashable(value: Value) -> bool:
    """Tell whether a value may be a dict key or set element; what is unknown may be."""
    if not isinstance(value, Box):
        return True
    followed, pending = {id(value)}, [value]
    while pending:
        box = pending.pop()
        if box.kind != "tuple":
            if box.kind not in _HASHABLE:
                return False
            continue
        for item in box.items:
            if isinstance(item, Box) and id(item) not in followed and len(followed) < TUPLES_FOLLOWED:
                followed.add(id(item))
                pending.append(item)
    return True


_HASHABLE = frozenset({"frozenset", "buffer"})
