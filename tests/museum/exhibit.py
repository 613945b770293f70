"""What the museum shows: one published way past a scanner in each exhibit, as three small inert files.

The *bad* file is the technique as it was published, the *plain* file the same intent undisguised (so that a silent
scanner is not taken for a clever one), the *twin* an honest file that differs from the bad one in one structural fact.
All three are made from bytes and examined, never loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from tests.builders.pickles.programs import SHELL, VETTED, Target, pickled_call
from weighbridge.core.limits import Limits
from weighbridge.core.report import Verdict, verdict_of
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.rules.catalog import RuleSet

__all__ = [
    "FORMS",
    "NO_CODE",
    "RULES",
    "Build",
    "Exhibit",
    "Form",
    "Verdict",
    "Word",
    "calling",
    "described",
    "examined",
    "honest_call",
    "plain_call",
    "verdict",
    "verdict_of",
]

Build = Callable[[], bytes]
Form = Literal["bad", "plain", "twin"]
FORMS: tuple[Form, ...] = ("bad", "plain", "twin")

RULES = RuleSet()
"""Every rule and the real tables, read once for the whole museum."""


class Word(StrEnum):
    """How bad a technique is in the catalogue of attacks."""

    DENY = "DENY"
    """Code runs or memory is corrupted by a default load."""
    REVIEW = "REVIEW"
    """It needs a setting that is not the default, or a person to look at it."""
    NOTE = "NOTE"
    """Hygiene."""
    UNKNOWN = "UNKNOWN"
    """It cannot be analysed in full, and must never be called clean."""
    FINDING = "finding"
    """The catalogue asks for a finding and gives it no weight."""


NO_CODE = (
    "nothing in the file runs or corrupts memory by itself, so it is reported at high severity and not called malicious"
)
"""Why a structure that the catalogue denies outright is suspicious here (ADR 3)."""


def plain_call() -> bytes:
    """The plainest hostile pickle there is: a shell command by GLOBAL and REDUCE, protocol 2."""
    return pickled_call(SHELL, protocol=2)


def honest_call() -> bytes:
    """The same program around a vetted name."""
    return pickled_call(VETTED, protocol=2)


def calling(module: str, name: str, *arguments: object, protocol: int = 0) -> Build:
    """A call of any name in its plainest form."""
    return lambda: pickled_call(Target(module, name, arguments), protocol=protocol)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One technique; ``id`` is the advisory, issue or catalogue row, ``title`` tells exhibits of one id apart.

    ``also`` names further ids of the same technique, ``word`` what the catalogue says of it, ``departs`` why the
    verdict expected here is weaker than that word asks for. ``name`` is the file name of the bad file and its twin,
    ``twin_name`` another one where the name itself is the trick; the plain form is called ``plain_name``.
    """

    id: str
    title: str
    source: str
    build: Build
    twin: Build = honest_call
    plain: Build = plain_call
    expects: Verdict = Verdict.MALICIOUS
    word: Word = Word.DENY
    also: tuple[str, ...] = ()
    departs: str = ""
    name: str = "model.pkl"
    twin_name: str = ""
    plain_name: str = "model.pkl"

    @property
    def label(self) -> str:
        """The name under which pytest lists it."""
        return f"{self.id}-{self.title}"

    def file(self, form: Form) -> tuple[str, bytes]:
        """Name and content of one of the three files."""
        if form == "twin":
            return self.twin_name or self.name, self.twin()
        return (self.name, self.build()) if form == "bad" else (self.plain_name, self.plain())

    def hangs_true(self, form: Form) -> None:
        """Examine one of the three files and hold the verdict against what is expected of it."""
        name, content = self.file(form)
        seen = examined(content, name)
        verdict = verdict_of(seen.findings, seen.gaps)
        if form == "twin":
            assert verdict is Verdict.CLEAN, described(seen)
        elif form == "bad":
            assert verdict is self.expects, described(seen)
        else:
            assert verdict is Verdict.MALICIOUS or verdict is self.expects, described(seen)


def examined(content: bytes, name: str, rules: RuleSet = RULES, limits: Limits | None = None) -> Examination:
    """What the scanner sees in a file, in this process: static examination loads nothing."""
    return examine(BytesSource(content), name, limits=limits or Limits(), judge=Judge(rules), strict=True)


def verdict(content: bytes, name: str, rules: RuleSet = RULES) -> Verdict:
    """The verdict on a file."""
    seen = examined(content, name, rules)
    return verdict_of(seen.findings, seen.gaps)


def described(seen: Examination) -> str:
    """Findings and gaps in a few lines, for a failing test."""
    findings = [f"{one.rule} {one.severity} {one.confidence} {one.harm}: {one.message}" for one in seen.findings]
    return "\n".join([f"formats: {', '.join(seen.formats)}", *findings, *(f"gap: {gap.reason}" for gap in seen.gaps)])
