"""The keys of a policy as data: the parser, the JSON Schema and the table in the documentation are made from it."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.finding import Severity
from weighbridge.core.values import value
from weighbridge.governance.policy.decision import Key


class Form(StrEnum):
    """What a key takes."""

    TEXT = "text"
    PATTERN = "pattern"
    """Text in which ``*``, ``?`` and ``[…]`` stand for others, as in a shell."""
    WHOLE = "a whole number"
    NUMBER = "a number"
    DATE = "a date"
    SHA256 = "a SHA-256"
    PURL = "a package URL, a pattern"
    WORD = "a word"
    MISSING = "a decision"
    """``inconclusive``, ``block`` or ``warn``; or a table of ``decision`` and ``reason``, which ``allow`` needs."""
    TABLE = "a table"


@value
class KeyForm:
    """A key: its form, what it means, the words or keys that it takes. ``several`` for a list of them."""

    name: str
    form: Form
    words: str
    choices: tuple[str, ...] = ()
    keys: tuple[KeyForm, ...] = ()
    several: bool = False
    required: bool = False
    usual: str = ""
    """What holds where the key is not given, for people."""


NONE = "none"
LEVELS = (NONE, *(str(one) for one in Severity))
VIOLATIONS = ("block", "warn")
MISSING = ("inconclusive", "block", "warn")
PINS = ("commit", "digest", "tag", "branch")
LIFTABLE = tuple(str(one) for one in Key if one is not Key.DENY)

_COMMON = (
    KeyForm(name="violation", form=Form.WORD, choices=VIOLATIONS, words="what a violation leads to", usual="block"),
    KeyForm(
        name="missing", form=Form.MISSING, choices=MISSING, usual="inconclusive",
        words="what follows where the fact is not known",
    ),
)  # fmt: skip
ON_MISSING = (
    KeyForm(name="decision", form=Form.WORD, choices=("allow", *MISSING), words="the decision", required=True),
    KeyForm(name="reason", form=Form.TEXT, words="why; allow needs one"),
)


def _section(name: str, words: str, *keys: KeyForm) -> KeyForm:
    return KeyForm(name=name, form=Form.TABLE, words=words, keys=(*keys, *_COMMON))


def _lists(name: str, words: str, allow: str, deny: str, *more: KeyForm) -> KeyForm:
    return _section(
        name, words,
        KeyForm(name="allow", form=Form.PATTERN, several=True, words=allow, usual="whatever is not denied"),
        KeyForm(name="deny", form=Form.PATTERN, several=True, words=deny, usual="nothing"), *more,
    )  # fmt: skip


def _exemption(*more: KeyForm, owner: bool) -> tuple[KeyForm, ...]:
    return (
        KeyForm(name="purl", form=Form.PURL, words="what it is about; without a version it fits every version"),
        KeyForm(name="sha256", form=Form.SHA256, words="what it is about: a file's content"),
        KeyForm(name="reason", form=Form.TEXT, words="why", required=True),
        KeyForm(name="owner", form=Form.TEXT, words="on whose word", required=owner),
        KeyForm(name="expires", form=Form.DATE, words="the last day on which it holds", required=owner),
        *more,
    )


TOP = (
    KeyForm(name="version", form=Form.WORD, choices=("1",), words="of the language", required=True),
    KeyForm(name="name", form=Form.TEXT, words="how the policy is called", usual="the file's name"),
    KeyForm(name="description", form=Form.TEXT, words="for people"),
    KeyForm(
        name="mode", form=Form.WORD, choices=("enforce", "audit"), usual="enforce",
        words="whether the decision is the exit code, or is only told",
    ),
    _section(
        "scan", "everything is scanned, and wholly; this key is always judged",
        KeyForm(name="max_age", form=Form.WHOLE, words="days since the scan", usual="no bound"),
    ),
    _lists(
        "formats", "formats of files that hold weights, or that can run when they are loaded",
        "formats that are accepted; an archive counts by what is in it", "formats that are not",
    ),
    _section(
        "severities", "findings of the scan",
        KeyForm(name="highest", form=Form.WORD, choices=LEVELS, words="the worst that is accepted", required=True),
    ),
    _section(
        "rules", "findings by the rule that they are of",
        KeyForm(name="deny", form=Form.PATTERN, several=True, words="rules that must find nothing", usual="none"),
        KeyForm(
            name="ignore", form=Form.TABLE, several=True, words="rules whose findings do not count", usual="none",
            keys=(
                KeyForm(name="rule", form=Form.TEXT, words="the rule's id", required=True),
                KeyForm(name="reason", form=Form.TEXT, words="why", required=True),
            ),
        ),
    ),
    _lists(
        "licenses", "licences of models, adapters and data sets, as SPDX expressions",
        "identifiers that are accepted, of AND all, of OR one; name:PATTERN for what has no identifier",
        "identifiers that are not",
    ),
    _lists(
        "publishers", "who publishes: namespaces of hubs and providers, such as hf://org or service://openai",
        "publishers that are accepted", "publishers that are not",
    ),
    _section(
        "signatures", "a signature of a trusted signer that holds",
        KeyForm(name="trust", form=Form.TEXT, words="the file that says who is trusted, counted from the policy",
                usual="signers.toml"),
        KeyForm(name="signers", form=Form.TEXT, several=True, words="names of that file", usual="anybody in it"),
    ),
    _section(
        "pins", "references to models, adapters and data sets are fixed",
        KeyForm(name="accept", form=Form.WORD, choices=PINS, several=True, words="ways that are accepted",
                usual="commit, digest"),
    ),
    _section(
        "advisories", "what is known against libraries and models",
        KeyForm(name="highest", form=Form.WORD, choices=LEVELS, words="the worst that is accepted", required=True),
        KeyForm(name="possibly", form=Form.WORD, choices=("inconclusive", "block", "warn"), usual="inconclusive",
                words="what follows where a base is affected and the flaw may be handed on"),
        KeyForm(name="investigating", form=Form.WORD, choices=("inconclusive", "block", "warn"), usual="inconclusive",
                words="what follows where nobody can tell"),
    ),
    _lists(
        "lineage", "what a model was made from", "bases that are known: package URLs or names",
        "bases that are not accepted",
        KeyForm(name="deepest", form=Form.WHOLE, words="generations at most", usual="no bound"),
    ),
    _section("remote_code", "no code of a repository runs when a model is loaded"),
    _section(
        "evaluations", "results of evaluations",
        KeyForm(
            name="require", form=Form.TABLE, several=True, required=True, words="results that must be there",
            keys=(
                KeyForm(name="name", form=Form.TEXT, words="of the evaluation", required=True),
                KeyForm(name="at_least", form=Form.NUMBER, words="the least result", usual="no bound"),
                KeyForm(name="at_most", form=Form.NUMBER, words="the greatest result", usual="no bound"),
            ),
        ),
    ),
    KeyForm(
        name="conditions", form=Form.TABLE, several=True, words="decisions by expressions in CEL",
        keys=(
            KeyForm(name="name", form=Form.TEXT, words="how it is called", required=True),
            KeyForm(name="when", form=Form.TEXT, words="the expression (CEL), true or false", required=True),
            KeyForm(name="decision", form=Form.WORD, choices=MISSING, words="what follows where it is true",
                    usual="block"),
            KeyForm(name="reason", form=Form.TEXT, words="why", required=True),
        ),
    ),
    KeyForm(
        name="allow", form=Form.TABLE, several=True, words="exceptions that lift violations",
        keys=_exemption(
            KeyForm(name="keys", form=Form.WORD, choices=LIFTABLE, several=True, words="what it lifts", usual="all"),
            owner=True,
        ),
    ),
    KeyForm(
        name="deny", form=Form.TABLE, several=True, words="what never passes",
        keys=_exemption(owner=False),
    ),
)  # fmt: skip
"""The keys of a policy, in the order in which the documentation has them."""
