"""Names out of the extension registry of whoever loads the file."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import ExtensionCode
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE120",
    slug="extension-code",
    title="A number stands in for the name of code to use",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "EXT1, EXT2 or EXT4 takes a name from the `copyreg` registry of the process that loads the file. The file "
        "may fill that registry itself, a moment before."
    ),
    why=(
        "The file asks for code by a number whose meaning is nowhere written in it, so that nobody can tell what it "
        "will use. No machine learning library writes such files."
    ),
    fix="Do not load this file. Ask its publisher for the weights as safetensors.",
    cwe=(502, 470),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/copyreg.html", "https://peps.python.org/pep-0307/"),
    since="0.1",
    positive="pickles.hostile_calls:extension",
    negative="pickles:plain_data",
)


def match(fact: ExtensionCode, _words: Vocabulary) -> Iterator[Match]:
    """Find every extension code."""
    message = f"extension code {fact.code} names code that only the loading process knows"
    yield Match(message=message, fact=fact, evidence=(f"copyreg extension {fact.code}",))
