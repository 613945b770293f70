"""The plain values of a document, each with its place: what a configuration or a card says, word by word."""

from __future__ import annotations

from weighbridge.core.descriptions import DocumentValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location
    from weighbridge.formats.strict_json import JsonValue

VALUES, DEPTH = 2_000, 16
"""Values of one document, and tables within tables; cards with the results of a hundred evaluations have a thousand."""
TEXT = 1_000
_KINDS = {str: "str", int: "int", float: "float", bool: "bool", type(None): "null"}


def plain_values(document: JsonValue, kind: str, at: Location) -> Iterator[DocumentValue]:
    """Yield the plain values of a document in their order, up to ``VALUES``; tables deeper than ``DEPTH`` are left out.

    Aliases of YAML may let one table stand in several places: it is met in each, within the bounds.
    """
    left = VALUES
    stack: list[tuple[str, JsonValue]] = [("", document)]
    while stack and left:
        pointer, found = stack.pop()
        if isinstance(found, dict | list):
            inner = list(found.items() if isinstance(found, dict) else enumerate(found))[:left]
            if pointer.count("/") < DEPTH:
                stack += [(f"{pointer}/{_escaped(str(key))}", item) for key, item in reversed(inner)]
        elif type(found) in _KINDS and len(pointer) <= TEXT:
            left -= 1
            text = found if isinstance(found, str) else _spelt(found)
            yield DocumentValue(at=at, document=kind, pointer=pointer, kind=_KINDS[type(found)], text=text[:TEXT])


def _escaped(key: str) -> str:
    return key[:TEXT].replace("~", "~0").replace("/", "~1")


def _spelt(found: float | bool | None) -> str:
    if found is None or isinstance(found, bool):
        return {None: "", True: "true", False: "false"}[found]
    return repr(found)[:TEXT]
