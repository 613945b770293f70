"""Reports reach stdout in its encoding and files as a whole, and trouble is told before the work or in words."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from weighbridge.cli.options import Command, Given, parse
from weighbridge.cli.output import Output, outputs, write
from weighbridge.core.errors import UsageError

FORMATS = ("text", "json", "sarif")
COMMAND = Command(name="try", description="Try.", formats=FORMATS)


def given(*words: str) -> Given:
    return parse(COMMAND, list(words))


def chosen(*words: str) -> list[tuple[str, str]]:
    return [(one.format, one.file) for one in outputs(given(*words), FORMATS)]


def test_stdout_gets_text_unless_told_otherwise() -> None:
    assert chosen() == [("text", "-")]
    assert chosen("--format", "json") == [("json", "-")]


def test_a_file_without_a_format_takes_the_place_of_stdout(tmp_path: Path) -> None:
    file = str(tmp_path / "out")
    assert chosen("-o", file) == [("text", file)]
    assert chosen("--format", "json", "-o", file) == [("json", file)]


def test_files_with_formats_come_beside_stdout(tmp_path: Path) -> None:
    a, b = str(tmp_path / "a"), str(tmp_path / "b=c")
    assert chosen("-o", f"json={a}", "-o", f"sarif={b}") == [("text", "-"), ("json", a), ("sarif", b)]
    assert chosen("-o", f"json={a}", "-o", b) == [("json", a), ("text", b)]
    assert chosen("-o", "json=-", "-o", f"sarif={b}") == [("json", "-"), ("sarif", b)]


def test_what_is_no_format_is_a_part_of_the_name(tmp_path: Path) -> None:
    file = str(tmp_path / "x=y")
    assert chosen("-o", file) == [("text", file)]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["-o", "json=a", "-o", "sarif=a"], "two reports would go to 'a'"),
        (["-o", "-", "-o", "json=-"], "two reports would go to stdout"),
        (["-o", "json="], "names no file"),
        (["-o", ""], "names no file"),
        (["-o", "missing/out"], "there is no directory"),
        (["-o", "."], "it is a directory"),
        (["-o", "json=."], "it is a directory"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_work(
    words: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=complaint):
        outputs(given(*words), FORMATS)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_text("a longer text that was there before")
    before = file.open()
    write("✓ new\udcff", Output(format="text", file=str(file)))
    assert file.read_text("utf-8") == "✓ new\\udcff"
    assert before.read() == "a longer text that was there before"
    before.close()
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/real")
    write("new", Output(format="text", file=str(tmp_path / "link")))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "real").read_text() == "new"


def test_a_pipe_is_written_and_stays_a_pipe(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    write("report", Output(format="text", file=str(fifo)))
    assert os.read(reading, 100) == b"report"
    os.close(reading)
    assert fifo.is_fifo()
    assert list(tmp_path.iterdir()) == [fifo]


def test_a_device_is_written_and_stays_a_device() -> None:
    write("report", Output(format="text", file="/dev/null"))
    assert Path("/dev/null").is_char_device()
    with pytest.raises(UsageError, match="cannot write '/dev/full': no space left on device"):
        write("report", Output(format="text", file="/dev/full"))


@pytest.mark.parametrize("failing", ["write", "replace"])
def test_nothing_half_written_is_left_and_the_old_stays(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out"
    file.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if failing == "replace":
        monkeypatch.setattr(os, "replace", fail)
    else:
        monkeypatch.setattr("builtins.memoryview", fail)
    with pytest.raises(UsageError, match="no space left on device"):
        write("new", Output(format="text", file=str(file)))
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


class Stdout(io.TextIOWrapper):
    """A stdout with an encoding of its own."""

    def __init__(self, encoding: str) -> None:
        self.kept = io.BytesIO()
        super().__init__(self.kept, encoding=encoding)


@pytest.mark.parametrize(
    ("encoding", "format_name", "shown"),
    [
        ("utf-8", "text", "✓ a · b … é 日".encode()),
        ("UTF-8", "text", "✓ a · b … é 日".encode()),
        ("ascii", "text", rb"+ a - b ... \xe9 \u65e5"),
        ("latin-1", "text", b"+ a - b ... \xe9 \\u65e5"),
        ("ascii", "json", "✓ a · b … é 日".encode()),
        ("latin-1", "html", "✓ a · b … é 日".encode()),
    ],
)
def test_text_takes_the_encoding_of_stdout_and_documents_are_utf_8(
    encoding: str, format_name: str, shown: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdout = Stdout(encoding)
    monkeypatch.setattr(sys, "stdout", stdout)
    write("✓ a · b … é 日", Output(format=format_name))
    assert stdout.kept.getvalue() == shown


def test_a_closed_stdout_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(UsageError, match="stdout is closed"):
        write("report", Output(format="text"))
