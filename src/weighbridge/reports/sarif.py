"""The report as SARIF 2.1.0 (OASIS Standard with errata 01), for code scanning services and viewers."""

from __future__ import annotations

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.finding import Finding, RuleInfo, Severity
from weighbridge.core.location import Location
from weighbridge.core.report import Report
from weighbridge.reports import outline
from weighbridge.reports.neutral import encodable, shorten, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.reports.jsonv1 import Json

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "weighbridge/v1"

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# Code scanning services read bands out of this number: critical from 9.0, high from 7.0, medium from 4.0, low above 0.
SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
EVIDENCE, EVIDENCE_WIDTH = 3, 120
"""Lines of evidence in the text of a result, and their columns; all of it is in the properties."""


def render(report: Report, rules: tuple[RuleInfo, ...]) -> str:
    """Render the run with the whole catalogue of rules, fired or not; equal input gives equal text."""
    import json

    return json.dumps(document(report, rules), indent=2) + "\n"


def document(report: Report, rules: tuple[RuleInfo, ...]) -> dict[str, Json]:
    """Build the SARIF log as plain values."""
    listed = outline.entries(report)
    files: dict[str, int] = {}
    artifacts: list[Json] = []
    for entry in sorted(listed, key=lambda entry: entry.path):
        if uri(entry.path) not in files:
            files[uri(entry.path)] = len(artifacts)
            artifacts.append(_artifact(entry))
    places = {rule.id: index for index, rule in enumerate(rules)}
    driver: dict[str, Json] = {
        "name": "Weighbridge",
        "version": report.version,
        "rules": [_rule(rule) for rule in rules],
        "notifications": [_notice(kind) for kind in GapKind],
        "properties": {"rulesDigest": report.rules} | ({"disabled": list(report.disabled)} if report.disabled else {}),
    }
    tool: dict[str, Json] = {"driver": driver}
    if report.plugins:
        tool["extensions"] = [{"name": name} for name in dict.fromkeys(report.plugins)]
    results: list[Json] = []
    for entry in listed:
        results += [_result(finding, entry.path, files, places) for finding in outline.ordered(entry.file.findings)]
        for one in sorted(entry.file.suppressed, key=lambda one: (one.finding.fingerprint, one.reason)):
            excuse: Json = {"kind": "external", "status": "accepted", "justification": visible(one.reason)}
            results.append(_result(one.finding, entry.path, files, places) | {"suppressions": [excuse]})
    missed = outline.gaps(report)
    invocation: dict[str, Json] = {
        # A notification of level error means by definition that the run failed (section 3.20.21).
        "executionSuccessful": all(gap.kind is not GapKind.CRASHED for _, gap in missed),
        "toolExecutionNotifications": [_notification(path, gap, files) for path, gap in missed],
    }
    run: dict[str, Json] = {
        "tool": tool,
        "invocations": [invocation],
        "artifacts": artifacts,
        "results": results,
        "properties": {"verdict": str(report.verdict())},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def uri(path: str) -> str:
    """Write a path as a URI reference (RFC 3986): bytes outside the unreserved set are percent-encoded.

    A path of this machine stays relative or becomes ``file:``, whatever colons or percent signs it holds; an address
    such as ``hf://org/model`` keeps its scheme. Names that are not UTF-8 keep their bytes.
    """
    from urllib.parse import quote

    scheme, mark, rest = path.partition("://")
    if mark and scheme.isascii() and scheme.isalnum():
        return f"{scheme.lower()}://{quote(_octets(rest), safe='/@:')}"
    quoted = quote(_octets(path), safe="/")
    return f"file://{quoted}" if path.startswith("/") else quoted


def _octets(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte, so no file has this name
        return encodable(path).encode()


def message_text(text: str) -> str:
    """Make text a literal SARIF message: braces are doubled (section 3.11.5) and no link can form (section 3.11.6)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _message(text: str) -> dict[str, Json]:
    return {"text": message_text(text)}


def _rule(rule: RuleInfo) -> dict[str, Json]:
    from weighbridge.reports import explanation, rule_page

    tags = ["security", *(f"external/cwe/cwe-{number}" for number in rule.cwe), *rule.atlas, *rule.owasp]
    return {
        "id": rule.id,
        "name": "".join(word[:1].upper() + word[1:] for word in rule.slug.split("-")),
        "shortDescription": _message(visible(rule.title)),
        "fullDescription": _message(visible(rule.finds)),
        "help": {
            "text": message_text(explanation.body(rule)),
            "markdown": message_markdown(rule_page.body(rule)),
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": list(dict.fromkeys(tags)),
            "security-severity": SCORES[rule.severity],
            "precision": str(rule.confidence),
            "harm": str(rule.harm),
            "atlas": list(rule.atlas),
            "owasp": list(rule.owasp),
            "since": rule.since,
            "documentation": f"docs/rules/{rule.id}.md",
        },
    }


def message_markdown(text: str) -> str:
    """Make Markdown of ours a SARIF message: links are meant, braces are not placeholders."""
    return text.replace("{", "{{").replace("}", "}}")


def _notice(kind: GapKind) -> dict[str, Json]:
    return {"id": str(kind), "shortDescription": _message(f"Not judged: {outline.GAPS[kind]}.")}


def _artifact(entry: outline.Entry) -> dict[str, Json]:
    known: dict[str, Json] = {"location": {"uri": uri(entry.path)}, "roles": ["analysisTarget"]}
    if entry.file.size is not None:
        known["length"] = entry.file.size
    if entry.file.sha256 is not None:
        known["hashes"] = {"sha-256": entry.file.sha256}
    properties: dict[str, Json] = {
        "verdict": str(entry.verdict),
        "formats": [encodable(name) for name in entry.file.formats],
    }
    if entry.file.claimed_sha256:
        properties["claimedSha256"] = encodable(entry.file.claimed_sha256)
    return known | {"properties": properties}


def _result(finding: Finding, path: str, files: dict[str, int], places: dict[str, int]) -> dict[str, Json]:
    result: dict[str, Json] = {"ruleId": encodable(finding.rule)}
    if finding.rule in places:
        result["ruleIndex"] = places[finding.rule]
    standing: dict[str, Json] = {
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "harm": str(finding.harm),
        "evidence": [encodable(line) for line in finding.evidence],
    }
    return result | {
        "level": LEVELS[finding.severity],
        "message": _message(_sentence(finding)),
        "locations": [_location(path, finding.at, files)],
        "partialFingerprints": {FINGERPRINT: encodable(finding.fingerprint)},
        "properties": standing | _inside(finding.at),
    }


def _sentence(finding: Finding) -> str:
    place = outline.where(finding.at)
    said = visible(finding.message).rstrip(".") + (f" ({place})." if place else ".")
    shown = [shorten(line, EVIDENCE_WIDTH) for line in finding.evidence[:EVIDENCE]]
    return f"{said} Evidence: {'; '.join(shown)}" if shown else said


def _notification(path: str, gap: Gap, files: dict[str, int]) -> dict[str, Json]:
    said = f"Not judged, {outline.GAPS[gap.kind]}: {visible(gap.reason).rstrip('.')}"
    place = outline.where(gap.at)
    return {
        "descriptor": {"id": str(gap.kind), "index": list(GapKind).index(gap.kind)},
        "level": "error" if gap.kind is GapKind.CRASHED else "warning",
        "message": _message(f"{said} ({visible(path)}{', ' if place else ''}{place})."),
        "locations": [_location(path, gap.at, files)],
        "properties": _inside(gap.at),
    }


def _location(path: str, at: Location, files: dict[str, int]) -> dict[str, Json]:
    """Place something in a file; offsets inside a member are no offsets of the file, so they make no region."""
    artifact: dict[str, Json] = {"uri": uri(path)}
    if uri(path) in files:
        artifact["index"] = files[uri(path)]
    physical: dict[str, Json] = {"artifactLocation": artifact}
    if not at.member and at.offset is not None:
        region: dict[str, Json] = {"byteOffset": at.offset}
        if at.length is not None:
            region["byteLength"] = at.length
        physical["region"] = region
    place: dict[str, Json] = {"physicalLocation": physical}
    if at.member:
        names = [visible(name) for name in at.member]
        place["logicalLocations"] = [{"name": names[-1], "fullyQualifiedName": " > ".join(names), "kind": "resource"}]
    return place


def _inside(at: Location) -> dict[str, Json]:
    """Keep the exact place inside a member for programs."""
    if not at.member:
        return {}
    exact: dict[str, Json] = {"member": [encodable(name) for name in at.member]}
    if at.offset is not None:
        exact["byteOffset"] = at.offset
    if at.length is not None:
        exact["byteLength"] = at.length
    return exact
