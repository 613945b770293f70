"""Repeats a finding: ``python -m fuzz.replay TARGET FILE``; the error comes with its traceback."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from fuzz.bounds import ADDRESS_SPACE
from fuzz.guard import peak
from fuzz.targets import load


def main(arguments: list[str]) -> int:
    """Run the input once, without a net."""
    target, data = load(arguments[0]), Path(arguments[1]).read_bytes()
    if target.capped:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    before, start = peak(), time.perf_counter()
    target.one(data)
    print(f"nothing wrong: {time.perf_counter() - start:.2f} s, {(peak() - before) >> 20} MiB more at the peak")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
