"""Markdown (GitHub flavour) that no text can break out of.

Text from files goes into code spans and fences only: there, besides markup, GitHub also ignores mentions and issue
numbers. Delimiters are made longer than any run of backticks inside (CommonMark 0.31 sections 4.5 and 6.1).
"""

from __future__ import annotations

from weighbridge.reports.neutral import visible

_MARKED = frozenset("\\*_[]<>#|~&")


def prose(text: str) -> str:
    """Render words of ours so that they read as written; pairs of backticks keep their meaning of code."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return _escaped("`".join(parts)).replace("`", "\\`")
    return "`".join(part if index % 2 else _escaped(part) for index, part in enumerate(parts))


def code(text: str, *, cell: bool = False) -> str:
    """Render any text as a code span; ``cell`` when it stands in a table, where pipes divide even code."""
    text = visible(text)
    if not text.strip():
        text = "(empty)"
    if cell:
        text = text.replace("|", "\\|")
    ticks = "`" * (_longest_run(text) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fence(lines: tuple[str, ...]) -> list[str]:
    """Render any lines as a fenced block."""
    shown = [visible(line) for line in lines]
    ticks = "`" * max(3, 1 + max((_longest_run(line) for line in shown), default=0))
    return [f"{ticks}text", *shown, ticks]


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in _MARKED else character for character in text)


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest
