"""What source code of the repository reaches for."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import SourceCall
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE131",
    slug="source-call",
    title="Source code of the model reaches for the system",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXECUTION,
    finds=(
        "Code that comes with the model starts processes, executes text, opens connections, loads libraries "
        "or changes the interpreter; most seriously at import time, before anything is asked of it."
    ),
    why=(
        "Code of a repository runs as soon as somebody allows it, and import time needs no call. A model's "
        "code has little reason to leave tensors."
    ),
    fix="Read the lines that are named, and refuse code whose purpose you cannot tell.",
    cwe=(94, 506),
    atlas=("AML.T0018.002", "AML.T0050"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://docs.python.org/3/library/ast.html",),
    since="0.1",
    positive="python_sources:shell_at_import_named_py",
    negative="python_sources:honest_named_py",
)


def match(fact: SourceCall, words: Vocabulary) -> Iterator[Match]:
    """Find calls in source code whose names are known to be dangerous."""
    danger = words.tables.danger(fact.module, fact.name)
    if danger is None:
        return
    line = f"{fact.module}.{fact.name}({', '.join(fact.arguments)})"
    now = "as soon as it is imported" if fact.phase == "import" else "in a function"
    sure = fact.phase == "import" and fact.when is When.LOAD
    yield Match(
        message=f"{fact.carrier} calls `{fact.module}.{fact.name}` {now}: {danger.reason}",
        fact=fact,
        evidence=(line,),
        severity=None if fact.phase == "import" else Severity.LOW,
        confidence=Confidence.HIGH if sure else None,
        when=fact.when,
    )
