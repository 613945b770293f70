"""Package names that look like well-known ones: a letter off, signs that look alike, parts in another order.

``lists/popular_packages.tsv`` holds the names that are worth imitating (``popular``), honest neighbours of theirs
(``known``), and names that were published to catch mistakes (``trap``). Sources: PyPI's download counts; what the
table names.
"""

from __future__ import annotations

import os

from weighbridge.rules.vocabulary.tables import LONGEST, rows

_PATH = os.path.join(os.path.dirname(__file__), "lists", "popular_packages.tsv")

SHORTEST = 5
"""Letters from which one that is changed, added or missing counts; shorter names have too many honest neighbours."""

_ALIKE = {
    ord("0"): "o", ord("1"): "l", ord("3"): "e", ord("5"): "s", ord("i"): "l", ord("о"): "o", ord("а"): "a",
    ord("е"): "e", ord("р"): "p", ord("с"): "c", ord("х"): "x", ord("у"): "y", ord("і"): "l", ord("ο"): "o",
}  # fmt: skip


def normalised(name: str) -> str:
    """Write a name as PyPI compares it (PEP 503)."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)


class Lookalikes:
    """Compares names with those that are worth imitating; the table is read once."""

    def __init__(self) -> None:
        self._kinds = {row[0]: (row[1], row[3]) for row in rows(_PATH, 4)}
        self._popular = [name for name, (kind, _) in self._kinds.items() if kind == "popular"]
        self._bare = {_bare(name): name for name in self._popular}

    def of(self, name: str) -> str:
        """Say what a name looks like, in words; empty for honest neighbours and for strangers."""
        own = normalised(name)
        if len(own) > LONGEST:
            return ""
        kind, reason = self._kinds.get(own, ("", ""))
        if kind:
            return reason if kind == "trap" else ""
        twin = self._bare.get(_bare(own))
        if twin:
            return f"is written like `{twin}`"
        parts = sorted(own.split("-"))
        for popular in self._popular:
            if len(parts) > 1 and sorted(popular.split("-")) == parts:
                return f"has the parts of `{popular}` in another order"
            if min(len(own), len(popular)) >= SHORTEST and _one_off(own, popular):
                return f"is one letter off `{popular}`"
            if own in {f"{popular}-{word}" for word in _ADDED}:
                return f"is `{popular}` with a word that means nothing"
        return ""


_ADDED = ("official", "original", "real", "new", "latest", "fixed", "free", "pro")


def _bare(name: str) -> str:
    """Write a name so that those which look alike are equal."""
    return name.translate(_ALIKE).replace("-", "").replace("rn", "m").replace("vv", "w")


def _one_off(one: str, other: str) -> bool:
    """Tell whether one letter was changed, added or left out, or two neighbours changed places."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    if len(one) == len(other):
        swapped = one[at + 1 : at + 2] + one[at : at + 1]
        return one[at + 1 :] == other[at + 1 :] or (swapped == other[at : at + 2] and one[at + 2 :] == other[at + 2 :])
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[at + 1 :] == shorter[at:]
