"""Configurations as trees of terms in which every text has its place: JSON with comments, YAML, TOML, settings.

Nothing is constructed: YAML is composed to nodes whose tags are not obeyed. Bounds hold for values and for depth.
"""

from __future__ import annotations

import json
import re

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.inventory.application.terms import Plain, Sequence, Table, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.application.places import Place
    from weighbridge.inventory.application.terms import Term

VALUES = 50_000
"""Values of one document; configurations of large programs have some thousand."""
DEPTH = 60
_SOUGHT = 1_000
"""Texts of TOML with escapes in them whose place is looked for."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\ufeff]+|//[^\n]*|/\*.*?\*/)|(?P<sign>[\[\]{},:])|(?P<text>"(?:[^"\\\n]|\\.)*")"""
    r"""|(?P<plain>[^\s\[\]{},:"]+)""",
    re.DOTALL,
)


class JsonReader:
    """Reads JSON with comments and trailing commas; raises Malformed and OverLimit."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._tokens = self._cut(place.text)
        self._count = 0
        self._token: tuple[str, str, int, int] | None = next(self._tokens, None)

    def tree(self) -> Term:
        """Give the first value."""
        return self._value(0)

    def _cut(self, text: str) -> Iterator[tuple[str, str, int, int]]:
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise Malformed("it is no JSON")
            if match.lastgroup != "space":
                yield match.lastgroup or "", match[0], at, match.end()
            at = match.end()

    def _next(self) -> tuple[str, str, int, int]:
        token = self._token
        if token is None:
            raise Malformed("JSON that ends too soon")
        self._token = next(self._tokens, None)
        return token

    def _value(self, depth: int) -> Term:
        self._count += 1
        if self._count > VALUES or depth > DEPTH:
            raise OverLimit(f"JSON of more than {VALUES} values or {DEPTH} levels")
        kind, word, start, end = self._next()
        if kind == "text":
            return self._text(word, start, end)
        if kind == "plain":
            words = {"true": "True", "false": "False", "null": "None"}
            return Plain(word=words.get(word, word)[:60])
        if word == "{":
            return self._table(depth)
        if word == "[":
            items = []
            while not self._ends("]"):
                items.append(self._value(depth + 1))
            return Sequence(items=tuple(items))
        raise Malformed("it is no JSON")

    def _table(self, depth: int) -> Term:
        keys, values = [], []
        while not self._ends("}"):
            _, word, start, end = self._next()
            keys.append(self._text(word, start, end).text if word[:1] == '"' else word)
            if self._next()[1] != ":":
                raise Malformed("it is no JSON")
            values.append(self._value(depth + 1))
        return Table(keys=tuple(keys), values=tuple(values))

    def _ends(self, sign: str) -> bool:
        if self._token is not None and self._token[1] == "," and self._token[0] == "sign":
            self._next()
        if self._token is not None and self._token[:2] == ("sign", sign):
            self._next()
            return True
        return False

    def _text(self, word: str, start: int, end: int) -> Text:
        try:
            text = json.loads(word, strict=False)
        except ValueError:
            text = word[1:-1]
        return Text(text=text, at=self._place.span(start, end), literal=text == word[1:-1])


def yaml_trees(place: Place) -> list[Term]:
    """Read the documents of a YAML text; raises Malformed and OverLimit."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    trees = []
    try:
        for number, node in enumerate(yaml.compose_all(place.text, Loader=loader)):
            if number > 500:
                raise OverLimit("YAML of more than 500 documents")
            trees.append(_Yaml(place).tree(node, 0))
    except yaml.YAMLError as error:
        raise Malformed(f"it is no YAML: {str(getattr(error, 'problem', '') or 'not readable')[:80]}") from None
    except RecursionError:
        raise OverLimit("YAML that nests too deep") from None
    return trees


