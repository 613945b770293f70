"""What a reader of a format yields, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import Operator
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Node

if TYPE_CHECKING:
    from weighbridge.formats.node import Extract


def read(extract: Extract, content: bytes, name: str = "file", limits: Limits | None = None) -> tuple[list[Any], Any]:
    """Everything the reader yields, and what it raised at the end."""
    bench = Bench(limits or Limits(), Meter(limits or Limits()))
    found: list[Any] = []
    try:
        for item in extract(BytesSource(content), Node(name=name), bench):
            found.append(item)  # noqa: PERF402  (what came before the error is kept)
    except (Malformed, OverLimit) as error:
        return found, error
    return found, None


def of(kind: type, found: list[Any]) -> list[Any]:
    """Those of a kind."""
    return [item for item in found if isinstance(item, kind)]


def operators(found: list[Any]) -> dict[str, Operator]:
    """Operators by name."""
    return {item.name: item for item in found if isinstance(item, Operator)}
