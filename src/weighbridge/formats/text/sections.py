"""Sections of Markdown: what stands under which heading (CommonMark, ATX headings)."""

from __future__ import annotations

from weighbridge.core.descriptions import DocumentSection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.location import Location

SECTIONS, HEADING, TEXT = 100, 200, 2_000
"""Sections of one page, and characters of a heading and of its text that are kept."""
_FENCES = ("```", "~~~")


def sections(body: str, at: Location) -> Iterator[DocumentSection]:
    """Yield each section that has a text; what stands in fenced code is no heading."""
    heading, lines, told, fence = "", list[str](), 0, ""
    for line in (*body.splitlines(), "# "):
        bare = line.strip()
        if bare.startswith(_FENCES):
            fence = "" if fence and bare.startswith(fence) else fence or bare[:3]
        mark = line.split(" ", 1)[0]
        if fence or not mark or mark.strip("#") or len(mark) > 6:
            lines.append(line)
            continue
        text = "\n".join(lines).strip()
        if heading and text:
            yield DocumentSection(at=at, heading=heading, text=text[:TEXT])
            told += 1
        if told >= SECTIONS:
            return
        heading, lines = line.lstrip("#").strip().rstrip("#").strip()[:HEADING], []
