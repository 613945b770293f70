"""The whole museum under strace: ``python -m tests.tracing [--json FILE]``, which takes an hour.

Every exhibit is converted by a worker of its own, and those that libraries load are detonated in the jail; the suite
has samples of both. Exit codes: 0 nothing got out; 1 something did, or crashed; 2 usage, or no strace.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.tracing import strace
from tests.tracing.museum import LOADERS, Visit, conversions, detonations, visit

CONVERTED = "converted"
EVERY = {"torch": 40}
"""Of so many exhibits one is detonated: importing torch takes seconds each time."""


def visits(every: int) -> Iterator[tuple[str, Visit]]:
    """All runs, one after the other, by what was done."""
    for library in ("", *LOADERS):
        with tempfile.TemporaryDirectory(prefix="museum-") as name:
            folder = Path(name)
            step = every * EVERY.get(library, 1)
            errands = detonations(folder, library, step) if library else conversions(folder, step)
            what = f"loaded with {library}" if library else CONVERTED
            print(f"{what}: {len(errands)} files", file=sys.stderr, flush=True)
            yield what, visit(folder, errands, traced=True)


def summary(what: str, seen: Visit) -> tuple[str, bool]:
    """One line about a run, and whether all was as it must be."""
    states = Counter(one.state for one in seen.outcomes)
    deeds = seen.deeds()
    done = [deed for deed in deeds if deed.done]
    tried = Counter(deed.kind for deed in deeds if not deed.done)
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    refused = ", ".join(f"{count} {kind}" for kind, count in sorted(tried.items())) or "nothing"
    processes = len(seen.trace.lines) if seen.trace is not None else 0
    line = f"{what}: {told}; {processes} processes and threads; tried and refused: {refused}; done: {len(done)}"
    lines = [line, *(f"  DONE {deed.kind}: {deed.line}" for deed in done[:20])]
    crashed = [one for one in seen.outcomes if one.state == "crashed"]
    lines += [f"  CRASHED {one.errand.label}: {one.code} {one.reason}" for one in crashed[:20]]
    # A file that is only converted is read by a parser: not even an attempt is right.
    return "\n".join(lines), not done and not states["crashed"] and (what != CONVERTED or not tried)


def documents(what: str, seen: Visit) -> list[dict[str, Any]]:
    """What came of each exhibit."""
    return [
        {"exhibit": one.errand.label, "what": what, "code": one.code, "outcome": one.state, "reason": one.reason}
        for one in seen.outcomes
    ]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Converts and detonates the whole museum under strace.")
    parser.add_argument("--json", type=Path, help="what came of each exhibit")
    parser.add_argument("--every", type=int, default=1, help="a sample: one of so many (default: all)")
    given = parser.parse_args()
    if not strace.usable():
        print("there is no strace here, or it may not trace; on Debian: apt install strace", file=sys.stderr)
        return 2
    right, told = True, []
    for what, seen in visits(given.every):
        words, is_right = summary(what, seen)
        print(words, flush=True)
        right = right and is_right
        told += documents(what, seen)
    if given.json:
        given.json.write_text(json.dumps(told, indent=1))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
