"""Severity of an advisory: from CVSS vectors by their formulas, else from the word that its database gives it.

Sources: FIRST, "Common Vulnerability Scoring System v3.1: Specification Document", sections 5, 7 and 8; "A Complete
Guide to the Common Vulnerability Scoring System Version 2.0", section 3.2. Version 4.0 is in ``cvss4``.
"""

from __future__ import annotations

from math import ceil

from weighbridge.core.finding import Severity
from weighbridge.inventory.advisories import cvss4

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.inventory.advisories import record as r

_WORDS = {
    "critical": Severity.CRITICAL, "high": Severity.HIGH, "important": Severity.HIGH, "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM, "low": Severity.LOW, "negligible": Severity.LOW, "none": Severity.INFO,
}  # fmt: skip

_V3 = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_V3_RIGHTS = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}
_V2 = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": {"N": 0.0, "P": 0.275, "C": 0.66},
    "I": {"N": 0.0, "P": 0.275, "C": 0.66},
    "A": {"N": 0.0, "P": 0.275, "C": 0.66},
}


def severity(advisory: r.Advisory, affected: Iterable[r.Affected] = ()) -> Severity | None:
    """Rate an advisory for some of its packages; None where nothing says how bad it is.

    The word of the database comes first: it was chosen by a person who knew the vector.
    """
    if advisory.rating.lower() in _WORDS:
        return _WORDS[advisory.rating.lower()]
    ratings = [*advisory.severity, *(one for each in affected for one in each.severity)]
    found = [rated for one in ratings if (rated := _rated(one)) is not None]
    return max(found, key=lambda one: one.rank, default=None)


def _rated(one: r.Severity) -> Severity | None:
    if one.type == "Ubuntu":
        return _WORDS.get(one.score)
    score = score_of(one)
    if score is None:
        return None
    if one.type == "CVSS_V2":  # NVD's classes for version 2 know no critical
        return Severity.HIGH if score >= 7 else Severity.MEDIUM if score >= 4 else Severity.LOW
    for bound, word in ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW)):
        if score >= bound:
            return word
    return Severity.INFO


def metrics(vector: str) -> dict[str, str]:
    """Split a vector into its metrics."""
    return {name: held for name, colon, held in (part.partition(":") for part in vector.split("/")) if colon}


def score_of(one: r.Severity) -> float | None:
    """Give the score of a vector of CVSS, from 0 to 10 (of versions 2 and 3 the base score); None for what is none."""
    held = metrics(one.score)
    try:
        match one.type:
            case "CVSS_V4":
                return cvss4.score(held)
            case "CVSS_V3":
                return _version_3(held)
            case "CVSS_V2":
                return _version_2(held)
            case _:
                return None
    except KeyError:
        return None


def _version_3(held: dict[str, str]) -> float:
    changed = {"C": True, "U": False}[held["S"]]
    lost = 1 - (1 - _V3["C"][held["C"]]) * (1 - _V3["I"][held["I"]]) * (1 - _V3["A"][held["A"]])
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if changed else 6.42 * lost
    ease = 8.22 * _V3["AV"][held["AV"]] * _V3["AC"][held["AC"]] * _V3_RIGHTS[held["S"]][held["PR"]]
    ease *= _V3["UI"][held["UI"]]
    if impact <= 0:
        return 0.0
    return _rounded_up(min((1.08 if changed else 1.0) * (impact + ease), 10.0))


def _rounded_up(score: float) -> float:
    """Round up to one place, as appendix A of the specification does it without errors of floating point."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else ceil(whole / 10_000) / 10


def _version_2(held: dict[str, str]) -> float:
    impact = 10.41 * (1 - (1 - _V2["C"][held["C"]]) * (1 - _V2["I"][held["I"]]) * (1 - _V2["A"][held["A"]]))
    ease = 20 * _V2["AV"][held["AV"]] * _V2["AC"][held["AC"]] * _V2["Au"][held["Au"]]
    return round((0.6 * impact + 0.4 * ease - 1.5) * (1.176 if impact else 0.0), 1)
