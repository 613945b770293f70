"""From the tree of a checkpoint to names, plain data, and a list of all that is neither.

Names are the keys on the way, joined by dots: those of a state dict stay as they are. Indices of lists and keys that
are whole numbers count as names.
"""

from __future__ import annotations

import json
from math import isfinite

from weighbridge.conversion.inert import (
    Compound,
    EncodedBytes,
    Marked,
    Name,
    Node,
    Opaque,
    RawBytes,
    Storage,
    Table,
    Unsupported,
    View,
)
from weighbridge.conversion.numpy_objects import NO_NUMBERS
from weighbridge.conversion.plan import DROPPED, NAME_LENGTH, PLAIN_BYTES, TAKEN, TENSORS, Dropped, Tensor
from weighbridge.conversion.torch_dtypes import CARRIERS, DTYPES
from weighbridge.conversion.torch_objects import is_plain_name, span_of
from weighbridge.core.errors import Malformed, OverLimit, UsageError
from weighbridge.reports.neutral import encodable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from weighbridge.conversion.inert import Fact, Value
    from weighbridge.core.source import ByteSource

    Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
    Places: TypeAlias = dict[str, tuple[int, int]]
    """Records by storage key: offset in the file and bytes held; from its end on, an address of what was unpacked."""

DEPTH = 64
"""Containers within containers; honest checkpoints end below twenty."""

VALUES = 1_000_000
"""Values that are visited, those of shared containers each time."""

ALONE = "tensor"
"""The name of a tensor that is the whole file."""

_SHOWN_BYTES = 256
_SHOWN = 8
_WIDE = 1 << 64


_TENSOR = (View, Compound, Marked, Unsupported)
_HOLDING = (list, tuple, Table, Opaque, Storage, *_TENSOR)
"""What can be or hold a tensor; other attributes of an object are dropped with it."""


class _Absent:
    """In place of a value that plain data do not hold."""


_ABSENT = _Absent()


