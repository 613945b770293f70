"""Names that the file computes while it is loaded."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.execution import danger
from weighbridge.rules.execution.wording import NAME, line, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import UnresolvedName
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE116",
    slug="unresolvable-name",
    title="The file computes the name of the code that it uses",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "STACK_GLOBAL takes its module or its name from the result of a call or from another value that only loading "
        "can produce, so that no reader of the file can tell what is imported."
    ),
    why=(
        "No program that saves models writes this. Its one purpose is to keep the name of what will run out of sight "
        "until it runs."
    ),
    fix=danger.REFUSE,
    cwe=(502, 470),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickletools.html", "https://peps.python.org/pep-3154/"),
    since="0.1",
    positive="pickles.hostile_calls:computed_name",
    negative="pickles:ordered_dict",
)


def match(fact: UnresolvedName, _words: Vocabulary) -> Iterator[Match]:
    """Find names that are computed; the half that is written down is told."""
    known = short(fact.module or fact.name, NAME)
    half = f"from `{known}`" if fact.module else f"called `{known}`" if fact.name else "from anywhere"
    yield Match(message=f"loading imports something {half} by a computed name", fact=fact, evidence=(line(fact),))
