"""FlatBuffers byte by byte, without a schema compiler, and the lies that their offsets can tell.

``build`` lays a tree of ``T`` (tables), ``V`` (vectors of numbers), ``L`` (vectors of tables, strings or vectors) and
strings out in order, and tells where each marked thing lies, so that a lie can be written over one offset.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any


@dataclass
class T:
    """A table: its fields by number. A scalar is a pair of ``struct`` code and number; None leaves a field out."""

    fields: dict[int, Any]
    mark: str = ""


@dataclass
class V:
    """A vector of scalars, or of structs when ``code`` has several letters; bytes for ``B``."""

    code: str
    items: Any
    mark: str = ""
    align: int = 0


@dataclass
class L:
    """A vector of offsets to tables or strings."""

    items: list[Any]
    mark: str = ""


@dataclass
class Built:
    """A buffer and the places in it: ``root`` the table, ``root.2`` its field, a vector's mark its length."""

    content: bytearray
    places: dict[str, int] = field(default_factory=dict)

    def patched(self, place: str, code: str, number: int, shift: int = 0) -> bytes:
        """The bytes with one number changed."""
        lying = bytearray(self.content)
        struct.pack_into(f"<{code}", lying, self.places[place] + shift, number)
        return bytes(lying)

    def moved(self, place: str, by: int) -> bytes:
        """The bytes with the offset at a place leading elsewhere."""
        at = self.places[place]
        return self.patched(place, "I", (struct.unpack_from("<I", self.content, at)[0] + by) & 0xFFFF_FFFF)


def build(root: T, identifier: bytes = b"", *, head: bytes = b"") -> Built:
    """Lay a tree out: root offset, identifier, whatever a format puts in front (``head``), then the objects."""
    made = Built(bytearray(4) + identifier + head)
    _patch(made.content, 0, _place(made, root))
    _align(made.content, 8)
    return made


def _patch(content: bytearray, at: int, target: int) -> None:
    struct.pack_into("<I", content, at, target - at)


def _align(content: bytearray, to: int, ahead: int = 0) -> None:
    content += bytes(-(len(content) + ahead) % to)


def _place(made: Built, thing: Any) -> int:
    if isinstance(thing, str):
        return _string(made.content, thing.encode())
    if isinstance(thing, T):
        return _table(made, thing)
    if isinstance(thing, L):
        return _list(made, thing)
    return _vector(made, thing)


def _string(content: bytearray, text: bytes) -> int:
    _align(content, 4)
    at = len(content)
    content += struct.pack("<I", len(text)) + text + b"\0"
    return at


def _vector(made: Built, vector: V) -> int:
    content = made.content
    packed = (
        bytes(vector.items)
        if vector.code == "B"
        else b"".join(
            struct.pack(f"<{vector.code}", *(item if isinstance(item, tuple) else (item,))) for item in vector.items
        )
    )
    _align(content, vector.align or (8 if set(vector.code) & set("qQd") else 4), ahead=4)
    at = len(content)
    made.places[vector.mark] = at
    content += struct.pack("<I", len(vector.items)) + packed
    return at


def _list(made: Built, items: L) -> int:
    content = made.content
    _align(content, 4)
    at = len(content)
    made.places[items.mark] = at
    content += struct.pack("<I", len(items.items)) + bytes(4 * len(items.items))
    for number, item in enumerate(items.items):
        made.places[f"{items.mark}[{number}]"] = at + 4 + 4 * number
        _patch(content, at + 4 + 4 * number, _place(made, item))
    return at


def _table(made: Built, table: T) -> int:
    content = made.content
    held = {number: item for number, item in table.fields.items() if item is not None}
    count = max(held, default=-1) + 1
    sizes = {number: struct.calcsize(f"<{item[0]}") if isinstance(item, tuple) else 4 for number, item in held.items()}
    offsets, cursor = {}, 4
    for number in sorted(held, key=lambda one: sizes[one] if sizes[one] != 4 else 99, reverse=True):
        cursor += -cursor % min(sizes[number], 8)
        offsets[number] = cursor
        cursor += sizes[number]
    _align(content, 2)
    vtable = len(content)
    content += struct.pack("<HH", 4 + 2 * count, cursor)
    content += b"".join(struct.pack("<H", offsets.get(number, 0)) for number in range(count))
    _align(content, 8)
    at = len(content)
    made.places[table.mark] = at
    content += struct.pack("<i", at - vtable) + bytes(cursor - 4)
    for number, item in held.items():
        made.places[f"{table.mark}.{number}"] = at + offsets[number]
        if isinstance(item, tuple):
            struct.pack_into(f"<{item[0]}", content, at + offsets[number], *item[1:])
    for number, item in held.items():
        if not isinstance(item, tuple):
            _patch(content, at + offsets[number], _place(made, item))
    return at


def flexbuffer(texts: list[bytes]) -> bytes:
    """A FlexBuffer: a vector of strings, widths of one byte."""
    made, places = bytearray(), []
    for text in texts:
        made.append(len(text))
        places.append(len(made))
        made += text + b"\0"
    made.append(len(texts))
    start = len(made)
    for place in places:
        made.append(len(made) - place)
    made += bytes([5 << 2]) * len(texts)
    made += bytes((len(made) - start, 10 << 2, 1))
    return bytes(made)
