"""Templates that reach for the interpreter."""

from __future__ import annotations

from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.programs import TemplateConstruct
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="EXE134",
    slug="template-code",
    title="A template reaches for the interpreter",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    harm=Harm.EXECUTION,
    finds=(
        "A chat template walks through special attributes, computes attribute names or includes other files: "
        "the known ways from a Jinja template to any Python function."
    ),
    why=(
        "Programs that render templates without a sandbox run whatever it asks for (CVE-2024-34359, "
        "CVE-2026-5760), and sandboxes have had holes."
    ),
    fix="Do not use the template; take that of the base model, or write one.",
    cwe=(94, 1336),
    atlas=("AML.T0018.002",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://github.com/advisories/GHSA-56xg-wfcc-g829",),
    since="0.1",
    positive="ggufs:escaping_template_named_gguf",
    negative="ggufs:honest_named_gguf",
)


def match(fact: TemplateConstruct, _words: Vocabulary) -> Iterator[Match]:
    """Find constructs by which a template leaves its sandbox, and those that honest templates do without."""
    if fact.kind in ESCAPES:
        weaker = fact.kind == "import" and fact.role == "template"
        yield Match(
            message=f"{fact.role}: {ESCAPES[fact.kind]}",
            fact=fact,
            evidence=(fact.text,),
            severity=Severity.LOW if weaker else None,
        )
    elif fact.kind in UNUSUAL:
        yield Match(
            message=f"{fact.role}: {UNUSUAL[fact.kind]}",
            fact=fact,
            evidence=(fact.text,),
            severity=Severity.LOW if fact.kind == "call" else Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
        )


ESCAPES = {
    "dunder": "reaches for a special attribute, the way out to the interpreter",
    "computed": "computes the name of an attribute, so that nobody can read what it reaches",
    "import": "includes, imports or extends another template, which opens files",
    "interpreter": "uses an object that leads to the interpreter",
}
"""Kinds of constructs that no honest template of a chat needs. Templates that are not for a chat do import others."""

UNUSUAL = {
    "attribute": "takes an attribute by the `attr` filter, which sandboxes have overlooked",
    "method": "calls or formats something that it computes",
    "call": "calls a method that templates of chats do not use",
}
"""Kinds of constructs that lead nowhere by themselves and are not usual."""
