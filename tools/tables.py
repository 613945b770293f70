"""Tables for the documentation, made from the code that they describe."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from weighbridge.cli import exit as codes
from weighbridge.core.report import Verdict
from weighbridge.reports.outline import MEANINGS, WORST_FIRST
from weighbridge.reports.rule_page import FAMILIES
from weighbridge.rules.catalog import all_infos

ROOT = Path(__file__).resolve().parent.parent
EXIT_CODES = {
    codes.PASS: ("pass", "Everything was judged, and nothing is at or above the threshold."),
    codes.FAIL: (
        "fail",
        "A finding is at or above the threshold (`medium` unless `--fail-on` says otherwise), or something is not "
        "what was locked, signed or promised.",
    ),
    codes.ERROR: ("error", "A wrong option, a target that does not exist, a configuration that cannot be read."),
    codes.INCONCLUSIVE: ("inconclusive", "Nothing worse was found, but something could not be judged."),
}


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table; the cells are Markdown already."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def rule_families() -> str:
    """The rules by family, each by its short name with a link to its page."""
    families: dict[str, list[str]] = {}
    for info in all_infos():
        family = info.id.rstrip("0123456789")
        families.setdefault(family, []).append(f"[{info.slug}](docs/rules/{info.id}.md)")
    rows = ((f"{family}: {FAMILIES[family]}", " · ".join(links)) for family, links in families.items())
    return table(("family", "rules"), rows)


def exit_codes() -> str:
    """What the exit codes mean."""
    return table(("code", "", "when"), ((str(code), name, when) for code, (name, when) in EXIT_CODES.items()))


def verdicts() -> str:
    """What the verdicts mean, the worst first."""
    return table(("verdict", "what it says"), ((f"`{one}`", MEANINGS[Verdict(one)]) for one in WORST_FIRST))


def jail() -> str:
    """The layers of the jail that a worker lives in, and what each takes away."""
    from weighbridge.sandbox import policy

    told = attribute_words(Path(policy.__file__), "Layer")
    rows = ((layer.value, told[layer.name]) for layer in policy.Layer if layer in policy.SCANNER_LAYERS)
    return table(("layer", "what it does"), rows)


def decisions() -> str:
    """The titles of the decisions with links to their pages."""
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    return "".join(f"- [{_title(page)}](adr/{page.name})\n" for page in pages)


def _title(page: Path) -> str:
    return page.read_text("utf-8").partition("\n")[0].removeprefix("# ")


def attribute_words(module: Path, cls: str) -> dict[str, str]:
    """The strings that stand below the attributes of a class and explain them."""
    body = next(
        node.body for node in ast.parse(module.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name == cls
    )  # fmt: skip
    told: dict[str, str] = {}
    name = ""
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            told[name] = " ".join(str(node.value.value).split()).replace("``", "`")
            name = ""
    return told
