"""Pickles that import code of the repository."""

from __future__ import annotations

from weighbridge.core.facts import GlobalReference
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU702",
    slug="repository-code",
    title="A load imports code of this repository",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A pickle resolves a name in a module that lies in the same repository, so that loading the pickle "
        "runs that file."
    ),
    why=(
        "An import runs the whole module, whatever the name is used for. It is what custom model classes "
        "need, and what an attacker who can add a file needs."
    ),
    fix="Read the module, or ask for the weights without the class.",
    cwe=(829, 502),
    atlas=("AML.T0018.002", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html",),
    since="0.1",
    positive="repositories:code_beside_pickle_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Find names of pickles that lead to files of the repository; the names of libraries are another rule's."""
    modules = {
        folder: repository.modules(folder) for folder in {"", *(file.folder for file in repository.files.values())}
    }
    for file, name in repository.of(GlobalReference):
        top = name.module.partition(".")[0]
        if words.lists.find("packages", top) is not None or words.tables.is_stdlib(top):
            continue
        found = modules[file.folder].get(top) or modules[""].get(top)
        if found is not None and found.path != file.path:
            yield (
                file.path,
                Match(message=f"a load imports `{top}`, which is {found.path} of this repository", fact=name),
            )
