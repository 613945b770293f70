"""The page of a rule and the index of all."""

from __future__ import annotations

from tests.reports import samples
from weighbridge.reports import explanation, rule_page
from weighbridge.reports.neutral import columns

HEADINGS = [
    "What it finds",
    "Why it matters",
    "What to do",
    "When to accept it",
    "Example",
    "Identifiers",
    "References",
    "Since",
]


def test_the_page_has_fixed_headings_in_a_fixed_order() -> None:
    page = rule_page.render(samples.RULES[0], example=("posix.system('echo INERT')",))
    assert page.startswith("# EXE101: Loading runs an operating-system command\n")
    assert [line[3:] for line in page.split("\n") if line.startswith("## ")] == HEADINGS
    assert "- [CWE-502](https://cwe.mitre.org/data/definitions/502.html)\n" in page
    assert "- [MITRE ATLAS AML.T0011.000](https://atlas.mitre.org/techniques/AML.T0011.000)\n" in page
    assert "- [OWASP LLM03:2025](https://genai.owasp.org/llm-top-10/)\n" in page
    assert "- [OWASP ML06:2023](https://owasp.org/www-project-machine-learning-security-top-10/)\n" in page
    assert "- <https://docs.python.org/3/library/pickle.html>\n- PEP 307\n" in page
    assert "`__import__`" in page
    assert page.endswith("Weighbridge 0.1\n")


def test_what_a_rule_does_not_have_makes_no_heading() -> None:
    page = rule_page.render(samples.RULES[1])
    assert "## Example" not in page
    assert "## References" not in page


def test_an_unknown_catalogue_has_no_link() -> None:
    assert "- OWASP AG01\n" in rule_page.render(samples.RULES[2])


def test_marks_in_the_words_of_a_rule_are_escaped() -> None:
    assert "{jinja} \\| pipes \\| and \\<tags\\>" in rule_page.render(samples.RULES[2])


def test_the_index_lists_each_rule_once_by_family() -> None:
    index = rule_page.index(samples.RULES[::-1])
    assert [line for line in index.split("\n") if line.startswith("## ")] == [
        "## EXE: runs code",
        "## HID: hides something",
    ]
    rows = [line for line in index.split("\n") if line.startswith("| [")]
    assert [row.split("]")[0] for row in rows] == ["| [EXE101", "| [EXE301", "| [HID201"]
    assert rows[0] == "| [EXE101](EXE101.md) | Loading runs an operating-system command | critical | high | runs code |"


def test_the_explanation_says_the_same_in_plain_text() -> None:
    shown = explanation.render(samples.RULES[0], example=("posix.system('echo INERT')",))
    assert shown.startswith("EXE101 Loading runs an operating-system command\ncritical · high confidence · runs code\n")
    assert [line for line in shown.split("\n") if line in HEADINGS] == HEADINGS
    assert "  │ posix.system('echo INERT')\n" in shown
    prose = [line for line in shown.split("\n") if "https://" not in line]
    assert max(map(columns, prose)) <= 80
    words = " ".join(shown.split())
    for said in (samples.RULES[0].finds, samples.RULES[0].why, samples.RULES[0].fix):
        assert said in words


def test_the_explanation_leaves_out_what_a_rule_does_not_have() -> None:
    shown = explanation.render(samples.RULES[1])
    assert "References" not in shown
    assert "Example" not in shown
