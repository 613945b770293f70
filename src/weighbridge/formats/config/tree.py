"""Walks over what a configuration holds: plain data, as JSON and YAML and the like give it."""

from __future__ import annotations

from weighbridge.core.facts import Argument
from weighbridge.formats.strict_json import pairs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from weighbridge.formats.strict_json import JsonValue

    Trail: TypeAlias = tuple["Trail", str | int] | None
    Table: TypeAlias = dict[str, JsonValue]

WORDS = 120
"""Characters of the file's own words in a fact about it."""

_ARGUMENTS = 8  # arguments of a configured call that are shown
_NESTING = (dict, list)
_FLAT = frozenset({str, int, float, bool, type(None)})


def tables(document: JsonValue, *, shared: bool = False) -> Iterator[tuple[Trail, Table]]:
    """Yield every object in a document and the keys that lead to it, outer ones first.

    ``shared`` where aliases let one object stand in several places, even inside itself: each is met once.
    """
    seen: set[int] = set()
    stack: list[Iterator[tuple[Trail, JsonValue]]] = [iter(((None, document),))]
    while stack:
        for trail, found in stack[-1]:
            if shared and id(found) in seen:
                continue
            if isinstance(found, dict):
                seen.add(id(found)) if shared else None
                yield trail, found
                if type(found) is dict and _FLAT.issuperset(map(type, found.values())):
                    continue
                stack.append(_inside(trail, pairs_of(found)))
                break
            if isinstance(found, list):
                if _FLAT.issuperset(map(type, found)):
                    continue
                seen.add(id(found)) if shared else None
                stack.append(_inside(trail, enumerate(found)))
                break
        else:
            stack.pop()


def _inside(trail: Trail, items: object) -> Iterator[tuple[Trail, JsonValue]]:
    for key, found in items:  # type: ignore[attr-defined]
        if type(found) in _NESTING or isinstance(found, dict):
            yield (trail, key), found


def spelled(trail: Trail, key: str | int = "") -> str:
    """Write keys as people do: ``model.encoder[0].kind``."""
    parts = [key] if key != "" else []
    while trail is not None:
        trail, last = trail
        parts.append(last)
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in reversed(parts))
    return short(text.removeprefix("."))


def short(text: str, most: int = WORDS) -> str:
    """Keep the beginning of a text on one line."""
    line = text if text.isprintable() else text.encode("unicode_escape").decode()
    return line if len(line) <= most else f"{line[:most]}…"


def strings(found: JsonValue) -> Iterator[str]:
    """Yield a text, or the texts in a list or an object, one level down."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, list):
        yield from (item for item in found if isinstance(item, str))
    elif isinstance(found, dict):
        yield from (item for _, item in pairs_of(found) if isinstance(item, str))


def text_of(found: JsonValue) -> str:
    """Write a plain value for people."""
    match found:
        case str():
            return found
        case bool():
            return "true" if found else "false"
        case None:
            return "null"
        case list():
            return ", ".join(text_of(item) for item in found[:_ARGUMENTS] if not isinstance(item, _NESTING))
        case dict():
            return ""
        case _:
            return str(found)


def arguments(found: JsonValue) -> tuple[Argument, ...]:
    """Show what a configured call is given, as far as it is plain."""
    items = found if isinstance(found, list) else [found]
    return tuple(_argument(item) for item in items[:_ARGUMENTS])


def _argument(found: JsonValue) -> Argument:
    if isinstance(found, str):
        return Argument(kind="str", text=short(found), truncated=len(found) > WORDS)
    if isinstance(found, _NESTING):
        return Argument(kind="dict" if isinstance(found, dict) else "list")
    kind = "none" if found is None else type(found).__name__
    return Argument(kind=kind, text=short(text_of(found)))


def is_dotted(text: str) -> bool:
    """Tell whether a text is a dotted name such as an import takes."""
    if "." not in text or len(text) > _LONGEST_NAME:
        return False
    return all(part.isidentifier() for part in text.split("."))


_LONGEST_NAME = 512  # characters; names of real classes end below a hundred


def is_repository(text: str) -> bool:
    """Tell whether a text has the form ``org/name`` of a repository on a hub."""
    owner, slash, name = text.partition("/")
    return bool(slash) and _is_slug(owner) and _is_slug(name) and not name.endswith(_FILES)


_FILES = (".json", ".py", ".txt", ".bin", ".safetensors", ".model", ".pt", ".pth", ".ckpt", ".yaml", ".yml")


def _is_slug(text: str) -> bool:
    if not 1 <= len(text) <= 96 or text[0] in "-." or not text.isascii():
        return False
    return text.replace("-", "a").replace("_", "a").replace(".", "a").isalnum()
