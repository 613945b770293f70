"""The front door: every end has its exit code and its words, and a bug is never a result."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from weighbridge import __version__
from weighbridge.cli import app
from weighbridge.cli.options import Command, Given
from weighbridge.core.errors import AccessError, SandboxError, UsageError


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_is_a_result(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main([word]) == 0
    out, err = capsys.readouterr()
    assert out == app.usage()
    assert err == ""


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_version(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main([word]) == 0
    assert capsys.readouterr().out == f"weighbridge {__version__}\n"


def test_no_word_is_an_error_with_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main([]) == 2
    assert capsys.readouterr() == ("", app.usage())


@pytest.mark.parametrize(
    ("word", "hint"),
    [("scna", "did you mean scan?"), ("zzz", "see: weighbridge --help"), ("--scan", "scan"), ("", "--help")],
)
def test_an_unknown_command_gets_a_suggestion(word: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main([word]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"there is no command {word!r}" in err
    assert hint in err


@pytest.mark.parametrize("name", app.COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main([*name.split(), "--help"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: weighbridge {name}")
    assert err == ""


PLEASE = "please report it; --debug shows where it is"
ENDS: list[tuple[BaseException, int, str]] = [
    (UsageError("wrong \x1b[31mword", hint="do \u202ethis"), 2, "weighbridge: wrong \\x1b[31mword\n  do \\u202ethis\n"),
    (AccessError("cannot open 'x'"), 2, "weighbridge: cannot open 'x'\n"),
    (SandboxError("no jail", hint="ulimit -a"), 2, "weighbridge: no jail\n  ulimit -a\n"),
    (KeyboardInterrupt(), 130, "\nweighbridge: interrupted\n"),
    (ZeroDivisionError("bug"), 2, f"weighbridge: an error of its own: ZeroDivisionError: bug\n  {PLEASE}\n"),
    (MemoryError(), 2, f"weighbridge: an error of its own: MemoryError: \n  {PLEASE}\n"),
    (RecursionError("deep"), 2, f"weighbridge: an error of its own: RecursionError: deep\n  {PLEASE}\n"),
]  # fmt: skip


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Make every command end in the exception that is put in here."""
    ends: list[BaseException] = []

    def main(_given: Given) -> int:
        raise ends[0]

    from weighbridge.cli.options import Group, Option

    debug = Group(title="own", options=(Option(names=("--debug",), help="show"),))
    command = Command(name="scan", description="", formats=("text",), groups=(debug,))
    monkeypatch.setattr(app, "fetch", lambda _: SimpleNamespace(COMMAND=command, main=main))
    return ends


@pytest.mark.parametrize(("end", "code", "words"), ENDS, ids=lambda one: type(one).__name__)
def test_every_end_has_its_code_and_words(
    end: BaseException, code: int, words: str, ending: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    ending.append(end)
    assert app.main(["scan"]) == code
    assert capsys.readouterr() == ("", words)


def test_debug_shows_where_a_bug_is(ending: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    ending.append(ZeroDivisionError("bug"))
    assert app.main(["scan", "--debug"]) == 2
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_there_is_one_place_where_a_bug_is_caught(tmp_path: Path) -> None:
    package = Path(app.__file__).parents[1]
    caught = {
        path.relative_to(package).as_posix(): path.read_text("utf-8").count("except Exception")
        for path in package.rglob("*.py")
        if "except Exception" in path.read_text("utf-8")
    }
    # A driver of another's store may raise anything, as a decompressor may; the rest is our own bugs.
    ours = {"cli/app.py": 1, "engine/examine.py": 1, "engine/scratch.py": 1}
    assert caught == ours | {"access/filesystems.py": 1}
