"""How tests of readers read: everything that a reader yields, by kind, and what it raised at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Node

if TYPE_CHECKING:
    from weighbridge.formats.node import Extract


def read(extract: Extract, content: bytes, name: str = "model") -> tuple[list[Any], Exception | None]:
    """Everything the reader yields, and what it raised at the end."""
    limits = Limits()
    found: list[Any] = []
    try:
        for item in extract(BytesSource(content), Node(name=name), Bench(limits, Meter(limits))):
            found.append(item)  # noqa: PERF402  (what came before the error is kept)
    except (Malformed, OverLimit) as error:
        return found, error
    return found, None


def of(kind: type, extract: Extract, content: bytes) -> list[Any]:
    """What of a kind the reader yields."""
    return [item for item in read(extract, content)[0] if isinstance(item, kind)]
