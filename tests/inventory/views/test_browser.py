"""The page in a real browser: photographed, and the picture found where the layout has put it."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.inventory.views import samples
from weighbridge.inventory.graph import Graph, Kind
from weighbridge.inventory.views.lineage import HEIGHT, picture
from weighbridge.inventory.views.page import render

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1",
)  # fmt: skip
STRIPS = {
    Kind.APPLICATION: "#1f4e79", Kind.MODEL: "#1f4e79", Kind.SERVICE: "#8a5200", Kind.LIBRARY: "#5d5a54",
    Kind.FRAMEWORK: "#5d5a54",
}  # fmt: skip
"""The colours of the strips at the left of boxes, in the light style."""


def browse(folder: Path, page: str, *flags: str) -> str:
    """Open a page in a browser of its own; gives what it writes."""
    file = folder / "page.html"
    file.write_text(page, "utf-8")
    assert CHROMIUM is not None
    run = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, file.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return run.stdout


def strips(file: Path, colour: str) -> set[tuple[int, int]]:
    """Find upright strips of a colour that are as tall as a box: their x and the middle of their height."""
    image = pytest.importorskip("PIL.Image")
    wanted = tuple(bytes.fromhex(colour[1:]))
    with image.open(file) as opened:
        photo = opened.convert("RGB")
    width, height = photo.size
    pixels = photo.load()
    found = set()
    for x in range(width):
        y = 0
        while y < height:
            start = y
            while y < height and pixels[x, y] == wanted:
                y += 1
            # Corners are round and edges may be smoothed: two pixels less at each end are still the strip.
            if HEIGHT - 4 <= y - start <= HEIGHT:
                found.add((x, (start + y) // 2))
            y += 1
    return leftmost(found)


def leftmost(found: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Keep of pixels side by side the first."""
    return {(x, y) for x, y in found if not any((x - 1, near) in found for near in (y - 1, y, y + 1))}


def test_the_photograph_shows_the_boxes_where_the_layout_has_them(tmp_path: Path) -> None:
    graph = samples.application(models=4, libraries=1)
    drawn = picture(graph)
    photo = tmp_path / "photo.png"
    browse(tmp_path, render(graph), f"--screenshot={photo}", "--window-size=1100,1600")
    expected: dict[str, set[tuple[int, int]]] = {}
    for box in drawn.boxes:
        expected.setdefault(STRIPS[box.kind], set()).add((box.x, box.middle))
    shifts: Counter[tuple[int, int]] = Counter()
    for colour, places in expected.items():
        found = strips(photo, colour)
        assert len(found) == len(places), colour
        # All strips of all colours must be shifted alike: by the place of the picture on the page.
        near = [(fx - x, fy - y) for (fx, fy), (x, y) in zip(sorted(found), sorted(places), strict=True)]
        shifts.update(near)
    (x, y), _ = shifts.most_common(1)[0]
    assert all(abs(one - x) <= 1 and abs(other - y) <= 1 for one, other in shifts), shifts
    assert sum(shifts.values()) == len(drawn.boxes)


@pytest.mark.parametrize("graph", [samples.model(), samples.hostile()], ids=["model", "hostile"])
def test_the_browser_builds_the_picture_and_runs_nothing(tmp_path: Path, graph: Graph) -> None:
    page = render(graph)
    built = browse(tmp_path, page, "--dump-dom")
    drawn = picture(graph)
    assert built.count('class="frame"') == len(drawn.boxes)
    assert built.count('marker-end="url(#head)"') == len(drawn.arrows)
    for box in drawn.boxes:
        assert f'<rect class="frame" x="{box.x}" y="{box.y}"' in built
    for tag in ("<script", "<img", "<link", "<iframe", "onerror="):
        assert built.replace("&lt;img src=x onerror=", "").count(tag) == 0


def test_a_narrow_page_is_no_wider_than_its_window(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    photo = tmp_path / "photo.png"
    browse(tmp_path, render(samples.model()), f"--screenshot={photo}", "--window-size=500,4000")
    with image.open(photo) as opened:
        pixels = opened.convert("RGB")
    width, height = pixels.size
    # The margin at the right stays paper from top to bottom: nothing but the picture, which scrolls, is wider.
    paper = (0xFB, 0xFA, 0xF7)
    assert {pixels.getpixel((width - 4, y)) for y in range(0, height, 3)} == {paper}
    assert len({pixels.getpixel((x, y)) for x in range(0, width, 5) for y in range(0, height, 5)}) > 20
