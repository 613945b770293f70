"""What `make generate` makes of the documentation: reference pages, blocks in hand-written pages, the picture."""

from __future__ import annotations

from pathlib import Path

from tools import blocks, jail_page, picture, reference
from tools.session import ROOT, session

REFERENCE = ROOT / "docs" / "reference"
MADE = {
    REFERENCE / "commands.md": reference.commands,
    REFERENCE / "formats.md": reference.formats,
    REFERENCE / "limits.md": reference.bounds,
    REFERENCE / "json.md": reference.json_report,
    REFERENCE / "jail.md": jail_page.page,
}


def written_by_hand() -> list[Path]:
    """The pages that people write; those of the rules and of the code are not among them."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in pages if page not in MADE and page.parent.name != "rules"]


def pages() -> dict[Path, str]:
    """Every file that holds something made, with the text that it should have."""
    texts = {path: make() for path, make in MADE.items()}
    texts |= {path: path.read_text("utf-8") for path in written_by_hand()}
    made = {}
    for path, text in texts.items():
        with session() as shell:  # one for each page: what its commands leave behind is nobody else's
            made[path] = blocks.filled(text, shell)
    with session() as shell:
        made[picture.PICTURE] = picture.draw(picture.shown(shell))
    return made
