"""Describes an object for people who have not seen it: classes, containers, dtypes and shapes, plain data."""

from __future__ import annotations

import sys

from weighbridge.sandbox.loaders.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

MOST_NODES, MOST_ITEMS, DEEPEST = 10_000, 1_000, 24
_WORDS = 200
_LONGEST_INT = 1 << 512


class Describer:
    """Walks one object within bounds; what is left out is counted."""

    def __init__(self) -> None:
        self._left = MOST_NODES
        self._above: set[int] = set()

    def describe(self, found: object, label: str = "", depth: int = 0) -> dict[str, Any]:
        """Describe an object as a node of ``testimony.Node``."""
        self._left -= 1
        node: dict[str, Any] = {
            "label": label,
            "class": class_name(found.named if isinstance(found, View) else type(found)),
        }
        if found is None or isinstance(found, bool | int | float | complex | str | bytes | bytearray):
            return node | {"kind": "value"} | _plain(found)
        if isinstance(found, type) or (callable(found) and hasattr(found, "__qualname__")):
            return node | {"kind": "name", "text": class_name(found)}
        tensor = _tensor(found)
        if tensor is not None:
            return node | {"kind": "tensor"} | tensor
        if id(found) in self._above:
            return node | {"kind": "again"}
        kind, length, members = _members(found)
        self._above.add(id(found))
        items: list[dict[str, Any]] = []
        if depth < DEEPEST:
            for name, member in members:
                if len(items) >= MOST_ITEMS or self._left <= 0:
                    break
                items.append(self.describe(member, name, depth + 1))
        self._above.discard(id(found))
        return node | {"kind": kind, "length": length, "items": items}


def class_name(named: Any) -> str:
    """Give the dotted name of a class or function."""
    module, name = getattr(named, "__module__", ""), getattr(named, "__qualname__", "")
    return (f"{name}" if module == "builtins" else f"{module}.{name}")[:_WORDS]


def _plain(found: Any) -> dict[str, Any]:
    if isinstance(found, str):
        return {"text": repr(found[:_WORDS])[:_WORDS], "length": len(found)}
    if isinstance(found, bytes | bytearray):
        return {"length": len(found)}
    if isinstance(found, int) and abs(found) > _LONGEST_INT:
        return {"text": f"an integer of {int(found).bit_length()} bits"}
    return {"text": repr(found)[:_WORDS]}


def _tensor(found: Any) -> dict[str, Any] | None:
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(found, torch.Tensor):
        return {"dtype": str(found.dtype).removeprefix("torch."), "shape": list(found.shape)}
    if numpy is not None and isinstance(found, numpy.ndarray | numpy.generic):
        return {"dtype": str(found.dtype)[:_WORDS], "shape": list(found.shape)}
    return None


def _members(found: Any) -> tuple[str, int, Iterator[tuple[str, object]]]:
    if isinstance(found, dict):
        return "mapping", len(found), ((_label(key), content) for key, content in found.items())
    if isinstance(found, list | tuple | set | frozenset):
        return "sequence", len(found), _numbered(found)
    if "NpzFile" in type(found).__name__ and hasattr(found, "files"):
        return "mapping", len(found.files), ((name, found[name]) for name in found.files)
    held = found.held if isinstance(found, View) else getattr(found, "__dict__", None)
    attributes = held if isinstance(held, dict) else {}
    return "object", len(attributes), ((_label(name), content) for name, content in attributes.items())


def _numbered(found: Iterable[object]) -> Iterator[tuple[str, object]]:
    return ((str(number), content) for number, content in enumerate(found))


def _label(key: object) -> str:
    return key[:_WORDS] if isinstance(key, str) else repr(key)[:_WORDS]
