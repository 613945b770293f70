"""Settings in sections (INI): spaCy's ``config.cfg``, and whatever else is written that way.

Source: Python's ``configparser`` as spaCy's loader uses it: sections in brackets, ``key = value``, continuation lines
are indented, values are JSON. Dots in a section's name nest it.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue


def sniff(head: bytes, _source: ByteSource) -> str:
    """Tell whether text that begins with a bracket is a spaCy configuration, whatever it is called."""
    return "cfg" if b"\n[nlp]" in b"\n" + head and b"@" in head else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the sections of a text."""
    from weighbridge.formats.config.settings import surveyed

    yield Identity(at=node.at(), format="cfg")
    most = bench.limits.source_bytes
    if source.size > most:
        yield node.gap(GapKind.OVER_LIMIT, f"settings beyond {most} bytes are not read", most)
    text = source.read_at(0, min(source.size, most)).decode("utf-8", "replace")
    yield from surveyed(sections(text), node, shared=False)


def sections(text: str) -> dict[str, JsonValue]:
    """Read sections to an object of objects; what stands before the first one is left out, as by ``configparser``."""
    found: dict[str, JsonValue] = {}
    table: dict[str, JsonValue] | None = None
    key = ""
    for line in text.split("\n"):
        plain = line.strip()
        if not plain or plain[0] in "#;":
            continue
        if line[0] in " \t" and key and table is not None:
            table[key] = f"{table[key]}\n{plain}"
        elif plain[0] == "[" and "]" in plain:
            table, key = {}, ""
            name = plain[1 : plain.rindex("]")]
            while name in found:  # a repeated section takes nothing away
                name += "'"
            found[name] = table
        elif table is not None:
            key, _, value = plain.partition("=") if "=" in plain else plain.partition(":")
            key = key.strip()
            while key in table:
                key += "'"
            table[key] = value.strip()
    for filled in found.values():
        if isinstance(filled, dict):
            for name, written in filled.items():
                filled[name] = _value(str(written))
    return found


def _value(text: str) -> JsonValue:
    """Read a value that is written as JSON; anything else is a text."""
    from weighbridge.formats.strict_json import read_json

    if text[:1] not in ('"', "[", "{"):
        return {"true": True, "false": False, "null": None}.get(text, text)
    try:
        return read_json(text.encode()).value
    except (Malformed, OverLimit):
        return text.strip('"')
