"""Programs that a model brings along."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.core.when import When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import CodeUnit
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE130",
    slug="carried-code",
    title="The model brings a program along",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "The file holds code that is made to be run with the model: a marshalled function in a Keras layer, a "
        "module in a torch package, a handler, code of the repository that a configuration names."
    ),
    why=(
        "Whoever loads the model runs its author's program with all rights of the process. Honest authors do "
        "this too, and nothing but reading the code tells them apart."
    ),
    fix="Read the code, or use a variant of the model that needs none. Pin the commit that was read.",
    cwe=(94, 829),
    atlas=("AML.T0018.002", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/transformers/custom_models",),
    since="0.1",
    positive="keras_files:lambda_layer_named_keras",
    negative="keras_files:honest_named_keras",
)


def match(fact: CodeUnit, _words: Vocabulary) -> Iterator[Match]:
    """Find programs; what needs a flag is a matter for review, what runs by itself is not."""
    named = f" `{fact.name}`" if fact.name else ""
    message = f"{fact.carrier}{named} is a program in {SPOKEN.get(fact.language, fact.language)}"
    if fact.when is When.LOAD:
        yield Match(message=f"{message} that a load runs", fact=fact, when=fact.when)
    else:
        yield Match(message=message, fact=fact, severity=Severity.MEDIUM, when=fact.when)


SPOKEN = {"marshal": "marshalled Python bytecode", "python": "Python", "torchscript": "TorchScript", "lua": "Lua"}
"""What people call a language."""
