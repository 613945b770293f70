"""The documentation page of one rule and the index of all, in Markdown, generated from the words of the rules."""

from __future__ import annotations

from weighbridge.core.finding import RuleInfo
from weighbridge.reports.identifiers import links
from weighbridge.reports.markup import fence, prose
from weighbridge.reports.outline import HARMS, acceptance, plural

FAMILIES = {
    "EXE": "runs code",
    "HID": "hides something",
    "REF": "points elsewhere",
    "SEC": "secrets",
    "WGT": "weights",
    "STR": "structure",
    "TRU": "trust and provenance",
    "LIC": "licences",
    "DAT": "data sets",
    "AGT": "agents and tools",
    "VUL": "known vulnerabilities",
    "COV": "coverage",
}


def render(info: RuleInfo, *, example: tuple[str, ...] | None = None) -> str:
    """Render the page of a rule; ``example`` is what a finding of it shows, line by line."""
    standing = f"**{info.severity}** · {info.confidence} confidence · {HARMS[info.harm]} · `{info.slug}`"
    lines = [f"# {info.id}: {prose(info.title)}", "", standing, "", *_sections(info, example, level=2)]
    return "\n".join(lines) + "\n"


def body(info: RuleInfo) -> str:
    """Render what the page says below its title, for places that show a title of their own."""
    return "\n".join(_sections(info, None, level=3)) + "\n"


def index(rules: tuple[RuleInfo, ...]) -> str:
    """Render the table of all rules by family, in the order of their ids."""
    families: dict[str, list[RuleInfo]] = {}
    for rule in sorted(rules, key=lambda rule: rule.id):
        families.setdefault(rule.id.rstrip("0123456789"), []).append(rule)
    lines = ["# Rules", "", f"{plural(len(rules), 'rule')} by what they look for."]
    for family, members in families.items():
        heading = f"## {family}: {FAMILIES[family]}" if family in FAMILIES else f"## {family}"
        lines += ["", heading, "", "| rule | what it says | severity | confidence | harm |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        for rule in members:
            words = (prose(rule.title), rule.severity, rule.confidence, HARMS[rule.harm])
            lines.append(f"| [{rule.id}]({rule.id}.md) | {' | '.join(words)} |")
    return "\n".join(lines) + "\n"


def _sections(info: RuleInfo, example: tuple[str, ...] | None, *, level: int) -> list[str]:
    parts = [
        ("What it finds", [prose(info.finds)]),
        ("Why it matters", [prose(info.why)]),
        ("What to do", [prose(info.fix)]),
        ("When to accept it", [prose(acceptance(info))]),
        ("Example", fence(example) if example else []),
        ("Identifiers", [f"- [{name}]({url})" if url else f"- {prose(name)}" for name, url in links(info)]),
        ("References", [f"- <{one}>" if one.startswith("https://") else f"- {prose(one)}" for one in info.references]),
        ("Since", [f"Weighbridge {info.since}"]),
    ]
    lines: list[str] = []
    for heading, said in parts:
        if said:
            lines += ["", f"{'#' * level} {heading}", "", *said]
    return lines[1:]
