"""The HTML report: well formed, self-contained, and deaf to whatever is in a name."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given

from tests.reports import samples
from tests.reports.test_neutral import ANY_TEXT, harmless
from weighbridge.core.location import Location
from weighbridge.core.report import Suppressed, Verdict
from weighbridge.core.values import replace
from weighbridge.reports import html, outline

VOID = {"meta", "br"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "h1", "h2", "h3", "p"),
    *("span", "strong", "div", "dl", "dt", "dd", "ul", "ol", "li", "br", "code", "pre", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "open"}


class Page(HTMLParser):
    """Checks nesting, tags and attributes while it reads, and gathers the text and the style."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.policy = ""
        self.style = ""
        self.text: list[str] = []
        self.classes: set[str] = set()
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        given = dict(attrs)
        self.classes |= set((given.get("class") or "").split())
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment {data!r}")


def page(name: str, *, verbose: bool = False) -> Page:
    return Page(html.render(samples.ALL[name], samples.RULES, verbose=verbose))


@pytest.mark.parametrize("name", samples.ALL)
@pytest.mark.parametrize("verbose", [False, True])
def test_every_page_is_well_formed_and_harmless(name: str, verbose: bool) -> None:
    read = page(name, verbose=verbose)
    assert all(harmless(line) for piece in read.text for line in piece.split("\n"))


def test_nothing_is_loaded_and_nothing_can_be() -> None:
    read = page("hostile")
    digest = b64encode(sha256(read.style.encode()).digest()).decode()
    assert read.policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in read.style
    assert "@import" not in read.style
    assert "http" not in read.style


def test_attacks_stand_there_as_words() -> None:
    source = html.render(samples.HOSTILE, samples.RULES, verbose=True)
    assert "<script>" not in source
    assert "<img" not in source
    assert "\x1b" not in source
    assert "\u202e" not in source
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in source
    assert any("\\u202e" in piece for piece in Page(source).text)


@given(ANY_TEXT)
def test_any_text_leaves_the_page_whole(text: str) -> None:
    found = samples.finding(message=text, evidence=(text,), at=Location(member=(text,)))
    one = samples.file(text, found, formats=(text,), suppressed=(Suppressed(finding=found, reason=text),))
    Page(html.render(samples.report(one, ref=text, gaps=(samples.gap(text),)), samples.RULES)).text.index("What to do")


def test_the_order_is_verdict_reasons_remedy_files_gaps_limits() -> None:
    text = "\n".join(page("mixed").text)
    parts = [
        "models",
        "1 of 13 files runs code when it is loaded.",
        "files weighed",
        "What was found, and why it matters",
        "The callable runs before any weight is used",
        "What to do",
        "Do not load this file.",
        "Files",
        "What was not judged",
        "Set aside",
        "What the verdicts mean",
        "What this report does not promise",
        "backdoor that was trained",
        "Weighbridge 0.1.0",
        f"sha256:{'ab' * 32}",
    ]
    places: list[int] = []
    for part in parts:
        places.append(text.index(part, places[-1] if places else 0))
    assert places == sorted(places)


def test_all_files_are_in_the_table() -> None:
    text = "\n".join(page("mixed").text)
    for entry in outline.entries(samples.MIXED):
        assert entry.path in text
        assert entry.file.sha256 is not None
        assert entry.file.sha256 in text


def test_thousands_of_files_are_folded_and_counted() -> None:
    source = html.render(samples.THOUSANDS, samples.RULES)
    assert len(source) < 600_000
    text = "\n".join(Page(source).text)
    assert "697 more places" in text
    assert "And 497 more, which the JSON report lists." in text
    assert "And 500 more, which the JSON report lists." in text
    assert "500 clean files" in text


def test_low_findings_are_shown_only_when_asked() -> None:
    assert "12 bytes follow the end." not in page("suspicious").text
    assert "12 bytes follow the end." in page("suspicious", verbose=True).text


def test_every_verdict_has_a_tone_and_every_class_a_style() -> None:
    classes = set()
    for name in samples.ALL:
        read = page(name, verbose=True)
        classes |= read.classes
    style = read.style
    assert {str(verdict) for verdict in Verdict} <= classes
    assert all(f".{name}" in style for name in classes)


def test_a_rule_outside_the_catalogue_is_still_shown() -> None:
    text = "\n".join(Page(html.render(samples.MALICIOUS, ())).text)
    assert "Loading runs an operating-system command" in text


def test_names_in_messages_are_shown_as_code_and_nothing_of_them_is_markup() -> None:
    message = samples.MALICIOUS.artifacts[0].files[0].findings[0]
    for said, shown in (
        ("runs `a.<b>`: bad", "<p>runs <code>a.&lt;b&gt;</code>: bad</p>"),
        ("`<b>", "<p>`&lt;b&gt;</p>"),
    ):
        report = samples.report(samples.file("a.bin", replace(message, message=said)))
        assert shown in html.render(report, samples.RULES)


def test_a_claimed_digest_says_so() -> None:
    assert f"{samples.CLAIMED} (claimed, not computed)" in html.render(samples.ALL["remote"], samples.RULES)
    assert "claimed" not in html.render(samples.ALL["clean"], samples.RULES)
