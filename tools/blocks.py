"""Blocks of hand-written pages whose content is made: outputs of commands, files of `examples/`, tables.

    <!-- run: weighbridge scan model.pt -->
    …
    <!-- end -->

What stands between the two comments is replaced; the word before the colon says how it is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tools import policy_tables, tables
from tools.session import ROOT, Session

_BLOCK = re.compile(r"(?P<head><!-- (?P<kind>[a-z]+): (?P<what>[^\n]+) -->\n).*?(?P<tail><!-- end -->)", re.DOTALL)
_LANGUAGES = {".py": "python", ".toml": "toml", ".yml": "yaml"}
TABLES: dict[str, Callable[[], str]] = {
    "rule families": tables.rule_families,
    "exit codes": tables.exit_codes,
    "verdicts": tables.verdicts,
    "jail": tables.jail,
    "decisions": tables.decisions,
    "policy keys": policy_tables.keys,
    "policy presets": policy_tables.described,
}


def filled(page: str, session: Session) -> str:
    """A page with all its blocks made anew; raises KeyError for a kind or table that is not there."""
    makers: dict[str, Callable[[str], str]] = {
        "run": lambda command: console(command, session.run(command)),
        "file": lambda name: fenced((ROOT / name).read_text("utf-8"), _LANGUAGES[Path(name).suffix]),
        "table": lambda name: TABLES[name](),
    }
    return _BLOCK.sub(lambda found: found["head"] + makers[found["kind"]](found["what"]) + found["tail"], page)


def commands(page: str) -> tuple[str, ...]:
    """The commands that a page shows with their outputs."""
    return tuple(found["what"] for found in _BLOCK.finditer(page) if found["kind"] == "run")


def console(command: str, output: str) -> str:
    """A command and what it wrote, as a fenced block."""
    return fenced(f"$ {command}\n{output}", "console")


def fenced(text: str, language: str) -> str:
    """Text in a fence that is longer than any run of backticks inside."""
    ticks = max((len(run) for run in re.findall(r"`{3,}", text)), default=2) + 1
    return f"{'`' * ticks}{language}\n{text.rstrip()}\n{'`' * ticks}\n"
