"""Paths that a model names: whether they stay beside the file, by the rules of every system it may be opened on."""

from __future__ import annotations


def escapes(path: str) -> bool:
    """Tell whether a path is absolute or may leave the directory that it is taken from, on POSIX or on Windows.

    Any step upwards counts, even one that comes back: validators and file systems disagree about these
    (CVE-2024-27318). So do a drive, a home directory, a scheme, a stream of NTFS and characters that end a name.
    """
    if path[:1] in {"/", "\\", "~"} or ":" in path or any(sign < " " for sign in path):
        return True
    return any(_is_up(part) for part in path.replace("\\", "/").split("/"))


def _is_up(part: str) -> bool:
    """See ``..`` as validators that were fooled did not: with blanks, dots and signs that some reader drops."""
    return ".." in part and not part.strip("#?%. \t")
