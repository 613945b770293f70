"""Persistent ids outside the formats that define them."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.execution.wording import LINE, short, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import PersistentId
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE121",
    slug="persistent-id",
    title="The file hands the loader an id of unknown meaning",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXECUTION,
    finds=(
        "PERSID or BINPERSID hands a value to the loader's `persistent_load` hook, and the file is no torch "
        "checkpoint, or the value is not the description of a storage that torch writes."
    ),
    why=(
        "What happens next is up to the program that opens the file. A plain loader refuses such files; one that "
        "accepts them may take the value for a path or a name."
    ),
    fix="Ask the publisher which program reads this file, and load it with nothing else.",
    cwe=(502, 20),
    atlas=("AML.T0010.003", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html#persistence-of-external-objects",),
    since="0.1",
    positive="pickles.hostile_calls:persistent_id",
    negative="torches:zip_checkpoint",
)


def match(fact: PersistentId, _words: Vocabulary) -> Iterator[Match]:
    """Find ids to which the enclosing format gives no meaning."""
    if not fact.known:
        call = short(f"persistent_load({written(fact.value)})", LINE)
        yield Match(message="a persistent id whose meaning is not known", fact=fact, evidence=(call,))
