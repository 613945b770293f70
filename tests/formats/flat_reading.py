"""What a reader yields, for the tests of the formats around FlatBuffers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Inconsistency
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Node

if TYPE_CHECKING:
    from weighbridge.formats.node import Extract

NODE = Node(name="model")


def read(extract: Extract, content: bytes, limits: Limits | None = None) -> tuple[list[Any], Exception | None]:
    """Everything the reader yields, and what it raised at the end."""
    bench = Bench(limits or Limits(), Meter(limits or Limits()))
    found: list[Any] = []
    try:
        for item in extract(BytesSource(content), NODE, bench):
            found.append(item)  # noqa: PERF402  (what came before the error is kept)
    except (Malformed, OverLimit) as error:
        return found, error
    return found, None


def of(kind: type, extract: Extract, content: bytes) -> list[Any]:
    """The facts of one kind."""
    return [item for item in read(extract, content)[0] if isinstance(item, kind)]


def lies(extract: Extract, content: bytes) -> set[tuple[str, bool]]:
    """What contradicts itself, and whether a reader's memory depends on it."""
    return {(fact.what, fact.memory) for fact in of(Inconsistency, extract, content)}


def is_sound(extract: Extract, content: bytes) -> bool:
    """Nothing false, nothing left out."""
    found, error = read(extract, content)
    return error is None and not any(isinstance(item, Inconsistency | Gap) for item in found)


def cuts(content: bytes, most: int = 200) -> Iterator[bytes]:
    """The content cut off at many places."""
    for end in range(0, len(content), max(1, len(content) // most)):
        yield content[:end]
