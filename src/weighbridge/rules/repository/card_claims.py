"""Cards and files."""

from __future__ import annotations

from weighbridge.core.facts import MetadataEntry
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU709",
    slug="card-claims",
    title="The card and the files do not agree",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    harm=Harm.HYGIENE,
    finds=("The model card names another base model than the adapter, or a format that the files do not have."),
    why=("People decide by the card. What it claims about origin and format is what an impostor would claim."),
    fix="Ask the publisher which of the two is right.",
    cwe=(345,),
    atlas=("AML.T0074",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/hub/model-cards",),
    since="0.1",
    positive="repositories:card_claims_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Compare what the card says with what the files beside it say."""
    for files in repository.folders().values():
        entries = {entry.key: (file, entry) for file in files for entry in file.of(MetadataEntry)}
        card, adapter = entries.get("card.base_model"), entries.get("config.base_model_name_or_path")
        if card and adapter and not _same(card[1].text, adapter[1].text):
            message = f"the card names {card[1].text} as base model, the adapter {adapter[1].text}"
            yield card[0].path, Match(message=message, fact=card[1])
        library = entries.get("card.library_name")
        formats = {name for file in files for name in file.formats}
        if library and library[1].text == "safetensors" and "safetensors" not in formats and PICKLED & formats:
            message = "the card says safetensors, the files are pickles"
            yield library[0].path, Match(message=message, fact=library[1])


def _same(one: str, other: str) -> bool:
    """Compare names of models; a local path says nothing about a name on a hub."""
    if other.startswith(("/", "./", "../")) or "\\" in other:
        return True
    return one.lower().rpartition("/")[2] == other.lower().rpartition("/")[2]


PICKLED = frozenset({"torch.zip", "torch.legacy", "pickle"})
