"""The text of a policy as located values: a subset of YAML that means the same to everybody.

PyYAML's events are put together here, so nothing is constructed. Anchors, aliases, tags, repeated keys and several
documents are errors: a policy must not have two readings. Scalars stay text; what they mean is decided by the key.
"""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Node: TypeAlias = "Scalar | Items | Table"

LARGEST = 1 << 20
"""Bytes of a policy; one with a thousand exceptions has some 200 kB."""
_EVENTS = 100_000
_DEPTH = 12
"""Collections within each other; a policy has five."""


@value
class Place:
    """Where something stands; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@value
class Scalar:
    """A word; ``plain`` when it has no quotes around it."""

    at: Place
    text: str
    plain: bool


@value
class Items:
    """A list."""

    at: Place
    items: tuple[Node, ...]


@value
class Table:
    """Keys and values, in the order of the text."""

    at: Place
    entries: tuple[tuple[Scalar, Node], ...]


def read(text: bytes, file: str) -> Table:
    """Read the text of a policy; raises UsageError, which says where."""
    import yaml

    if len(text) > LARGEST:
        raise UsageError(f"{file!r} has more than {LARGEST >> 10} KiB", hint="a policy is shorter")
    try:
        content = text.decode("utf-8-sig")
    except ValueError:
        raise UsageError(f"{file!r} is not UTF-8") from None
    try:
        found = _Reader(file).read(content)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark is not None else file
        raise UsageError(f"{where}: {error.problem or 'not YAML'}", hint="policies are YAML") from None
    except (yaml.YAMLError, ValueError) as error:
        said = getattr(error, "reason", None) or "it cannot be read"
        raise UsageError(f"{file}: {said}", hint="policies are YAML") from None
    if not isinstance(found, Table):
        raise UsageError(f"{file}: a policy is a table of keys", hint="it begins with: version: 1")
    return found


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[tuple[Place, bool, list[Any]]] = []

    def read(self, text: str) -> Node | None:
        """Put the events of one document together."""
        import yaml

        documents: list[Node] = []
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for number, event in enumerate(yaml.parse(text, Loader=loader)):
            if number > _EVENTS:
                raise UsageError(f"{self._file} has more than {_EVENTS:,} values", hint="a policy is shorter")
            made = self._event(event)
            if made is None:
                continue
            if self._open:
                self._open[-1][2].append(made)
                continue
            documents.append(made)
            if len(documents) > 1:
                raise UsageError(f"{made.at}: a second document", hint="a file is one policy")
        return documents[0] if documents else None

    def _event(self, event: Any) -> Node | None:
        import yaml

        kind, at = type(event), self._place(event)
        if kind is yaml.AliasEvent or getattr(event, "anchor", None):
            raise UsageError(f"{at}: anchors and aliases are not read", hint="write it out")
        if getattr(event, "tag", None):
            raise UsageError(f"{at}: tags are not read", hint="leave it out")
        if kind is yaml.ScalarEvent:
            return Scalar(at=at, text=event.value, plain=event.implicit[0])
        if kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            if len(self._open) >= _DEPTH:
                raise UsageError(f"{at}: it nests too deep", hint=f"at most {_DEPTH} levels")
            self._open.append((at, kind is yaml.MappingStartEvent, []))
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            began, mapping, items = self._open.pop()
            return self._table(began, items) if mapping else Items(at=began, items=tuple(items))
        return None

    def _table(self, at: Place, items: list[Node]) -> Table:
        seen: set[str] = set()
        for key in items[::2]:
            if not isinstance(key, Scalar):
                raise UsageError(f"{key.at}: a key must be a word")
            if key.text in seen:
                raise UsageError(f"{key.at}: {key.text[:60]!a} stands here twice", hint="write it once")
            seen.add(key.text)
        keys: list[Any] = items[::2]
        return Table(at=at, entries=tuple(zip(keys, items[1::2], strict=True)))

    def _place(self, event: Any) -> Place:
        return Place(file=self._file, line=event.start_mark.line + 1, column=event.start_mark.column + 1)
