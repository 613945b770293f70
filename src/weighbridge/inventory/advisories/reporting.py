"""Turns a finding of a scan into an advisory that can be published: an OSV 1.7 record bound to files and a commit.

Nothing is invented: who is affected is what was scanned, the severity is that of the finding, and a CVSS vector is left
to a person.
"""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.inventory.advisories import record as r
from weighbridge.inventory.advisories.kinds import kind_of
from weighbridge.inventory.advisories.writing import document
from weighbridge.inventory.bom.addresses import is_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from weighbridge.core.finding import RuleInfo, Severity
    from weighbridge.inventory.advisories.kinds import Kind

_RATINGS = {"critical": "CRITICAL", "high": "HIGH", "medium": "MODERATE", "low": "LOW", "info": "LOW"}
"""The words of GitHub, which OSV's readers know (``database_specific.severity``)."""


@value
class Evidence:
    """A finding and the files that it is in, all of one repository.

    ``repository`` is its address and ``purl`` its package URL without a version, both empty for files of no store;
    ``commit`` is empty where nobody knows it.
    """

    rule: RuleInfo
    severity: Severity
    message: str
    fingerprint: str
    files: tuple[r.AffectedFile, ...]
    formats: tuple[str, ...] = ()
    name: str = ""
    repository: str = ""
    purl: str = ""
    commit: str = ""


def advisory_of(evidence: Evidence, now: str, id_: str = "", summary: str = "") -> dict[str, Any]:
    """Give the record; ``now`` is RFC 3339 in UTC. Equal evidence and times give equal records."""
    kind = kind_of(evidence.rule, evidence.formats)
    where = evidence.name or evidence.files[0].path
    advisory = r.Advisory(
        id=id_ or f"x_weighbridge-{now[:4]}-{evidence.fingerprint[:8]}{evidence.files[0].sha256[:8]}",
        modified=now,
        published=now,
        summary=summary or f"{evidence.rule.title} in {where}",
        details=_details(evidence, kind),
        affected=(_affected(evidence, kind),),
        references=(r.Reference(type="PACKAGE", url=evidence.repository),) if is_address(evidence.repository) else (),
        cwes=tuple(f"CWE-{number}" for number in evidence.rule.cwe),
        rating=_RATINGS[evidence.severity],
        kind=kind.name,
    )
    written = document(advisory)
    written["credits"] = [{"name": "Weighbridge", "type": "TOOL"}]
    written["database_specific"] |= {
        "mitre_atlas": list(evidence.rule.atlas),
        "owasp": list(evidence.rule.owasp),
        "finding_rule": evidence.rule.id,
        "finding_fingerprint": evidence.fingerprint,
    }
    return written


def _affected(evidence: Evidence, kind: Kind) -> r.Affected:
    events = (r.Event(kind=r.EventKind.INTRODUCED, version=evidence.commit),)
    is_located = bool(evidence.repository)
    return r.Affected(
        ecosystem="GIT" if is_located else "",
        name=evidence.repository,
        purl=evidence.purl,
        versions=(evidence.commit,) if is_located and evidence.commit else (),
        ranges=(
            (r.Range(type=r.RangeType.GIT, repo=evidence.repository, events=events),)
            if is_located and evidence.commit else ()
        ),
        files=evidence.files,
        applies_to_derived=kind.to,
        not_to=kind.not_to,
    )  # fmt: skip


def _details(evidence: Evidence, kind: Kind) -> str:
    """Write what was found, where, why it matters, what is not known, and what to do."""
    listed = "\n".join(f"- `{file.path}`, SHA-256 `{file.sha256}`" for file in evidence.files)
    known = (
        f"It was seen at commit `{evidence.commit}`. Earlier and later commits were not looked at."
        if evidence.commit
        else "Of which commit the files are is not known."
    )
    derived = (
        f"Models made from it inherit this where they are made by: {', '.join(kind.to)}."
        if kind.to
        else "Models made from it do not inherit this by being made from it."
    )
    return "\n\n".join((
        f"A load of it {kind.says}. Found: {evidence.message}.", f"Files:\n\n{listed}", known, evidence.rule.why,
        f"What to do: do not load these files. {evidence.rule.fix}", derived,
    ))  # fmt: skip
