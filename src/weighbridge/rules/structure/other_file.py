"""Data that lies in another file."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.references import Reference
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="STR311",
    slug="other-file",
    title="Parts of the model lie in another file",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "An HDF5 file takes values from a file beside it by an external link, external storage or a virtual dataset, "
        "or a Keras layer reads its vocabulary from a path instead of a list."
    ),
    why=(
        "What was weighed is not what is loaded: the other file can be exchanged, and a name without a directory is "
        "looked up wherever the program happens to run. Keras refuses such files today."
    ),
    fix="Save the model as one file that holds all of its values.",
    cwe=(73, 829),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://nvd.nist.gov/vuln/detail/CVE-2026-1669", "https://nvd.nist.gov/vuln/detail/CVE-2025-12058"),
    since="0.1",
    positive="hdf5_files:neighbour_named_h5",
    negative="hdf5_files:honest_named_h5",
)


def match(fact: Reference, _words: Vocabulary) -> Iterator[Match]:
    """Find values in files beside this one; what leads out of the directory is told by the rule on paths."""
    if fact.relation in OTHER and fact.kind == "path" and not fact.escapes:
        yield Match(
            message=f"{fact.relation} takes data from {fact.target}",
            fact=fact,
            evidence=(fact.key,) if fact.key else (),
            when=fact.when,
        )


OTHER = frozenset({"hdf5 external link", "hdf5 external storage", "virtual dataset", "lookup vocabulary"})
"""Relations whose target is read in place of the file's own values."""
