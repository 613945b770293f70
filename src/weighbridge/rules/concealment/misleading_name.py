"""File names that show something else than they are."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.texts import MisleadingName
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="HID215",
    slug="misleading-name",
    title="A file name shows something else than it is",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.CONCEALMENT,
    finds=(
        "A name turns the direction of writing, holds characters without width or dots that are none, or puts the "
        "extension of a program behind that of a document or of weights."
    ),
    why=(
        "People see weights or a document and start a program: systems hide the last extension, and a sign that turns "
        "the direction shows `exe.gpj` as a picture."
    ),
    fix="Treat the file as the program that it is, and report whoever published it.",
    cwe=(451, 1007),
    atlas=("AML.T0074", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://attack.mitre.org/techniques/T1036/007/", "https://attack.mitre.org/techniques/T1036/002/"),
    since="0.1",
    positive="misleading_names:archive_named_zip",
    negative="misleading_names:honest_named_zip",
)


def match(fact: MisleadingName, _words: Vocabulary) -> Iterator[Match]:
    """Find names that people read differently."""
    severity = {"direction": None, "double": None, "blank": None, "shadow": Severity.LOW}.get(fact.how, Severity.MEDIUM)
    yield Match(message=f"the name `{fact.shown}` {HOW[fact.how]}", fact=fact, severity=severity)


HOW = {
    "direction": "turns the direction of writing",
    "unseen": "holds characters that nobody sees",
    "look-alike": "holds a sign that only looks like a dot",
    "double": "ends as a program behind the extension of something else",
    "shadow": "is that of a package, which programs beside it import instead",
    "blank": "pushes its extension out of sight with blanks",
}
"""What is wrong with a name, in words."""
