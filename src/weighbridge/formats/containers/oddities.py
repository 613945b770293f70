"""The facts that one container gives about itself, bounded: a flood of oddities must not crowd out the members."""

from __future__ import annotations

from weighbridge.core.facts import ContainerOddity, Oddity, TrailingData
from weighbridge.core.values import value
from weighbridge.formats.containers.search import past_zeros

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Fact
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Node

PER_KIND = 100
"""Facts of one kind that are told one by one; of the others only that there are more. Rules judge kinds."""
EXCERPT = 200
"""Characters of a name or a target that a detail repeats."""
COMMENT = 0xFFFF
"""Bytes of the longest comment that counts as one: what a zip archive has room for (APPNOTE 4.4.12)."""


@value
class Remark:
    """Something odd about the container or about ``member``, as ``ContainerOddity`` will say it."""

    kind: Oddity
    member: str
    detail: str
    offset: int | None = None
    length: int | None = None


@value
class Span:
    """Bytes that no reader needs, as ``TrailingData`` will say it; ``where`` is as it has it."""

    where: str
    start: int
    end: int
    zero: bool
    after: str

    @property
    def kind(self) -> str:
        """What ``Remark`` calls kind."""
        return self.where


class Notes:
    """What a reader wants said later, bounded as the facts will be: no archive can fill the memory with remarks."""

    __slots__ = ("_counts", "said")

    def __init__(self) -> None:
        self.said: dict[Remark | Span, None] = {}
        self._counts: dict[Oddity | str, int] = {}

    def add(self, *more: Remark | Span) -> None:
        """Keep remarks; past ``PER_KIND`` of a kind one stands for all that follow, equal ones count once."""
        for one in more:
            if self._counts.get(one.kind, 0) <= PER_KIND and one not in self.said:
                self._counts[one.kind] = self._counts.get(one.kind, 0) + 1
                self.said[one] = None


class Oddities:
    """Makes the oddity and trailing-data facts of one container."""

    __slots__ = ("_container", "_counts", "_node")

    def __init__(self, container: str, node: Node) -> None:
        self._container = container
        self._node = node
        self._counts: dict[Oddity | str, int] = {}

    def say(self, said: Remark | Span) -> Iterator[Fact]:
        """Make the fact; nothing once its kind was told often enough."""
        count = self._counts[said.kind] = self._counts.get(said.kind, 0) + 1
        if count > PER_KIND:
            return
        if isinstance(said, Span):
            at = self._node.at(said.start, said.end - said.start)
            yield TrailingData(at=at, where=said.where, zero=said.zero, after=excerpt(said.after))
        else:
            at = self._node.at(said.offset, said.length)
            name, detail = excerpt(said.member), said.detail
            yield ContainerOddity(at=at, container=self._container, kind=said.kind, member=name, detail=detail)

    def note(self, kind: Oddity, member: str, detail: str, *at: int | None) -> Iterator[Fact]:
        """Tell an oddity of ``member``; ``at`` is its offset and its length, as far as they are known."""
        offset, length = (*at, None, None)[:2]
        yield from self.say(Remark(kind=kind, member=member, detail=detail, offset=offset, length=length))

    def rest(self) -> Iterator[Fact]:
        """Tell of which kinds there are more than were told."""
        for kind, count in self._counts.items():
            if count <= PER_KIND:
                continue
            at, more = self._node.at(), "more of the same"
            if isinstance(kind, Oddity):
                yield ContainerOddity(at=at, container=self._container, kind=kind, member="", detail=more)
            else:
                yield TrailingData(at=at, where=kind, zero=False, after=more)


def excerpt(text: str) -> str:
    """Shorten a name or a target for a detail."""
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


def span(source: ByteSource, where: str, start: int, end: int, after: str) -> Span:
    """Describe bytes that no reader needs, and look whether they are all zero."""
    return Span(where=where, start=start, end=end, zero=past_zeros(source, start, end) == end, after=after)


def comment(source: ByteSource, where: str, start: int, end: int, after: str) -> Span:
    """Describe a comment: words for people are one, other bytes lie ``where`` they lie and nobody needs them."""
    content = source.read_at(start, end - start) if end - start <= COMMENT else b"\0"
    return span(source, "comment" if _is_words(content) else where, start, end, after)


def _is_words(content: bytes) -> bool:
    try:
        return all(letter.isprintable() or letter in "\t\r\n" for letter in content.decode("utf-8"))
    except UnicodeDecodeError:
        return False
