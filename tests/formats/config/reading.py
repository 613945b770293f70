"""What a configuration says, for tests: the facts that its reader yields."""

from __future__ import annotations

from typing import Any, TypeVar

from tests.builders import configs
from weighbridge.core.facts import Fact
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats import registry
from weighbridge.formats.node import Bench, Node

F = TypeVar("F", bound=Fact)


def items(content: bytes, name: str, kind: str, limits: Limits | None = None) -> list[Any]:
    """Everything that one reader yields."""
    given = limits or Limits()
    return list(registry.extractor(kind)(BytesSource(content), Node(name=name), Bench(given, Meter(given))))


def facts(of: type[F], document: Any, name: str = "config.json") -> list[F]:
    """The facts of one kind in a JSON document."""
    return [item for item in items(configs.dumped(document), name, "json") if isinstance(item, of)]


def yaml_facts(of: type[F], text: str | bytes, name: str = "settings.yaml") -> list[F]:
    """The facts of one kind in a YAML text."""
    content = text.encode() if isinstance(text, str) else text
    return [item for item in items(content, name, "yaml") if isinstance(item, of)]
