"""Subjects as a JSON document, ``weighbridge.facts/1``: what was judged, kept so that it can be judged again.

Equal subjects give equal bytes. A fact is ``{"known": …, "evidence": […]}`` or ``{"missing": …, "reason": …}``; a
question that a subject does not raise is left out. Reading raises Malformed for anything that ``dumps`` does not write.
"""

from __future__ import annotations

import json
from datetime import date

from weighbridge.core.errors import Malformed
from weighbridge.core.finding import Severity
from weighbridge.core.refs import is_sha256
from weighbridge.core.values import field_names
from weighbridge.governance.policy.facts import (
    Absence,
    Ancestor,
    Digest,
    Evaluation,
    Known,
    Missing,
    Reached,
    Scan,
    SeenFinding,
    Signature,
    Subject,
)
from weighbridge.governance.policy.grammar import PINS
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.graph import Kind, License

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

SCHEMA = "weighbridge.facts/1"
_PLAIN = ("id", "name", "target", "purl", "commit")
_FACTS = (
    "digests", "scan", "scanned", "formats", "licenses", "publisher", "signatures", "pin", "advisories", "lineage",
    "remote_code", "evaluations",
)  # fmt: skip
_MOST = 1_000_000


def dumps(subjects: Iterable[Subject]) -> str:
    """Write subjects."""
    document = {"schema": SCHEMA, "subjects": [_subject(one) for one in subjects]}
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _subject(one: Subject) -> dict[str, Any]:
    made: dict[str, Any] = {"id": one.id, "kind": str(one.kind), "name": one.name}
    made |= {name: held for name in ("target", "purl", "commit") if (held := getattr(one, name))}
    if one.here:
        made["here"] = True
    if one.within:
        made["within"] = list(one.within)
    for name in _FACTS:
        fact = getattr(one, name)
        if isinstance(fact, Missing):
            made[name] = {"missing": str(fact.absence), "reason": fact.reason}
        elif isinstance(fact, Known):
            made[name] = {"known": _plain(fact.content)} | ({"evidence": list(fact.evidence)} if fact.evidence else {})
    return made


def _plain(content: Any) -> Any:
    if isinstance(content, tuple):
        return [_plain(one) for one in content]
    if isinstance(content, bool | int | float):
        return content
    if isinstance(content, str):
        return str(content)
    return {name: _plain(getattr(content, name)) for name in field_names(type(content))}


# -- reading -------------------------------------------------------------------------------------------------------


def subjects_of(found: dict[str, Any]) -> tuple[Subject, ...]:
    """Read subjects from a document that was parsed; raises Malformed."""
    if found.keys() != {"schema", "subjects"} or found["schema"] != SCHEMA:
        raise Malformed("it holds no facts of this version")
    held = _list(found["subjects"])
    if len(held) > _MOST:
        raise Malformed(f"more than {_MOST:,} subjects")
    return tuple(_read(one) for one in held)


def _read(found: Any) -> Subject:
    held = _object(found, {"id", "kind", "name"}, {"target", "purl", "commit", "here", "within", *_FACTS})
    words: dict[str, Any] = {name: _text(held.get(name, "")) for name in _PLAIN}
    facts: dict[str, Any] = {name: _fact(held[name], READERS[name]) for name in _FACTS if name in held}
    return Subject(
        kind=_member(Kind, held["kind"]), here=_flag(held.get("here", False)),
        within=tuple(map(_text, _list(held.get("within", [])))),
        **words, **facts,
    )  # fmt: skip


def _fact(found: Any, read: Callable[[Any], Any]) -> Known[Any] | Missing:
    if type(found) is dict and "missing" in found:
        held = _object(found, {"missing", "reason"}, set())
        return Missing(absence=_member(Absence, held["missing"]), reason=_text(held["reason"]))
    held = _object(found, {"known"}, {"evidence"})
    return Known(content=read(held["known"]), evidence=tuple(map(_text, _list(held.get("evidence", [])))))


def _several(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda found: tuple(map(read, _list(found)))


def _value(kind: type, **readers: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(found: Any) -> Any:
        held = _object(found, set(readers), set())
        return kind(**{name: reader(held[name]) for name, reader in readers.items()})

    return read


def _object(found: Any, needed: set[str], optional: set[str]) -> dict[str, Any]:
    if type(found) is not dict or not needed <= found.keys() or not found.keys() <= needed | optional:
        raise Malformed(f"an object must have {', '.join(sorted(needed))} and nothing that is not known")
    return found


def _list(found: Any) -> list[Any]:
    if type(found) is not list:
        raise Malformed("something that must be a list is none")
    return found


def _text(found: Any) -> str:
    if type(found) is not str:
        raise Malformed("something that must be text is none")
    return found


def _flag(found: Any) -> bool:
    if type(found) is not bool:
        raise Malformed("something that must be true or false is neither")
    return found


def _number(found: Any) -> float:
    if type(found) not in (int, float) or found != found or abs(found) == float("inf"):  # noqa: PLR0124  (NaN)
        raise Malformed("something that must be a number is none")
    return float(found)


def _depth(found: Any) -> int:
    if type(found) is not int or not 0 < found < 10_000:
        raise Malformed("the depth of an ancestor is no number of generations")
    return found


def _day(found: Any) -> str:
    try:
        day = date.fromisoformat(_text(found)).isoformat()
    except ValueError:
        day = ""
    if day != found:
        raise Malformed("a day must be written as 2027-01-31")
    return day


def _hash(found: Any) -> str:
    if not is_sha256(_text(found)):
        raise Malformed("a digest is no SHA-256")
    return _text(found)


def _member(kind: Callable[[str], Any], found: Any) -> Any:
    try:
        return kind(_text(found))
    except ValueError:
        raise Malformed(f"{str(found)[:40]!r} is no word that is known here") from None


def _pin(found: Any) -> str:
    if found not in PINS and found != "none":
        raise Malformed("a pin is commit, digest, tag, branch or none")
    return _text(found)


def _severity(found: Any) -> Severity:
    severity: Severity = _member(Severity, found)
    return severity


READERS: dict[str, Callable[[Any], Any]] = {
    "digests": _several(_value(Digest, sha256=_hash, computed=_flag)),
    "scan": _value(
        Scan, gaps=_several(_text),
        findings=_several(_value(SeenFinding, rule=_text, severity=_severity, message=_text)),
    ),
    "scanned": _day,
    "formats": _several(_text),
    "licenses": _several(_value(License, expression=_text, name=_text, url=_text)),
    "publisher": _text,
    "signatures": _several(_value(Signature, path=_text, holds=_flag, signer=_text, words=_text)),
    "pin": _pin,
    "advisories": _several(
        _value(
            Reached, advisory=_text, standing=lambda found: _member(Standing, found), severity=_severity, words=_text,
            fixed=_several(_text),
        )
    ),
    "lineage": _several(_value(Ancestor, name=_text, depth=_depth, purl=_text)),
    "remote_code": _flag,
    "evaluations": _several(_value(Evaluation, name=_text, value=_number)),
}  # fmt: skip
"""How the content of each fact is read."""
