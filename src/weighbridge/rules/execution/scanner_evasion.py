"""The code of security scanners."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, RuleInfo, Severity
from weighbridge.rules.execution import danger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Call, GlobalReference
    from weighbridge.core.finding import Match
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE107",
    slug="scanner-evasion",
    title="Loading tampers with a security scanner",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream names a module of a model scanner or of a guard around the loader: picklescan, modelscan, "
        "fickling, modelaudit and others."
    ),
    why=(
        "The only use of a scanner's code in a model file is to switch the scanner off, so that this file or the "
        "next one passes."
    ),
    fix=danger.REFUSE,
    cwe=(502, 693),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html", "https://github.com/trailofbits/fickling/issues/249"),
    since="0.1",
    positive="examples:scanner_hook",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that belong to scanners and guards."""
    return danger.matches(fact, words, "the code of a security scanner", "scanner_evasion")
