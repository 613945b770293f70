"""Lookups by which a file reaches any name."""

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
    id="EXE103",
    slug="import-resolution",
    title="Loading looks up names that the file chooses",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls, or hands to another object, something that imports modules or resolves names from text: "
        "`importlib.import_module`, `pkgutil.resolve_name`, `operator.attrgetter` and their kin."
    ),
    why=(
        "A file that can look up any name can run any code that is installed, and can hide which. No list of "
        "forbidden names helps once one such lookup is allowed."
    ),
    fix=danger.REFUSE,
    cwe=(502, 470),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://docs.python.org/3/library/importlib.html",
        "https://github.com/advisories/GHSA-vvpj-8cmc-gx39",
    ),
    since="0.1",
    positive="pickles:import_module",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that import or resolve other names."""
    return danger.matches(fact, words, "a lookup that reaches any code", "import_resolution")
