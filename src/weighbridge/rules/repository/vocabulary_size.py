"""Tokenizers and embeddings."""

from __future__ import annotations

from weighbridge.core.facts import MetadataEntry
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU706",
    slug="vocabulary-size",
    title="The tokenizer has more words than the model",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.HYGIENE,
    finds=("The tokenizer gives ids that are beyond the vocabulary of the configuration."),
    why=(
        "Such ids read outside the embedding: an error at best, somebody else's memory in a careless engine. "
        "Tokenizer and weights do not belong together."
    ),
    fix="Ask for the tokenizer that the model was trained with.",
    cwe=(125, 345),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/transformers/main/en/main_classes/tokenizer",),
    since="0.1",
    positive="repositories:vocabulary_size_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Compare the vocabulary of a tokenizer with what the model of the same directory has room for."""
    for files in repository.folders().values():
        settings = {(entry.key): (file, entry) for file in files for entry in file.of(MetadataEntry)}
        config, tokenizer = settings.get("config.vocab_size"), settings.get("tokenizer.vocab_size")
        if config is None or tokenizer is None:
            continue
        room, words = _number(config[1].text), _number(tokenizer[1].text)
        if words > room > 0:
            message = f"the tokenizer has {words:,} entries, the model room for {room:,}"
            yield tokenizer[0].path, Match(message=message, fact=tokenizer[1])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < DIGITS else 0


DIGITS = 12
"""Digits of a size of a vocabulary; a longer number is none."""
