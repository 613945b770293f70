"""The score of a vector of CVSS 4.0.

Source: FIRST, "Common Vulnerability Scoring System version 4.0: Specification Document", section 8: a vector belongs to
a class of each of six equivalence sets; their combination (the MacroVector) has a score that people have agreed on, and
the vector loses as much of the way to the next lower classes as it lies below the highest vectors of its own.
"""

from __future__ import annotations

from functools import cache

_SCORES = """
0000 10 9.9 9.8 9.5 9.5 9.2 | 0001 10 9.6 9.3 8.7 9.1 8.1 | 0002 9.3 9 8.9 8 8.1 6.8
0010 9.8 9.5 9.5 9.2 9 8.4 | 0011 9.3 9.2 8.9 8.1 8.1 6.5 | 0012 8.8 8 7.8 7 6.9 4.8 | 0020 9.2 8.2 7.2
0021 7.9 6.9 5 | 0022 6.9 5.5 2.7 | 0100 9.9 9.7 9.5 9.2 9.2 8.5 | 0101 9.5 9.1 9 8.3 8.4 7.1
0102 9.2 8.1 8.2 7.1 7.2 5.3 | 0110 9.5 9.3 9.2 8.5 8.5 7.3 | 0111 9.2 8.2 8 7.2 7 5.9 | 0112 8.4 7 7.1 5.2 5 3
0120 8.6 7.5 5.2 | 0121 7.1 5.2 2.9 | 0122 6.3 2.9 1.7 | 1000 9.8 9.5 9.4 8.7 9.1 8.1
1001 9.4 8.9 8.6 7.4 7.7 6.4 | 1002 8.7 7.5 7.4 6.3 6.3 4.9 | 1010 9.4 8.9 8.8 7.7 7.6 6.7
1011 8.6 7.6 7.4 5.8 5.9 5 | 1012 7.2 5.7 5.7 5.2 5.2 2.5 | 1020 8.3 7 5.4 | 1021 6.5 5.8 2.6 | 1022 5.3 2.1 1.3
1100 9.5 9 8.8 7.6 7.6 7 | 1101 9 7.7 7.5 6.2 6.1 5.3 | 1102 7.7 6.6 6.8 5.9 5.2 3
1110 8.9 7.8 7.6 6.7 6.2 5.8 | 1111 7.4 5.9 5.7 5.7 4.7 2.3 | 1112 6.1 5.2 5.7 2.9 2.4 1.6 | 1120 7.1 5.9 3
1121 5.8 2.6 1.5 | 1122 2.3 1.3 0.6 | 2000 9.3 8.7 8.6 7.2 7.5 5.8 | 2001 8.6 7.4 7.4 6.1 5.6 3.4
2002 7 5.4 5.2 4 4 2.2 | 2010 8.5 7.5 7.4 5.5 6.2 5.1 | 2011 7.2 5.7 5.5 4.1 4.6 1.9
2012 5.3 3.6 3.4 1.9 1.9 0.8 | 2020 6.4 5.1 2 | 2021 4.7 2.1 1.1 | 2022 2.4 0.9 0.4 | 2100 8.8 7.5 7.3 5.3 6 5
2101 7.3 5.5 5.9 4 4.1 2 | 2102 5.4 4.3 4.5 2.2 2 1.1 | 2110 7.5 5.5 5.8 4.5 4 2.1 | 2111 6.1 5.1 4.8 1.8 2 0.9
2112 4.6 1.8 1.7 0.7 0.8 0.2 | 2120 5.3 2.4 1.4 | 2121 2.4 1.2 0.5 | 2122 1 0.3 0.1
"""
"""For classes of the sets 1 to 4: the scores for set 5 from 0 to 2, and for each of them for set 6 from 0 to 1.

Where three stand, set 6 is 1: class 2 of set 3 has no other.
"""

_ORDER = {
    "AV": "NALP", "PR": "NLH", "UI": "NPA", "AC": "LH", "AT": "NP", "VC": "HLN", "VI": "HLN", "VA": "HLN",
    "SC": "HLN", "SI": "SHLN", "SA": "SHLN", "CR": "HML", "IR": "HML", "AR": "HML",
}  # fmt: skip
"""The values of each metric, the worst first."""
_DEFAULTS = {"E": "A", "CR": "H", "IR": "H", "AR": "H"}
"""What holds where nothing is said: the worst."""
_EQ1, _EQ2, _EQ36, _EQ4 = ("AV", "PR", "UI"), ("AC", "AT"), ("VC", "VI", "VA", "CR", "IR", "AR"), ("SC", "SI", "SA")
_HIGHEST = {
    _EQ1: {"0": "NNN", "1": "ANN NLN NNP", "2": "PNN ALP"},
    _EQ2: {"0": "LN", "1": "HN LP"},
    _EQ36: {
        "00": "HHHHHH", "01": "HHLMMH HHHMMM", "10": "LHHHHH HLHHHH", "11": "LHLHMH LHHHMM HLHMHM HLLMHH LLHHHM",
        "21": "LLLHHH",
    },
    _EQ4: {"0": "HSS", "1": "HHH", "2": "LLL"},
}  # fmt: skip
"""The highest vectors of each class."""
_DEPTH = {
    _EQ1: {"0": 1, "1": 4, "2": 5},
    _EQ2: {"0": 1, "1": 2},
    _EQ36: {"00": 7, "01": 6, "10": 8, "11": 8, "21": 10},
    _EQ4: {"0": 6, "1": 5, "2": 4},
}
"""How many steps a class is deep."""


