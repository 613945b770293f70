"""What a report on several files is grouped by: what happens and when, what points elsewhere, what else was found."""

from __future__ import annotations

from weighbridge.core.enums import StrEnum
from weighbridge.core.finding import Finding, Severity
from weighbridge.core.when import When


class Section(StrEnum):
    """One group of findings, in the order of reading."""

    LOAD = "load"
    FLAG = "flag"
    BEHAVIOUR = "behaviour"
    ELSEWHERE = "elsewhere"
    OTHER = "other"


HEADINGS = {
    Section.LOAD: "What runs, or breaks memory, as soon as it is loaded",
    Section.FLAG: "What runs only after a step of yours (a flag, a script, an installation)",
    Section.BEHAVIOUR: "What changes what the model says or selects; no code runs",
    Section.ELSEWHERE: "What points elsewhere",
    Section.OTHER: "What else was found",
}
MOMENTS = {
    When.LOAD: "as soon as it is loaded",
    When.FLAG: "only after a step of yours: a flag, a script, an installation",
    When.BEHAVIOUR: "never as code: it changes what the model says or selects",
}
_FAMILY = "REF"


def section_of(finding: Finding) -> Section:
    """Tell which group a finding belongs to: by when it takes effect, and by the family of its rule."""
    if finding.rule.startswith(_FAMILY) and finding.harm != "execution":
        return Section.ELSEWHERE
    if finding.when is None:
        return Section.OTHER
    return Section(str(finding.when))


def is_edge(finding: Finding) -> bool:
    """Tell whether a finding only states that the repository leans on something outside of it."""
    return finding.rule.startswith(_FAMILY) and finding.severity is Severity.INFO
