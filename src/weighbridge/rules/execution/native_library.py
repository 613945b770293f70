"""Native libraries that are loaded into the process."""

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
    id="EXE108",
    slug="native-library",
    title="Loading pulls in a native library",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls, or hands to another object, something that loads a shared library or calls into one: "
        "`ctypes`, `cffi`, `torch.ops.load_library`, `numpy.ctypeslib.load_library`."
    ),
    why=(
        "Native code runs below everything that could watch or limit it. The library may lie beside the model, in a "
        "temporary folder, or on a network share."
    ),
    fix=danger.REFUSE,
    cwe=(502, 114),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/ctypes.html", "https://github.com/advisories/GHSA-5hvc-6wx8-mvv4"),
    since="0.1",
    positive="examples:shared_library",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that load native code."""
    return danger.matches(fact, words, "a native library", "native_code")
