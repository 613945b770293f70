"""Changes to what was imported, and states that turn an object into behaviour."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.execution import danger
from weighbridge.rules.execution.wording import line, subject
from weighbridge.rules.vocabulary.standing import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import ItemChange, StateChange
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE117",
    slug="mutation",
    title="Loading changes parts of the running program",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "BUILD, SETITEM(S), APPEND(S) or ADDITEMS works on an imported module, class, table or function instead of "
        "on an object built in the stream, or a state replaces a special method such as `__setstate__`."
    ),
    why=(
        "The file rewrites the program that opens it: it can swap a function for another, or put code where the "
        "program will look later. The damage shows long after the file was loaded, and far from it."
    ),
    fix=danger.REFUSE,
    cwe=(502, 915),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://docs.python.org/3/library/pickle.html#object.__setstate__",
        "https://nvd.nist.gov/vuln/detail/CVE-2026-24747",
    ),
    since="0.1",
    positive="pickles.hostile_calls:mutated_global",
    negative="pickles.hostile_calls:filled_container",
)


def match(fact: StateChange | ItemChange, words: Vocabulary) -> Iterator[Match]:
    """Find changes of imported things and of special methods."""
    standing = words.standing(fact)
    if standing.kind is Kind.MUTATION:
        message = f"loading changes {subject(fact)}: {standing.reason}"
        yield Match(message=message, fact=fact, evidence=(line(fact),))
