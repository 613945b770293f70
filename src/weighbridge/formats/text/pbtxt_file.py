"""Protocol buffers in text: the model configuration of a Triton repository, ``config.pbtxt``.

Source: the text format language of protocol buffers: ``field: value``, ``field { … }``, lists in brackets, strings in
either quote that follow each other to one. Every field is kept as a list, since any may be repeated.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

DEPTH = 32
"""Messages within each other; a model configuration nests five."""

_WORD = r"""(?:\s++|\#[^\n]*+)*+("(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|[\[\]{}<>:,;]|[\w.+/$-]++|$)"""
_CLOSES = {"}": "{", ">": "<", "]": "["}


def sniff(head: bytes, _source: ByteSource) -> str:
    """Tell whether text is a model configuration of Triton, whatever it is called."""
    return "pbtxt" if b"max_batch_size:" in head and (b"backend:" in head or b"platform:" in head) else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a message in text; raises Malformed."""
    from weighbridge.formats.config.settings import surveyed

    yield Identity(at=node.at(), format="pbtxt")
    most = bench.limits.source_bytes
    if source.size > most:
        yield node.gap(GapKind.OVER_LIMIT, f"a configuration of more than {most} bytes is not read")
        return
    yield from surveyed(message(source.read_at(0, source.size)), node, shared=False)


def message(data: bytes) -> dict[str, JsonValue]:
    """Read a message; raises Malformed."""
    top: dict[str, JsonValue] = {}
    stack: list[_Open] = [_Open(top, "")]
    for at, word in _tokens(data.decode("utf-8", "replace")):
        opened = stack[-1]
        if word in "{<[":
            if len(stack) > DEPTH:
                raise Malformed(f"messages nest deeper than {DEPTH}", offset=at)
            inner: dict[str, JsonValue] | list[JsonValue] = [] if word == "[" else {}
            opened.put(inner)
            stack.append(_Open(inner, word))
        elif word in _CLOSES:
            if opened.sign != _CLOSES[word]:
                raise Malformed(f"{word} closes nothing", offset=at)
            stack.pop()
        elif word[0] in "\"'":
            opened.text(_plain(word[1:-1]))
        elif word in ":,;":
            opened.last = None
        else:
            opened.word(word)
    if len(stack) > 1:
        raise Malformed("the text ends inside a message", offset=len(data))
    return top


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    import re

    token = re.compile(_WORD)
    at = 0
    while True:
        match = token.match(text, at)
        if match is None:
            raise Malformed("this is no text of a message", offset=at)
        at = match.end()
        if not match[1]:
            return
        yield at, match[1]


def _plain(text: str) -> str:
    """Undo escapes, so that no sign of a path hides in one."""
    if "\\" not in text:
        return text
    try:
        return text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    except UnicodeDecodeError:
        return text


class _Open:
    """A message or a list that is being filled; ``sign`` opened it, ``last`` is where a string may go on."""

    __slots__ = ("held", "last", "name", "sign")

    def __init__(self, held: dict[str, JsonValue] | list[JsonValue], sign: str) -> None:
        self.held, self.sign = held, sign
        self.name = ""
        self.last: list[JsonValue] | None = None

    def put(self, found: JsonValue) -> None:
        """Take in a value of the field that was named last."""
        self.last = self._slot()
        self.last.append(found)
        self.name, self.last = "", None

    def text(self, found: str) -> None:
        """Take in a string, or the next part of one."""
        if self.last is not None:
            self.last[-1] = f"{self.last[-1]}{found}"
        else:
            self.last = self._slot()
            self.last.append(found)
            self.name = ""

    def word(self, found: str) -> None:
        """Take in a word: the name of a field, or a number, truth value or name of an enumeration."""
        self.last = None
        if isinstance(self.held, dict) and not self.name:
            self.name = found
        else:
            self.put(found)

    def _slot(self) -> list[JsonValue]:
        if isinstance(self.held, list):
            return self.held
        slot = self.held.setdefault(self.name, [])
        assert isinstance(slot, list)
        return slot
