"""Files that are opened, written or removed."""

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
    id="EXE104",
    slug="file-access",
    title="Loading opens, writes or removes files",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls, or hands to another object, something that touches the file system: `open`, `io.FileIO`, "
        "`shutil`, logging handlers, archive extraction."
    ),
    why=(
        "A file written to the right place, such as a start-up script, runs the next time somebody logs in; a file "
        "read may be a password. Weights need neither."
    ),
    fix=danger.REFUSE,
    cwe=(502, 73),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html", "https://github.com/advisories/GHSA-m7j5-r2p5-c39r"),
    since="0.1",
    positive="examples:opened_file",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that touch the file system."""
    return danger.matches(fact, words, "access to files", "file")
