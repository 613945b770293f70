"""JavaScript and TypeScript: calls that name models, with constants of the same file and defaults of the environment.

The source is cut into words, texts and signs; it is not parsed. Comments are no words. A call counts only where a
package that has it is imported.
"""

from __future__ import annotations

import re

from weighbridge.core.values import value
from weighbridge.inventory.application.facts import Call
from weighbridge.inventory.application.names import is_download
from weighbridge.inventory.application.reducing import choice, item, joined
from weighbridge.inventory.application.terms import (
    LONGEST,
    Choice,
    Plain,
    Sequence,
    Table,
    Text,
    Unknown,
    Variable,
)
from weighbridge.inventory.application.vocabulary.entries import ADDRESS
from weighbridge.inventory.application.vocabulary.script import LOADERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.application.loaders import Loader
    from weighbridge.inventory.application.places import Place
    from weighbridge.inventory.application.terms import Term

TOKENS = 300_000
"""Words, texts and signs of one source."""
ALTERNATIVES = 12
"""Values of one name that are kept."""
_DEEP = 30

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+|//[^\n]*|/\*.*?\*/)|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"
    r"|(?P<word>[A-Za-z_$][\w$]*)|(?P<number>\d[\w.]*)|(?P<sign>\?\?|\|\||=>|\?\.|[{}()\[\].,:;=?<>!&|+\-*/%@#~^])",
    re.DOTALL,
)


@value
class _Token:
    kind: str
    text: str
    start: int
    end: int


_BY_TAIL: dict[str, list[tuple[str, tuple[str, ...], Loader]]] = {}
for _one in LOADERS:
    _call, _, _from = _one.pattern.removeprefix("script:").partition(" from ")
    _BY_TAIL.setdefault(_call.rpartition(".")[2], []).append((_call, tuple(_from.split("|")), _one))
for _entries in _BY_TAIL.values():
    _entries.sort(key=lambda entry: -len(entry[0]))


def read(place: Place) -> list[Call]:
    """Find the calls of one source."""
    return _Script(place).calls()


