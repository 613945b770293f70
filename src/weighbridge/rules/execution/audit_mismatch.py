"""Nodes that are reviewed under one name and loaded under another."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import AuditMismatch
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE157",
    slug="audit-mismatch",
    title="A type is reviewed under another name than it loads",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A node of a skops file shows one type to the list of types that a person is asked to trust, and its loader "
        "makes or calls another: an operator under a foreign module, a method of an object of another class."
    ),
    why=(
        "The list of untrusted types is all that stands between a skops file and code. A node that lies to it is made "
        "by nobody but an attacker, and skops up to 0.11 does what the node hides."
    ),
    fix="Do not load this file. Use skops 0.12 or later, which refuses such nodes.",
    cwe=(351, 470, 502),
    atlas=("AML.T0018.002", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2025-54412",
        "https://nvd.nist.gov/vuln/detail/CVE-2025-54413",
    ),
    since="0.1",
    positive="skops_files:masked_operator_named_skops",
    negative="skops_files:honest_named_skops",
)


def match(fact: AuditMismatch, _words: Vocabulary) -> Iterator[Match]:
    """Find nodes that say one thing and load another."""
    yield Match(
        message=f"`{fact.key}` is shown as `{fact.audited}` and loads `{fact.loaded}`", fact=fact, when=fact.when
    )
