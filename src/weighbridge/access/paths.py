"""Names that documents and servers give to files: which of them can be paths inside of an artifact."""

from __future__ import annotations

LONGEST = 4_096
"""Bytes of a path, as file systems have it."""


def is_path(path: str) -> bool:
    """Tell whether a path stays inside of the artifact, is written in one way only, and can be a name of a file."""
    try:
        length = len(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:  # half a character, which no file system has
        return False
    return 0 < length <= LONGEST and "\0" not in path and not any(part in {"", ".", ".."} for part in path.split("/"))
