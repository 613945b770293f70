"""Classes and functions that are on no list: a custom model class, or anything at all."""

from __future__ import annotations

from weighbridge.core.facts import Call
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.execution.wording import dotted, line, short
from weighbridge.rules.vocabulary.standing import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import GlobalReference
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE115",
    slug="unknown-name",
    title="Loading uses code that is not on the vetted list",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.EXECUTION,
    finds=(
        "The stream builds, calls or refers to a class or function that is neither vetted nor known as dangerous: a "
        "model class of its author, a library nobody has reviewed yet, or a module placed beside the file."
    ),
    why=(
        "Opening the file imports that module and runs its code, and often a method of the class as well. It may be "
        "the author's honest model class; whether it is can only be told from its source."
    ),
    fix=(
        "Find out which package the name comes from and read what it runs on loading. Accept the file by its digest "
        "only if you trust that package, or ask for the weights alone as safetensors."
    ),
    cwe=(502, 829),
    atlas=("AML.T0010.003", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=(
        "https://docs.python.org/3/library/pickle.html#restricting-globals",
        "https://docs.pytorch.org/docs/stable/notes/serialization.html",
    ),
    since="0.1",
    positive="pickles:custom_class",
    negative="pickles:namespace",
)


def match(fact: Call | GlobalReference, words: Vocabulary) -> Iterator[Match]:
    """Find names that no table knows; a class is named in the same words however it is used, so that it counts once."""
    if words.standing(fact).kind is not Kind.UNKNOWN:
        return
    yield Match(message=_message(fact), fact=fact, evidence=(line(fact),))


def _message(fact: Call | GlobalReference) -> str:
    name, module = f"`{dotted(fact.module, fact.name)}`", short(fact.module, 60)
    if module == "__main__":
        source = "the program that opens the file must define it"
    else:
        source = f"loading imports {module} and runs its code"
    is_new = isinstance(fact, Call) and fact.opcode.startswith("NEWOBJ")
    if is_new or _is_class_name(fact.name):
        return f"custom class {name}, not on the vetted list: {source}"
    verb = "calls" if isinstance(fact, Call) else "refers to"
    return f"{verb} {name}, which is not on the vetted list: {source}"


def _is_class_name(name: str) -> bool:
    """Tell a class by its capital, as PEP 8 has it: it decides nothing but the words."""
    return name.rpartition(".")[2].lstrip("_")[:1].isupper()
