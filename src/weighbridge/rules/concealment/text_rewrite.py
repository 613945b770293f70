"""Tokenizers that put words into people's mouths."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.texts import TextRewrite
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID211",
    slug="text-rewrite",
    title="A tokenizer changes what was said",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "A normaliser, decoder or post-processor of a tokenizer replaces, inserts or takes away words, addresses "
        "or code."
    ),
    why=(
        "What the user wrote, or what the model answered, is silently turned into something else: another "
        "address, another tool call."
    ),
    fix="Fetch the tokenizer of the base model, and compare the two.",
    cwe=(506, 345),
    atlas=("AML.T0018.002",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/tokenizers/api/normalizers",),
    since="0.1",
    positive="tokenizers:rewriting_decoder_named_json",
    negative="tokenizers:honest_named_json",
)


def match(fact: TextRewrite, _words: Vocabulary) -> Iterator[Match]:
    """Find rewrites that put words or addresses where there were none, or take words away."""
    if telling(fact.replacement):
        message = f"{fact.stage} replaces `{fact.pattern}` by `{fact.replacement}`"
    elif wordy(fact.pattern) and fact.replacement != fact.pattern:
        what = "takes away" if not fact.replacement else f"replaces by `{fact.replacement}`"
        message = f"{fact.stage} {what} the words `{fact.pattern}`"
    else:
        return
    yield Match(message=message, fact=fact, when=When.BEHAVIOUR)


def telling(text: str) -> bool:
    """Tell whether a replacement is more than a sign or a mark of the vocabulary: words, addresses, code."""
    return "://" in text or " " in text.strip() or sum(char.isalpha() for char in text) > LETTERS


def wordy(pattern: str) -> bool:
    """Tell whether what is replaced are words: letters, and more of them than a digraph or a class of signs has."""
    plain = pattern.strip()
    return plain.isascii() and sum(char.isalpha() for char in plain) > 1 and not plain.strip(LITERAL)


LETTERS = 3
"""Letters of a replacement that normalisation needs: `ss` for a sharp s, `...` for an ellipsis."""

LITERAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '-.,:/_"
"""What words, names and addresses consist of; a regular expression for anything else has other signs as well."""
