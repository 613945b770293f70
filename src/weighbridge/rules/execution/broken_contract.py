"""Vetted names that are used as no honest file uses them."""

from __future__ import annotations

from weighbridge.core.facts import Call, StateChange
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.execution.wording import line, subject
from weighbridge.rules.vocabulary.standing import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import ItemChange
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE118",
    slug="broken-contract",
    title="A vetted name is used in an unusual way",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXECUTION,
    finds=(
        "A name on the vetted list is called, built or filled with other kinds of values than its contract names: "
        "another codec than `latin1` for `_codecs.encode`, a function where a size belongs."
    ),
    why=(
        "Many harmless types turn harmful with the right argument. The list therefore says how honest files use each "
        "name, and this file uses one otherwise: it is a new version of a library, or an attempt to get around."
    ),
    fix=(
        "Treat the file as unsafe until somebody has read the line that is shown. If it comes from a newer version "
        "of a known library, report it so that the contract can be reviewed."
    ),
    cwe=(502, 20),
    atlas=("AML.T0010.003", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html#restricting-globals",),
    since="0.1",
    positive="pickles.hostile_calls:transformed_name",
    negative="pickles:numpy_array",
)


def match(fact: Call | StateChange | ItemChange, words: Vocabulary) -> Iterator[Match]:
    """Find uses of vetted names that break their contract."""
    standing = words.standing(fact)
    if standing.kind is Kind.BROKEN_CONTRACT:
        deed = "is called" if isinstance(fact, Call) else "is built" if isinstance(fact, StateChange) else "is filled"
        message = f"{subject(fact)} {deed} in an unusual way: {standing.reason}"
        yield Match(message=message, fact=fact, evidence=(line(fact),))
