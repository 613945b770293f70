"""The HTML page of a graph: well formed, self-contained, every value with its origin, deaf to what strangers write."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from tests.inventory.views import samples
from weighbridge.inventory.graph import Graph
from weighbridge.inventory.views.page import render

VOID = {"meta", "br"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "h1", "h2", "p", "a"),
    *("span", "strong", "div", "dl", "dt", "dd", "ul", "ol", "li", "br", "code", "details", "summary", "sup", "table"),
    *("thead", "tbody", "tr", "th", "td", "figure", "figcaption"),
    *("svg", "desc", "defs", "marker", "path", "g", "rect", "text"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "title", "data-head", "tabindex"),
    *("role", "aria-labelledby", "aria-hidden", "xmlns", "viewbox", "width", "height", "x", "y", "rx", "d"),
    *("text-anchor", "marker-end", "refx", "refy", "markerunits", "markerwidth", "markerheight", "orient"),
}
GRAPHS = {
    "model": samples.model(), "application": samples.application(), "large": samples.application(300, 1_500),
    "hostile": samples.hostile(),
}  # fmt: skip


class Page(HTMLParser):
    """Checks nesting, tags, attributes and links while it reads, and gathers the text and the style."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.policy = self.style = self.text = ""
        self.ids: list[str] = []
        self.links: list[str] = []
        self.titles: list[str] = []
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        given = dict(attrs)
        self.ids += filter(None, [given.get("id")])
        self.links += filter(None, [given.get("href")])
        self.titles += filter(None, [given.get("title")])
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text += f"{data}\n"

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_the_page_is_whole_and_loads_nothing(graph: Graph) -> None:
    page = Page(render(graph))
    digest = b64encode(sha256(page.style.encode()).digest()).decode()
    assert page.policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in page.style
    assert "@import" not in page.style
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert {"lineage-title", "lineage-words"} <= set(page.ids)


def test_what_strangers_write_stays_text() -> None:
    source = render(samples.hostile())
    assert "<script" not in source
    assert "<img" not in source
    assert not any(sign in source for sign in "\x1b\u202e")
    assert "<script>alert(1)</script>" in Page(source).text


def test_every_value_names_its_origin() -> None:
    page = Page(render(samples.model()))
    for words in ("8,030,261,248", "Apache-2.0", "llama3.1", "1,234 g of CO2 equivalent (8 x H100, FR)", "≈ inferred"):
        assert words in page.text
    assert "README.md /license, read in the model card" in page.titles
    assert "model.safetensors, computed over the bytes" in page.titles
    assert "supplier, risk" in page.text
    assert "Where sources disagree" in page.text
    assert "old.bin: it is compressed in a way that is not read" in page.text
    assert "self-reported" in page.text
    assert "checked by its store" in page.text


def test_an_application_shows_places_and_pins() -> None:
    text = Page(render(samples.application())).text
    for words in ("desk/answer.py:11", "pinned to: none", "pinned to: commit", "transformers.AutoModel.from_pretrained",
                  "provider: ", "29 libraries"):  # fmt: skip
        assert words in text


def test_the_picture_is_told_as_a_list_too() -> None:
    text = Page(render(samples.model())).text
    assert "model acme/llama-support-assistant-8b" in text
    assert "fine-tuned from model meta-llama/Llama-3.1-8B-Instruct (declared)" in text
    assert "fine-tuned from model meta-llama/Llama-3.1-8B (✓ verified)" in text


def test_a_long_page_says_what_it_leaves_out() -> None:
    assert "And 499 more, which the JSON formats list." in Page(render(samples.application(1, 1_500))).text


def test_equal_graphs_give_equal_pages() -> None:
    assert render(samples.model()) == render(samples.model())
