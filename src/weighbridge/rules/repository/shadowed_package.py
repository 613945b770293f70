"""Files that stand in the way of packages."""

from __future__ import annotations

from weighbridge.core.facts import GlobalReference, Identity
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.location import Location
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU701",
    slug="shadowed-package",
    title="A file takes the name of a package",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXECUTION,
    finds=(
        "A module or package of the repository has the name of a machine learning library or of a module of "
        "the standard library: `numpy.py`, `torch/`, `json.py`."
    ),
    why=(
        "With the repository on the import path, as loaders of custom code put it there, that file is run in "
        "place of the library, and every vetted name of a pickle leads to it."
    ),
    fix="Do not load from this directory, and ask why the file has this name.",
    cwe=(427, 829),
    atlas=("AML.T0074", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://arxiv.org/abs/2607.17503",),
    since="0.1",
    positive="repositories:package_in_the_way_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Find modules in the way of packages; one that a pickle beside it resolves to is certain."""
    resolved: dict[str, set[str]] = {}
    for file, reference in repository.of(GlobalReference):
        resolved.setdefault(file.folder, set()).add(reference.module.partition(".")[0])
    for folder in repository.folders():
        for name, file in repository.modules(folder).items():
            known = words.lists.find("packages", name)
            if known is None and not words.tables.is_stdlib(name):
                continue
            if known is None and file.name == "__init__.py" and file.folder.rpartition("/")[2] in COMMON:
                continue
            if _is_a_part(repository, folder):
                continue
            used = name in resolved.get(folder, ())
            what = known.reason if known else "a module of the standard library"
            tail = ", and a pickle beside it asks for that name" if used else ""
            yield (
                file.path,
                Match(
                    message=f"`{name}` stands in the way of {what}{tail}",
                    fact=Identity(at=Location(), format="python"),
                    severity=Severity.HIGH if used or known else Severity.MEDIUM,
                    confidence=Confidence.HIGH if used else Confidence.MEDIUM,
                    when=When.LOAD if used else When.FLAG,
                ),
            )


def _is_a_part(repository: Repository, folder: str) -> bool:
    """Tell whether a folder is a package itself: its modules are imported by longer names."""
    return bool(folder) and f"{folder}/__init__.py" in repository.files


COMMON = frozenset({"test", "tests", "code", "site", "platform", "types", "profile"})
"""Packages of people's own that share a name with a module of the standard library that nobody imports from there."""
