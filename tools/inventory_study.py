"""Look into source distributions with the finder and draw a sample for checking by hand.

    python tools/inventory_study.py FOLDER [--sample 100] > study.md

FOLDER holds unpacked source distributions, one folder each. The page that is written has what was found in each, and a
table of references drawn evenly from all, with the line where each name stands: whoever checks it writes ``yes`` or
``no`` into the last column. The drawing is the same for the same folder.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource

from weighbridge.inventory.application.finder import find
from weighbridge.inventory.application.references import ApplicationReferences, ModelReference

WIDTH = 90


def line_of(folder: str, one: ModelReference) -> str:
    """Give the line where the name is written, shortened."""
    with open(os.path.join(folder, one.text.path), encoding="utf-8", errors="replace") as file:
        lines = file.read().split("\n")
    line = lines[min(one.text.line, len(lines)) - 1].strip()
    return line[:WIDTH].replace("|", "\\|").replace("`", "'")


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
    return sorted(sample, key=lambda pair: (pair[0], str(pair[1].text)))


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--sample", type=int, default=100)
    given = parser.parse_args()
    names = sorted(name for name in os.listdir(given.folder) if os.path.isdir(os.path.join(given.folder, name)))
    found = {name: find(os.path.join(given.folder, name)) for name in names}
    print("| distribution | files | references | declared | in tests | open | not read |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, result in found.items():
        declared = sum(one.confidence == "declared" for one in result.references)
        tests = sum(one.usage == "test" for one in result.references)
        row = (result.files, len(result.references), declared, tests, len(result.unresolved), len(result.unread))
        print(f"| {name} | " + " | ".join(map(str, row)) + " |")
    used = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
    print(f"\n{sum(one.ru_utime + one.ru_stime for one in used):.1f} seconds of CPU in all.\n")
    print("| where | what | hub | name | how | the line | right? |\n| --- | --- | --- | --- | --- | --- | --- |")
    for name, one in drawn(found, given.sample):
        line, where = line_of(os.path.join(given.folder, name), one), f"{name}: {one.text.path}:{one.text.line}"
        print(f"| {where} | {one.kind} | {one.hub} | {one.name} | {one.method} | `{line}` | |")


if __name__ == "__main__":
    main()
