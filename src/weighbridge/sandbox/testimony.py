"""What a child says about a file that it loaded, read strictly: every word of it may be a stranger's."""

from __future__ import annotations

import json

from weighbridge.core.enums import StrEnum
from weighbridge.core.errors import WeighbridgeError
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_DOCUMENT_BYTES = 16 << 20
"""Twenty thousand words of an outline stay below."""
_MOST_NODES, _DEEPEST, _LONGEST_WORD, _MOST_LINES, _MOST_DIMENSIONS = 10_000, 32, 2_048, 16, 64
_LARGEST = 1 << 63


class Untrue(WeighbridgeError):  # noqa: N818
    """A document does not fit its schema: no honest child wrote it."""


class NodeKind(StrEnum):
    """What a node of an outline is."""

    VALUE = "value"
    NAME = "name"
    TENSOR = "tensor"
    MAPPING = "mapping"
    SEQUENCE = "sequence"
    OBJECT = "object"
    AGAIN = "again"
    """It contains itself, and is described above."""


@value
class Node:
    """An object as an outline shows it: inert words, no part of the object itself."""

    kind: NodeKind
    class_name: str
    label: str = ""
    """Its key, attribute name or index in what holds it."""
    text: str = ""
    dtype: str = ""
    shape: tuple[int, ...] = ()
    length: int = 0
    items: tuple[Node, ...] = ()
    """At most ``length``; the rest was left out."""


@value
class Failure:
    """The exception with which the library ended; ``refused`` when it looks like the jail's refusal.

    ``called`` when the user's function was being called.
    """

    class_name: str
    words: str
    refused: bool
    where: tuple[str, ...]
    called: bool = False


class EventKind(StrEnum):
    """What an event is about."""

    PROCESS = "process"
    NETWORK = "network"
    FILE = "file"
    NATIVE = "native"
    KERNEL = "kernel"
    """Namespaces, mounts, keys, rings, shared memory: what the kernel itself is controlled with."""
    CALL = "call"
    """Another system call, such as honest libraries make and do without."""
    CODE = "code"
    NAME = "name"
    IMPORT = "import"


class SeenBy(StrEnum):
    """Who saw an event."""

    AUDIT = "audit"
    """The witness inside: an audit event of Python. Native code raises none."""
    KERNEL = "kernel"
    """The filter: a system call, which was refused."""


@value
class Event:
    """One thing that was tried: what it was, its arguments, where it came from.

    An audit event comes from a line of Python, a system call from a thread. ``where`` is the innermost line of the
    file's own code, where it has some, else of the library; ``through`` are the innermost lines of the traceback, the
    last of them is where the event was raised.
    """

    kind: EventKind
    event: str
    what: str
    where: str
    through: tuple[str, ...] = ()
    seen_by: SeenBy = SeenBy.AUDIT


def read_answer(document: bytes) -> Node | Failure:
    """Read an answer; raises Untrue."""
    found = _object(document, MAX_DOCUMENT_BYTES)
    if found.keys() == {"outline"}:
        return _Reader().node(found["outline"], 0)
    if found.keys() != {"error"}:
        raise Untrue("it is neither an outline nor an error")
    error = _fields(found["error"], {"class", "words", "refused", "where"}, frozenset({"called"}))
    called = error.get("called", False)
    if type(error["refused"]) is not bool or type(called) is not bool:
        raise Untrue("refused or called is not a truth value")
    return Failure(
        class_name=_word(error["class"]),
        words=_word(error["words"]),
        refused=error["refused"],
        where=_lines(error["where"]),
        called=called,
    )


def read_event(note: bytes) -> Event:
    """Read a note; raises Untrue."""
    found = _fields(_object(note, MAX_DOCUMENT_BYTES), {"kind", "event", "what", "where"}, frozenset({"through"}))
    if _word(found["kind"]) not in set(map(str, EventKind)):
        raise Untrue("a note of an unknown kind")
    return Event(
        kind=EventKind(found["kind"]),
        event=_word(found["event"]),
        what=_word(found["what"]),
        where=_word(found["where"]),
        through=_lines(found.get("through", [])),
    )


class _Reader:
    def __init__(self) -> None:
        self._left = _MOST_NODES

    def node(self, given: object, depth: int) -> Node:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise Untrue("an outline with more nodes than are made")
        found = _fields(given, {"kind", "class", "label"}, frozenset({"text", "dtype", "shape", "length", "items"}))
        if _word(found["kind"]) not in set(map(str, NodeKind)):
            raise Untrue("a node of an unknown kind")
        shape, items = found.get("shape", []), found.get("items", [])
        if type(shape) is not list or len(shape) > _MOST_DIMENSIONS or type(items) is not list:
            raise Untrue("shape or items is not a list")
        return Node(
            kind=NodeKind(found["kind"]),
            class_name=_word(found["class"]),
            label=_word(found["label"]),
            text=_word(found.get("text", "")),
            dtype=_word(found.get("dtype", "")),
            shape=tuple(map(_count, shape)),
            length=_count(found.get("length", 0)),
            items=tuple(self.node(item, depth + 1) for item in items),
        )


def _object(document: bytes, most: int) -> dict[str, Any]:
    if len(document) > most:
        raise Untrue(f"a document of {len(document)} bytes")
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        raise Untrue("it is not JSON") from None
    if type(found) is not dict:
        raise Untrue("it is not an object")
    return found


def _fields(given: object, needed: set[str], optional: frozenset[str]) -> dict[str, Any]:
    if type(given) is not dict or not needed <= given.keys() <= needed | optional:
        raise Untrue("an object with other fields")
    return given


def _lines(given: object) -> tuple[str, ...]:
    if type(given) is not list or len(given) > _MOST_LINES:
        raise Untrue("lines that are no short list")
    return tuple(map(_word, given))


def _word(given: object) -> str:
    if type(given) is not str or len(given) > _LONGEST_WORD:
        raise Untrue("a word that is none, or too long")
    return given


def _count(given: object) -> int:
    if type(given) is not int or not 0 <= given < _LARGEST:
        raise Untrue("a number that is none, or too large")
    return given
