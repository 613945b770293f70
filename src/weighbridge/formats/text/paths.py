"""Paths that text names: whether they leave the directory of the file, by the rules of POSIX or Windows."""

from __future__ import annotations


def leads_away(path: str) -> bool:
    """Tell whether a path is absolute, of another host, of a home, or climbs out of its directory."""
    plain = path.replace("\\", "/")
    if plain.startswith(("/", "~")) or plain[1:2] == ":" or "\0" in plain or plain.lower().startswith("file:"):
        return True
    depth = 0
    for part in plain.split("/"):
        if part == "..":
            depth -= 1
        elif part not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False
