"""The small documents in which stores keep their promises: read within bounds, with the types that they must have."""

from __future__ import annotations

import os

from weighbridge.access.local_files import open_regular
from weighbridge.core.errors import reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VALUES = 2_000_000
"""Values of one document, counted by commas and brackets: some 200 MB. A tree of 100,000 files has 600,000."""

YAML_BYTES = 1 << 20
"""YAML of one document: PyYAML needs some hundred times its size in memory. Those of stores have a few kB."""

_EVENTS = 100_000  # of one YAML document: some four seconds
_DEPTH = 50  # collections within each other


class UnfitDocument(ValueError):  # noqa: N818  (a statement about the document)
    """A document cannot be read as what it should be; its words say why."""


def read_small(path: str, limit: int) -> bytes:
    """Read a regular file of at most ``limit`` bytes whole; raises UnfitDocument."""
    try:
        descriptor = open_regular(path)
    except (OSError, ValueError) as error:
        raise UnfitDocument(reason(error) if isinstance(error, OSError) else str(error)) from None
    try:
        pieces, left = [], limit + 1
        while left > 0 and (piece := os.read(descriptor, left)):
            pieces.append(piece)
            left -= len(piece)
    except OSError as error:
        raise UnfitDocument(f"reading it failed: {reason(error)}") from None
    finally:
        os.close(descriptor)
    if left <= 0:
        raise UnfitDocument(f"it has more than {limit:,} bytes")
    return b"".join(pieces)


def read_line(path: str) -> str:
    """Read a file of one short line, without the blanks around it; raises UnfitDocument."""
    try:
        return read_small(path, 1_000).decode("ascii").strip()
    except UnicodeDecodeError:
        raise UnfitDocument("it is no plain text") from None


def json_object(content: bytes) -> dict[str, Any]:
    """Read a JSON object; raises UnfitDocument, also where a key is repeated, which readers read differently."""
    found = _json(content)
    if not isinstance(found, dict):
        raise UnfitDocument("it is no JSON object")
    return found


def json_array(content: bytes) -> list[Any]:
    """Read a JSON array; raises UnfitDocument."""
    found = _json(content)
    if not isinstance(found, list):
        raise UnfitDocument("it is no JSON array")
    return found


def _json(content: bytes) -> Any:
    import json

    if content.count(b",") + content.count(b"[") + content.count(b"{") > VALUES:
        raise UnfitDocument(f"it has more than {VALUES:,} values")
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_without_twins)
    except RecursionError:
        raise UnfitDocument("it nests too deep") from None
    except UnfitDocument:
        raise
    except ValueError as error:
        raise UnfitDocument(f"it is not JSON: {error}") from None


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnfitDocument("a key is repeated in it")
    return found


def yaml_mapping(content: bytes) -> dict[str, Any]:
    """Read a YAML mapping to plain values: text, lists, mappings with text for keys; raises UnfitDocument.

    PyYAML's events are put together here, so no tag is obeyed and no alias followed (docs/adr/0011). Scalars stay text:
    their types matter to no store.
    """
    import yaml

    if len(content) > YAML_BYTES:
        raise UnfitDocument(f"it has more than {YAML_BYTES:,} bytes")
    open_: list[_Collection] = [_Collection(mapping=False)]
    try:
        for number, event in enumerate(yaml.parse(content, Loader=yaml.SafeLoader)):
            if number > _EVENTS:
                raise UnfitDocument(f"it has more than {_EVENTS:,} values")
            kind = type(event).__name__
            if kind == "ScalarEvent":
                open_[-1].add(event.value)
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                if len(open_) > _DEPTH:
                    raise UnfitDocument("it nests too deep")
                open_.append(_Collection(mapping=kind[0] == "M"))
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                closed = open_.pop()
                open_[-1].add(closed.table if closed.mapping else closed.items)
            elif kind == "AliasEvent":
                open_[-1].add(f"*{event.anchor}")
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, UnfitDocument):
            raise
        raise UnfitDocument(f"it is not YAML: {str(error).splitlines()[0] if str(error) else 'unreadable'}") from None
    items = open_[0].items
    if len(items) != 1 or not isinstance(items[0], dict):
        raise UnfitDocument("it is no YAML mapping")
    return items[0]


class _Collection:
    """A YAML collection that is being filled."""

    __slots__ = ("items", "key", "mapping", "table")

    def __init__(self, *, mapping: bool) -> None:
        self.mapping = mapping
        self.items: list[Any] = []
        self.table: dict[str, Any] = {}
        self.key: str | None = None

    def add(self, found: Any) -> None:
        """Take in the next value, or key."""
        if not self.mapping:
            self.items.append(found)
        elif self.key is None:
            if not isinstance(found, str):
                raise UnfitDocument("a key is no text")
            if found in self.table:
                raise UnfitDocument("a key is repeated in it")
            self.key = found
        else:
            self.table[self.key], self.key = found, None


def text(found: object) -> str:
    """Take a value for text; anything else is none."""
    return found if isinstance(found, str) else ""


def size(found: object) -> int:
    """Take a value for a size in bytes, -1 for anything that is none."""
    return found if type(found) is int and 0 <= found < 1 << 63 else -1
