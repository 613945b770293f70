"""Look into source distributions with the finder, draw a sample for checking by hand, and write the page about it.

    python tools/inventory_study.py --draw FOLDER     counts and a sample into tools/inventory_study.toml
    python tools/inventory_study.py                   docs/inventory-study.md from that file

FOLDER holds the unpacked source distributions that the file names, one folder each. References are drawn evenly from
all; the drawing is the same for the same folder. Whoever checks a reference writes ``right``, or what is wrong, as its
verdict into the file, and why; a verdict stays when the same reference is drawn again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import textwrap
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tools.tables import table  # noqa: E402
from weighbridge.inventory.application.finder import find  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.application.references import ApplicationReferences, ModelReference

DATA = ROOT / "tools" / "inventory_study.toml"
PAGE = ROOT / "docs" / "inventory-study.md"
MARK = "# -- drawn by the tool; the verdicts by hand --\n"
SAMPLE = 100
VERDICTS = ("right", "wrong kind", "names nothing real", "not a reference")
KEYS = ("project", "place", "kind", "hub", "name", "pin", "method", "usage")
KINDS = ("model", "adapter", "tokenizer", "dataset", "space", "service", "file")

TEXT = """\
# References in real projects

What [`weighbridge inventory`](how-to/inventory.md) finds in {projects} source distributions of PyPI that use models,
and a sample of {sample} references checked by hand. `python tools/inventory_study.py` writes this page from
`tools/inventory_study.toml`, where the archives are pinned by SHA-256 and the verdicts stand.

## What was found

{found}
*Not known* are loaders whose argument no source tells. They are listed by the command and are no references.

## Precision

{sample} references were drawn evenly from all projects, in the order of a digest of place and name. Each was opened in
its source and followed by eye to the loader. *Right* is a reference that a run of the program, a test or an example
makes, with the right kind, hub, name, pin and line. A name that a test hands to a mock is not right, even if the call
is read as it stands.

{precision}
{wrong}
### What went wrong, and why

{causes}
### Mended after the first drawing

{mended}
## Recall

{recall_method}
{recall}
{missed}
## The sample

{references}"""


def drawn(found: dict[str, ApplicationReferences], count: int) -> list[tuple[str, ModelReference]]:
    """Draw references from each distribution in turn, in the order of a digest of their place and name."""
    queues = {
        name: sorted(
            {(one.text.path, one.text.line, one.kind, one.name): one for one in result.references}.values(),
            key=lambda one: hashlib.sha256(f"{one.text} {one.kind} {one.name}".encode()).digest(),
        )
        for name, result in found.items()
    }
    sample: list[tuple[str, ModelReference]] = []
    while len(sample) < count and any(queues.values()):
        for name, queue in queues.items():
            if queue and len(sample) < count:
                sample.append((name, queue.pop(0)))
    return sorted(sample, key=lambda pair: (pair[0], str(pair[1].text), pair[1].kind, pair[1].name))


def read() -> dict[str, list[dict[str, str]]]:
    """Read the data; lists of tables by their name."""
    return tomllib.loads(DATA.read_text("utf-8"))


def _table(name: str, values: dict[str, str | int]) -> str:
    return f"\n[[{name}]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def draw(folder: Path) -> None:
    """Look into all projects and write counts and sample, with the verdicts that were there."""
    data = read()
    names = [one["name"] for one in data["project"]]
    found = {name: find(str(folder / name)) for name in names}
    known = {tuple(one[key] for key in KEYS[:5]): (one["verdict"], one["why"]) for one in data.get("reference", ())}
    parts = [DATA.read_text("utf-8").partition(MARK)[0], MARK]
    for name, result in found.items():
        kinds = Counter(str(one.kind) for one in result.references)
        usage = Counter(one.usage for one in result.references)
        parts.append(_table("found", {
            "project": name, "files": result.files, **{kind: kinds[kind] for kind in KINDS}, "tests": usage["test"],
            "open": len(result.unresolved), "unread": len(result.unread),
        }))  # fmt: skip
    for name, one in drawn(found, SAMPLE):
        row = (name, f"{one.text.path}:{one.text.line}", str(one.kind), one.hub, one.name, str(one.pin),
               str(one.method), one.usage)  # fmt: skip
        verdict, why = known.get(row[:5], ("", ""))
        parts.append(_table("reference", {**dict(zip(KEYS, row, strict=True)), "verdict": verdict, "why": why}))
    DATA.write_text("".join(parts), "utf-8")


def _found(data: dict[str, list[dict[str, str]]]) -> Iterator[tuple[str, ...]]:
    columns = ("files", *KINDS, "tests", "open", "unread")
    for one in data["found"]:
        yield (one["project"], *(str(one[key]) for key in columns))
    yield ("all", *(str(sum(int(one[key]) for one in data["found"])) for key in columns))


def _wrapped(text: str) -> str:
    indent = "  " if text.startswith("- ") else ""
    return textwrap.fill(text, 120, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False) + "\n"


def page() -> str:
    """Write the page out of the data."""
    data = read()
    sample = data["reference"]
    verdicts = Counter(one["verdict"] for one in sample)
    tested = Counter(one["usage"] == "test" for one in sample)
    right = Counter(one["usage"] == "test" for one in sample if one["verdict"] == "right")
    rows = (
        ("the program and its examples", f"{right[False]} of {tested[False]}"),
        ("tests", f"{right[True]} of {tested[True]}"),
        ("all", f"{verdicts['right']} of {len(sample)}"),
    )
    wrong = ", ".join(f"{verdicts[one]} {one}" for one in VERDICTS[1:] if verdicts[one])
    return TEXT.format(
        projects=len(data["project"]), sample=len(sample),
        found=table(("project", "files", *KINDS, "in tests", "not known", "not read"), _found(data)),
        precision=table(("where", "right"), iter(rows)), wrong=f"Not right: {wrong}.\n",
        causes="".join(_wrapped("- " + one["text"]) for one in data["cause"]),
        mended="".join(_wrapped("- " + one["text"]) for one in data["mended"]),
        recall_method=_wrapped(data["method"][0]["text"]),
        recall=table(
            ("project", "calls", "found", "told as not known", "nothing to find", "missed"),
            ((one["project"], *(str(one[key]) for key in ("calls", "found", "open", "nothing", "missed")))
             for one in data["recall"]),
        ),
        missed="".join(_wrapped("- " + one["text"]) for one in data["missed"]),
        references=table(
            ("project", "where", "what", "hub", "name", "pinned", "how", "verdict"),
            ((one["project"], f"`{one['place']}`", one["kind"], one["hub"], f"`{one['name']}`", one["pin"],
              one["method"], one["verdict"] + (f": {one['why']}" if one["why"] else "")) for one in sample),
        ),
    )  # fmt: skip


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help="look into the projects in a folder")
    given = parser.parse_args()
    if given.draw:
        draw(given.draw)
    else:
        PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
