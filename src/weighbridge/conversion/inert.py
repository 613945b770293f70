"""What a pickle builds here instead of objects: plain data, and nodes that describe all else.

Plain data are Python's own None, bool, int, float, str, list and tuple; a set is a list. Everything else is one of the
classes below. None of them has a method that a stream could reach.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Layout: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
    """Sizes and strides."""
    Fact: TypeAlias = "bool | int | float | str | list[int] | list[float] | list[str] | None"
    Value: TypeAlias = "bool | int | float | str | list[Value] | tuple[Value, ...] | Node | None"


class Node:
    """A value that is not plain data."""

    __slots__ = ()


class Name(Node):
    """A global that the stream names; never looked up."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    @property
    def dotted(self) -> str:
        """The name as people write it."""
        return f"{self.module}.{self.name}"


class Table(Node):
    """A dict: its pairs in the order of the stream. Keys are not hashed, a later equal key is the later pair.

    ``attributes`` are states that the dict got, as an OrderedDict may.
    """

    __slots__ = ("attributes", "pairs")

    def __init__(self, pairs: list[tuple[Value, Value]] | None = None) -> None:
        self.pairs = pairs if pairs is not None else []
        self.attributes: tuple[Value, ...] = ()


class RawBytes(Node):
    """A bytes constant: where it lies in the stream's source, unread."""

    __slots__ = ("length", "offset")

    def __init__(self, offset: int, length: int) -> None:
        self.offset = offset
        self.length = length


class EncodedBytes(Node):
    """A bytes constant that the stream holds as text, as protocols before 3 do."""

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        self.content = content


class Opaque(Node):
    """What would have been an object: who would have made it, and what the stream hands to it afterwards.

    ``held`` are states, elements and tables of pairs, in order.
    """

    __slots__ = ("held", "maker")

    def __init__(self, maker: str) -> None:
        self.maker = maker
        self.held: list[Value] = []


class Storage(Node):
    """A flat buffer that a loader brings: ``count`` elements of ``dtype`` from element ``first`` of record ``key``.

    ``dtype`` is a name of torch, empty for bytes without a type; ``big_endian`` tells the order of an element's bytes.
    """

    __slots__ = ("big_endian", "count", "dtype", "first", "key")

    def __init__(self, key: str, dtype: str, count: int, first: int = 0, *, big_endian: bool = False) -> None:
        self.key = key
        self.dtype = dtype
        self.count = count
        self.first = first
        self.big_endian = big_endian


class View(Node):
    """A tensor over a storage; offset and strides count elements of ``dtype``. ``trouble`` says why it is not one.

    ``elements`` are the values in an array of numpy's that holds objects instead.
    """

    __slots__ = ("dtype", "elements", "offset", "shape", "storage", "strides", "trouble")

    def __init__(self, storage: Storage, dtype: str, offset: int, layout: Layout, trouble: str = "") -> None:
        self.storage = storage
        self.dtype = dtype
        self.offset = offset
        self.shape, self.strides = layout
        self.trouble = trouble
        self.elements: list[Value] | None = None


class Compound(Node):
    """A tensor that is made of others, which safetensors has: a sparse one of indices and values, and so on.

    ``parts`` are those others by their short names, ``facts`` all else that it takes to make the tensor again.
    """

    __slots__ = ("encoding", "facts", "parts")

    def __init__(self, encoding: str, parts: tuple[tuple[str, Value], ...], facts: dict[str, Fact]) -> None:
        self.encoding = encoding
        self.parts = parts
        self.facts = facts


class Marked(Node):
    """A tensor with attributes, or of a class of its own: what is ``kept``, the class if it is no tensor of torch's."""

    __slots__ = ("attributes", "kept", "kind")

    def __init__(self, kept: Value, kind: str, attributes: Value) -> None:
        self.kept = kept
        self.kind = kind
        self.attributes = attributes


class Unsupported(Node):
    """A tensor of a kind that safetensors does not have, or that this version does not convert."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason
