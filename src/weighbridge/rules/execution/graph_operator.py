"""Operators of a graph that do more than compute."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When
from weighbridge.rules.execution.wording import LINE, NAME, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import Operator
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE133",
    slug="graph-operator",
    title="The graph uses an operator that does more than compute",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A model graph reads or writes files, reaches the network, calls Python, runs an opaque compiled "
        "program, or uses an operator that only a separate native library provides."
    ),
    why=(
        "Graphs are programs too. Whoever runs the model runs these operators with all rights of the process, "
        "without any pickle in sight."
    ),
    fix="Do not load the graph where it could do harm; ask the publisher why it needs the operator.",
    cwe=(94, 829),
    atlas=("AML.T0018.002", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md",),
    since="0.1",
    positive="savedmodels:write_file_named_pb",
    negative="savedmodels:honest_named_pb",
)


FINE = "compute"
"""The category of operators that stay inside of the graph."""

GRAVE = frozenset({"file_write", "file_read", "network", "python", "process"})
"""Categories of operators that act outside of the graph; others (custom, opaque, native) need somebody to look."""

PLACE = "place"
"""The category of operators that act on a file which their caller names: fine, unless the graph names it itself."""

ASKED = "asked_read"
"""The category of operators that read a file: graver where the graph names it than where the caller does."""


def match(fact: Operator, words: Vocabulary) -> Iterator[Match]:
    """Find operators that do more than compute; those that no list knows are a matter for review."""
    full = f"{fact.domain}.{fact.name}" if fact.domain else fact.name
    table = f"operators_{fact.framework}"
    known = words.lists.find(table, full)
    if known is None:
        # A known danger keeps its name whatever domain it is put into; what is harmless in one is unknown in another.
        alike = words.lists.find(table, fact.name)
        known = alike if alike is not None and alike.category != FINE else None
    if known is not None and (known.category == FINE or (known.category == PLACE and not fact.constants)):
        return
    scope = f" in {short(fact.scope, NAME)}" if fact.scope else ""
    evidence = tuple(short(text, LINE) for text in fact.constants)
    if known is None:
        message = f"operator `{short(full, NAME)}`{scope} is not on the list of {fact.framework} operators"
        yield Match(
            message=message, fact=fact, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, evidence=evidence
        )
        return
    if known.category == PLACE:
        grave = any(_leads_away(text) for text in fact.constants)
    else:
        grave = known.category in GRAVE or (known.category == ASKED and any(map(_is_fixed, fact.constants)))
    yield Match(
        message=f"operator `{full}`{scope}: {known.reason}",
        fact=fact,
        severity=None if grave else Severity.MEDIUM,
        confidence=None if grave else Confidence.MEDIUM,
        evidence=evidence,
        when=When.LOAD,
    )


def _is_fixed(path: str) -> bool:
    """Tell whether the graph itself says where a path begins."""
    return not path.startswith("<computed>")


def _leads_away(path: str) -> bool:
    """Tell whether a path or address leads out of the directory that a process happens to be in."""
    plain = path.replace("\\", "/")
    return plain.startswith(("/", "~")) or "://" in plain or ".." in plain.split("/") or plain[1:3] == ":/"
