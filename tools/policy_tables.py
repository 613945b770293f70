"""Tables about policies, made from the grammar that the parser reads by and from the presets."""

from __future__ import annotations

from collections.abc import Iterator

from tools.tables import table
from weighbridge.governance.policy import presets
from weighbridge.governance.policy.document import policy_of
from weighbridge.governance.policy.explanation import sentences
from weighbridge.governance.policy.grammar import TOP, Form, KeyForm

_COMMON = frozenset({"violation", "missing"})


def keys() -> str:
    """Every key with what it means and the keys inside it."""
    return table(("key", "what it is about", "inside"), ((f"`{one.name}`", one.words, _inside(one)) for one in TOP))


def _inside(one: KeyForm) -> str:
    if one.form is not Form.TABLE:
        return ", ".join(f"`{word}`" for word in one.choices) or str(one.form)
    held = [key for key in one.keys if key.name not in _COMMON]
    return ("a list of " if one.several else "") + ("; ".join(map(_told, held)) or "nothing of its own")


def _told(key: KeyForm) -> str:
    usual = f" ({key.usual})" if key.usual else ""
    mark = "" if key.required or key.usual else " (may be left out)"
    inner = f": {', '.join(f'`{one.name}`' for one in key.keys)}" if key.keys else ""
    return f"`{key.name}`{inner}: {key.words}{usual}{mark}"


def described() -> str:
    """What each preset asks for, in the words of ``policy explain``."""
    return "\n".join(_preset(name) for name in presets.PRESETS)


def _preset(name: str) -> str:
    policy = policy_of(presets.text_of(name), name)
    rows: Iterator[tuple[str, ...]] = (
        (f"`{one.key}`", one.asks.replace("*", "\\*"), one.otherwise, one.unknown) for one in sentences(policy)
    )
    return f"### {name}\n\n{policy.description}\n\n{table(('key', 'asks that', 'otherwise', 'not known'), rows)}"
