"""Functions and byte code inside the file."""

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
    id="EXE110",
    slug="code-object",
    title="The file carries program code, not only weights",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream builds code objects or functions out of its own bytes: `types.CodeType`, `types.FunctionType`, "
        "and the function builders of cloudpickle and dill."
    ),
    why=(
        "Byte code that travels inside a model is a program of its author's choice. It may run at once or when the "
        "model is first used, and nobody can read it without tools."
    ),
    fix=(
        "Do not load this file unless its author is known to you and the file came signed. Ask for plain weights "
        "beside source code that can be read."
    ),
    cwe=(502, 94),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/types.html", "https://nvd.nist.gov/vuln/detail/CVE-2025-67747"),
    since="0.1",
    positive="examples:code_object",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that make code out of data."""
    return danger.matches(fact, words, "program code out of the file", "code_object")
