"""Names in configurations that a loader imports and calls."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import ConfiguredCall
    from weighbridge.rules.vocabulary.standing import Vocabulary

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
    if words.lists.find(fact.scheme, full) is not None:
        return
    danger = words.tables.danger(fact.module, fact.name)
    message = f"`{fact.key}` names `{full}`"
    if danger is not None:
        yield Match(message=f"{message}: {danger.reason}", fact=fact, when=fact.when)
    else:
        yield Match(
            message=f"{message}, which is not on the list of reviewed {fact.scheme} targets",
            fact=fact,
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            when=fact.when,
        )
