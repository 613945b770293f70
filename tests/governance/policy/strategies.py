"""Strategies of hypothesis: policies as documents, by the grammar, and subjects."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from weighbridge.core.finding import Severity
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
from weighbridge.governance.policy.grammar import MISSING, TOP, Form, KeyForm
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.graph import Kind, License

PURLS = ("pkg:huggingface/org/name", "pkg:huggingface/org/*", "pkg:pypi/keras@3.*", f"pkg:huggingface/o/n@{'c' * 40}")
_PATTERNS = {
    "formats": ["pickle", "torch.*", "safetensors", "gguf"], "licenses": ["MIT", "Apache-2.0", "CC-BY-NC-*", "name:x*"],
    "publishers": ["hf://org", "hf://*", "service://openai"], "rules": ["EXE*", "EXE101", "STR301"],
    "lineage": ["org/*", "pkg:huggingface/org/base"],
}  # fmt: skip
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).filter(
    str.strip
)
days = st.dates().map(lambda one: one.isoformat()).filter(lambda text: len(text) == 10)
sha256s = st.text("0123456789abcdef", min_size=64, max_size=64)


def _value(key: KeyForm, section: str, reasons: bool) -> st.SearchStrategy[Any]:
    match key.form:
        case Form.TABLE:
            return _exemption(key, reasons) if key.name in {"allow", "deny"} else table(key.keys, key.name, reasons)
        case Form.MISSING:
            plain = st.sampled_from(MISSING)
            allow = st.fixed_dictionaries({"decision": st.just("allow"), "reason": words})
            other = st.fixed_dictionaries({"decision": plain}, optional={"reason": words})
            return st.one_of(plain, other, allow) if reasons else st.one_of(plain, other)
        case Form.WORD if key.choices == ("1",):
            return st.just(1)
        case Form.WORD:
            return st.sampled_from(key.choices)
        case Form.WHOLE:
            return st.integers(0, 400)
        case Form.NUMBER:
            return st.integers(0, 3)
        case Form.PATTERN:
            return st.sampled_from(_PATTERNS[section])
        case Form.TEXT if key.name == "rule":
            return st.sampled_from(["EXE101", "STR301"])
        case _:
            return words


def _exemption(key: KeyForm, reasons: bool) -> st.SearchStrategy[Any]:
    about = st.one_of(
        st.sampled_from(PURLS).map(lambda one: {"purl": one}), sha256s.map(lambda one: {"sha256": one})
    )  # fmt: skip
    rest = {"reason": words, "owner": words, "expires": days}
    more = {"keys": _list(key.keys[-1], "", reasons)} if key.name == "allow" else {}
    return st.tuples(about, st.fixed_dictionaries(rest, optional=more)).map(lambda pair: pair[0] | pair[1])


def _list(key: KeyForm, section: str, reasons: bool) -> st.SearchStrategy[Any]:
    least = 0 if key.form is Form.TABLE and not key.required else 1
    return st.lists(_value(key, section, reasons), min_size=least, max_size=3)


def table(keys: tuple[KeyForm, ...], section: str = "", reasons: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Tables by a grammar; without ``reasons`` nothing that is missing is allowed, and there are no exceptions."""
    left_out = {"conditions"} | (set() if reasons else {"allow"} if not section else set())
    held = {
        key.name: _list(key, section, reasons) if key.several else _value(key, section, reasons)
        for key in keys if key.name not in left_out
    }  # fmt: skip
    needed = {name for name in held if next(key for key in keys if key.name == name).required}
    # These need one of several keys, or one that is not above another, which a grammar does not say.
    needed |= {"allow"} if section in {"formats", "licenses", "publishers", "lineage"} else set()
    if section == "require":
        held = {name: one for name, one in held.items() if name != "at_most"}
    return st.fixed_dictionaries(
        {name: one for name, one in held.items() if name in needed},
        optional={name: one for name, one in held.items() if name not in needed},
    )


def policies(*, reasons: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Policies as documents."""
    return table(TOP, "", reasons)


# -- subjects ------------------------------------------------------------------------------------------------------

missing = st.builds(Missing, absence=st.sampled_from(list(Absence)), reason=words)
severities = st.sampled_from(list(Severity))


def _fact(content: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    known = st.builds(Known, content=content, evidence=st.lists(words, max_size=2).map(tuple))
    return st.one_of(st.none(), missing, known)


def _several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(one, max_size=2).map(tuple)


FACTS = {
    "digests": _fact(_several(st.builds(Digest, sha256=sha256s, computed=st.booleans()))),
    "scan": _fact(
        st.builds(
            Scan, gaps=_several(words),
            findings=_several(st.builds(SeenFinding, rule=words, severity=severities, message=words)),
        )
    ),
    "scanned": _fact(days),
    "formats": _fact(_several(words)),
    "licenses": _fact(
        _several(st.builds(License, expression=st.sampled_from(["MIT", "MPL-2.0 OR MIT", ""]), name=words, url=words))
    ),
    "publisher": _fact(words),
    "signatures": _fact(_several(st.builds(Signature, path=words, holds=st.booleans(), signer=words, words=words))),
    "pin": _fact(st.sampled_from(["commit", "digest", "tag", "branch", "none"])),
    "advisories": _fact(
        _several(
            st.builds(
                Reached, advisory=words, standing=st.sampled_from(list(Standing)), severity=severities, words=words,
                fixed=_several(words),
            )
        )
    ),
    "lineage": _fact(_several(st.builds(Ancestor, name=words, depth=st.integers(1, 9), purl=words))),
    "remote_code": _fact(st.booleans()),
    "evaluations": _fact(
        _several(st.builds(Evaluation, name=words, value=st.integers(-3, 3).map(float)))
    ),
}  # fmt: skip


def subjects(**facts: st.SearchStrategy[Any]) -> st.SearchStrategy[Subject]:
    """Subjects with any facts, or with these."""
    return st.builds(
        Subject, id=words, kind=st.sampled_from(list(Kind)), name=words, target=words, here=st.booleans(),
        purl=st.sampled_from(["", *PURLS]), within=_several(st.sampled_from(PURLS)), **(FACTS | facts),
    )  # fmt: skip
