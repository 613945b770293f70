"""Two forms of one graph."""

from __future__ import annotations

from weighbridge.core.facts import Identity
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.location import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU710",
    slug="two-graphs",
    title="A SavedModel is there in two forms",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=("A directory holds a SavedModel as `saved_model.pb` and as `saved_model.pbtxt`."),
    why=(
        "TensorFlow loads the binary form and falls back to the text. Two graphs under one name are one too "
        "many to have been reviewed."
    ),
    fix="Delete the form that you do not use, and weigh the other.",
    cwe=(436,),
    atlas=("AML.T0074",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://www.tensorflow.org/guide/saved_model",),
    since="0.1",
    positive="repositories:two_graphs_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Find directories with both forms of a SavedModel."""
    for folder in repository.folders():
        begin = f"{folder}/" if folder else ""
        text = repository.files.get(f"{begin}saved_model.pbtxt")
        if text is not None and f"{begin}saved_model.pb" in repository.files:
            message = "saved_model.pb and saved_model.pbtxt lie side by side; a loader reads one of them"
            yield text.path, Match(message=message, fact=Identity(at=Location(), format="tensorflow.pbtxt"))
