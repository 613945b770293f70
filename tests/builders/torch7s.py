"""Torch7 files byte by byte, in both notations; what is called bytecode is none."""

from __future__ import annotations

import struct

Part = int | float | bytes
Item = list[tuple[str, Part]]
"""``i`` a number of four bytes, ``l`` of eight, ``d`` a double, ``s`` a string with its length."""

NIL: Item = [("i", 0)]


def number(value: float) -> Item:
    """A number."""
    return [("i", 1), ("d", value)]


def text(value: bytes) -> Item:
    """A string."""
    return [("i", 2), ("s", value)]


def table(index: int, *entries: tuple[Item, Item]) -> Item:
    """A table of keys and values."""
    return [("i", 3), ("i", index), ("i", len(entries)), *(part for pair in entries for one in pair for part in one)]


def instance(index: int, name: bytes, body: Item) -> Item:
    """An object of a class."""
    return [("i", 4), ("i", index), ("s", b"V 1"), ("s", name), *body]


def storage(index: int, count: int = 6, *, announced: int | None = None) -> Item:
    """Numbers."""
    return instance(
        index, b"torch.DoubleStorage", [("l", count if announced is None else announced), *[("d", 0.5)] * count]
    )


def tensor(
    index: int,
    shape: tuple[int, ...] = (2, 3),
    strides: tuple[int, ...] = (3, 1),
    first: int = 1,
    held: Item | None = None,
) -> Item:
    """A tensor over a storage."""
    body: Item = [("i", len(shape)), *(("l", one) for one in (*shape, *strides, first))]
    return instance(index, b"torch.DoubleTensor", body + (storage(index + 1) if held is None else held))


def function(index: int, code: bytes = b"\x1bLJ\x01\x02INERT", kind: int = 8) -> Item:
    """A function: its code, and nothing that it closes over."""
    return [("i", kind), *([] if kind == 6 else [("i", index)]), ("s", code), *NIL]


def network(extra: Item | None = None) -> Item:
    """A layer with its weights."""
    fields = table(2, (text(b"weight"), tensor(3)), (text(b"bias"), tensor(7, (6,), (1,))), (text(b"gradInput"), NIL))
    if extra is not None:
        fields = table(2, (text(b"weight"), tensor(3)), (text(b"forward"), extra))
    return instance(1, b"nn.Linear", fields)


def written(item: Item, *, as_text: bool = False) -> bytes:
    """Spell objects out."""
    if not as_text:
        return b"".join(_packed(kind, part) for kind, part in item)
    made, numbers = b"", False
    for kind, part in item:
        if isinstance(part, bytes):
            made += b"%d\n%s\n" % (len(part), part)
        else:
            made += f"{part}".encode() + (b" " if kind == "l" and numbers else b"\n")
    return made


def _packed(kind: str, part: Part) -> bytes:
    if isinstance(part, bytes):
        return struct.pack("<i", len(part)) + part
    return struct.pack({"i": "<i", "l": "<q", "d": "<d"}[kind], part)


def honest() -> bytes:
    """A layer."""
    return written(network())


def honest_text() -> bytes:
    """The same as text."""
    return written(network(), as_text=True)


def shared() -> bytes:
    """Two tensors over one storage, the second by its number."""
    return written(table(9, (number(1.0), tensor(1)), (number(2.0), tensor(5, held=[("i", 4), ("i", 2)]))))


def with_function() -> bytes:
    """OTH-19: a layer with a function in place of a field."""
    return written(network(function(20)))


def with_function_text() -> bytes:
    """The same as text."""
    return written(network(function(20, b"\x1bLJ INERT")), as_text=True)


def function_alone() -> bytes:
    """A function and nothing else."""
    return written(function(1))


def old_function() -> bytes:
    """A function as the first versions wrote it."""
    return written(table(1, (number(1.0), function(2, kind=6))))


def source_function() -> bytes:
    """A function whose code is source."""
    return written(network(function(20, b"os.execute('echo INERT')")))


def beyond_storage() -> bytes:
    """A tensor that reaches out of its storage."""
    return written(tensor(1, (2_000, 3)))


def before_storage() -> bytes:
    """A tensor that begins before its storage."""
    return written(tensor(1, first=-40))


def without_storage() -> bytes:
    """A tensor without a storage."""
    return written(tensor(1, held=NIL))


def foreign_class() -> bytes:
    """A class that no library of Torch has."""
    return written(instance(1, b"inert_absent.Layer", table(2)))


def claiming() -> bytes:
    """A storage that the file cannot hold."""
    return written(storage(1, announced=1 << 40))


def cntk() -> bytes:
    """The beginning of a CNTK model, version 1."""
    return "BCN".encode("utf-16-le") + b"\0\0" + "BVersion".encode("utf-16-le") + bytes(40)
