"""Weights that are read from a file of another kind."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.references import Reference
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="REF410",
    slug="odd-data-file",
    title="Weights are read from a file that holds no weights",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "A tensor lies in a file whose name begins with a dot or ends as a script, a configuration, a key or a "
        "program does."
    ),
    why=(
        "The loader reads, or writes when the model is saved again, a file of the directory it runs in: "
        "credentials end up in tensors, sources are overwritten."
    ),
    fix="Do not load the model where such a file lies; ask the publisher for one with weights in a file of their own.",
    cwe=(73, 915),
    atlas=("AML.T0011.000", "AML.T0025"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/onnx/onnx/blob/main/docs/ExternalData.md",),
    since="0.1",
    positive="onnxes:environment_data_named_onnx",
    negative="onnxes:external_data_named_onnx",
)

_WEIGHTS = frozenset({"external_data", "weights"})
_ENDINGS = (
    ".py", ".pyc", ".sh", ".bash", ".bat", ".ps1", ".js", ".so", ".dll", ".dylib", ".exe", ".env", ".json", ".yaml",
    ".yml", ".toml", ".ini", ".cfg", ".conf", ".pem", ".crt", ".md", ".txt", ".html", ".xml", ".log", ".sqlite",
)  # fmt: skip


def match(fact: Reference, _words: Vocabulary) -> Iterator[Match]:
    """Find files of weights that are none by their name; those outside of the directory have a rule of their own."""
    if fact.relation not in _WEIGHTS or fact.escapes or fact.when is not When.LOAD:
        return
    name = fact.target.replace("\\", "/").rpartition("/")[2].lower()
    if name.startswith(".") or name.endswith(_ENDINGS):
        yield Match(message=f"weights are read from {fact.target}", fact=fact, evidence=(fact.key,), when=fact.when)
