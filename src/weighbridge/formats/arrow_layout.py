"""How many buffers each column of an Arrow record batch has, and how many bytes its values need at least.

Source: Arrow Columnar Format 1.5, "Buffer Listing for Each Layout", "RecordBatch message": nodes and buffers follow the
fields of the schema depth first. Readers take the lengths of the nodes for the size of the buffers.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from weighbridge.formats.flatbuffers import Table

    Layout: TypeAlias = tuple[str, tuple[int, ...], int]
    """What the column is, for each buffer the bits that a value needs (0 for none), and whether one value is added."""

_FIELDS = 200_000
_BITS = {6: 1, 8: 32, 9: 32, 10: 64, 11: 32, 18: 64}
_DATES = {0: 32, 1: 64}
_INTERVALS = {0: 32, 1: 64, 2: 128}
_FLOATS = {0: 16, 1: 32, 2: 64}
_BINARY, _UTF8, _LARGE_BINARY, _LARGE_UTF8 = 4, 5, 19, 20
_VIEWS = (23, 24)


class Layouts:
    """The layouts of a schema: ``columns`` in the order of a record batch, ``dictionaries`` by their ids."""

    def __init__(self, schema: Table, version: int) -> None:
        self.version = version
        self.known = True
        self.dictionaries: dict[int, list[Layout]] = {}
        self.columns: list[Layout] = []
        for field in schema.tables(1, "a field"):
            self.columns += self._flat(field)

    def _flat(self, root: Table | None) -> list[Layout]:
        """Lay out one field and all below it; a dictionary's own layout is kept apart."""
        found: list[Layout] = []
        stack = [root]
        while stack and len(found) < _FIELDS:
            field = stack.pop()
            if field is None:
                self.known = False
                continue
            dictionary = field.table(4)
            if dictionary is not None:
                index = dictionary.table(1)
                bits = 32 if index is None else index.number(0, "i", 0)
                found.append(("index", (0, bits), 0))
                self.dictionaries.setdefault(dictionary.number(0, "q"), self._values(field))
                continue
            layout = self._one(field)
            self.known = self.known and layout is not None
            if layout is not None:
                found.append(layout)
            stack += list(field.tables(5, "a field"))[::-1]
        return found

    def _values(self, field: Table) -> list[Layout]:
        """Lay out what a dictionary holds; its children may have dictionaries of their own."""
        layout = self._one(field)
        below = [held for child in field.tables(5, "a field") for held in self._flat(child)] if layout else []
        return [layout, *below] if layout else []

    def _one(self, field: Table) -> Layout | None:
        kind, details = field.number(2, "B"), field.table(3)
        if kind in _BITS:
            bits = _BITS[kind]
            if details is not None and kind == 8:
                bits = _DATES.get(details.number(0, "h", 1), 0)
            elif details is not None and kind == 9:
                bits = details.number(1, "i", 32)
            elif details is not None and kind == 11:
                bits = _INTERVALS.get(details.number(0, "h"), 0)
            return "fixed", (0, bits), 0
        number = 0 if details is None else details.number(0, "i")
        if kind == 2:
            return "fixed", (0, number), 0
        if kind == 3:
            precision = 0 if details is None else details.number(0, "h")
            return "fixed", (0, _FLOATS.get(precision, 0)), 0
        if kind == 7:
            return "fixed", (0, 128 if details is None else details.number(2, "i", 128)), 0
        if kind == 15:
            return "fixed", (0, 8 * number), 0
        if kind in (_BINARY, _UTF8, _LARGE_BINARY, _LARGE_UTF8):
            return "binary", (0, 32 if kind < _LARGE_BINARY else 64, 0), 1
        return self._nested(kind, details)

    def _nested(self, kind: int, details: Table | None) -> Layout | None:
        if kind in (12, 17, 21):  # list, map, large list
            return "list", (0, 64 if kind == 21 else 32), 1
        if kind in (13, 16):  # struct, list of fixed size
            return "struct", (0,), 0
        if kind == 14:
            dense = details is not None and details.number(0, "h") == 1
            return "union", ((0,) if self.version < 4 else ()) + ((8, 32) if dense else (8,)), 0
        if kind in (1, 22):  # null, run-end encoded
            return "none", (), 0
        if kind in _VIEWS:
            return "view", (0, 128), 0
        if kind in (25, 26):
            bits = 32 if kind == 25 else 64
            return "list view", (0, bits, bits), 0
        return None


def short_buffers(
    layouts: list[Layout], nodes: list[tuple[int, int]], buffers: list[int], variadic: list[int]
) -> Iterator[str]:
    """Find columns whose buffers hold less than their values need; ``buffers`` are lengths in bytes."""
    if len(nodes) != len(layouts):
        yield f"{len(nodes)} columns, the schema has {len(layouts)}"
        return
    at, views = 0, iter(variadic)
    for number, ((kind, bits, more), (length, nulls)) in enumerate(zip(layouts, nodes, strict=True)):
        held = buffers[at : at + len(bits)]
        if len(held) < len(bits):
            yield f"column {number} has {len(held)} buffers of {len(bits)}"
            return
        at += len(bits) + (next(views, 0) if kind == "view" else 0)
        for place, (width, size) in enumerate(zip(bits, held, strict=True)):
            count = length + more if length else 0
            needed = (count * width + 7) // 8
            if not width and place == 0 and nulls > 0 and kind != "none":
                needed = (length + 7) // 8
            if size < needed:
                yield f"column {number} of {length} values needs {needed} bytes, buffer {place} holds {size}"
                break
