"""Parts of an archive that a loader unpickles although the format has a safe way."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import ConfiguredCall
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE136",
    slug="unrestricted-payload",
    title="A weight of the archive is unpickled without restriction",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A table in a torch.export archive marks a weight or constant with `use_pickle`, so that loading the program "
        "gives these bytes to `torch.load` with `weights_only=False`."
    ),
    why=(
        "Whoever loads an exported program expects raw tensors and has no setting that keeps the pickle from running. "
        "What is in the pickle now is judged by itself; the way for another one is open."
    ),
    fix="Ask the publisher to export again with plain tensors in place of tensor subclasses.",
    cwe=(502,),
    atlas=("AML.T0018.002", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://nvd.nist.gov/vuln/detail/CVE-2026-4538",),
    since="0.1",
    positive="torch_scripts:pickled_weight_named_pt2",
    negative="torch_scripts:exported",
)


def match(fact: ConfiguredCall, _words: Vocabulary) -> Iterator[Match]:
    """Find payloads that an archive asks to be unpickled."""
    if fact.scheme == "torch.export" and fact.name == "use_pickle":
        yield Match(message=f"`{fact.key}` has the payload unpickled", fact=fact, when=fact.when)
