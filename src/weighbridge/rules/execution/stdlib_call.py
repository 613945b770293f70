"""Parts of the standard library that nobody vetted as plain data."""

from __future__ import annotations

from weighbridge.core.facts import Call
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.execution import danger
from weighbridge.rules.execution.wording import line, subject
from weighbridge.rules.vocabulary.standing import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import GlobalReference
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE114",
    slug="stdlib-call",
    title="Loading calls a Python library function that is no data",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls a name of Python's standard library that is not on the vetted list of plain data types. A "
        "name that is only referred to weighs less."
    ),
    why=(
        "The standard library is on every machine, and hundreds of its functions run commands, files or code on some "
        "way of calling them. Weights need a dozen of its types, and those are vetted; all others are refused."
    ),
    fix=danger.REFUSE,
    cwe=(502,),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://docs.python.org/3/library/pickle.html#restricting-globals",
        "https://github.com/advisories/GHSA-g38g-8gr9-h9xp",
    ),
    since="0.1",
    positive="examples:library_function",
    negative="pickles:datetime_value",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names of the standard library that are neither vetted nor known as dangerous."""
    if words.standing(fact).kind is not Kind.STDLIB:
        return
    if isinstance(fact, Call):
        message = f"loading calls {subject(fact)}, a part of Python's library that is not plain data"
        yield Match(message=message, fact=fact, evidence=(line(fact),))
    else:
        yield Match(
            message=f"the file refers to {subject(fact)}, a part of Python's library that is not plain data",
            fact=fact,
            evidence=(line(fact),),
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
        )
