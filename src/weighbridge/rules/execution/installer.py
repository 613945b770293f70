"""Package installers."""

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
    id="EXE112",
    slug="installer",
    title="Loading installs software",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls, or hands to another object, a package installer or builder: `pip.main`, `ensurepip`, "
        "`venv`, `distutils.core.run_setup`."
    ),
    why=(
        "Installing a package runs the package's own code. The file itself then looks harmless: the attack waits on "
        "a package index."
    ),
    fix=danger.REFUSE,
    cwe=(502, 829, 494),
    atlas=("AML.T0011.000", "AML.T0011.001", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://nvd.nist.gov/vuln/detail/CVE-2025-1716", "https://github.com/advisories/GHSA-vqmv-47xg-9wpr"),
    since="0.1",
    positive="examples:installed_package",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that install software."""
    return danger.matches(fact, words, "an installer of packages", "installer")
