"""Names that show people something else, and their honest neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import misleading_names
from weighbridge.core.programs import CodeUnit
from weighbridge.core.texts import MisleadingName
from weighbridge.formats.file_names import tells
from weighbridge.formats.node import Node


def how(name: str) -> list[str]:
    return [one.how for one in tells(Node(name=name), ()) if isinstance(one, MisleadingName)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (misleading_names.TURNED, "direction"),
        ("a\u2066b.bin", "direction"),
        ("model\u200b.safetensors", "unseen"),
        ("model\u2024exe", "look-alike"),
        ("model.safetensors.exe", "double"),
        ("dir.txt/Model.PDF.SCR", "double"),
        ("invoice.pdf.lnk", "double"),
        ("dir\\weights.bin.bat", "double"),
        ("model.safetensors" + " " * 60 + ".exe", "double"),
        ("numpy.py", "shadow"),
        ("model" + " " * 60 + ".exe", "blank"),
    ],
)
def test_what_misleads(name: str, expected: str) -> None:
    assert how(name) == [expected]


def test_a_module_inside_an_archive_shadows_nothing() -> None:
    assert list(tells(Node(name="pkg/numpy.py", member=("pkg/numpy.py",)), ())) == []


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors", "model.v1.2.safetensors", "model.bin.index.json", "a.tar.gz", "setup.exe", "权重.bin",
        "config.json.py",
        "requirements.txt.sh", "model-00001-of-00002.safetensors", ".hidden", "x.exe.txt", "", "a.exe.", "été.pdf",
    ],
)  # fmt: skip
def test_what_does_not(name: str) -> None:
    assert how(name) == []


def test_archives_of_programs_are_programs_when_they_are_archives() -> None:
    assert [one.carrier for one in tells(Node(name="a.whl"), ("zip",)) if isinstance(one, CodeUnit)] == ["Python wheel"]
    assert list(tells(Node(name="a.whl"), ("text",))) == []
    assert list(tells(Node(name="a.zip"), ("zip",))) == []


@given(st.text(max_size=60))
def test_what_is_shown_is_plain(name: str) -> None:
    for one in tells(Node(name=name), ()):
        if isinstance(one, MisleadingName):
            assert one.shown.isascii()
            assert one.shown.isprintable()
