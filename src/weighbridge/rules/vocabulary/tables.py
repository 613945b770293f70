"""The vocabulary's tables, read from text files beside this module; README.md there describes their columns."""

from __future__ import annotations

import os

from weighbridge.core.values import value

_HERE = os.path.dirname(__file__)

LONGEST = 100
"""Characters of a package's name that is looked up: no package has a longer one, and no file system takes it."""

DEEPEST = 32
"""Parts of a dotted name that are looked up; listed names have a handful."""


@value
class Vetted:
    """A name that is data only, with the contract on its use."""

    uses: frozenset[str]
    arguments: str
    state: str


@value
class Danger:
    """What calling or even naming something leads to, and who published it."""

    category: str
    source: str
    reason: str


def rows(path: str, columns: int) -> list[list[str]]:
    """Read the rows of a table that have enough columns; a table that does not exist has none."""
    try:
        with open(path, encoding="utf-8") as table:
            lines = table.read().split("\n")
    except FileNotFoundError:
        return []
    return [row for row in (line.split("\t") for line in lines if line and line[0] != "#") if len(row) >= columns]


class Tables:
    """Looks names up; the file of a package is read when the first of its names appears."""

    def __init__(self) -> None:
        self._vetted: dict[str, dict[tuple[str, str], Vetted]] = {}
        self._exact: dict[str, Danger] = {}
        self._below: dict[str, Danger] = {}
        self._stdlib: frozenset[str] | None = None

    def vetted(self, module: str, name: str) -> Vetted | None:
        """Find the entry of a name on the vetted list."""
        top = module.split(".", 1)[0]
        if top not in self._vetted:
            path = os.path.join(_HERE, "vetted", f"{top}.tsv") if top.isidentifier() and len(top) < LONGEST else ""
            self._vetted[top] = {
                (row[0], row[1]): Vetted(uses=frozenset(row[2].split(",")), arguments=row[3], state=row[4])
                for row in rows(path, 7)
            }
        return self._vetted[top].get((module, name))

    def danger(self, module: str, name: str) -> Danger | None:
        """Find what is known against a name: itself, or the nearest class or package around it that is listed."""
        if not self._exact:
            self._read_dangers()
        full, found = ".".join(f"{module}.{name}".split(".", DEEPEST)[:DEEPEST]), None
        while found is None and full:
            found = self._exact.get(full) or self._below.get(full)
            full = full.rpartition(".")[0]
        return found

    def _read_dangers(self) -> None:
        folder = os.path.join(_HERE, "dangerous")
        for file in sorted(os.listdir(folder)):
            for pattern, category, source, reason in (row[:4] for row in rows(os.path.join(folder, file), 4)):
                danger = Danger(category=category, source=source, reason=reason)
                if pattern.endswith(".*"):
                    self._below[pattern[:-2]] = danger
                else:
                    self._exact[pattern] = danger

    def is_stdlib(self, module: str) -> bool:
        """Tell whether a module belongs to the standard library of any CPython from 2.7 on."""
        if self._stdlib is None:
            with open(os.path.join(_HERE, "stdlib.txt"), encoding="utf-8") as listed:
                self._stdlib = frozenset(line for line in listed.read().split("\n") if line and line[0] != "#")
        return module.split(".", 1)[0] in self._stdlib
