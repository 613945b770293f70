"""Names in configurations that a loader imports and calls."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity
from weighbridge.rules.vocabulary.tables import DEEPEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import ConfiguredCall
    from weighbridge.rules.vocabulary.standing import Vocabulary
    from weighbridge.rules.vocabulary.tables import Danger

INFO = RuleInfo(
    id="EXE132",
    slug="configured-call",
    title="A configuration names code to be called",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A field of a configuration is imported and called by its loader: a Keras module and class, a Hydra "
        "`_target_`, a class path, a LangChain constructor. It names something dangerous, or something that "
        "nobody reviewed."
    ),
    why=(
        "Such a field is a call in other clothes: whoever writes the file chooses any function of any "
        "installed package, with arguments."
    ),
    fix="Look at the name and its arguments; refuse what is not a class of the library that the file is made for.",
    cwe=(470, 913),
    atlas=("AML.T0018.002", "AML.T0011.000"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://unit42.paloaltonetworks.com/rce-vulnerabilities-in-ai-python-libraries/",),
    since="0.1",
    positive="configs:hydra_system_named_yaml",
    negative="configs:hydra_named_yaml",
)


def match(fact: ConfiguredCall, words: Vocabulary) -> Iterator[Match]:
    """Find targets that are not on the scheme's list; default deny."""
    full = f"{fact.module}.{fact.name}" if fact.module else fact.name
    if words.lists.names(fact.scheme, full):
        return
    # A listed package may hold what nobody meant to list: what is known against a name counts more than a prefix.
    # Where a module is all that is named, importing it is the call.
    danger = words.tables.danger(fact.module or full, fact.name if fact.module else "__init__") or _walked(full, words)
    if danger is None and words.lists.find(fact.scheme, full) is not None:
        return
    message = f"`{fact.key}` names `{full}`"
    given = tuple(argument.text for argument in fact.arguments if argument.text)
    if danger is not None:
        yield Match(message=f"{message}: {danger.reason}", fact=fact, evidence=given, when=fact.when)
    else:
        yield Match(
            message=f"{message}, which is not on the list of reviewed {fact.scheme} targets",
            fact=fact,
            evidence=given,
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            when=fact.when,
        )


def _walked(full: str, words: Vocabulary) -> Danger | None:
    """Find a dangerous name of the standard library that a path through another package ends at.

    Loaders walk attributes, and most packages hold the modules that they import: ``package.module.os.system``.
    """
    parts = full.split(".", DEEPEST)[:DEEPEST]
    for start in range(1, len(parts) - 1):
        module = ".".join(parts[start:-1])
        if words.tables.is_stdlib(module):
            danger = words.tables.danger(module, parts[-1])
            if danger is not None:
                return danger
    return None
