"""Operating-system commands."""

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
    id="EXE101",
    slug="process",
    title="Loading runs an operating-system command",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls, or hands to another object, a callable that starts a process: `os.system`, "
        "`subprocess.Popen`, or one of the many library functions that run a command on their way."
    ),
    why=(
        "The command runs the moment the file is opened, before any weight is used, with all the rights of whoever "
        "opens it. This is the usual first step of a break-in."
    ),
    fix=danger.REFUSE,
    cwe=(502, 78),
    atlas=("AML.T0011.000", "AML.T0018.002", "AML.T0050"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://docs.python.org/3/library/pickle.html",
        "https://huggingface.co/docs/hub/security-pickle",
        "https://github.com/advisories/GHSA-g38g-8gr9-h9xp",
    ),
    since="0.1",
    positive="pickles:posix_system",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that start a process."""
    return danger.matches(fact, words, "an operating-system command", "process")
