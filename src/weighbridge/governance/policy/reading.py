"""Reads the tables of a policy by their grammar: unknown keys, wrong forms and what is needed and not there.

Every error says file, line and column, and what could be meant.
"""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import is_sha256
from weighbridge.governance.policy.grammar import ON_MISSING, Form
from weighbridge.governance.policy.source import Items, Scalar, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TypeGuard

    from weighbridge.governance.policy.grammar import KeyForm
    from weighbridge.governance.policy.source import Node, Place

_LONGEST = 2_000
"""Characters of one value."""
_DAYS = 36_500


def table_of(table: Table, keys: tuple[KeyForm, ...], name: str = "") -> Found:
    """Check a table against its grammar; raises UsageError."""
    known = {one.name: one for one in keys}
    nodes: dict[str, Node] = {}
    for key, node in table.entries:
        if key.text not in known:
            _unknown(key, known, name)
        nodes[key.text] = node
    for one in keys:
        if one.required and one.name not in nodes:
            raise UsageError(f"{table.at}: {name or 'the policy'} has no {one.name!r}", hint=f"{one.name}: {one.words}")
    return Found(table.at, name, known, nodes)


def _unknown(key: Scalar, known: dict[str, KeyForm], name: str) -> NoReturn:
    from difflib import get_close_matches

    close = get_close_matches(key.text, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
    raise UsageError(f"{key.at}: unknown key {key.text[:60]!a}" + (f" in {name}" if name else ""), hint=hint)


class Found:
    """A table whose keys are known; values are read in the form that the grammar has for them."""

    def __init__(self, at: Place, name: str, forms: dict[str, KeyForm], nodes: dict[str, Node]) -> None:
        self.at = at
        self.name = name
        self._forms = forms
        self._nodes = nodes
        for key in nodes:
            self._check(key)

    def has(self, key: str) -> bool:
        """Tell whether a key is given and the table may have it."""
        return key in self._nodes

    def text(self, key: str) -> str:
        """Give a word; empty where it is not given."""
        node = self._nodes.get(key)
        return node.text if isinstance(node, Scalar) else ""

    def whole(self, key: str) -> int | None:
        """Give a whole number; None where it is not given."""
        return int(self.text(key)) if self.has(key) else None

    def number(self, key: str) -> float | None:
        """Give a number; None where it is not given."""
        return float(self.text(key)) if self.has(key) else None

    def placed(self, key: str) -> tuple[tuple[Place, str], ...]:
        """Give the words of a list with their places."""
        node = self._nodes.get(key)
        items = node.items if isinstance(node, Items) else ()
        return tuple((one.at, one.text) for one in items if isinstance(one, Scalar))

    def words(self, key: str) -> tuple[str, ...]:
        """Give the words of a list."""
        return tuple(word for _, word in self.placed(key))

    def table(self, key: str) -> Found | None:
        """Give a table inside this one; an empty value is a table that takes everything as usual."""
        node = self._nodes.get(key)
        if node is None:
            return None
        table = node if isinstance(node, Table) else Table(at=node.at, entries=())
        return table_of(table, self._forms[key].keys, key)

    def tables(self, key: str) -> tuple[Found, ...]:
        """Give the tables of a list."""
        node = self._nodes.get(key)
        items = node.items if isinstance(node, Items) else ()
        return tuple(table_of(one, self._forms[key].keys, f"an entry of {key}") for one in items if _is_table(one))

    def missing(self, key: str) -> tuple[str, str]:
        """Give what follows where a fact is missing, and the reason; raises UsageError for allow without one."""
        node = self._nodes.get(key)
        if not isinstance(node, Table):
            return self.text(key), ""
        inner = table_of(node, ON_MISSING, key)
        decision, reason = inner.text("decision"), inner.text("reason")
        if decision == "allow" and not reason:
            raise UsageError(f"{node.at}: allow for what is not known needs a reason", hint="reason: why that is fine")
        return decision, reason

    # -- checks ----------------------------------------------------------------------------------------------------

    def _check(self, key: str) -> None:
        form, node = self._forms[key], self._nodes[key]
        if form.several:
            if not isinstance(node, Items):
                _wrong(node, key, f"a list of {'tables' if form.form is Form.TABLE else 'words'}")
            if not node.items and form.form is not Form.TABLE:
                raise UsageError(f"{node.at}: {key} is empty", hint="leave it out, or name something")
            for one in node.items:
                if form.form is Form.TABLE and not isinstance(one, Table):
                    _wrong(one, f"an entry of {key}", "a table")
                if form.form is not Form.TABLE:
                    _check_word(one, key, form)
        elif form.form is Form.TABLE:
            empty = isinstance(node, Scalar) and node.plain and not node.text
            if not isinstance(node, Table) and not empty:
                _wrong(node, key, "a table")
        elif form.form is not Form.MISSING or not isinstance(node, Table):
            _check_word(node, key, form)


def _is_table(node: Node) -> TypeGuard[Table]:
    return isinstance(node, Table)


def _wrong(node: Node, key: str, what: str) -> NoReturn:
    raise UsageError(f"{node.at}: {key} must be {what}", hint="see: weighbridge policy --help")


def _check_word(node: Node, key: str, form: KeyForm) -> None:
    """Hold a word against its form; raises UsageError."""
    if not isinstance(node, Scalar):
        _wrong(node, key, str(form.form))
    word, at = node.text, node.at
    if not word.strip() or (node.plain and word.lower() in {"~", "null"}):
        raise UsageError(f"{at}: {key} is empty", hint=f"{key}: {form.words}")
    if len(word) > _LONGEST:
        raise UsageError(f"{at}: {key} is longer than {_LONGEST:,} characters")
    if form.choices and word not in form.choices:
        from difflib import get_close_matches

        close = get_close_matches(word.lower(), form.choices, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"one of {', '.join(form.choices)}"
        if form.form is Form.MISSING and word == "allow":
            hint = "write {decision: allow, reason: why that is fine}"
        raise UsageError(f"{at}: {key} cannot be {word[:60]!a}", hint=hint)
    trouble = _TROUBLE[form.form](word) if form.form in _TROUBLE else ""
    if trouble:
        raise UsageError(f"{at}: {key} {trouble}", hint=f"{key}: {form.words}")


def _whole(word: str) -> str:
    is_number = word.isascii() and word.isdigit() and len(word) < 7 and int(word) <= _DAYS
    return "" if is_number else f"must be a whole number up to {_DAYS:,}, not {word[:40]!r}"


def _number(word: str) -> str:
    from math import isfinite

    try:
        found = float(word) if word.isascii() and "_" not in word else float("nan")
    except ValueError:
        found = float("nan")
    return "" if isfinite(found) else f"must be a number, not {word[:40]!r}"


def _date(word: str) -> str:
    from datetime import date

    try:
        is_date = date.fromisoformat(word).isoformat() == word
    except ValueError:
        is_date = False
    return "" if is_date else f"must be a date as 2027-01-31, not {word[:40]!r}"


def _sha256(word: str) -> str:
    return "" if is_sha256(word) else "must be 64 hexadecimal digits in lower case"


def _purl(word: str) -> str:
    from weighbridge.governance.policy.vocabulary import purl_trouble

    found = purl_trouble(word)
    return f"is no package URL: {found}" if found else ""


_TROUBLE = {
    Form.WHOLE: _whole, Form.NUMBER: _number, Form.DATE: _date, Form.SHA256: _sha256, Form.PURL: _purl,
}  # fmt: skip
