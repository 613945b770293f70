"""The state of the running interpreter."""

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
    id="EXE106",
    slug="interpreter",
    title="Loading reaches into the running interpreter",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream reaches the interpreter's own state: frames, the garbage collector's objects, `sys.modules`, "
        "the environment, or a special attribute such as `__globals__` or `__builtins__`."
    ),
    why=(
        "From there every function of the program can be found, replaced or called, although the file never names "
        "one of them. Honest files hold values, not the interpreter."
    ),
    fix=danger.REFUSE,
    cwe=(502, 913),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://docs.python.org/3/reference/datamodel.html",
        "https://github.com/protectai/modelscan/issues/330",
    ),
    since="0.1",
    positive="examples:live_objects",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that reach the state of the interpreter."""
    return danger.matches(fact, words, "the state of the interpreter", "interpreter")
