"""Repositories whose owner looks like a well-known one."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.references import Reference
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="REF414",
    slug="namesake",
    title="A repository's owner looks like a well-known one",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "A base model, part or piece of code is taken from a namespace that reads like a known publisher's and is "
        "another one: `meta-1lama` for `meta-llama`."
    ),
    why=(
        "Anybody can register such a name. Whoever owns it decides what is loaded here, while readers believe that "
        "it comes from the publisher they know."
    ),
    fix="Look at the owner letter by letter, and take the model from the publisher's own namespace.",
    cwe=(1007, 829),
    atlas=("AML.T0010.003", "AML.T0074"),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://unit42.paloaltonetworks.com/model-namespace-reuse/",),
    since="0.1",
    positive="configs:namesake_named_json",
    negative="configs:honest_config_named_json",
)


def match(fact: Reference, words: Vocabulary) -> Iterator[Match]:
    """Find owners that are spelled like a listed one and are not it."""
    if fact.kind != "repository":
        return
    owner = fact.target.partition("/")[0]
    known = words.lists.find("hub_namespaces", skeleton(owner))
    if known is not None and owner.lower() != known.reason.lower():
        yield Match(
            message=f"`{fact.target}` reads like `{known.reason}`, which is another owner",
            fact=fact,
            evidence=(fact.key,) if fact.key else (),
            when=fact.when,
        )


def skeleton(owner: str) -> str:
    """Spell an owner so that names which look alike come out equal; the list is written in this spelling."""
    text = owner.lower().translate(_ALIKE)
    return text.replace("rn", "m").replace("vv", "w")


_ALIKE = {ord(sign): alike for sign, alike in zip("015i3-_.", ("o", "l", "s", "l", "e", "", "", ""), strict=True)}
