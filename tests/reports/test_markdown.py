"""The Markdown report, read back by a CommonMark parser: text from files stays inside code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.reports import samples
from tests.reports.test_neutral import ANY_TEXT
from weighbridge.reports import markdown
from weighbridge.reports.markup import code, fence, prose
from weighbridge.reports.neutral import visible

PARSER = MarkdownIt("commonmark").enable("table")
NASTY = ANY_TEXT | st.text(st.sampled_from("`|\\ *_<a>#@[]()~"), max_size=12)


def tokens(source: str) -> list[Token]:
    """Read blocks and the inlines within them as one list."""
    found = []
    for token in PARSER.parse(source):
        found.append(token)
        found.extend(token.children or [])
    return found


def plain(source: str) -> str:
    return "".join(token.content for token in tokens(source) if token.type == "text")


@pytest.mark.parametrize("name", samples.ALL)
def test_no_text_from_files_leaves_its_code(name: str) -> None:
    source = markdown.render(samples.ALL[name], samples.RULES)
    read = tokens(source)
    assert not any(token.type in ("html_block", "image", "link_open") for token in read)
    assert {token.content for token in read if token.type == "html_inline"} <= {"<br>"}
    for word in ("team", "evil", "Verdict: clean", "script", "my_pkg"):
        assert word not in plain(source)


@pytest.mark.parametrize("name", samples.ALL)
def test_it_fits_into_a_comment(name: str) -> None:
    assert len(markdown.render(samples.ALL[name], samples.RULES)) < 65_536


def test_verdict_table_evidence_and_advice_are_there() -> None:
    source = markdown.render(samples.MIXED, samples.RULES)
    assert source.startswith("## ✗ Malicious: 1 of 13 files runs code when it is loaded.\n")
    rows = [line for line in source.split("\n") if line.startswith("| ")]
    assert len(rows) == 2 + 4
    assert "| ? inconclusive | `models/model.onnx` | not judged in full |" in rows
    fences = [token.content for token in tokens(source) if token.type == "fence"]
    assert "posix.system('echo INERT')" in fences[0]
    assert "- **EXE101** Do not load this file." in source
    assert "13 files: 1 malicious, 1 suspicious, 2 inconclusive, 9 clean" in source


def test_clean_runs_are_two_lines() -> None:
    shown = markdown.render(samples.CLEAN, samples.RULES)
    assert shown.startswith("## ✓ Clean: Nothing dangerous found in 2 files.\n\n2 files: 2 clean. ")
    assert shown.count("\n") == 3


@given(NASTY)
def test_a_code_span_holds_exactly_what_was_put_in(text: str) -> None:
    read = [token for token in tokens(f"before {code(text)} after") if token.type not in ("paragraph_open", "inline")]
    spans = [token.content for token in read if token.type == "code_inline"]
    assert spans == [visible(text) if visible(text).strip() else "(empty)"]
    assert "".join(token.content for token in read if token.type == "text") == "before  after"


@given(NASTY)
def test_a_code_span_in_a_table_divides_no_cell(text: str) -> None:
    read = tokens(f"| a | b | c |\n| --- | --- | --- |\n| x | {code(text, cell=True)} | y |\n")
    assert sum(token.type == "td_open" for token in read) == 3
    assert [token.content for token in read if token.type == "text"][-2:] == ["x", "y"]
    assert sum(token.type == "code_inline" for token in read) == 1


@given(st.lists(NASTY, max_size=4))
def test_a_fence_holds_exactly_what_was_put_in(lines: list[str]) -> None:
    read = PARSER.parse("\n".join(["before", "", *fence(tuple(lines)), "", "after"]))
    assert [token.content for token in read if token.type == "fence"] == ["".join(f"{visible(one)}\n" for one in lines)]
    assert [token.content for token in read if token.type == "inline"] == ["before", "after"]


@given(st.text(st.sampled_from("ab *_<>#[]()!|~&;\\`"), max_size=20))
def test_prose_reads_as_written(text: str) -> None:
    source = f"x {prose(text)} x"
    read = tokens(source)
    assert not any(token.type.startswith(("em_", "strong_", "link_", "html_", "image")) for token in read)
    if "`" not in text:
        assert plain(source).split() == f"x {text} x".split()


def test_prose_keeps_code() -> None:
    assert prose("call `__import__` or __init__") == "call `__import__` or \\_\\_init\\_\\_"
