"""Conditions in CEL, the Common Expression Language (https://cel.dev), by Google's own evaluator.

An expression sees ``subject``: what is known is there, what is missing is not, so ``has(subject.licenses)`` asks
whether a fact is known, and an expression that reads a missing one has no value. It ends always: CEL has no loops
beyond those over its data.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from weighbridge.core.errors import UsageError
from weighbridge.core.values import field_names
from weighbridge.governance.policy.facts import Known, Subject
from weighbridge.reports.neutral import encodable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cel_expr_python.cel import Env, Expression

_LONGEST = 2_000
"""Characters of an expression."""
_QUOTED = re.compile(r'''"""[\s\S]*?"""|\'{3}[\s\S]*?\'{3}|"(?:\\.|[^"\\])*"|\'(?:\\.|[^'\\])*\'''')
"""Texts in an expression, which are not read for names."""
_READ = re.compile(r"(?<![\w.])subject\.(\w+)")
_MARK = "[INVALID_ARGUMENT]"


@lru_cache(maxsize=1)
def _environment() -> Env:
    try:
        from cel_expr_python import cel
    except ImportError:
        raise UsageError(
            "conditions of a policy need an evaluator of CEL", hint="pip install 'weighbridge[cel]'"
        ) from None
    return cel.NewEnv(variables={"subject": cel.Type.Map(cel.Type.STRING, cel.Type.DYN)})


@lru_cache(maxsize=256)
def compiled(expression: str, where: str = "the policy") -> Expression:
    """Compile an expression; raises UsageError for a wrong one, and where the evaluator is not installed."""
    if len(expression) > _LONGEST:
        raise UsageError(f"{where}: an expression has more than {_LONGEST:,} characters")
    try:
        made = _environment().compile(expression)
    except RuntimeError as error:
        said = " ".join(str(error).removeprefix("INVALID_ARGUMENT: ").replace(_MARK, "").split())
        raise UsageError(f"{where}: when is no expression: {said[:200]}", hint="see https://cel.dev") from None
    if made.return_type().name() not in {"BOOL", "DYN"}:
        raise UsageError(f"{where}: when must be true or false, not {made.return_type().name().lower()}")
    _check_names(expression, where)
    return made


def _check_names(expression: str, where: str) -> None:
    """Raise UsageError for a fact that there is none of: ``has`` would say of it that nobody knows it, for ever."""
    known = field_names(Subject)
    for name in _READ.findall(_QUOTED.sub('""', expression)):
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
            raise UsageError(f"{where}: when reads subject.{name[:60]}, which no subject has", hint=hint)


def evaluated(expression: str, subject: Subject) -> tuple[bool | None, str]:
    """Say whether an expression holds for a subject: None where it has no value, with the words of why."""
    found = compiled(expression).eval(data={"subject": plain(subject)})
    content = found.value()
    if found.type().name() == "BOOL":
        return bool(content), ""
    return None, " ".join(str(content).split())[:200]


def plain(subject: Subject) -> dict[str, Any]:
    """Give what is known of a subject as plain data, by the names of its fields."""
    held: dict[str, Any] = {}
    for name in field_names(Subject):
        content = getattr(subject, name)
        if isinstance(content, Known):
            held[name] = _plain(content.content)
        elif isinstance(content, str | bool | tuple):
            held[name] = _plain(content)
    return held


def _plain(content: object) -> Any:
    if isinstance(content, tuple):
        return [_plain(one) for one in content]
    if isinstance(content, bool | int | float):
        return content
    if isinstance(content, str):
        return encodable(str(content))
    return {name: _plain(getattr(content, name)) for name in field_names(type(content))}
