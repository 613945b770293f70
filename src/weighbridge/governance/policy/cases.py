"""Cases of a policy: facts that were saved and the decisions that are expected of them, so that a change is noticed.

The file is YAML: ``version: 1`` and ``cases``, each with a ``name``, ``facts`` or ``report`` (a file, counted from the
file of cases), a ``day`` to judge for, the decision that is expected (``expect``), and optionally ``subject`` and
``key`` for the decision about one subject, or by one key.
"""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.errors import UsageError
from weighbridge.core.values import value
from weighbridge.governance.policy.decision import Decision, Key, worst
from weighbridge.governance.policy.grammar import Form, KeyForm
from weighbridge.governance.policy.reading import table_of
from weighbridge.governance.policy.source import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.policy.decision import Outcome
    from weighbridge.governance.policy.reading import Found

_DECISIONS = tuple(str(one) for one in Decision)
_CASE = (
    KeyForm(name="name", form=Form.TEXT, words="of the case", required=True),
    KeyForm(name="facts", form=Form.TEXT, words="a file of facts (policy check --facts)"),
    KeyForm(name="report", form=Form.TEXT, words="a report of scan, a graph or a bill of materials"),
    KeyForm(name="day", form=Form.DATE, words="to judge for, as 2027-01-31", required=True),
    KeyForm(name="expect", form=Form.WORD, choices=_DECISIONS, words="the decision", required=True),
    KeyForm(name="subject", form=Form.TEXT, words="the name of a subject, if the decision is about one"),
    KeyForm(name="key", form=Form.WORD, choices=tuple(str(one) for one in Key), words="a key, if it is by one"),
)
GRAMMAR = (
    KeyForm(name="version", form=Form.WORD, choices=("1",), words="of the language", required=True),
    KeyForm(name="policy", form=Form.TEXT, words="the policy, if --policy names none; a file or a preset"),
    KeyForm(name="cases", form=Form.TABLE, several=True, keys=_CASE, words="facts and decisions", required=True),
)
"""The keys of a file of cases."""


class Result(StrEnum):
    """How a case went."""

    AGREES = "agrees"
    DIFFERS = "differs"


@value
class Case:
    """One expectation; ``file`` is where the facts are, as written."""

    name: str
    file: str
    day: str
    expect: Decision
    subject: str = ""
    key: Key | None = None


@value
class Cases:
    """A file of cases; ``policy`` is what it names, empty where it names none."""

    cases: tuple[Case, ...]
    policy: str = ""


@value
class Tried:
    """A case that was tried: what was decided, and by which words."""

    case: Case
    decided: Decision
    words: tuple[str, ...] = ()

    @property
    def result(self) -> Result:
        """Whether the decision is the one that was expected."""
        return Result.AGREES if self.decided is self.case.expect else Result.DIFFERS


def cases_of(text: bytes, source: str) -> Cases:
    """Read a file of cases; raises UsageError."""
    top = table_of(read(text, source), GRAMMAR)
    found = tuple(_case(one) for one in top.tables("cases"))
    if not found:
        raise UsageError(f"{source}: cases is empty", hint="name facts and the decision that is expected")
    return Cases(cases=found, policy=top.text("policy"))


def _case(found: Found) -> Case:
    files = [word for word in (found.text("facts"), found.text("report")) if word]
    if len(files) != 1:
        raise UsageError(f"{found.at}: a case has one file", hint="give facts or report, one of them")
    return Case(
        name=found.text("name"), file=files[0], day=found.text("day"), expect=Decision(found.text("expect")),
        subject=found.text("subject"), key=Key(found.text("key")) if found.has("key") else None,
    )  # fmt: skip


def tried(case: Case, outcome: Outcome) -> Tried:
    """Hold an outcome against a case; raises UsageError where it speaks of a subject or key that is not judged."""
    judged = [one for one in outcome.judgements if case.subject in {"", one.name, one.subject}]
    if not judged and case.subject:
        known = ", ".join(sorted({one.name for one in outcome.judgements})[:6]) or "none"
        raise UsageError(f"{case.name}: there is no subject {case.subject!r}", hint=f"there are {known}")
    rulings = [ruling for one in judged for ruling in one.rulings if case.key in {None, ruling.key}]
    if case.key is not None and not rulings:
        raise UsageError(f"{case.name}: the key {case.key} judges nothing here", hint="is it in the policy?")
    whole = not case.subject and case.key is None
    decided = outcome.decision if whole else worst(one.decision for one in rulings)
    words = tuple(dict.fromkeys(words for one in rulings if one.decision is decided for words in one.words))
    return Tried(case=case, decided=decided, words=words)
