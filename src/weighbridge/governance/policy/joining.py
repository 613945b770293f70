"""Joins what several targets say of the same thing: a scan of a file, a model that an application names.

Only what identifies bytes joins: a SHA-256 that was computed, or a package URL with a commit.
"""

from __future__ import annotations

from weighbridge.core.values import replace
from weighbridge.governance.policy.facts import Known, Missing, Subject
from weighbridge.inventory.graph import Kind

_OF_FILES = ("scan", "scanned", "formats")
_ELSEWHERE = ("digests", "scan", "formats", "signatures", "licenses", "lineage", "evaluations")
"""Questions about what something is; how it is named and fixed stays a question of the one who names it."""


def joined(subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
    """Fill what is missing of one subject with what another target knows of the same bytes."""
    weighed: dict[str, Subject] = {}
    here: set[str] = set()
    for one in subjects:
        if isinstance(one.scan, Known):
            weighed |= dict.fromkeys(_computed(one), one)
        if one.here and one.commit and one.purl:
            here.add(one.purl)
    return tuple(_joined(one, weighed, here) for one in subjects)


def _joined(one: Subject, weighed: dict[str, Subject], here: set[str]) -> Subject:
    if one.kind is Kind.FILE and isinstance(one.scan, Missing):
        other = next((weighed[sha256] for sha256 in _computed(one) if sha256 in weighed), None)
        return one if other is None else replace(one, **{name: getattr(other, name) for name in _OF_FILES})
    if not one.here and one.purl in here:
        missing = [name for name in _ELSEWHERE if isinstance(getattr(one, name), Missing)]
        return replace(one, **dict.fromkeys(missing))
    return one


def _computed(one: Subject) -> tuple[str, ...]:
    held = one.digests.content if isinstance(one.digests, Known) else ()
    return tuple(each.sha256 for each in held if each.computed)
