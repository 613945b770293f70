"""JSON by its schema, Markdown and HTML that strangers cannot break out of; equal dossiers give equal bytes."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from tests.governance.dossier import cases
from tests.inventory.graphs import graphs
from tests.inventory.views import samples
from weighbridge.core.values import replace
from weighbridge.governance.dossier import document, markdown, page
from weighbridge.governance.dossier.dossier import Dossier, Given, State, draw
from weighbridge.governance.dossier.telling import NOTICE, standing
from weighbridge.inventory.graph import Graph

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "dossier-v1.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HONEST, HOSTILE = cases.honest(), cases.hostile()
VOID = {"meta", "br"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "footer", "h1", "h2"),
    *("h3", "p", "a", "span", "strong", "div", "dl", "dt", "dd", "ul", "li", "br", "code", "table", "thead", "tbody"),
    *("tr", "th", "td"),
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "title"}


class Page(HTMLParser):
    """Checks nesting, tags, attributes and links while it reads."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.ids += filter(None, [dict(attrs).get("id")])
        self.links += filter(None, [dict(attrs).get("href")])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("made", [HONEST, HOSTILE], ids=["honest", "hostile"])
def test_a_page_is_whole_and_loads_nothing(made: Dossier) -> None:
    source = page.render(made)
    read = Page(source)
    assert len(set(read.ids)) == len(read.ids)
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert "default-src 'none'" in source
    assert NOTICE in read.text
    assert {one.row.id for one in made.rows} <= set(read.ids)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", source)
    assert len(source) < 12_000_000


def test_a_page_says_the_states_in_words() -> None:
    text = " ".join(Page(page.render(HONEST)).text.split())
    assert "Jo Doe <jo@example.org>, 2026-11-30, signed by key cccccccccccccccc…" in text
    assert "Outdated: the evidence has changed. written over sha256:" + "0" * 64 in text
    assert "Outdated: the attachment declaration.pdf is gone." in text
    assert "Not confirmed:" in text
    assert "last looked at on 2026" in text
    assert "EXE101 Starts a process" in text
    assert f"model.safetensors{'bb' * 32}" in text
    assert [HONEST.count(state) for state in (State.ANSWERED, State.OUTDATED)] == [1, 2]


def test_digests_of_an_outdated_answer_are_shown_where_they_differ() -> None:
    old = drawn_on("2028-01-01")
    for text in (" ".join(Page(page.render(old)).text.split()), markdown.render(old).replace("`", "")):
        assert "Jo Doe <jo@example.org>, 2026-11-30 (397 days ago)" in text
        assert "it is 397 days old, and 365 are accepted" in text
        assert text.count("written over") == text.count("here now") == 1, "of iv.5 alone"
        assert "bound to the state of the subject, sha256:" in text


@pytest.mark.parametrize(
    ("date", "ago"),
    [("2026-11-30", "2026-11-30, "), ("2026-12-01", "2026-11-30 (1 day ago), "), ("2026-11-29", "2026-11-30, ")],
)
def test_how_long_ago_an_answer_was_written_is_told_where_days_have_passed(date: str, ago: str) -> None:
    assert f"Jo Doe <jo@example.org>`, {ago}" in markdown.render(drawn_on(date))


@pytest.mark.parametrize(
    ("signer", "words"),
    [
        ("", "not covered by a trusted signature"), ("c" * 64, f"signed by key {'c' * 16}…"),
        ("jo@example.org", "signed by jo@example.org"),
    ],
)  # fmt: skip
def test_what_a_signature_is_worth_is_said(signer: str, words: str) -> None:
    made = draw(samples.model(), replace(cases.honest_given(), signers={"iv.2.b": signer}))
    (one,) = [each for each in made.rows if each.row.id == "iv.2.b"]
    assert standing(one) == words


def drawn_on(date: str) -> Dossier:
    return draw(samples.model(), replace(cases.honest_given(), date=date, max_age=365))


@pytest.mark.parametrize("made", [HONEST, HOSTILE], ids=["honest", "hostile"])
def test_markdown_holds(made: Dossier) -> None:
    source = markdown.render(made)
    read = []
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        read += [token, *(token.children or [])]
    assert not any(token.type in ("html_block", "html_inline", "image") for token in read)
    links = {str(token.attrs["href"]) for token in read if token.type == "link_open"}
    assert links <= {made.obligations.source, *(one.source for one in made.obligations.duties)}
    plain = "".join(token.content for token in read if token.type == "text")
    assert not any(word in plain for word in ("alert", "<script", "onerror"))
    heads = [token.tag for token in read if token.type == "heading_open"]
    assert (heads.count("h1"), heads.count("h3")) == (1, len(made.rows))
    assert len(source) < 12_000_000


@settings(deadline=None, max_examples=15)
@given(graphs())
def test_any_dossier_fits_the_schema(graph: Graph) -> None:
    made = draw(graph, Given(findings=()))
    text = document.dumps(made)
    VALIDATOR.validate(json.loads(text))
    assert document.dumps(draw(graph, Given(findings=()))) == text
    text.encode("ascii")
    Page(page.render(made))
    markdown.render(made).encode()


@pytest.mark.parametrize("made", [HONEST, HOSTILE], ids=["honest", "hostile"])
def test_the_document_fits_the_schema_and_counts_right(made: Dossier) -> None:
    text = document.dumps(made)
    found = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(found)
    assert found.get("date", "") == made.date
    assert found["rows"]["total"] == sum(part["counts"]["total"] for part in found["parts"]) == len(made.rows)
    for part in found["parts"]:
        for state, count in part["counts"]["state"].items():
            assert count == sum(row["state"] == state for row in part["rows"])
    assert len(text) < 60_000_000
