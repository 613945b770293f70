"""Code of other repositories."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.references import Reference
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="REF403",
    slug="foreign-code",
    title="Code comes from another repository",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A configuration names code in another repository: `auto_map` with `other/repo--module.Class`, an "
        "attention kernel, a custom pipeline."
    ),
    why=(
        "Whoever controls that repository controls what runs here, today and after every change, although "
        "neither its name nor its commit was ever agreed to."
    ),
    fix="Read that code at one commit and pin it, or do without.",
    cwe=(494, 829),
    atlas=("AML.T0010.003", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/advisories/GHSA-8fr4-5q9j-m8gm",),
    since="0.1",
    positive="configs:foreign_auto_map_named_json",
    negative="configs:honest_config_named_json",
)


def match(fact: Reference, _words: Vocabulary) -> Iterator[Match]:
    """Find code that another repository provides; what a load runs unasked weighs more."""
    if fact.relation not in CODE or fact.kind != "repository":
        return
    pinned = "" if fact.pinned else ", not pinned to a commit"
    unasked = fact.when is When.LOAD and not fact.target.startswith(LIBRARY)
    yield Match(
        message=f"{fact.relation.replace('_', ' ')} comes from {fact.target}{pinned}",
        fact=fact,
        evidence=(fact.key,) if fact.key else (),
        severity=Severity.HIGH if unasked else None,
        when=fact.when,
    )


CODE = frozenset({"remote_code", "kernel", "custom_generate", "custom_pipeline"})
"""Relations whose target is executed."""

LIBRARY = "kernels-community/"
"""Where the library itself takes its kernels from."""
