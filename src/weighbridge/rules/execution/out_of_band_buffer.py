"""Buffers that are not in the file."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import OutOfBandBuffer
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE122",
    slug="out-of-band-buffer",
    title="The file takes part of its data from elsewhere",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    harm=Harm.EXECUTION,
    finds=(
        "NEXT_BUFFER asks the loading program for a buffer that is not in the file (PEP 574), as Ray and Dask do "
        "when they pass data between processes."
    ),
    why=(
        "Part of the model is somewhere else and was not weighed. A file on disk that was meant to be complete has no "
        "reason to do this."
    ),
    fix="Ask the publisher for a complete file.",
    cwe=(502,),
    atlas=("AML.T0010.003",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://peps.python.org/pep-0574/",),
    since="0.1",
    positive="pickles.hostile_streams:out_of_band",
    negative="pickles:numpy_array",
)


def match(fact: OutOfBandBuffer, _words: Vocabulary) -> Iterator[Match]:
    """Find every request for a buffer."""
    count = f"{fact.count:,} buffers" if fact.count > 1 else "a buffer"
    yield Match(message=f"loading asks for {count} that the file does not hold", fact=fact)
