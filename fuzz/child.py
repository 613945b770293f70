"""What a child process of the fuzzers takes and gives: bounds by the command line, a JSON document at the end."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fuzz.findings import Finding


@dataclass(slots=True, kw_only=True)
class Told:
    """What a child says: counts for the table, and findings."""

    counts: dict[str, int | float] = field(default_factory=dict)
    findings: list[dict[str, str]] = field(default_factory=list)

    def found(self, finding: Finding) -> None:
        """Keep a finding, unless the same went wrong before."""
        if finding.wrong not in [known["wrong"] for known in self.findings]:
            self.findings.append(asdict(finding))

    def write(self, path: Path) -> None:
        """Leave the document for the parent."""
        path.write_text(json.dumps(asdict(self)))


def read(path: Path) -> Told:
    """Read what a child left."""
    return Told(**json.loads(path.read_text()))


def parser(description: str) -> argparse.ArgumentParser:
    """Make a parser with what every child takes."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--seconds", type=float, required=True)
    made.add_argument("--seed", type=int, required=True)
    made.add_argument("--report", type=Path, required=True)
    return made
