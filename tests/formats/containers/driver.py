"""Runs an extractor over bytes as the engine would: children are drained one by one, breaks become gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import ContainerOddity, Fact, Oddity, TrailingData
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Child, Node, Packed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.formats.node import Extract

BLOCK = 1 << 20


@dataclass
class Drained:
    """All that an extractor gave, in its order."""

    facts: list[Fact] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    children: list[tuple[Child, bytes]] = field(default_factory=list)

    @property
    def contents(self) -> list[tuple[str, bytes]]:
        return [(child.name, content) for child, content in self.children]

    @property
    def kinds(self) -> set[Oddity]:
        return {fact.kind for fact in self.facts if isinstance(fact, ContainerOddity)}

    @property
    def trailing(self) -> list[TrailingData]:
        return [fact for fact in self.facts if isinstance(fact, TrailingData)]

    def odd(self, kind: Oddity) -> list[ContainerOddity]:
        return [fact for fact in self.facts if isinstance(fact, ContainerOddity) and fact.kind is kind]

    @property
    def is_quiet(self) -> bool:
        """Nothing but the identity and children."""
        return not self.gaps and len(self.facts) == 1


def drain(extract: Extract, data: bytes, *, name: str = "file", limits: Limits | None = None) -> Drained:
    """Run an extractor; only Malformed and OverLimit are caught."""
    bounds = limits or Limits()
    bench, node, found = Bench(bounds, Meter(bounds)), Node(name=name), Drained()
    try:
        for item in extract(BytesSource(data), node, bench):
            if isinstance(item, Child):
                found.children.append((item, _content(item, node, bench, found)))
            elif isinstance(item, Gap):
                found.gaps.append(item)
            else:
                assert isinstance(item, Fact)
                found.facts.append(item)
    except (Malformed, OverLimit) as stop:
        found.gaps.append(_gap(stop, node))
    return found


def _content(child: Child, node: Node, bench: Bench, found: Drained) -> bytes:
    if not isinstance(child.content, Packed):
        source = child.content.source
        return source.read_at(0, source.size)
    content, total = [], 0
    try:
        for block in child.content.blocks():
            assert 0 <= len(block) <= BLOCK
            content.append(block)
            total += len(block)
            bench.meter.spend_expanded(len(block), stored=child.content.stored, total=total)
    except (Malformed, OverLimit) as stop:
        found.gaps.append(_gap(stop, node))
    return b"".join(content)


def until_break(blocks: Iterable[bytes]) -> tuple[bytes, str]:
    """Join blocks as far as they come; gives them and the words of what broke them."""
    content = []
    try:
        for block in blocks:
            assert 0 < len(block) <= BLOCK
            content.append(block)
    except (Malformed, OverLimit) as stop:
        return b"".join(content), str(stop)
    return b"".join(content), ""


def _gap(stop: Malformed | OverLimit, node: Node) -> Gap:
    kind = GapKind.UNPARSED if isinstance(stop, Malformed) else GapKind.OVER_LIMIT
    return node.gap(kind, str(stop), stop.offset)