class Flattened:
    """What a tree holds: ``add`` it, then take the fields; places from ``file_size`` on are those of the unpacked."""

    def __init__(self, source: ByteSource, places: Places, file_size: int) -> None:
        self.tensors: list[Tensor] = []
        self.aliases: list[tuple[str, str]] = []
        self.dropped: list[Dropped] = []
        self.more_dropped = 0
        self.unsupported: list[tuple[str, str]] = []
        self.encoded: list[tuple[str, str]] = []
        """Names of tensors that are made of others, and how, as JSON."""
        self.made: list[tuple[str, Compound]] = []
        """The same tensors as nodes."""
        self._source = source
        self._places = places
        self._file_size = file_size
        self._left = VALUES
        self._room = PLAIN_BYTES
        self._names: set[str] = set()
        self._views: dict[tuple[object, ...], str] = {}
        self._above = set[int]()
        """Identities of the nodes on the way down to the present one."""

    def add(self, root: Value) -> str:
        """Take a tree in; gives its plain data as JSON, empty when there are none."""
        plain = self._walk("", root, DEPTH)
        if isinstance(plain, _Absent) or plain in ({}, []):
            return ""
        text = json.dumps(plain, indent=1, ensure_ascii=True)
        if len(text) > PLAIN_BYTES:
            self.drop("", "plain data", f"longer than {PLAIN_BYTES >> 20} MiB as JSON")
            return ""
        return text

    def drop(self, path: str, what: str, reason: str) -> None:
        """List something as dropped."""
        if len(self.dropped) >= DROPPED:
            self.more_dropped += 1
        else:
            cut = (path[:NAME_LENGTH], what[:NAME_LENGTH], reason[:NAME_LENGTH])
            self.dropped.append(Dropped(path=cut[0], what=cut[1], reason=cut[2]))

    def _walk(self, path: str, node: Value, depth: int) -> Plain | _Absent:
        self._left -= 1
        if self._left < 0:
            raise OverLimit(f"more than {VALUES} values")
        if depth == 0:
            self._refuse(path or ALONE, f"values nested deeper than {DEPTH}")
            return _ABSENT
        if not isinstance(node, list | Table | Opaque):
            return self._visit(path, node, depth)
        if id(node) in self._above:
            self.drop(path, "a value", "it lies within itself, and was met on the way")
            return _ABSENT
        self._above.add(id(node))
        found = self._visit(path, node, depth)
        self._above.remove(id(node))
        return found

    def _visit(self, path: str, node: Value, depth: int) -> Plain | _Absent:
        if not isinstance(node, Node):
            return self._list(path, node, depth) if isinstance(node, list | tuple) else self._scalar(path, node)
        match node:
            case Table():
                return self._table(path, node, depth)
            case View() if node.elements is not None:
                inside = node.elements
                return self._walk(path, inside if node.shape else inside[0], depth - 1)
            case View() | Compound():
                self._tensor(path or ALONE, node, depth)
            case Marked():
                self._marked(path, node, depth)
            case Unsupported():
                self._refuse(path or ALONE, node.reason)
            case Opaque():
                self._object(path, node, depth)
            case RawBytes() if node.length <= _SHOWN_BYTES:
                return {"hex": self._source.read_at(node.offset, node.length).hex()}
            case EncodedBytes() if len(node.content) <= _SHOWN_BYTES:
                return {"hex": node.content.hex()}
            case RawBytes() | EncodedBytes():
                self.drop(path, "bytes", f"more than {_SHOWN_BYTES}, which plain data do not hold")
            case Name():
                if is_plain_name(node):
                    return node.dotted
                self.drop(path, node.dotted, "a name; nothing is imported")
            case Storage():
                self._refuse(path or ALONE, "a storage that is no tensor")
            case _:
                self.drop(path, "a type of elements", "it is no tensor")
        return _ABSENT

    def _scalar(self, path: str, found: bool | float | str | None) -> Plain | _Absent:
        if isinstance(found, str):
            if _encodable(found):
                return found
            self.drop(path, "text", "it holds lone surrogates")
            return _ABSENT
        if isinstance(found, int) and abs(found) >= _WIDE:
            return hex(found)
        if isinstance(found, float) and not isfinite(found):
            return str(found)
        return found

    def _list(self, path: str, items: list[Value] | tuple[Value, ...], depth: int) -> Plain | _Absent:
        found = [self._walk(_below(path, str(at)), item, depth - 1) for at, item in enumerate(items)]
        kept = [item for item in found if not isinstance(item, _Absent)]
        return kept if kept or not found else _ABSENT

    def _table(self, path: str, table: Table, depth: int) -> Plain | _Absent:
        plain: dict[str, Plain] = {}
        pairs = self._pairs(path, table)
        for key, item in pairs.items():
            found = self._walk(_below(path, str(key)), item, depth - 1)
            if isinstance(found, _Absent):
                continue
            if str(key) in plain:
                self.drop(_below(path, str(key)), "a value", "two keys are spelt alike")
            plain[str(key)] = found
        for state in table.attributes:
            self._state(path, state, depth)
        return plain if plain or not pairs else _ABSENT

    def _pairs(self, path: str, table: Table) -> dict[str | int, Value]:
        """Give the pairs as a dict has them: of equal keys the last value, in the place of the first."""
        found: dict[str | int, Value] = {}
        odd = set[bool | float]()
        for key, item in table.pairs:
            if isinstance(key, bool | float):
                odd.add(key)
            if isinstance(key, int | float) and key in odd and (key in found or type(key) is int):
                raise Malformed(f"two keys below {path[:80]!r} are one to a dict: {key!r} and a number of another type")
            is_name = isinstance(key, str) and len(key) <= NAME_LENGTH and _encodable(key)
            if is_name or (type(key) is int and abs(key) < _WIDE):
                assert isinstance(key, str | int)
                found[key] = item
            else:
                self._stray(path, key, item)
        return found

    def _stray(self, path: str, key: Value, item: Value) -> None:
        """Refuse what has no name and is a tensor or holds one; drop anything else."""
        if self._has_tensor((key, item)):
            self._refuse(path or ALONE, f"a key of type {_kind(key)}")
        else:
            self.drop(path, "a value", f"a key of type {_kind(key)}")

    def _has_tensor(self, root: Value) -> bool:
        waiting, seen = [root], set[int]()
        while waiting:
            node = waiting.pop()
            self._left -= 1
            if self._left < 0:
                raise OverLimit(f"more than {VALUES} values")
            if isinstance(node, View) and node.elements is not None:
                waiting.extend(node.elements)
            elif isinstance(node, (*_TENSOR, Storage)):
                if _obstacle(node) != NO_NUMBERS:
                    return True
            elif isinstance(node, list | tuple | Table | Opaque) and id(node) not in seen:
                seen.add(id(node))
                if isinstance(node, Table):
                    waiting.extend((*(item for pair in node.pairs for item in pair), *node.attributes))
                else:
                    waiting.extend(node.held if isinstance(node, Opaque) else node)
        return False

    def _object(self, path: str, found: Opaque, depth: int) -> None:
        """Drop an object; tensors of its state are carried under the names of its attributes.

        A module of torch keeps parameters, buffers and further modules in dicts that its state dict does not name.
        """
        self.drop(path, found.maker, "an object; nothing is imported or called")
        for state in found.held:
            self._state(path, state, depth)

    def _state(self, path: str, state: Value, depth: int) -> None:
        """Carry the tensors of a state: a table of attributes, the elements of a list, anything in a tuple of these."""
        if isinstance(state, tuple):
            for at, part in enumerate(state):
                if isinstance(part, Table):
                    self._state(path, part, depth)
                elif isinstance(part, _HOLDING):
                    self._walk(_below(path, str(at)), part, depth - 1)
        elif isinstance(state, list | Table):
            for below, item in self._attributes(path, state):
                self._walk(below, item, depth - 1)
        elif isinstance(state, _HOLDING):
            self._walk(path, state, depth - 1)

    def _marked(self, path: str, found: Marked, depth: int) -> None:
        """Carry a tensor without its class and its attributes; those that are tensors are carried beside it."""
        self._walk(path, found.kept, depth - 1)
        if found.kind:
            self.drop(path, found.kind, "the class of a tensor; its values are carried as they lie in the file")
        parts = found.attributes if isinstance(found.attributes, tuple) else (found.attributes,)
        names = [str(key) for part in parts if isinstance(part, Table) for key, _ in part.pairs if isinstance(key, str)]
        if names:
            shown = encodable(", ".join(names[:_SHOWN]))
            self.drop(path, f"attributes of a tensor: {shown}", "safetensors have none")
        self._state(path, found.attributes, depth)

    def _attributes(self, path: str, state: list[Value] | Table) -> Iterator[tuple[str, Value]]:
        if isinstance(state, list):
            yield from ((_below(path, str(at)), item) for at, item in enumerate(state) if isinstance(item, _HOLDING))
            return
        pairs = self._pairs(path, state)
        is_module = "_parameters" in pairs and "_modules" in pairs
        for key, item in pairs.items():
            if is_module and key in ("_parameters", "_buffers", "_modules") and isinstance(item, Table):
                yield from ((_below(path, str(name)), held) for name, held in self._pairs(path, item).items())
            elif isinstance(item, _HOLDING):
                yield _below(path, str(key)), item

    def _tensor(self, name: str, found: View | Compound, depth: int) -> None:
        """Take in a tensor of any kind: as itself, or as the tensors that it is made of and a note how."""
        reason = _obstacle(found)
        if reason == NO_NUMBERS:
            self.drop(name, "an array", reason)
        elif reason:
            self._refuse(name, reason)
        elif isinstance(found, View) and found.dtype not in CARRIERS:
            self._view(name, found)
        else:
            self._compound(name, _carried(found) if isinstance(found, View) else found, depth)

    def _compound(self, name: str, found: Compound, depth: int) -> None:
        self._claim(name)
        note = json.dumps({"encoding": found.encoding, **found.facts, "parts": [part for part, _ in found.parts]})
        self._room -= len(note)
        if self._room < 0:
            raise OverLimit(f"tensors that are made of others take more than {PLAIN_BYTES >> 20} MiB to describe")
        self.encoded.append((name, note))
        self.made.append((name, found))
        for part, held in found.parts:
            self._walk(f"{name}.{part}", held, depth - 1)

    def _view(self, name: str, view: View) -> None:
        dtype, width = DTYPES[view.dtype]
        begin, end = span_of(view, width)
        offset, held = self._places.get(view.storage.key, (0, -1))
        if end > held:
            raise Malformed(f"{name[:80]!r} needs {end} bytes of storage {view.storage.key[:40]!r}, which holds {held}")
        self._claim(name)
        unpacked = offset >= self._file_size
        made = Tensor(
            name=name,
            dtype=dtype,
            shape=view.shape,
            strides=view.strides,
            offset=offset + begin - (self._file_size if unpacked else 0),
            unpacked=unpacked,
            swapped=view.storage.big_endian and width > 1,
        )
        key = made.dtype, made.shape, made.strides, made.offset, made.swapped, unpacked
        kept = self._views.setdefault(key, name) if made.count and name not in TAKEN else name
        if kept != name:
            self.aliases.append((name, kept))
        else:
            self.tensors.append(made)

    def _claim(self, name: str) -> None:
        if name in self._names or name == "__metadata__":
            raise Malformed(f"two tensors would have the name {name[:80]!r}")
        if len(name) > NAME_LENGTH or len(self._names) >= TENSORS:
            raise OverLimit(f"a name of {len(name)} characters, or more than {TENSORS} tensors")
        self._names.add(name)

    def _refuse(self, name: str, reason: str) -> None:
        if len(name) > NAME_LENGTH or len(self.unsupported) >= TENSORS:
            raise OverLimit(f"a name of {len(name)} characters, or more than {TENSORS} tensors")
        self.unsupported.append((name, reason))


