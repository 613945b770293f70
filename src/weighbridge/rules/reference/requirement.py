"""Packages from unusual places."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.references import Requirement
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="REF404",
    slug="requirement",
    title="A package is to be installed from an unusual place",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXECUTION,
    finds=(
        "Requirements of the repository name an address, a source repository, another index, or a package "
        "whose name looks like a well-known one."
    ),
    why=(
        "Installing a package runs its code. A second index or a look-alike name lets a stranger decide what "
        "that code is."
    ),
    fix="Find out what the package is, and install it from the usual index with a version and hashes.",
    cwe=(494, 829),
    atlas=("AML.T0011.001",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://pip.pypa.io/en/stable/reference/requirements-file-format/",),
    since="0.1",
    positive="requirement_files:extra_index_named_txt",
    negative="requirement_files:honest_named_txt",
)


def match(fact: Requirement, _words: Vocabulary) -> Iterator[Match]:
    """Find requirements that come from elsewhere than the usual index."""
    if fact.origin in ODD:
        yield Match(
            message=f"`{fact.name or fact.specifier}`: {ODD[fact.origin]}",
            fact=fact,
            evidence=(fact.detail or fact.specifier,),
            when=When.FLAG,
        )


ODD = {
    "url": "is installed from an address",
    "vcs": "is installed from a source repository",
    "path": "is installed from a path",
    "editable": "is installed in place",
    "option": "changes where packages come from",
    "lookalike": "has a name that looks like another package's",
}
"""Origins worth a look."""
