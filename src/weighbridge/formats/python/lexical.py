"""Source that this interpreter's parser refuses: its words tell what it may call, less surely than its structure."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = 4_000
"""Different names that are told of one source."""

LONGEST_NAME = 200
"""Characters of a dotted name; the longest in real libraries have some 90."""


def called_names(text: str) -> Iterator[tuple[str, int]]:
    """Yield each dotted name before an opening bracket, with ``from … import`` names resolved, and its first line."""
    import re

    origins: dict[str, str] = {}
    for module, names in re.findall(r"(?m)^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?([\w ,\t]{1,2000})", text):
        for part in names.split(","):
            words = part.split()
            if len(words) in {1, 3}:
                origins[words[-1]] = f"{module}.{words[0]}"
    aliases = re.findall(r"(?m)^[ \t]*import[ \t]+([\w.]+)[ \t]+as[ \t]+(\w+)", text)
    origins.update({alias: name for name, alias in aliases})
    seen: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        for name in re.findall(r"(?<![\w.])([A-Za-z_][\w.]*)[ \t]*\(", line):
            if len(name) > LONGEST_NAME or name in seen or len(seen) >= WORDS:
                continue
            seen.add(name)
            first, dot, rest = name.partition(".")
            yield (origins.get(first, first if dot else f"builtins.{first}") + dot + rest), number
