"""Calls and changes of something that cannot be known from the file."""

from __future__ import annotations

from weighbridge.core.facts import Call, Origin
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.execution.wording import line, subject
from weighbridge.rules.vocabulary.standing import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import ItemChange, StateChange
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE119",
    slug="unknowable-call",
    title="Loading calls something that cannot be known",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The callee of REDUCE or OBJ, or the target of BUILD, SETITEM(S), APPEND(S) or ADDITEMS, is the result of "
        "another call, a persistent id, an extension code or another value without a name in the stream."
    ),
    why=(
        "What runs is decided while the file is being opened. Programs that save models call classes by their names; "
        "a call without one is made to be unreadable."
    ),
    fix="Do not load this file. Ask its publisher for the weights as safetensors.",
    cwe=(502, 470),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickletools.html",),
    since="0.1",
    positive="pickles.hostile_calls:extension",
    negative="pickles:ordered_dict",
)


def match(fact: Call | StateChange | ItemChange, words: Vocabulary) -> Iterator[Match]:
    """Find calls without a known callee; changes without a known target are less sure to run anything."""
    if words.standing(fact).kind is not Kind.INDIRECT:
        return
    runs = isinstance(fact, Call) and fact.origin is not Origin.DATA
    deed = "calls" if isinstance(fact, Call) else "changes"
    yield Match(
        message=f"loading {deed} {subject(fact)}",
        fact=fact,
        evidence=(line(fact),),
        confidence=None if runs else Confidence.MEDIUM,
    )
