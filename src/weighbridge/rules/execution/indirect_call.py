"""Functions that call what they are given."""

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
    id="EXE111",
    slug="indirect-call",
    title="Loading calls a function through a go-between",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream uses something whose work is to call something else, at once or later: `functools.reduce`, "
        "`map`, `operator.call`, `atexit.register`, `threading.Timer`, `weakref.finalize`."
    ),
    why=(
        "Such a go-between lets a file run a function without ever calling it by name, which is how payloads pass "
        "checks on the names alone."
    ),
    fix=danger.REFUSE,
    cwe=(502, 470),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html", "https://docs.python.org/3/library/functools.html"),
    since="0.1",
    positive="examples:go_between",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that call what they are given."""
    return danger.matches(fact, words, "it calls whatever it is given", "indirect_call")
