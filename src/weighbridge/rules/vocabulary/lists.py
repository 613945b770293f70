"""Lists of names of other kinds than pickles': operators of graphs, layers, targets of configurations.

``lists/<list>.tsv`` holds ``pattern``, ``category``, ``source``, ``reason``; a pattern is a name, or ``prefix.*`` for a
name and all below it. What a category leads to is said by the rule that reads the list. A name that is on no list is
unknown, and default deny (DESIGN law 1) says what follows from that.
"""

from __future__ import annotations

import os

from weighbridge.core.values import value
from weighbridge.rules.vocabulary.tables import DEEPEST, rows

_HERE = os.path.join(os.path.dirname(__file__), "lists")


@value
class Listed:
    """What is known of a name."""

    category: str
    source: str
    reason: str


class Lists:
    """Looks names up; a list is read when it is first asked."""

    def __init__(self) -> None:
        self._exact: dict[str, dict[str, Listed]] = {}
        self._below: dict[str, dict[str, Listed]] = {}

    def find(self, table: str, name: str) -> Listed | None:
        """Find the entry of a name in a list: itself, or the nearest prefix around it that is listed."""
        if table not in self._exact:
            self._read(table)
        exact, below = self._exact[table], self._below[table]
        found = exact.get(name)
        full = ".".join(name.split(".", DEEPEST)[:DEEPEST])
        while found is None and full:
            found = below.get(full)
            full = full.rpartition(".")[0]
        return found

    def covering(self, table: str, name: str) -> str:
        """Give the name or prefix by which a list holds a name; empty when it does not."""
        if self.find(table, name) is None or name in self._exact[table]:
            return name if name in self._exact[table] else ""
        full = ".".join(name.split(".", DEEPEST)[:DEEPEST])
        while full not in self._below[table]:
            full = full.rpartition(".")[0]
        return full

    def _read(self, table: str) -> None:
        exact, below = self._exact.setdefault(table, {}), self._below.setdefault(table, {})
        for pattern, category, source, reason in (row[:4] for row in rows(os.path.join(_HERE, f"{table}.tsv"), 4)):
            entry = Listed(category=category, source=source, reason=reason)
            if pattern.endswith(".*"):
                below[pattern[:-2]] = entry
            else:
                exact[pattern] = entry
