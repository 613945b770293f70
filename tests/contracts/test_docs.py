"""The documentation says what is: made pages are fresh, links lead somewhere, examples work, nothing is left out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from tools import corpus, corpus_converted, corpus_table, generate, generate_docs, inventory_study, picture

from weighbridge.cli import app, config
from weighbridge.cli.options import Command, parse
from weighbridge.core.coverage import GapKind
from weighbridge.core.modules import fetch
from weighbridge.core.report import Verdict
from weighbridge.sandbox.policy import SCANNER_LAYERS

ROOT = generate.ROOT
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
BY_HAND = [*generate_docs.written_by_hand(), ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"]
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
MADE = sorted({*generate_docs.MADE, *generate_docs.written_by_hand(), picture.PICTURE})

LONGEST_DECISION = 60
"""Lines: one page."""

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
_SPAN = re.compile(r"`([a-z_]+(?:/[a-z_0-9]+)+(?:\.[a-z]+|/))`")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


pages = pytest.mark.parametrize("page", PAGES, ids=map(name, PAGES))


@pytest.fixture(scope="module")
def fresh() -> dict[Path, str]:
    return generate_docs.pages()


@pytest.mark.parametrize("page", MADE, ids=map(name, MADE))
def test_what_is_made_is_fresh(page: Path, fresh: dict[Path, str]) -> None:
    assert page.read_text("utf-8") == fresh[page], "run `make generate`"


def test_rule_pages_and_index_are_fresh() -> None:
    written = {generate.INDEX: generate.index()}
    written.update(generate.pages({module.INFO.id: generate.example(module.INFO) for module in generate.modules()}))
    assert not [name(path) for path in generate.stale(written)], "run `make generate`"


def headings(page: Path) -> set[str]:
    """The anchors of a page as GitHub makes them."""
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    texts = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in texts}


@pages
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for link in _LINK.findall(text):
        path, _, anchor = link.partition("#")
        if path.startswith(("https://", "http://")):
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in headings(target), link


@pages
def test_pages_speak_of_what_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = set(re.findall(r"^([a-z ]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(_MAKE.findall(text)) <= {target for line in targets for target in line.split()}
    if page in BY_HAND and page.parent.name != "dev":  # guides for contributors name files that are yet to be written
        for path in _SPAN.findall(text):
            placed = [ROOT / path, ROOT / "src" / "weighbridge" / path, page.parent / path]
            ours = path.split("/")[0] in {
                "core",
                "formats",
                "rules",
                "engine",
                "cli",
                "sandbox",
                "docs",
                "tools",
                "tests",
            }
            assert not ours or any(one.exists() for one in placed), path


@pages
def test_pages_are_self_contained(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"(?<![\w.])/(?:work|tmp|root|home)/", text)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert text.count("<!-- end -->") == len(re.findall(r"<!-- [a-z]+: [^\n]+ -->", text))


def commands(page: Path) -> list[list[str]]:
    """The words of the `weighbridge` commands in fenced blocks that are not run for their output."""
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    lines = [line for token in tokens if token.type == "fence" for line in token.content.splitlines()]
    return [line.split()[1:] for line in lines if line.startswith("weighbridge ")]


@pytest.mark.parametrize("page", BY_HAND, ids=map(name, BY_HAND))
def test_commands_that_are_shown_can_be_given(page: Path) -> None:
    for words in commands(page):
        if words[0].endswith(":"):
            continue  # a message of the program
        length = 2 if " ".join(words[:2]) in app.COMMANDS else 1
        module, _ = app.COMMANDS[" ".join(words[:length])]
        command: Command = fetch(module).COMMAND
        parse(command, words[length:])


def test_every_command_has_its_reference() -> None:
    text = (DOCS / "reference" / "commands.md").read_text("utf-8")
    for command, (module, _) in app.COMMANDS.items():
        assert f"\n## weighbridge {command}\n" in text
        for group in fetch(module).COMMAND.all_groups():
            for option in group.options:
                assert all(f"{one} " in text or f"{one}," in text or f"{one}\n" in text for one in option.names)


def rows(page: Path, heading: str) -> dict[str, list[str]]:
    """A table by its first column, which is a code span."""
    text = page.read_text("utf-8")
    table = text[text.index(heading) :].split("\n\n")[0]
    table = table.partition("\n<!-- end")[0]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]
    return {line[0].strip("` "): line[1:] for line in cells}


def test_every_key_of_the_configuration_is_told_with_its_default() -> None:
    told = rows(DOCS / "reference" / "configuration.md", "| key | type |")
    assert tuple(told) == config._KEYS
    for key, cells in told.items():
        if key != "suppress":
            default = tomllib.loads(f"it = {cells[1].strip('`')}")["it"]
            held = getattr(config.Config(), key.replace("-", "_"))
            assert held == (tuple(default) if isinstance(default, list) else default)


def test_every_key_of_a_suppression_is_told() -> None:
    assert tuple(rows(DOCS / "reference" / "configuration.md", "| key | meaning |")) == config._SUPPRESS_KEYS


def test_the_example_configuration_can_be_loaded() -> None:
    loaded = config.load(str(ROOT / "examples" / "weighbridge.toml"))
    assert [one.rule for one in loaded.suppress] == ["EXE115"]


def test_every_kind_of_gap_is_explained() -> None:
    assert set(rows(DOCS / "how-to" / "read-a-report.md", "| kind |")) == set(map(str, GapKind))


def test_every_layer_of_the_jail_is_told() -> None:
    told = rows(DOCS / "limitations.md", "| layer |")
    assert set(told) == {str(layer) for layer in SCANNER_LAYERS}
    assert all(cells[0] for cells in told.values())


def test_the_workflow_is_one() -> None:
    workflow = yaml.safe_load((ROOT / "examples" / "github-workflow.yml").read_text("utf-8"))
    steps = workflow["jobs"]["weigh"]["steps"]
    scans = [step["run"] for step in steps if "weighbridge scan" in step.get("run", "")]
    assert len(scans) == 1
    given = parse(fetch(app.COMMANDS["scan"][0]).COMMAND, scans[0].split()[2:])
    written = {one.partition("=")[2] for one in given.every("--output")}
    used = {step["with"]["sarif_file"] for step in steps if "sarif_file" in step.get("with", {})}
    assert used <= written
    assert workflow["permissions"] == {"contents": "read"}


def test_the_table_of_the_corpus_is_about_the_pinned_files() -> None:
    text = (DOCS / "corpus.md").read_text("utf-8")
    told = re.findall(r"^\| ([^|]+) \| `([^`]+)` \| ([^|]+) \| ([^|]+) \|", text, re.MULTILINE)
    pinned = {(one.folder, member.path): member for one in corpus.read_list() for member in one.members}
    assert [(folder, path) for folder, path, _, _ in told] == list(pinned)
    assert len(pinned) >= 25
    for folder, path, _, verdict in told:
        assert corpus_table.is_expected(Verdict(verdict), pinned[folder, path])


def test_the_account_of_conversions_is_about_the_pinned_files() -> None:
    text = (DOCS / "corpus-converted.md").read_text("utf-8")
    rows = re.findall(r"^\| (\S+) \| `(.+)` \| \S+ \| ([a-z ]+) \|", text, re.MULTILINE)
    pinned = {(one.folder, member.path): member for one in corpus.read_list() for member in one.members}
    assert {(folder, path) for folder, path, _ in rows} == {
        place for place, member in pinned.items() if member.kind.partition(".")[0] in corpus_converted.LIBRARIES
    }
    for folder, path, state in rows:
        assert corpus_converted.is_expected(corpus_converted.Outcome(pinned[folder, path], state)), path
    assert sum(state == "the same" for _, _, state in rows) >= corpus_converted.LEAST


def test_the_study_of_real_projects_is_what_its_data_say() -> None:
    data = inventory_study.read()
    text = (DOCS / "inventory-study.md").read_text("utf-8")
    assert text == inventory_study.page()
    projects = [one["name"] for one in data["project"]]
    assert len(projects) >= 10
    assert [one["project"] for one in data["found"]] == projects
    assert {one["project"] for one in data["reference"]} <= set(projects)
    assert len(data["reference"]) == inventory_study.SAMPLE
    for one in data["reference"]:
        assert one["verdict"] in inventory_study.VERDICTS, one
        assert one["verdict"] == "right" or one["why"], one
    for one in data["recall"]:
        assert int(one["calls"]) == sum(int(one[key]) for key in ("found", "open", "nothing", "missed")), one
    right = sum(one["verdict"] == "right" for one in data["reference"])
    assert f"[{right} were right](../inventory-study.md)" in (DOCS / "how-to" / "inventory.md").read_text("utf-8")


def test_decisions_are_numbered_without_holes() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=[page.stem for page in DECISIONS])
def test_a_decision_fits_a_page_and_weighs_what_there_was(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert len(text.splitlines()) <= LONGEST_DECISION
    parts = [line.removeprefix("## ").split()[0] for line in text.splitlines() if line.startswith("## ")]
    assert parts == ["Context", "Options", "Decision", "Consequences"]
    assert f"adr/{page.name}" in (DOCS / "index.md").read_text("utf-8")


def test_no_page_is_lost() -> None:
    """From the index of the documentation every page can be reached."""
    seen: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md" and page.exists():
            seen.add(page)
            links = [link.partition("#")[0] for link in _LINK.findall(page.read_text("utf-8"))]
            waiting += [(page.parent / link).resolve() for link in links if link and "://" not in link]
    assert not [name(page) for page in DOCS.rglob("*.md") if page not in seen]


def test_the_tests_that_a_page_names_are_there() -> None:
    named = re.findall(r"`(tests/[\w/.]+)::(\w+)`", (DOCS / "dev" / "bom-acceptance.md").read_text("utf-8"))
    assert len(named) > 20
    for path, test in named:
        assert f"def {test}(" in (DOCS.parent / path).read_text("utf-8"), f"{path} has no {test}"
