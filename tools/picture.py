"""The picture in the README: a terminal session as SVG, drawn from what the commands really write.

`python tools/picture.py` writes `docs/images/scan.svg`. Words are placed by column, so that the picture looks the same
with every monospaced font; it holds no script, no font and no link.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tools.session import COLUMNS, Session, session  # noqa: E402  (the checkout itself, not what may be installed)

PICTURE = ROOT / "docs" / "images" / "scan.svg"
COMMANDS = (
    "weighbridge scan example-repository/honest/digits.pt",
    "weighbridge scan example-repository/poisoned/digits.pt",
)
LETTER, LINE, MARGIN, BAR = 8.4, 19, 18, 34  # pixels: a column, a line, around the text, the window's title bar
_COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "35": "#d2a8ff"}
_GROUP = re.compile(r"[^ ]+(?: [^ ]+)*")
_ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")


def draw(said: str) -> str:
    """The SVG of some lines with escape sequences (SGR: bold, faint, colours)."""
    lines = said.rstrip("\n").split("\n")
    width, height = round(COLUMNS * LETTER + 2 * MARGIN), BAR + len(lines) * LINE + 2 * MARGIN
    plain = escape(" ".join(_ESCAPE.sub("", said).split()))
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title text">',
        '<title id="title">Weighbridge in a terminal</title>',
        f'<desc id="text">{plain}</desc>',
        f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
        *(f'<circle cx="{MARGIN + 4 + 18 * dot}" cy="{BAR // 2 + 3}" r="5" fill="#484f58"/>' for dot in range(3)),
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">',
    ]
    for number, line in enumerate(lines):
        y = BAR + MARGIN + number * LINE + 10
        drawn += [_text(column, y, piece, style) for column, piece, style in pieces(line)]
    return "\n".join([*drawn, "</g>", "</svg>", ""])


def pieces(line: str) -> Iterator[tuple[int, str, str]]:
    """The stretches of a line that look alike: column, text, attributes."""
    column, at, style = 0, 0, ""
    for found in (*_ESCAPE.finditer(line), None):
        piece = line[at : found.start() if found else None]
        # Viewers fold spaces, so every word group is placed by itself.
        yield from ((column + group.start(), group[0], style) for group in _GROUP.finditer(piece))
        column += len(piece)
        if found:
            at, style = found.end(), _style(found[1])


def _style(codes: str) -> str:
    given = codes.split(";")
    bold = ' font-weight="bold"' if "1" in given else ""
    faint = ' fill="#8b949e"' if "2" in given else ""
    colour = next((f' fill="{_COLOURS[code]}"' for code in given if code in _COLOURS), "")
    return bold + (colour or faint)


def _text(column: int, y: int, piece: str, style: str) -> str:
    x, length = MARGIN + column * LETTER, len(piece) * LETTER
    return f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}"{style}>{escape(piece)}</text>'


def shown(shell: Session) -> str:
    """The whole session as a terminal shows it."""
    return "\n".join(f"\x1b[2m$\x1b[0m {command}\n{shell.run_in_terminal(command)}" for command in COMMANDS)


def main() -> int:
    """Writes the picture."""
    with session() as shell:
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(draw(shown(shell)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
