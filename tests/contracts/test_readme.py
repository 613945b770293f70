"""The README: short, its first screen gets a stranger going, its outputs and its picture are real."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from tools import blocks, generate, picture
from tools.session import COLUMNS, session

from weighbridge.cli import app
from weighbridge.rules.catalog import all_infos

README = generate.ROOT / "README.md"
TEXT = README.read_text("utf-8")
LONGEST = 150
FIRST_SCREEN = 25
SVG = "{http://www.w3.org/2000/svg}"


def section(heading: str) -> str:
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= LONGEST


def test_the_first_screen_says_how_to_begin() -> None:
    first = "\n".join(TEXT.splitlines()[:FIRST_SCREEN])
    assert "make demo" in first
    assert "make test" in first
    assert "pip install ." in first
    assert f"({picture.PICTURE.relative_to(generate.ROOT).as_posix()})" in first


def test_every_command_is_shown() -> None:
    for command in app.COMMANDS:
        assert f"`weighbridge {command}" in section("Use")


def test_every_rule_is_named() -> None:
    for info in all_infos():
        assert f"[{info.slug}](docs/rules/{info.id}.md)" in section("What it finds")


@pytest.mark.parametrize("word", ["trained-in", "GGUF", "ONNX", "Keras", "TorchScript", "middle of a tensor", "jail"])
def test_it_says_what_it_does_not_promise(word: str) -> None:
    assert word in section("What it does not promise")


def test_outputs_are_real() -> None:
    with session() as shell:
        assert blocks.filled(TEXT, shell) == TEXT
    assert len(blocks.commands(TEXT)) >= 2


def test_a_false_output_would_be_noticed() -> None:
    with session() as shell:
        forged = TEXT.replace("posix.system('echo", "posix.system('curl")
        assert forged != TEXT
        assert blocks.filled(forged, shell) != forged


def test_the_picture_shows_what_the_commands_write() -> None:
    with session() as shell:
        said = re.sub(r"\x1b\[[0-9;]*m", "", picture.shown(shell))
    root = ElementTree.parse(picture.PICTURE).getroot()
    lines: dict[int, list[str]] = {}
    for text in root.iter(f"{SVG}text"):
        lines.setdefault(int(text.attrib["y"]), []).append(text.text or "")
    shown = [" ".join(lines[y]).split() for y in sorted(lines)]
    assert shown == [line.split() for line in said.splitlines() if line.strip()]
    assert "MALICIOUS" in said
    assert "CLEAN" in said
    assert all(len(line) <= COLUMNS for line in said.splitlines())


def test_the_picture_is_only_a_picture() -> None:
    drawn = {element.tag.removeprefix(SVG) for element in ElementTree.parse(picture.PICTURE).getroot().iter()}
    assert drawn <= {"svg", "title", "desc", "rect", "circle", "g", "text"}
    assert "href" not in picture.PICTURE.read_text("utf-8")
