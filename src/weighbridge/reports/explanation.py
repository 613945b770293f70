"""The words of one rule as plain text, for ``weighbridge explain``."""

from __future__ import annotations

from weighbridge.core.finding import RuleInfo
from weighbridge.reports.identifiers import links
from weighbridge.reports.neutral import visible
from weighbridge.reports.outline import HARMS, acceptance
from weighbridge.reports.wrap import fold, wrap


def render(info: RuleInfo, *, example: tuple[str, ...] | None = None, width: int = 80) -> str:
    """Render the same sections as the documentation page; addresses stay whole even where they are wider."""
    head = wrap(f"{info.id} {visible(info.title)}", width, rest=" " * (len(info.id) + 1))
    standing = f"{info.severity} · {info.confidence} confidence · {HARMS[info.harm]}"
    return "\n".join([*head, *wrap(standing, width), "", *_sections(info, example, width)]) + "\n"


def body(info: RuleInfo) -> str:
    """Say what the rule finds, why it matters and what to do, one paragraph each."""
    return "\n\n".join(visible(words) for words in (info.finds, info.why, info.fix))


def _sections(info: RuleInfo, example: tuple[str, ...] | None, width: int) -> list[str]:
    quoted = [f"  │ {piece}" for line in example or () for piece in fold(visible(line), width - 4)]
    parts = [
        ("What it finds", wrap(visible(info.finds), width, first="  ", rest="  ")),
        ("Why it matters", wrap(visible(info.why), width, first="  ", rest="  ")),
        ("What to do", wrap(visible(info.fix), width, first="  ", rest="  ")),
        ("When to accept it", wrap(visible(acceptance(info)), width, first="  ", rest="  ")),
        ("Example", quoted),
        ("Identifiers", [f"  {name}  {url}".rstrip() for name, url in links(info)]),
        ("References", [f"  {visible(one)}" for one in info.references]),
        ("Since", [f"  Weighbridge {info.since}"]),
    ]
    lines: list[str] = []
    for heading, said in parts:
        if said:
            lines += ["", heading, *said]
    return lines[1:]
