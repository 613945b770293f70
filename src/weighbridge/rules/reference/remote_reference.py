"""Addresses that a load fetches from."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.references import Reference
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="REF402",
    slug="remote-reference",
    title="A load fetches something from an address",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "A field that the loader follows holds an address: a vocabulary, weights, a saved model, a "
        "processor's file. What comes from there was not weighed."
    ),
    why=(
        "What is fetched can change at any time and differ for each victim, and the request tells its author "
        "who loads the model."
    ),
    fix="Fetch it once, weigh it, and let the configuration point at the copy.",
    cwe=(494, 918),
    atlas=("AML.T0010.003", "AML.T0025"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/advisories/GHSA-mq84-hjqx-cwf2",),
    since="0.1",
    positive="keras_files:remote_vocabulary_named_keras",
    negative="keras_files:honest_named_keras",
)


def match(fact: Reference, _words: Vocabulary) -> Iterator[Match]:
    """Find addresses that a load fetches."""
    if fact.kind == "url" and fact.when is not None:
        yield Match(
            message=f"{fact.relation.replace('_', ' ')} is fetched from {fact.target}",
            fact=fact,
            evidence=(fact.key,) if fact.key else (),
            severity=None if fact.when is When.LOAD else Severity.LOW,
            when=fact.when,
        )