@cache
def _table() -> dict[str, float]:
    found: dict[str, float] = {}
    for row in _SCORES.split("\n"):
        for classes, *scores in (part.split() for part in row.split("|") if part.strip()):
            sixth = "01" if len(scores) == 6 else "1"
            keys = (f"{classes}{fifth}{last}" for fifth in "012" for last in sixth)
            found.update(zip(keys, map(float, scores), strict=True))
    return found


def score(vector: dict[str, str]) -> float:
    """Score the metrics of a vector, from 0 to 10; raises KeyError for a vector that lacks one or has another value."""
    held = {name: _effective(vector, name) for name in (*_ORDER, "E")}
    if all(held[name] == "N" for name in ("VC", "VI", "VA", *_EQ4)):
        return 0.0
    table = _table()
    classes = _classes(held)
    own = table[classes]
    losses = []
    first, second, third, fourth, fifth, sixth = map(int, classes)
    lower = {
        _EQ1: [(first + 1, second, third, fourth, fifth, sixth)],
        _EQ2: [(first, second + 1, third, fourth, fifth, sixth)],
        _EQ36: [(first, second, third + sixth, fourth, fifth, 1)],
        _EQ4: [(first, second, third, fourth + 1, fifth, sixth)],
    }
    if (third, sixth) == (0, 0):
        lower[_EQ36] = [(first, second, 0, fourth, fifth, 1), (first, second, 1, fourth, fifth, 0)]
    of_set = {_EQ1: classes[0], _EQ2: classes[1], _EQ36: classes[2] + classes[5], _EQ4: classes[3]}
    for metrics, next_ in lower.items():
        known = [table[key] for one in next_ if (key := "".join(map(str, one))) in table]
        if known:
            part = _below(held, metrics, of_set[metrics]) / _DEPTH[metrics][of_set[metrics]]
            losses.append((own - max(known)) * part)
    if f"{classes[:4]}{fifth + 1}{classes[5]}" in table:
        losses.append(0.0)  # set 5 has one metric: a vector never lies below the highest of its class
    mean = sum(losses) / len(losses) if losses else 0.0
    return int((min(10.0, max(0.0, own - mean)) + 1e-6) * 10 + 0.5) / 10


def _effective(vector: dict[str, str], name: str) -> str:
    """Give the value that counts: the modified one, then the plain one, then the worst."""
    modified = vector.get(f"M{name}", "X")
    value = modified if modified != "X" else vector.get(name, "X")
    value = value if value != "X" else _DEFAULTS.get(name, "X")
    if value not in _ORDER.get(name, "APU"):
        raise KeyError(name)
    return value


def _classes(held: dict[str, str]) -> str:
    """Name the classes of the six sets."""
    none = [held[name] == "N" for name in _EQ1]
    high = [held[name] == "H" for name in ("VC", "VI", "VA")]
    first = 0 if all(none) else 1 if any(none) and held["AV"] != "P" else 2
    second = 0 if held["AC"] == "L" and held["AT"] == "N" else 1
    third = 0 if high[0] and high[1] else 1 if any(high) else 2
    fourth = 0 if "S" in (held["SI"], held["SA"]) else 1 if any(held[name] == "H" for name in _EQ4) else 2
    sixth = 0 if any(is_high and held[name] == "H" for is_high, name in zip(high, _EQ36[3:], strict=True)) else 1
    return f"{first}{second}{third}{fourth}{'APU'.index(held['E'])}{sixth}"


def _below(held: dict[str, str], metrics: tuple[str, ...], class_: str) -> int:
    """Count the steps from the first of the highest vectors of a class that is nowhere below a vector."""
    for highest in _HIGHEST[metrics][class_].split():
        steps = [
            _ORDER[name].index(held[name]) - _ORDER[name].index(top)
            for name, top in zip(metrics, highest, strict=True)
        ]  # fmt: skip
        if min(steps) >= 0:
            return sum(steps)
    raise KeyError(class_)
