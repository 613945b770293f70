"""Writes what is derived from the code: the index of the rules, their pages, reference pages, outputs in the docs.

Equal sources give equal files. With `--check` nothing is written: stale files are named and the exit code is 1.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from weighbridge.core.finding import RuleInfo  # noqa: E402  (the checkout itself, not what may be installed)

RULES = ROOT / "src" / "weighbridge" / "rules"
INDEX = RULES / "index.py"
PAGES = ROOT / "docs" / "rules"
JUDGING = {".py", ".tsv", ".txt"}
HEAD = '''"""The module and the facts of every rule, and the digest of the rule set; made by ``make generate``."""

from __future__ import annotations

'''


def modules() -> tuple[ModuleType, ...]:
    """Every rule module, in the order of the ids; a rule is a module with INFO in a folder of a threat."""
    paths = sorted(path for path in RULES.glob("*/*.py") if path.parent.name != "vocabulary")
    found = [import_module(f"weighbridge.rules.{path.parent.name}.{path.stem}") for path in paths]
    return tuple(sorted((module for module in found if hasattr(module, "INFO")), key=lambda module: module.INFO.id))


def subscription(module: ModuleType) -> tuple[str, ...]:
    """The names of the fact classes that a rule asks for: the annotation of `fact`; or that it asks for all files."""
    if hasattr(module, "survey"):
        return (module.survey.__annotations__["repository"],)
    return tuple(part.strip() for part in module.match.__annotations__["fact"].split("|"))


def digest() -> str:
    """SHA-256 over everything that can change a finding: the code of the rules, the vocabulary's code and tables."""
    total = hashlib.sha256()
    for path in sorted(RULES.rglob("*")):
        if path.suffix in JUDGING and path.is_file() and path != INDEX:
            content = path.read_bytes()
            total.update(f"{path.relative_to(RULES).as_posix()}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()


def index() -> str:
    """The source of `rules/index.py`."""
    lines = ["INDEX: dict[str, tuple[str, tuple[str, ...]]] = {"]
    for module in modules():
        asked = ", ".join(f'"{name}"' for name in subscription(module))
        comma = "," if len(subscription(module)) == 1 else ""
        lines.append(f'    "{module.INFO.id}": ("{module.__name__}", ({asked}{comma})),')
    return HEAD + "\n".join([*lines, "}", "", f'DIGEST = "sha256:{digest()}"', ""])


def builder_of(name: str) -> dict[str, bytes]:
    """The files of an example by name, `module:function` below `tests/builders`.

    A function called `…_named_ext` makes a file whose name matters, one called `…_named_repository` gives all files of
    a repository by their paths; raises AttributeError for one that is not there.
    """
    module, _, function = name.partition(":")
    content: bytes | dict[str, bytes] = getattr(import_module(f"tests.builders.{module}"), function)()
    if isinstance(content, dict):
        return content
    ending = function.rpartition("_named_")[2] if "_named_" in function else ""
    return {f"model.{ending}" if ending else "model": content}


def example(info: RuleInfo) -> tuple[str, ...]:
    """What a finding of a rule shows on its own example, line by line: message and evidence. Nothing if silent."""
    from tests.engine.repositories import weighed

    found = [one for findings in weighed(builder_of(info.positive)).values() for one in findings if one.rule == info.id]
    return (found[0].message, *found[0].evidence) if found else ()


def pages(examples: dict[str, tuple[str, ...]]) -> Iterator[tuple[Path, str]]:
    """Every page of the rules with its text; `examples` are told by the ids."""
    from weighbridge.reports import rule_page

    infos = tuple(module.INFO for module in modules())
    yield PAGES / "index.md", rule_page.index(infos)
    for info in infos:
        yield PAGES / f"{info.id}.md", rule_page.render(info, example=examples[info.id])


def stale(written: dict[Path, str]) -> list[Path]:
    """Files that differ from what they should be, are missing, or belong to no rule."""
    differing = [path for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    return differing + [path for path in sorted(PAGES.glob("*.md")) if path not in written]


def renew(paths: list[Path], written: dict[Path, str]) -> None:
    """Writes files, and removes those that belong to nothing."""
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path in written:
            path.write_text(written[path], "utf-8")
        else:
            path.unlink()


def main(argv: list[str] | None = None) -> int:
    """Writes the files, or with `--check` only compares; returns the exit code, 1 also for a silent rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is stale")
    check: bool = parser.parse_args(argv).check
    written = {INDEX: index()}
    if not check:
        INDEX.write_text(written[INDEX], "utf-8")  # the engine, which makes the examples, finds the rules by it
    examples = {module.INFO.id: example(module.INFO) for module in modules()}
    silent = [rule for rule, lines in examples.items() if not lines]
    written.update(pages(examples))
    from tools import generate_docs  # after the index: the commands that it runs need it

    written.update(generate_docs.pages())
    behind = stale(written)
    for path in behind:
        print(f"{'stale' if check else 'renewed'}: {path.relative_to(ROOT)}")
    if not check:
        renew(behind, written)
    elif behind:
        print("run `make generate`")
    for rule in silent:
        print(f"{rule} finds nothing in its own example")
    return 1 if silent or (check and behind) else 0


if __name__ == "__main__":
    sys.exit(main())
