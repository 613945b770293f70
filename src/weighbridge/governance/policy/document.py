"""From the text of a policy to its value: strict, with the place of what is wrong and a suggestion.

``allow`` for a missing fact needs a written reason; so do exceptions, with an owner and a last day.
"""

from __future__ import annotations

import os
from hashlib import sha256

from weighbridge.core.errors import UsageError
from weighbridge.core.finding import Severity
from weighbridge.governance.policy import language as lang
from weighbridge.governance.policy.decision import Decision, Key
from weighbridge.governance.policy.grammar import NONE, TOP, Form
from weighbridge.governance.policy.reading import Found, table_of
from weighbridge.governance.policy.source import read
from weighbridge.governance.policy.vocabulary import (
    check_bases,
    check_formats,
    check_licenses,
    check_publishers,
    check_rules,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    S = TypeVar("S", bound=lang.Section)


def policy_of(text: bytes, source: str) -> lang.Policy:
    """Read a policy; ``source`` names it in messages. Raises UsageError."""
    top = table_of(read(text, source), TOP)
    sections = {one.name: top.table(one.name) for one in TOP if one.form is Form.TABLE and not one.several}
    return lang.Policy(
        name=top.text("name") or os.path.splitext(os.path.basename(source))[0], digest=sha256(text).hexdigest(),
        source=source, description=top.text("description"), mode=lang.Mode(top.text("mode") or lang.Mode.ENFORCE),
        scan=_scan(sections["scan"]) or lang.ScanSection(),
        formats=_lists(sections["formats"]), severities=_severities(sections["severities"]),
        rules=_rules(sections["rules"]), licenses=_lists(sections["licenses"]),
        publishers=_lists(sections["publishers"]), signatures=_signatures(sections["signatures"]),
        pins=_pins(sections["pins"]), advisories=_advisories(sections["advisories"]),
        lineage=_lineage(sections["lineage"]), remote_code=_plain(sections["remote_code"]),
        evaluations=_evaluations(sections["evaluations"]),
        conditions=tuple(_condition(one) for one in top.tables("conditions")),
        allow=tuple(_exemption(one) for one in top.tables("allow")),
        deny=tuple(_exemption(one) for one in top.tables("deny")),
    )  # fmt: skip


def _violation(found: Found) -> Decision:
    return Decision(found.text("violation") or Decision.BLOCK)


def _missing(found: Found) -> lang.OnMissing:
    decision, reason = found.missing("missing")
    return lang.OnMissing(decision=Decision(decision or Decision.INCONCLUSIVE), reason=reason)


def _plain(found: Found | None) -> lang.Section | None:
    return None if found is None else lang.Section(violation=_violation(found), missing=_missing(found))


def _scan(found: Found | None) -> lang.ScanSection | None:
    if found is None:
        return None
    return lang.ScanSection(violation=_violation(found), missing=_missing(found), max_age=found.whole("max_age"))


_CHECKS = {"formats": check_formats, "licenses": check_licenses, "publishers": check_publishers}


def _checked(found: Found, key: str) -> tuple[str, ...]:
    """Give the patterns of a list; raises UsageError for one that can fit nothing."""
    for at, word in found.placed(key):
        _CHECKS[found.name](word, at)
    return found.words(key)


def _lists(found: Found | None) -> lang.Lists | None:
    if found is None:
        return None
    allow, deny = _checked(found, "allow"), _checked(found, "deny")
    if not allow and not deny:
        raise UsageError(f"{found.at}: {found.name} needs allow or deny", hint=f"{found.name}: {{allow: [...]}}")
    return lang.Lists(violation=_violation(found), missing=_missing(found), allow=allow, deny=deny)


def _severity(word: str) -> Severity | None:
    return None if word == NONE else Severity(word)


def _severities(found: Found | None) -> lang.SeveritiesSection | None:
    if found is None:
        return None
    return lang.SeveritiesSection(
        violation=_violation(found), missing=_missing(found), highest=_severity(found.text("highest"))
    )


def _rules(found: Found | None) -> lang.RulesSection | None:
    if found is None:
        return None
    for at, pattern in found.placed("deny"):
        check_rules(pattern, at)
    ignored = []
    for one in found.tables("ignore"):
        check_rules(one.text("rule"), one.at, exact=True)
        ignored.append(lang.IgnoredRule(rule=one.text("rule"), reason=one.text("reason")))
    return lang.RulesSection(
        violation=_violation(found), missing=_missing(found), deny=found.words("deny"), ignore=tuple(ignored)
    )


def _signatures(found: Found | None) -> lang.SignaturesSection | None:
    if found is None:
        return None
    return lang.SignaturesSection(
        violation=_violation(found), missing=_missing(found), trust=found.text("trust"), signers=found.words("signers")
    )


def _pins(found: Found | None) -> lang.PinsSection | None:
    if found is None:
        return None
    accept = found.words("accept") or lang.PinsSection().accept
    return lang.PinsSection(violation=_violation(found), missing=_missing(found), accept=accept)


def _advisories(found: Found | None) -> lang.AdvisoriesSection | None:
    if found is None:
        return None
    return lang.AdvisoriesSection(
        violation=_violation(found), missing=_missing(found), highest=_severity(found.text("highest")),
        possibly=Decision(found.text("possibly") or Decision.INCONCLUSIVE),
        investigating=Decision(found.text("investigating") or Decision.INCONCLUSIVE),
    )  # fmt: skip


def _lineage(found: Found | None) -> lang.LineageSection | None:
    if found is None:
        return None
    for at, word in (*found.placed("allow"), *found.placed("deny")):
        check_bases(word, at)
    made = lang.LineageSection(
        violation=_violation(found), missing=_missing(found), allow=found.words("allow"), deny=found.words("deny"),
        deepest=found.whole("deepest"),
    )  # fmt: skip
    if not made.allow and not made.deny and made.deepest is None:
        raise UsageError(f"{found.at}: lineage asks for nothing", hint="allow, deny or deepest is needed")
    return made


def _evaluations(found: Found | None) -> lang.EvaluationsSection | None:
    if found is None:
        return None
    wanted = []
    for one in found.tables("require"):
        least, most = one.number("at_least"), one.number("at_most")
        if least is not None and most is not None and least > most:
            raise UsageError(f"{one.at}: at_least is above at_most, so nothing passes")
        wanted.append(lang.Wanted(name=one.text("name"), at_least=least, at_most=most))
    if not wanted:
        raise UsageError(f"{found.at}: require is empty", hint="require: [{name: ..., at_least: ...}]")
    return lang.EvaluationsSection(violation=_violation(found), missing=_missing(found), require=tuple(wanted))


def _condition(found: Found) -> lang.Condition:
    from weighbridge.governance.policy.expressions import compiled

    made = lang.Condition(
        name=found.text("name"), when=found.text("when"), decision=Decision(found.text("decision") or Decision.BLOCK),
        reason=found.text("reason"),
    )  # fmt: skip
    compiled(made.when, str(found.at))
    return made


def _exemption(found: Found) -> lang.Exemption:
    purl, digest = found.text("purl"), found.text("sha256")
    if bool(purl) == bool(digest):
        raise UsageError(f"{found.at}: an entry is about one thing", hint="give purl or sha256, one of them")
    return lang.Exemption(
        reason=found.text("reason"), purl=purl, sha256=digest, owner=found.text("owner"), expires=found.text("expires"),
        keys=tuple(Key(word) for word in found.words("keys")) if found.has("keys") else (),
    )  # fmt: skip
