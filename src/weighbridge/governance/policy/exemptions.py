"""Which entries of the lists ``allow`` and ``deny`` fit a subject."""

from __future__ import annotations

from fnmatch import fnmatchcase

from weighbridge.governance.policy.facts import Known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.policy.facts import Subject
    from weighbridge.governance.policy.language import Exemption


def fits(entry: Exemption, subject: Subject, *, said: bool) -> bool:
    """Tell whether an entry is about a subject, or about what it lies in.

    ``said`` also takes digests that only a store has said: enough to deny, never enough to let something pass.
    """
    if entry.purl:
        return any(purl_fits(entry.purl, purl) for purl in (subject.purl, *subject.within))
    held = subject.digests.content if isinstance(subject.digests, Known) else ()
    return any(one.sha256 == entry.sha256 and (said or one.computed) for one in held)


def denies(entry: Exemption, subject: Subject) -> bool:
    """Tell whether a denial is about a subject; the case of letters in a package URL does not matter here."""
    if entry.purl:
        return any(purl_fits(entry.purl.lower(), purl.lower()) for purl in (subject.purl, *subject.within))
    return fits(entry, subject, said=True)


def purl_fits(pattern: str, purl: str) -> bool:
    """Tell whether a package URL fits a pattern; one without a version fits every version."""
    bare, version = _parted(purl)
    wanted, wanted_version = _parted(pattern)
    return bool(bare) and fnmatchcase(bare, wanted) and (not wanted_version or fnmatchcase(version, wanted_version))


def _parted(purl: str) -> tuple[str, str]:
    """Part a package URL into name and version; qualifiers say nothing about which package it is."""
    plain = purl.partition("#")[0]
    # In a pattern a question mark may stand for a character; qualifiers have an equals sign behind it.
    head, mark, rest = plain.rpartition("?")
    plain = head if mark and "=" in rest else plain
    folder, slash, last = plain.rpartition("/")
    name, _, version = last.partition("@")
    return f"{folder}{slash}{name}", version
