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
    from collections.abc import Iterator, Mapping

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
    table: dict[str, list[str]] = {}
    read: list[dict[str, list[str]]] = []
    counts: dict[tuple[int, str], int] = {}
    lines: list[str] = []
    for line in text.split("\n"):
        plain = line.strip()
        if not plain or plain[0] in "#;":
            continue
        if line[0] in " \t" and lines:
            lines.append(plain)
        elif plain[0] == "[" and "]" in plain:
            name = _free(plain[1 : plain.rindex("]")], found, counts, 0)
            table, lines = {}, []
            read.append(table)
            found[name] = None
        elif read:
            key, _, value = plain.partition("=") if "=" in plain else plain.partition(":")
            lines = table[_free(key.strip(), table, counts, len(read))] = [value.strip()]
    for name, filled in zip(found, read, strict=True):
        found[name] = {key: _value("\n".join(written)) for key, written in filled.items()}
    return found


def _free(name: str, taken: Mapping[str, object], counts: dict[tuple[int, str], int], table: int) -> str:
    """Give a repeated name another one, for it takes nothing away; the count goes on, as there may be very many."""
    free = name
    while free in taken:
        count = counts[table, name] = counts.get((table, name), 0) + 1
        free = f"{name}'{count if count > 1 else ''}"
    return free


def _value(text: str) -> JsonValue:
    """Read a value that is written as JSON; anything else is a text."""
    from weighbridge.formats.strict_json import read_json

    if text[:1] not in ('"', "[", "{"):
        return {"true": True, "false": False, "null": None}.get(text, text)
    try:
        return read_json(text.encode()).value
    except (Malformed, OverLimit):
        return text.strip('"')
