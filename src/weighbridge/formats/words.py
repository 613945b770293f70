"""Words inside other formats: metadata values and settings, read for what an attacker may have put there.

A value is looked at as a constant of a pickle is, as a template where its key says that it is one, and as a text of its
own: a configuration in metadata is still obeyed by whoever reads it (CVE-2026-22584).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

LEAST = 24
"""Characters of a value that may hold something of its own: no pickle that calls is shorter."""

PAYLOADS = 200
"""Settings of one document that hold something of their own and are told."""


def words(key: str, text: str, at: Location, node: Node, bench: Bench) -> Iterator[Yield]:
    """Look at a value of metadata called ``key``."""
    if len(text) < LEAST:
        return
    from weighbridge.formats.pickle.embedded import held_by_text

    packed_text = text.partition(";base64,")[2] if text.startswith("data:") else text
    yield from held_by_text(packed_text, at, node, bench.limits)
    if is_template(key):
        from weighbridge.formats.text.jinja import inspect_template

        yield from inspect_template(text, "chat_template", at, node, bench)
        return
    raw = text.encode("utf-8", "surrogatepass")
    if text.lstrip()[:1] in ("{", "[") and not _is_json(raw):
        raw = b"value: " + raw
    yield Child("metadata", Stored(BytesSource(raw)), offset=at.offset, role="words", quiet=True)


def is_template(key: str) -> bool:
    """Tell whether a key of metadata names a chat template."""
    return "chat_template" in key.casefold()


def _is_json(raw: bytes) -> bool:
    from weighbridge.formats.strict_json import read_json

    try:
        return not raw[read_json(raw).end :].strip()
    except (Malformed, OverLimit):
        return False


def packed(document: JsonValue, node: Node, bench: Bench) -> Iterator[Yield]:
    """Look at every long string of a document for bytes that are wrapped as text, and at templates in its depth."""
    waiting, seen, told = [document], set[int](), 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            if id(one) not in seen:
                seen.add(id(one))
                if one is not document or node.name.lower().endswith((".yaml", ".yml")):
                    yield from _templates(one, node, bench)
                waiting.extend(one.values() if isinstance(one, dict) else one)
        elif isinstance(one, str) and len(one) >= LEAST and " " not in one[:LEAST]:
            from weighbridge.formats.pickle.embedded import held_by_text

            text = one.partition(";base64,")[2] if one.startswith("data:") else one
            found = [item for item in held_by_text(text, node.at(), node, bench.limits) if _is_packed(item)]
            told += bool(found)
            if told > PAYLOADS:
                yield node.gap(GapKind.OVER_LIMIT, f"more than {PAYLOADS} settings hold something of their own")
                return
            yield from found


def _templates(one: JsonValue, node: Node, bench: Bench) -> Iterator[Yield]:
    for key, text in one.items() if isinstance(one, dict) else ():
        if isinstance(text, str) and "{" in text and is_template(str(key)):
            from weighbridge.formats.text.jinja import inspect_template

            yield from inspect_template(text, "chat_template", node.at(), node, bench)


def _is_packed(item: Yield) -> bool:
    """Leave out addresses and words, which settings are full of."""
    return getattr(item, "encoding", "") != "plain"
