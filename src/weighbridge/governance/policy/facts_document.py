"""Subjects as a JSON document, ``weighbridge.facts/1``: what was judged, kept so that it can be judged again.

Equal subjects give equal bytes. A fact is ``{"known": …, "evidence": […]}`` or ``{"missing": …, "reason": …}``; a
question that a subject does not raise is left out. Reading raises Malformed for anything that ``dumps`` does not write.
"""

from __future__ import annotations

import json
from functools import partial

from weighbridge.core import strict_json as strict
from weighbridge.core.errors import Malformed
from weighbridge.core.finding import Severity
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
    held = strict.items(found["subjects"])
    if len(held) > _MOST:
        raise Malformed(f"more than {_MOST:,} subjects")
    return tuple(_read(one) for one in held)


def _read(found: Any) -> Subject:
    held = strict.fields(found, {"id", "kind", "name"}, {"target", "purl", "commit", "here", "within", *_FACTS})
    words: dict[str, Any] = {name: strict.text(held.get(name, "")) for name in _PLAIN}
    facts: dict[str, Any] = {name: _fact(held[name], READERS[name]) for name in _FACTS if name in held}
    return Subject(
        kind=strict.member(Kind, held["kind"]), here=strict.flag(held.get("here", False)),
        within=tuple(map(strict.text, strict.items(held.get("within", [])))),
        **words, **facts,
    )  # fmt: skip


def _fact(found: Any, read: Callable[[Any], Any]) -> Known[Any] | Missing:
    if type(found) is dict and "missing" in found:
        held = strict.fields(found, {"missing", "reason"})
        return Missing(absence=strict.member(Absence, held["missing"]), reason=strict.text(held["reason"]))
    held = strict.fields(found, {"known"}, {"evidence"})
    return Known(content=read(held["known"]), evidence=tuple(map(strict.text, strict.items(held.get("evidence", [])))))


def _several(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda found: tuple(map(read, strict.items(found)))


def _value(kind: type, **readers: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(found: Any) -> Any:
        held = strict.fields(found, set(readers))
        return kind(**{name: reader(held[name]) for name, reader in readers.items()})

    return read


def _depth(found: Any) -> int:
    if type(found) is not int or not 0 < found < 10_000:
        raise Malformed("the depth of an ancestor is no number of generations")
    return found


def _pin(found: Any) -> str:
    if found not in PINS and found != "none":
        raise Malformed("a pin is commit, digest, tag, branch or none")
    return strict.text(found)


READERS: dict[str, Callable[[Any], Any]] = {
    "digests": _several(_value(Digest, sha256=strict.sha256, computed=strict.flag)),
    "scan": _value(
        Scan, gaps=_several(strict.text),
        findings=_several(
            _value(SeenFinding, rule=strict.text, severity=partial(strict.member, Severity), message=strict.text)
        ),
    ),
    "scanned": strict.day,
    "formats": _several(strict.text),
    "licenses": _several(_value(License, expression=strict.text, name=strict.text, url=strict.text)),
    "publisher": strict.text,
    "signatures": _several(
        _value(Signature, path=strict.text, holds=strict.flag, signer=strict.text, words=strict.text)
    ),
    "pin": _pin,
    "advisories": _several(
        _value(
            Reached, advisory=strict.text, standing=partial(strict.member, Standing),
            severity=partial(strict.member, Severity), words=strict.text, fixed=_several(strict.text),
        )
    ),
    "lineage": _several(_value(Ancestor, name=strict.text, depth=_depth, purl=strict.text)),
    "remote_code": strict.flag,
    "evaluations": _several(_value(Evaluation, name=strict.text, value=strict.number)),
}  # fmt: skip
"""How the content of each fact is read."""
