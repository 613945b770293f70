"""Links in place of data."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.references import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU711",
    slug="linked-data",
    title="Data of the model is a link out of the repository",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=("A file that a model names as its data is a symbolic link whose target lies outside of the repository."),
    why=(
        "The loader reads a file of this machine as weights, and whoever gets the tensors gets the file "
        "(CVE-2026-27489, CVE-2026-34447)."
    ),
    fix="Do not load the model; ask for one with its data in place.",
    cwe=(59, 61),
    atlas=("AML.T0011.000", "AML.T0025"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/onnx/onnx/security/advisories",),
    since="0.1",
    positive="repositories:linked_data_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Find data files that are links out of the repository. The Hugging Face cache links into its own `blobs`."""
    for file, reference in repository.of(Reference):
        if reference.relation not in DATA:
            continue
        data = repository.beside(file, reference.target)
        if data is None or not data.link or data.link.startswith(f"{repository.root}/"):
            continue
        if data.link.rpartition("/")[0].endswith("/blobs") and "/snapshots/" in f"{repository.root}/":
            continue
        yield (
            file.path,
            Match(message=f"{reference.target} is a link to {data.link}", fact=reference, when=reference.when),
        )


DATA = frozenset({"external_data", "shard", "weights", "vocabulary", "asset"})
"""Relations whose target is read as data of the model."""
