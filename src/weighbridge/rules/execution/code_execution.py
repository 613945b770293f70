"""Code that the file carries as text."""

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
    id="EXE102",
    slug="code-execution",
    title="Loading runs code that the file carries as text",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls, or hands to another object, something that compiles or evaluates source text: `eval`, "
        "`exec`, debuggers, profilers, template engines, or the expression evaluators of libraries."
    ),
    why=(
        "Whatever the author of the file wrote as text becomes a running program when the file is opened. There is "
        "no limit to what that program may do."
    ),
    fix=danger.REFUSE,
    cwe=(502, 94, 95),
    atlas=("AML.T0011.000", "AML.T0018.002", "AML.T0050"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://docs.python.org/3/library/pickle.html",
        "https://github.com/advisories/GHSA-wfq2-52f7-7qvj",
        "https://github.com/advisories/GHSA-p523-jq9w-64x9",
    ),
    since="0.1",
    positive="pickles:builtins_exec",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that run source text."""
    return danger.matches(fact, words, "code from text", "code_execution", "evaluator")