class _Yaml:
    def __init__(self, place: Place) -> None:
        self._place = place
        self._count = 0

    def tree(self, node: object, depth: int) -> Term:
        """Turn a node into a term; aliases are written out as often as the bound allows."""
        self._count += 1
        if self._count > VALUES or depth > DEPTH:
            raise OverLimit(f"YAML of more than {VALUES} values or {DEPTH} levels")
        kind = type(node).__name__
        if kind == "MappingNode":
            keys: list[str] = []
            values: list[Term] = []
            for key, content in node.value:  # type: ignore[attr-defined]
                found = self.tree(content, depth + 1)
                name = str(getattr(key, "value", ""))
                if name == "<<" and isinstance(found, Table):
                    keys += found.keys
                    values += found.values
                    continue
                keys.append(name)
                values.append(found)
            return Table(keys=tuple(keys), values=tuple(values))
        if kind == "SequenceNode":
            return Sequence(items=tuple(self.tree(one, depth + 1) for one in node.value))  # type: ignore[attr-defined]
        return self._scalar(node)

    def _scalar(self, node: object) -> Term:
        tag, text = str(node.tag).rpartition(":")[2], str(node.value)  # type: ignore[attr-defined]
        if tag in {"bool", "null"}:
            return Plain(word={"null": "None"}.get(tag) or str(text.lower() in {"true", "yes", "on"}))
        if tag in {"int", "float"}:
            return Plain(word=text[:60])
        start, end = node.start_mark.index, node.end_mark.index  # type: ignore[attr-defined]
        written = self._place.text[start:end].rstrip()
        quoted = written[:1] in {'"', "'"} and written[1:-1] == text
        return Text(text=text, at=self._place.span(start, start + len(written)), literal=quoted or written == text)


def toml_tree(place: Place) -> Term:
    """Read TOML; raises Malformed. A text has the place of the first line under its table that writes it."""
    import tomllib

    try:
        found = tomllib.loads(place.text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Malformed("it is no TOML") from None
    return _Toml(place).tree(found, 0)


class _Toml:
    """``tomllib`` gives no places: texts are looked for in the order in which they come."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._taken: dict[str, int] = {}
        self._sought = 0

    def tree(self, held: object, depth: int) -> Term:
        """Turn what tomllib gives into terms."""
        if depth > DEPTH:
            raise OverLimit(f"TOML of more than {DEPTH} levels")
        if isinstance(held, dict):
            return Table(
                keys=tuple(map(str, held)), values=tuple(self.tree(one, depth + 1) for one in held.values())
            )  # fmt: skip
        if isinstance(held, list):
            return Sequence(items=tuple(self.tree(one, depth + 1) for one in held))
        return self._text(held) if isinstance(held, str) else Plain(word=repr(held)[:60])

    def _text(self, text: str) -> Text:
        for quoted in (f'"{text}"', f"'{text}'") if self._sought < _SOUGHT else ():
            at = self._place.text.find(quoted, self._taken.get(quoted, 0))
            while at >= 0 and _in_comment(self._place.text, at):
                at = self._place.text.find(quoted, at + 1)
            if at >= 0:
                self._taken[quoted] = at + len(quoted)
                return Text(text=text, at=self._place.span(at, at + len(quoted)), literal=True)
        self._sought += 1
        at = max(0, self._place.text.find(text[:40])) if self._sought < _SOUGHT else 0
        return Text(text=text, at=self._place.span(at, min(len(self._place.text), at + len(text))))


def _in_comment(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line.lstrip().startswith("#")


def settings(place: Place) -> Iterator[tuple[str, Text]]:
    """Yield names and values of ``NAME=value`` lines, as ``.env`` files and INI files have them."""
    at = 0
    for line in place.text.split("\n"):
        begin, at = at, at + len(line) + 1
        match = re.match(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.\-]*)[ \t]*[=:][ \t]*", line)
        if match is None or line.lstrip()[:1] in {"#", ";"}:
            continue
        rest = line[match.end() :]
        quote = rest[:1] if rest[:1] in {'"', "'"} else ""
        if quote:
            content = rest[1:].partition(quote)[0]
            start, width = begin + match.end(), len(content) + 2
        else:
            content = re.split(r"[ \t]+[#;]", rest, maxsplit=1)[0].rstrip()
            start, width = begin + match.end(), len(content)
        if content:
            yield match[1], Text(text=content, at=place.span(start, start + width), literal=True)
