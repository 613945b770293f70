"""Configurations of Keras: which code a load of them runs."""

from __future__ import annotations

from weighbridge.core.programs import CodeUnit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.when import When
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue


def walk(config: JsonValue, node: Node, _bench: Bench, *, when: When) -> Iterator[Yield]:
    """Find the Lambda layers of a configuration at any depth; the depth of JSON is bounded by its reader."""
    stack = [config]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            stack.extend(item.values())
            if item.get("class_name") == "Lambda":
                named = item.get("config")
                name = named.get("name") if isinstance(named, dict) else ""
                yield CodeUnit(at=node.at(), language="marshal", carrier="Lambda layer", name=str(name), when=when)
