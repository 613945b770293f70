"""Names that promise another format than the content has."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import NameMismatch
    from weighbridge.rules.vocabulary.standing import Vocabulary

RUNNING = frozenset({"pickle", "torch.legacy", "torch.script", "native"})
"""Formats that can run code by themselves."""

HOLDING = frozenset({
    "zip", "tar", "7z", "rar", "gzip", "bzip2", "xz", "lzma", "zlib", "lz4", "zstd", "hdf5",
})  # fmt: skip
"""Formats that can hold one that does."""

INFO = RuleInfo(
    id="HID205",
    slug="name-mismatch",
    title="The content is another format than the name says",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "The extension promises one format and the bytes are another. It weighs most where a data-only format such "
        "as safetensors is promised and the content can run code or hold something that does."
    ),
    why=(
        "People and tools trust a name such as `.safetensors` and skip their checks, while many loaders look at the "
        "content and open the pickle that it is."
    ),
    fix="Rename the file to what it is and judge it as that, or ask the publisher for the format that the name says.",
    cwe=(646, 351),
    atlas=("AML.T0010.003", "AML.T0074"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2025-1889",
        "https://nvd.nist.gov/vuln/detail/CVE-2025-10155",
    ),
    since="0.1",
    positive="safetensors_files:pickle_named_safetensors",
    negative="safetensors_files:honest",
)


def match(fact: NameMismatch, _words: Vocabulary) -> Iterator[Match]:
    """Find names that mislead; worse when the content is able to do more than the name says."""
    message = f"the name ends in {fact.extension} ({' or '.join(fact.promised)}), the content is {fact.found}"
    severity = None if _can_do_more(fact.found, fact.promised) else Severity.LOW
    yield Match(message=message, fact=fact, severity=severity)


def _can_do_more(found: str, promised: tuple[str, ...]) -> bool:
    if found in RUNNING:
        return RUNNING.isdisjoint(promised)
    return found in HOLDING and (RUNNING | HOLDING).isdisjoint(promised)
