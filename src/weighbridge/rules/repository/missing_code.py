"""Code that a configuration names and the repository lacks."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.programs import CodeUnit
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU703",
    slug="missing-code",
    title="Code that a configuration names is not here",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    harm=Harm.HYGIENE,
    finds=(
        "A configuration names a Python file as code of this repository, as `auto_map` does, and there is no such file."
    ),
    why=("The file may be added later, after the repository was looked at, or come from another place."),
    fix="Ask the publisher for the code, or remove the entry.",
    cwe=(829,),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/transformers/main/en/custom_models",),
    since="0.1",
    positive="repositories:missing_code_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Find code that a configuration names as its repository's own and that is not here."""
    for file, unit in repository.of(CodeUnit):
        if not file.name.endswith((".json", ".yaml")):
            continue
        for name in unit.name.split(", "):
            if name.endswith(".py") and repository.beside(file, name) is None:
                yield file.path, Match(message=f"{name} is not here", fact=unit, when=When.FLAG)
