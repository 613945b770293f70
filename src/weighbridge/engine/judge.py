"""Facts to findings: the rules that asked for a fact see it; equal findings of a file become one."""

from __future__ import annotations

from weighbridge.core.finding import DECISIVE, Confidence, Finding
from weighbridge.core.values import replace
from weighbridge.core.when import When
from weighbridge.engine.digest import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.facts import Fact
    from weighbridge.core.finding import Match, RuleInfo, Severity
    from weighbridge.rules.catalog import RuleSet

EVIDENCE = 5
"""Lines of evidence kept for one finding."""

FINDINGS = 200
"""Different findings of one rule, severity and confidence kept for one file: the common crowds out nothing grave."""


class Judge:
    """Collects the findings of one file."""

    def __init__(self, rules: RuleSet, path: str = "") -> None:
        self.rules = rules
        self.path = path
        self._found: dict[tuple[str, str, tuple[str, ...]], tuple[RuleInfo, Match, Fact]] = {}
        self._kept: dict[tuple[str, Severity, Confidence], int] = {}

    def see(self, fact: Fact) -> None:
        """Show a fact to the rules that subscribe to its type."""
        for info, match in self.rules.matches(fact):
            self.take(info, match)

    def take(self, info: RuleInfo, match: Match) -> None:
        """Take note of what a rule found."""
        fact = match.fact
        key = (info.id, match.message, fact.at.member)
        known = self._found.get(key)
        if known is not None:
            merged = tuple(dict.fromkeys((*known[1].evidence, *match.evidence)))
            graver = known if _weight(info, known[1]) >= _weight(info, match) else (info, match, fact)
            self._found[key] = (info, replace(graver[1], evidence=merged[:EVIDENCE]), graver[2])
            return
        kind = (info.id, match.severity or info.severity, match.confidence or info.confidence)
        self._kept[kind] = self._kept.get(kind, 0) + 1
        if self._kept[kind] <= FINDINGS:
            self._found[key] = (info, match, fact)

    def findings(self) -> tuple[Finding, ...]:
        """Give the findings, the worst first, then by place."""
        made = [self._finding(info, match, fact) for info, match, fact in self._found.values()]
        return tuple(sorted(made, key=rank))

    def _finding(self, info: RuleInfo, match: Match, fact: Fact) -> Finding:
        return Finding(
            rule=info.id,
            title=info.title,
            severity=match.severity or info.severity,
            confidence=match.confidence or info.confidence,
            harm=info.harm,
            message=match.message,
            at=fact.at,
            evidence=match.evidence[:EVIDENCE],
            fingerprint=fingerprint(info.id, match.message, fact.at.member),
            when=match.when or (When.LOAD if info.harm in DECISIVE else None),
        )


def _weight(info: RuleInfo, match: Match) -> tuple[int, bool]:
    """Weigh a match as a verdict does: what is said in the same words may be graver or surer in another place."""
    return (match.severity or info.severity).rank, (match.confidence or info.confidence) is Confidence.HIGH


def rank(finding: Finding) -> tuple[int, str, tuple[str, ...], int]:
    """Order findings: the worst first, then by rule and place."""
    return (-finding.severity.rank, finding.rule, finding.at.member, finding.at.offset or 0)


def fingerprint(rule: str, message: str, member: tuple[str, ...]) -> str:
    """Identify a finding across runs: by rule, words and member; not by offset, so that re-saving changes nothing."""
    text = "".join(f"{len(part)}:{part}" for part in (rule, message, *member)).encode("utf-8", "surrogatepass")
    digest = sha256(len(text))
    digest.update(text)
    return digest.hexdigest()[:32]
