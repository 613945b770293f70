"""Loaders inside the loader."""

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
    id="EXE109",
    slug="deserialiser",
    title="Loading starts another loader on data of the file",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The stream calls, or hands to another object, a loader of its own: `pickle.loads`, `marshal.loads`, "
        "`joblib.load`, `torch.load`, `numpy.load`, `yaml.unsafe_load`, `pandas.read_pickle` and others."
    ),
    why=(
        "The inner loader runs whatever the inner data asks for, unseen by everything that looked at the outer file "
        "only."
    ),
    fix=danger.REFUSE,
    cwe=(502,),
    atlas=("AML.T0011.000", "AML.T0018.002"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/pickle.html", "https://github.com/advisories/GHSA-84r2-jw7c-4r5q"),
    since="0.1",
    positive="pickles.hostile_streams:nested",
    negative="pickles:state_dict",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that load data by running it."""
    return danger.matches(fact, words, "another loader", "deserialiser")