class _Script:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.tokens = list(self._cut(place.text))
        self._closes = self._matched()
        self.constants: dict[str, Term] = {}
        self.packages: set[str] = set()
        self.renamed: dict[str, str] = {}
        """Names of packages by the other names that imports give them."""
        self.clients: dict[str, int] = {}

    def _cut(self, text: str) -> Iterator[_Token]:
        at, count = 0, 0
        while at < len(text) and count < TOKENS:
            match = _TOKEN.match(text, at)
            if match is None:
                at += 1
                continue
            at = match.end()
            if match.lastgroup != "space":
                count += 1
                yield _Token(kind=match.lastgroup or "", text=match[0], start=match.start(), end=at)

    def _is(self, at: int, *words: str) -> bool:
        return all(
            at + number < len(self.tokens) and self.tokens[at + number].text == word
            and self.tokens[at + number].kind != "text"
            for number, word in enumerate(words)
        )  # fmt: skip

    def calls(self) -> list[Call]:
        """Note imports and constants, then look at every call."""
        self._imports()
        for number, token in enumerate(self.tokens):
            if token.kind == "word" and token.text in {"const", "let", "var"}:
                self._constant(number + 1)
        found: list[Call] = []
        told: list[tuple[int, int]] = []
        for number, token in enumerate(self.tokens):
            if token.kind == "word" and self._opens(number + 1) >= 0:
                found += self._call(number, told)
        for number, token in enumerate(self.tokens):
            if (
                token.kind == "text"
                and is_download(token.text)
                and ("hf://" in token.text or "huggingface.co/" in token.text)
                and not any(begin <= number < end for begin, end in told)
            ):
                term = self._text(token)
                if isinstance(term, Text):
                    found.append(Call(loader=ADDRESS, callable="", given=(("subject", term),), at=term.at))
        return found

    def _imports(self) -> None:
        for number, token in enumerate(self.tokens):
            if (
                token.kind == "text"
                and number
                and (
                    self._is(number - 1, "from")
                    or self._is(number - 1, "import")
                    or self._is(number - 2, "require", "(")
                    or self._is(number - 2, "import", "(")
                )
            ):
                self.packages.add(token.text[1:-1])
            elif token.text == "import" and token.kind == "word":
                self._names(number + 1)

    def _names(self, at: int) -> None:
        """Note the other names that an import gives: ``import { openai as provider } from …``."""
        while (
            at < len(self.tokens) - 1
            and self.tokens[at].kind != "text"
            and self.tokens[at].text not in {"(", ";", "import"}
        ):
            if self._is(at, "as") and self.tokens[at - 1].kind == self.tokens[at + 1].kind == "word":
                self.renamed[self.tokens[at + 1].text] = self.tokens[at - 1].text
            at += 1

    def _constant(self, at: int) -> None:
        """Note ``NAME = value`` and ``NAME: Type = value``."""
        if at >= len(self.tokens) or self.tokens[at].kind != "word":
            return
        name, at = self.tokens[at].text, at + 1
        if self._is(at, ":"):
            while at < len(self.tokens) and self.tokens[at].text not in {"=", ";", "\n"}:
                at += 1
        if not self._is(at, "="):
            return
        self.clients.setdefault(name, at + 1)
        term, _ = self._value(at + 1, 0)
        before = self.constants.get(name)
        if isinstance(before, Choice) and len(before.of) >= ALTERNATIVES:
            return
        self.constants[name] = choice((before, term)) if before is not None else term

    def _opens(self, at: int) -> int:
        """Give where the bracket of a call opens, behind type arguments too; -1 where there is none."""
        if self._is(at, "("):
            return at
        if self._is(at, "<"):
            for end in range(at + 1, min(at + 12, len(self.tokens) - 1)):
                if self._is(end, ">"):
                    return end + 1 if self._is(end + 1, "(") else -1
        return -1

    def _call(self, number: int, told: list[tuple[int, int]]) -> Iterator[Call]:
        tail = self.tokens[number].text
        words = [tail]
        begin = number
        while begin >= 2 and self.tokens[begin - 1].text in {".", "?."} and self.tokens[begin - 2].kind == "word":
            words.insert(0, self.tokens[begin - 2].text)
            begin -= 2
        words[0] = self.renamed.get(words[0], words[0])
        tail, path = words[-1], ".".join(words)
        for call, packages, entry in _BY_TAIL.get(tail, ()):
            fits = (
                path == call or path.endswith("." + call) or ("." in call and call[0].isupper() and path.endswith(call))
            )
            if not fits or not self._has(packages) or (begin and self._is(begin - 1, "function")):
                continue
            yield from self._given(begin, number, path, entry, told)
            return

    def _has(self, packages: tuple[str, ...]) -> bool:
        return any(
            name == package or (package.endswith("*") and name.startswith(package[:-1]))
            or name.startswith((f"{package}/", f"npm:{package}")) or f"/{package}@" in name
            for package in packages for name in self.packages
        )  # fmt: skip

    def _given(self, begin: int, number: int, path: str, entry: Loader, told: list[tuple[int, int]]) -> Iterator[Call]:
        at = self._opens(number + 1) + 1
        positional: list[Term] = []
        while at < len(self.tokens) and not self._is(at, ")") and len(positional) < 8:
            term, after = self._value(at, 0)
            positional.append(term)
            at = after
            if not self._is(at, ","):
                break
            at += 1
        end = min(at, len(self.tokens) - 1)
        table = next((one for one in positional if isinstance(one, Table)), None)
        given: list[tuple[str, Term]] = []
        for field, argument in entry.arguments:
            found = positional[argument.position] if 0 <= argument.position < len(positional) else None
            if found is None and table is not None:
                found = next((item(table, key) for key in argument.keywords if key in table.keys), None)
            if found is not None:
                given.append((field, found))
        if not given and entry.silent:
            return
        given += self._endpoint(path)
        at_span = self.place.span(self.tokens[begin].start, self.tokens[end].end)
        told.append((begin, end))
        yield Call(loader=entry.pattern, callable=path, given=tuple(given), at=at_span)

    def _endpoint(self, path: str) -> list[tuple[str, Term]]:
        """Give the address with which the client was made: ``new OpenAI({ baseURL: … })``."""
        client = path.partition(".")[0]
        at = self.clients.get(client, -1)
        if at < 0 or not self._is(at, "new"):
            return []
        opened = self._opens(at + 2)
        if opened < 0:
            return []
        term, _ = self._value(opened + 1, 0)
        for key in ("baseURL", "baseUrl", "endpoint", "host"):
            if isinstance(term, Table) and key in term.keys:
                return [("endpoint", item(term, key))]
        return []

    # -- values ----------------------------------------------------------------------------------------------------

    def _value(self, at: int, depth: int) -> tuple[Term, int]:
        """Read an expression up to a comma or closing bracket; gives its term and where it ends."""
        term, at = self._single(at, depth)
        while at < len(self.tokens) and depth < _DEEP:
            sign = self.tokens[at].text if self.tokens[at].kind == "sign" else ""
            if sign in {"??", "||"} and not (self._is(at + 1, "|")):
                right, at = self._single(at + 1, depth + 1)
                unset = isinstance(term, Variable) and term.default is None
                term = Variable(name=term.name, at=term.at, default=right) if unset and isinstance(
                    term, Variable) else choice((term, right))  # fmt: skip
            elif sign == "+":
                right, at = self._single(at + 1, depth + 1)
                term = joined((term, right), "", self.place.span(self.tokens[at - 1].start, self.tokens[at - 1].end))
            elif sign == "?" and depth < _DEEP:
                first, at = self._value(at + 1, depth + 1)
                second, at = self._value(at + 1, depth + 1) if self._is(at, ":") else (first, at)
                term = choice((first, second))
            elif self.tokens[at].text in {"as", "satisfies"}:
                at += 2
            else:
                break
        return term, at

    def _single(self, at: int, depth: int) -> tuple[Term, int]:
        if at >= len(self.tokens) or depth > _DEEP:
            return Unknown(why="an expression"), at
        token = self.tokens[at]
        if token.kind == "text":
            return self._after(self._text(token), at + 1)
        if token.kind == "number":
            return Plain(word=token.text[:40]), at + 1
        if token.text == "{":
            return self._table(at, depth)
        if token.text == "[":
            return self._list(at, depth)
        if token.text == "(":
            term, at = self._value(at + 1, depth + 1)
            return self._after(term, at + 1 if self._is(at, ")") else at)
        if token.text in {"await", "new", "!", "-"}:
            return self._single(at + 1, depth + 1)
        if token.kind == "word":
            return self._named(at, depth)
        return Unknown(why="an expression"), at + 1

    def _after(self, term: Term, at: int) -> tuple[Term, int]:
        """Skip what follows a value that is not followed: members and calls."""
        while at < len(self.tokens) and (self._is(at, ".") or self._is(at, "?.") or self._is(at, "(")):
            at = self._closing(at) + 1 if self._is(at, "(") else at + 2
            term = Unknown(why="the result of a call")
        return term, at

    def _named(self, at: int, depth: int) -> tuple[Term, int]:
        words, first = [self.tokens[at].text], at
        at += 1
        while (self._is(at, ".") or self._is(at, "?.")) and at + 1 < len(self.tokens):
            words.append(self.tokens[at + 1].text)
            at += 2
        key: Term | None = None
        if self._is(at, "[") and depth < _DEEP:
            key, at = self._value(at + 1, depth + 1)
            at += 1
        if self._is(at, "=>"):
            return self._skipped(at + 1)
        span = self.place.span(self.tokens[first].start, self.tokens[at - 1].end)
        path = ".".join(words)
        if path in {"process.env", "import.meta.env"} and isinstance(key, Text):
            return Variable(name=key.text, at=span), at
        if words[:2] == ["process", "env"] and len(words) == 3:
            return Variable(name=words[2], at=span), at
        if words[:3] == ["import", "meta", "env"] and len(words) == 4:
            return Variable(name=words[3], at=span), at
        if path == "Deno.env.get" and self._is(at, "("):
            name, _ = self._value(at + 1, depth + 1)
            return (Variable(name=name.text, at=span) if isinstance(name, Text) else name), self._closing(at) + 1
        if self._is(at, "("):
            return Unknown(why=f"the result of {path}()"), self._closing(at) + 1
        if path in {"true", "false", "null", "undefined"}:
            return Plain(word={"true": "True", "false": "False"}.get(path, "None")), at
        term = self.constants.get(words[0], Unknown(why=path))
        for word in words[1:]:
            term = item(term, word)
        if key is not None:
            term = item(term, key.text if isinstance(key, Text) else "*")
        return term, at

    def _skipped(self, at: int) -> tuple[Term, int]:
        """Skip the body of a function."""
        if self._is(at, "{"):
            return Unknown(why="a function"), self._closing(at) + 1
        _, after = self._value(at, _DEEP - 2)
        return Unknown(why="a function"), after

    def _matched(self) -> dict[int, int]:
        """Find for each bracket where it is closed."""
        found: dict[int, int] = {}
        waiting: list[int] = []
        for number, token in enumerate(self.tokens):
            if token.kind == "sign" and token.text in {"(", "[", "{"}:
                waiting.append(number)
            elif token.kind == "sign" and token.text in {")", "]", "}"} and waiting:
                found[waiting.pop()] = number
        return found

    def _closing(self, at: int) -> int:
        """Give where the bracket that opens at a token is closed."""
        return self._closes.get(at, len(self.tokens))

    def _table(self, at: int, depth: int) -> tuple[Term, int]:
        end = self._closing(at)
        keys: list[str] = []
        values: list[Term] = []
        at += 1
        while at < end and len(keys) < 200:
            token = self.tokens[at]
            key = token.text[1:-1] if token.kind == "text" else token.text
            if self._is(at + 1, ":"):
                term, at = self._value(at + 2, depth + 1)
                keys.append(key)
                values.append(term)
            elif token.kind == "word" and (self._is(at + 1, ",") or at + 1 == end):
                keys.append(key)
                values.append(self.constants.get(key, Unknown(why=key)))
                at += 1
            while at < end and not self._is(at, ","):
                at = self._closing(at) + 1 if self.tokens[at].text in {"(", "[", "{"} else at + 1
            at += 1
        return Table(keys=tuple(keys), values=tuple(values)), end + 1

    def _list(self, at: int, depth: int) -> tuple[Term, int]:
        end = self._closing(at)
        items: list[Term] = []
        at += 1
        while at < end and len(items) < 200:
            term, at = self._value(at, depth + 1)
            items.append(term)
            while at < end and not self._is(at, ","):
                at += 1
            at += 1
        return Sequence(items=tuple(items)), end + 1

    def _text(self, token: _Token) -> Term:
        span = self.place.span(token.start, token.end)
        inner = token.text[1:-1]
        if token.text[0] != "`" or "${" not in inner:
            text = re.sub(r"\\(.)", r"\1", inner)
            return Text(text=text[:LONGEST], at=span, literal=text == inner)
        parts: list[Term] = []
        for number, piece in enumerate(re.split(r"\$\{\s*([\w.]+)\s*\}", inner)):
            if number % 2:
                name, *more = piece.split(".")
                known = self.constants.get(name, Unknown(why=piece))
                for word in more:
                    known = item(known, word)
                parts.append(known)
            elif piece:
                parts.append(Text(text=piece, at=span) if "${" not in piece else Unknown(why="a template"))
        return joined(parts, "", span)
