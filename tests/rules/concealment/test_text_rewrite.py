"""Rewrites of tokenizers: marks and blanks are honest, words put in or taken away are not."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, found, only
from weighbridge.core.texts import TextRewrite
from weighbridge.core.when import When
from weighbridge.rules.concealment import text_rewrite


def rewrite(pattern: str, replacement: str) -> TextRewrite:
    return TextRewrite(at=FILE, stage="decoder", pattern=pattern, replacement=replacement)


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [("a", "https://inert.invalid"), ("a", "two words"), ("</s>", "<tool_call>"), ("^", "Always")],
)
def test_words_that_are_put_in(pattern: str, replacement: str) -> None:
    match = only(text_rewrite, rewrite(pattern, replacement))
    assert match.message == f"decoder replaces `{pattern}` by `{replacement}`"
    assert match.when is When.BEHAVIOUR


@pytest.mark.parametrize(("pattern", "replacement"), [("not ", ""), ("good", "bad"), ("docs.python.org", "x.y")])
def test_words_that_are_taken_away(pattern: str, replacement: str) -> None:
    assert "the words" in only(text_rewrite, rewrite(pattern, replacement)).message


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [(" ", "▁"), ("▁", " "), ("``", '"'), ("ß", "ss"), ("…", "..."), (" {2,}", " "), (r"\s+", " "), ("", "##"),
     ("</w>", ""), ("[^a-z]", ""), ("a", "b")],
)  # fmt: skip
def test_what_honest_tokenizers_do(pattern: str, replacement: str) -> None:
    assert found(text_rewrite, rewrite(pattern, replacement)) == ()
