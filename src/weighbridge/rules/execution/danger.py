"""What the rules on known dangers share: one match for each use of a name of their category.

The tables choose the category and with it the rule; that a name is not vetted is found out without them (DESIGN law 1).
"""

from __future__ import annotations

from weighbridge.core.facts import Call
from weighbridge.core.finding import Match, Severity
from weighbridge.rules.execution.wording import line, subject
from weighbridge.rules.vocabulary.standing import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import GlobalReference
    from weighbridge.rules.vocabulary.standing import Vocabulary

REFUSE = (
    "Do not load this file. Ask its publisher for the weights as safetensors, and report it to the hub it came from."
)
"""The advice on files that run code as soon as they are opened."""


def matches(fact: Call | GlobalReference, words: Vocabulary, what: str, *categories: str) -> Iterator[Match]:
    """Match a call of a name of these categories, or a reference that hands the name to something else.

    ``what`` ends the message: it says in a few words what the name does.
    """
    standing = words.standing(fact)
    if standing.kind is not Kind.DANGEROUS or standing.category not in categories:
        return
    if isinstance(fact, Call):
        yield Match(message=f"loading runs {subject(fact)}: {what}", fact=fact, evidence=(line(fact),))
    else:
        # Nothing in the stream calls it: it is handed to an object that may, now or when the model is used.
        message = f"loading hands over {subject(fact)}: {what}"
        yield Match(message=message, fact=fact, evidence=(line(fact),), severity=Severity.HIGH)
