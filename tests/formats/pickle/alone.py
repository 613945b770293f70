"""Examines one file as a worker does and prints the peak of the process's memory in MiB, then the rules that spoke."""

from __future__ import annotations

import os
import sys

from fuzz.guard import peak

from weighbridge.engine.worker import weigh
from weighbridge.rules.catalog import RuleSet


def main(path: str) -> None:
    """Examine the file."""
    found = weigh(os.open(path, os.O_RDONLY), "model.pkl", RuleSet(), strict=True)
    print(peak() >> 20, *sorted({finding.rule for finding in found.findings}))


if __name__ == "__main__":
    main(sys.argv[1])
