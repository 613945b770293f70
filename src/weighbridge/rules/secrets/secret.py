"""Credentials that lie open."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.texts import Secret
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="SEC501",
    slug="secret",
    title="A credential lies open",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "Text of the repository holds a token, key or password whose form, checksum or entropy is that of a real one."
    ),
    why=(
        "Whoever finds it can act in its owner's name; a leaked write token of a hub lets a stranger replace "
        "the weights."
    ),
    fix="Ask the owner to revoke it. Removing the line is not enough, since history keeps it.",
    cwe=(798, 522),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.github.com/en/code-security/secret-scanning/introduction/about-secret-scanning",),
    since="0.1",
    positive="proses:hub_token_named_md",
    negative="proses:placeholder_token_named_md",
)


def match(fact: Secret, _words: Vocabulary) -> Iterator[Match]:
    """Find credentials; the value itself is never shown."""
    proof = f" ({fact.proof})" if fact.proof else ""
    sure = Confidence.HIGH if fact.proof else Confidence.LOW
    severity = None if fact.proof else Severity.LOW
    yield Match(message=f"{fact.kind} `{fact.shown}`{proof}", fact=fact, confidence=sure, severity=severity)
