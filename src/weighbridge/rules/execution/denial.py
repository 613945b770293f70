"""Calls that stop or stall the process."""

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
    id="EXE113",
    slug="denial",
    title="Loading stops or stalls the process",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls, or hands to another object, something that ends, blocks or crashes the process: "
        "`os._exit`, `time.sleep`, `signal`, `faulthandler`."
    ),
    why=(
        "A service that opens the file goes down or hangs, and a scanner that loads it in order to watch it may be "
        "stopped before it sees the rest."
    ),
    fix=danger.REFUSE,
    cwe=(502, 400),
    atlas=("AML.T0011.000", "AML.T0029"),
    owasp=("LLM03:2025", "LLM10:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html",),
    since="0.1",
    positive="examples:sleep",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that end, block or crash the process."""
    return danger.matches(fact, words, "it stops or stalls the process", "denial")