def _obstacle(found: Value) -> str:
    """Say why a tensor cannot be converted, as one of its own or of those that it is made of; empty when it can."""
    while isinstance(found, Marked):
        found = found.kept
    if isinstance(found, Compound):
        return next(filter(None, (_obstacle(part) for _, part in found.parts)), "")
    if not isinstance(found, View):
        return found.reason if isinstance(found, Unsupported) else "a part of it is no tensor"
    if found.trouble:
        return found.trouble
    if found.dtype == "float4_e2m1fn_x2" and not found.shape:
        return "a single element of less than a byte"
    is_known = found.dtype in DTYPES or found.dtype in CARRIERS
    return "" if is_known else f"elements of type {found.dtype or 'unknown'}, which safetensors does not have"


def _carried(view: View) -> Compound:
    """Give a tensor of a type that safetensors does not have over the type that carries its bytes."""
    carrier, count = CARRIERS[view.dtype]
    facts: dict[str, Fact] = {"dtype": view.dtype, "shape": list(view.shape)}
    if count == 1:
        held = View(view.storage, carrier, view.offset, (view.shape, view.strides))
        return Compound("bits", (("bits", held),), facts)
    strides = (*(count * step for step in view.strides), 1)
    held = View(view.storage, carrier, count * view.offset, ((*view.shape, count), strides))
    return Compound("complex", (("view_as_real", held),), facts)


def select(root: Value, key: str) -> Value:
    """Find what lies at a path of keys joined by dots, which may hold dots themselves; raises UsageError."""
    waiting, left = [(root, key)], VALUES
    while waiting:
        node, rest = waiting.pop()
        if not rest:
            return node
        if isinstance(node, View) and node.elements is not None:
            node = node.elements if node.shape else node.elements[0]
        items = enumerate(node) if isinstance(node, list | tuple) else node.pairs if isinstance(node, Table) else ()
        for name, item in items:
            left -= 1
            if left < 0:
                raise OverLimit(f"more than {VALUES} values")
            text = str(name) if type(name) in {str, int} else ""
            if text and (rest == text or rest.startswith(f"{text}.")):
                waiting.append((item, rest[len(text) + 1 :]))
    raise UsageError(f"the file has nothing at {key!r}", hint="give the keys on the way, joined by dots")


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text)


def _kind(key: Value) -> str:
    return "object" if isinstance(key, Node) else type(key).__name__
