"""Lines of at most so many columns. ``textwrap`` would cost the start of a scan more than the scan of a small file."""

from __future__ import annotations

from weighbridge.reports.neutral import columns


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """Break prose between words; the first line starts with ``first``, all others with ``rest``.

    Words that are wider than a line are cut. ``text`` must be visible and the starts narrower than ``width``.
    """
    lines: list[str] = []
    start, line = first, ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if columns(start) + columns(joined) <= width:
            line = joined
            continue
        if line and columns(rest) + columns(word) <= width:
            lines.append(start + line)
            start, line = rest, word
            continue
        *full, line = fold(joined, width - columns(start), width - columns(rest))
        for piece in full:
            lines.append(start + piece)
            start = rest
    return [*lines, start + line] if line else lines


def fold(text: str, width: int, later: int | None = None) -> list[str]:
    """Cut text into pieces of at most ``width`` columns, spaces kept; pieces after the first may be ``later`` wide."""
    pieces: list[str] = []
    room = width
    while True:
        piece = text[:room]
        while columns(piece) > room and len(piece) > 1:
            piece = piece[:-1]
        pieces.append(piece)
        text = text[len(piece) :]
        if not text:
            return pieces
        room = width if later is None else later
