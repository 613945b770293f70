"""TorchScript source: which operators of torch, which other libraries' operators and classes a program reaches.

Source: ``torch/csrc/jit/frontend/lexer.h`` and ``torch/csrc/jit/serialization/import_source.cpp``. In the text of an
archive ``torch.x`` is the operator ``aten::x``, ``ops.ns.x`` is ``ns::x``, ``__torch__.…`` a class or function of the
archive, or of a native library below ``__torch__.torch.classes``. An operator is also reached as a method of any value
and by ``getattr`` with a literal. No grammar is asked for: whatever names an operator counts, whether it runs or not.
"""

from __future__ import annotations

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.location import Location
from weighbridge.core.programs import Operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias, TypeVar

    from weighbridge.formats.node import Node

    _Key: TypeAlias = tuple[str, str, str, tuple[str, ...]]
    _K = TypeVar("_K", _Key, str)

FRAMEWORK = "torchscript"

MAX_CODE = 4 << 20
"""Bytes of source in one archive that are read, at 0.5 to 2 MB in a second; the longest traced models have 2 MB."""

DISTINCT = 4_000
"""Different operators of one archive that are told apart; torch itself has some 2,300."""

_OUTSIDE = frozenset({"save", "from_file", "load_tensor"})
"""Operators that leave memory: as a method they count even where a class of the archive has one of the same name."""

_PLAIN = frozenset({"aten", "prim", "quantized"})  # their text constants are messages, with few exceptions
_TEXTS = 8  # constants of one use that are shown
_TEXT = 200  # characters of one constant
_OPEN = 64  # calls within calls whose text constants are collected
_PARTS = 64  # parts of a dotted name; honest ones have some ten
_CLASSES = ("__torch__", "torch", "classes")


class Program:
    """What all source files of one archive reach together; ``read`` takes one file, ``facts`` tells at the end."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._uses: dict[_Key, _Count] = {}
        self._methods: dict[str, _Count] = {}
        self._declared: set[str] = set()
        self._members: dict[str, set[str]] = {}
        self._effects: list[_Effect] = []
        self._gaps: list[Gap] = []
        self._full = False

    def read(self, member: str, source: bytes) -> None:
        """Read one file of source."""
        _File(self, member, source).read()

    def bytecode(self, member: str, content: bytes) -> None:
        """Find the operators that the pickled bytecode of the mobile interpreter names as ``ns::name``.

        Its reader in C++ takes text from BINUNICODE only; the other two opcodes for text are read as well.
        """
        import re

        for found in re.finditer(rb"(?:X(....)|\x8c(.)|\x8d(.{8}))(?=([A-Za-z_][A-Za-z0-9_]*)::)", content, re.DOTALL):
            length = int.from_bytes(found[1] or found[2] or found[3], "little")
            text = content[found.end() : found.end() + min(length, _TEXT)].decode("latin-1")
            domain, _, name = text.partition("::")
            if len(text) == length and name.isidentifier():
                self.use(domain, name, Location(member=(*self.node.member, member), offset=found.start()))

    def use(self, domain: str, name: str, at: Location, scope: str = "", *, texts: tuple[str, ...] = ()) -> None:
        """Count one use of an operator."""
        self._count(self._uses, (domain, name, scope, texts), at)

    def method(self, name: str, at: Location) -> None:
        """Count one call of a method: of a class of the archive, or the operator of this name."""
        self._count(self._methods, name, at)

    def _count(self, table: dict[_K, _Count], key: _K, at: Location) -> None:
        known = table.get(key)
        if known is not None:
            known.number += 1
        elif len(table) < DISTINCT:
            table[key] = _Count(at)
        else:
            self._full = True

    def declare(self, name: str, owner: str) -> None:
        """Take note of a name that the archive itself defines, in the class ``owner`` if in any."""
        self._declared.add(name)
        if owner:
            self._members.setdefault(owner, set()).add(name)

    def effect(self, effect: _Effect) -> None:
        """Take note of an operator whose text constants matter."""
        if len(self._effects) < DISTINCT:
            self._effects.append(effect)
        else:
            self._full = True

    def trouble(self, reason: str, at: Location) -> None:
        """Take note of text that is no TorchScript."""
        self._gaps.append(Gap(kind=GapKind.UNPARSED, reason=reason, at=at))

    def facts(self) -> Iterator[Operator | Gap]:
        """Yield every operator once, with the number of its uses."""
        for one in self._effects:
            if one.name not in self._members.get(one.owner, ()):
                self.use(one.domain, one.name, one.at, one.scope, texts=one.texts.told())
        for name, count in self._methods.items():
            if name not in self._declared:
                self._uses.setdefault(("aten", name, "", ()), _Count(count.at, 0)).number += count.number
        for (domain, name, scope, texts), count in self._uses.items():
            yield Operator(
                at=count.at, framework=FRAMEWORK, domain=domain, name=name, scope=scope, constants=texts,
                count=count.number,
            )  # fmt: skip
        yield from self._gaps
        if self._full:
            yield self.node.gap(GapKind.OVER_LIMIT, f"more than {DISTINCT} different operators or uses of files")


class _Count:
    """Where something is used first and how often."""

    __slots__ = ("at", "number")

    def __init__(self, at: Location, number: int = 1) -> None:
        self.at = at
        self.number = number


class _Effect:
    """One use of an operator that may act outside; ``owner`` is the class whose own method of this name it may be."""

    __slots__ = ("at", "domain", "name", "owner", "scope", "texts")

    def __init__(self, domain: str, name: str, at: Location, *, owner: str, scope: str, texts: _Strings) -> None:
        self.domain = domain
        self.name = name
        self.at = at
        self.owner = owner
        self.scope = scope
        self.texts = texts


class _Strings:
    """Text constants of one call, known when its closing bracket is reached."""

    __slots__ = ("depth", "found")

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.found: list[str] = []

    def told(self) -> tuple[str, ...]:
        return tuple(self.found)


class _File:
    """One source file on its way through the lexer; ``owner`` is the class that is being defined, if any."""

    def __init__(self, program: Program, member: str, source: bytes) -> None:
        self.program = program
        self.member = member
        self.text = source.decode("latin-1")  # one character a byte: what is not ASCII stands in strings only
        self.owner = self.function = self.receiver = ""
        self.depth = 0
        self.strings: dict[str, str] = {}
        self.open: list[_Strings] = []
        self.asking: list[_Asked] = []

    def at(self, position: int) -> Location:
        return Location(member=(*self.program.node.member, self.member), offset=position)

    def read(self) -> None:
        """Go through the tokens once, with four behind and one ahead."""
        nothing = ("", "", 0)
        behind = [nothing] * 4
        chain: list[str] = []
        token = nothing
        for ahead in self._tokens():
            kind, word, position = token
            if kind == "name":
                if behind[0][0] == "." and chain:
                    self._extend(chain, word, position)
                elif behind[0][1] == "class" and behind[0][0] == "name":
                    self._class(word)
                elif behind[0][1] == "def" and behind[0][0] == "name":
                    self._function(word, position)
                else:
                    if behind[0][0] == "(" and behind[1][0] == "name" and behind[2][1] == "def":
                        self.receiver = word
                    chain = [word]
                    start = position
                    of = behind[0][0] == "."
                    by = behind[2][1] if of and behind[1][0] == ")" and behind[3][0] == "(" else ""
                if ahead[0] != "." and chain:
                    self._chain(chain, start, of, by, ahead[0])
                    if self.asking and ahead[0] == "," and self.asking[-1].depth == self.depth:
                        self.asking[-1].base = ".".join(chain)
                    chain = []
            elif kind == "text":
                self._text(word, behind)
            elif kind in _OPENING:
                self.depth += 1
            elif kind in _CLOSING:
                self._close(position)
                self.depth -= 1
            behind = [token, *behind[:3]] if kind else behind
            token = ahead

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        """Yield kind, text and place of each token, and an empty one at the end."""
        import re

        text, position, size = self.text, 0, len(self.text)
        scan = re.compile(_LEXEMES).match
        ends = {quote: re.compile(rf"(?:\\.|[^\\{quote[0]}{chr(10) if len(quote) == 1 else ''}]"
                                  rf"{f'|{quote[0]}(?!{quote[1:]})' if len(quote) > 1 else ''})*{quote}", re.DOTALL)
                for quote in ('"', "'", '"""', "'''")}  # fmt: skip
        while position < size:
            token = scan(text, position)
            if token is None:
                self.program.trouble(
                    "TorchScript source has a character that its lexer does not take", self.at(position)
                )
                break
            kind, begin, position = token.lastgroup, position, token.end()
            if kind == "name":
                yield "name", token[0], begin
            elif kind == "quote":
                end = ends[token[0]].match(text, position)
                if end is None:
                    self.program.trouble("TorchScript source has text without an end", self.at(begin))
                    break
                yield "text", text[position : end.end() - len(token[0])], begin
                position = end.end()
            elif kind != "blank":
                yield token[0] if kind == "sign" else "number", "", begin
        yield "", "", size

    def _extend(self, chain: list[str], word: str, position: int) -> None:
        """Add a part to a dotted name; where it gets too long, the last part takes the place of the one before."""
        if len(chain) < _PARTS:
            chain.append(word)
            return
        if chain[-1] in _OUTSIDE:
            self._outside(chain[-1], "", position, "")
        chain[-1] = word

    def _class(self, name: str) -> None:
        self.owner, self.function = f"{self.member}:{name}", ""
        self.program.declare(name, "")
        self._forget()

    def _function(self, name: str, position: int) -> None:
        line = self.text.rfind("\n", 0, position) + 1
        if self.text.startswith("def", line):
            self.owner = ""  # it stands at the margin, outside of any class
        self.program.declare(name, self.owner)
        self.function, self.receiver = name, ""
        self._forget()

    def _forget(self) -> None:
        self.strings = {}
        self.open, self.asking, self.depth = [], [], 0

    def _chain(self, words: list[str], start: int, of: bool, by: str, ahead: str) -> None:
        """See a dotted name: ``of`` when it follows the dot of something else, which is ``by`` if it is a name."""
        if not of:
            root = words[0]
            if root == "torch":
                self._operator("aten", words[1:2], start, ahead)
                words = words[1:]
            elif root == "ops":
                self._operator(words[1] if len(words) > 2 else "", words[2:3], start, ahead)
                words = words[2:]
            elif tuple(words[:3]) == _CLASSES:
                full = words[3:] or [""]
                self.program.use(".".join(["torch.classes", *full[:-1]]), full[-1], self.at(start))
                return
            elif root in {"CONSTANTS", "__torch__"}:
                return
            elif len(words) == 1:
                self._name(root, ahead)
                return
            if len(words) == 2:
                by = words[0]
            words = words[1:]
        for number, word in enumerate(words, 1):
            last = number == len(words)
            if word in _OUTSIDE:
                self._outside(word, by if last else "", start, ahead if last else "")
            elif last and ahead == "(":
                self.program.method(word, self.at(start))

    def _name(self, name: str, ahead: str) -> None:
        if ahead == ":" and not self.depth:
            self.program.declare(name, self.owner)
        elif ahead == "(" and name == "getattr":
            self.asking.append(_Asked(self.depth + 1))
        elif ahead == "=" and not self.depth and name == self.receiver:
            self.receiver = ""
        elif name in self.strings:
            self._hand_to_calls(self.strings[name])

    def _operator(self, domain: str, name: list[str], start: int, ahead: str) -> None:
        """Count a use; a module by itself has been given another name, under which anything may be reached."""
        at = self.at(start)
        if not name:
            self.program.use("", "ops" if domain == "" else "torch", at)
        elif ahead == "(" and (domain not in _PLAIN or name[0] in _OUTSIDE):
            self._effect(domain, name[0], at, texts=self._collect())
        else:
            self.program.use(domain, name[0], at)

    def _outside(self, name: str, by: str, start: int, ahead: str) -> None:
        owner = self.owner if by and by == self.receiver else ""
        texts = self._collect() if ahead == "(" else _Strings(0)
        self._effect("aten", name, self.at(start), owner=owner, texts=texts)

    def _effect(self, domain: str, name: str, at: Location, *, owner: str = "", texts: _Strings) -> None:
        self.program.effect(_Effect(domain, name, at, owner=owner, scope=self._scope(), texts=texts))

    def _collect(self) -> _Strings:
        texts = _Strings(self.depth + 1)
        if len(self.open) < _OPEN:
            self.open.append(texts)
        return texts

    def _scope(self) -> str:
        inside = f"{self.owner.rpartition(':')[2]}.{self.function}".strip(".")
        return f"{inside}, which a load runs" if self.function == "__setstate__" else inside

    def _text(self, text: str, behind: list[tuple[str, str, int]]) -> None:
        if behind[0][0] == "=" and behind[1][0] == "name" and behind[2][0] != "." and not self.depth:
            self.strings[behind[1][1]] = text
        self._hand_to_calls(text)
        if self.asking and self.asking[-1].depth == self.depth and len(self.asking[-1].name) <= _TEXT:
            self.asking[-1].name += text[:_TEXT]

    def _hand_to_calls(self, text: str) -> None:
        for one in self.open:
            if len(one.found) < _TEXTS:
                one.found.append(text[:_TEXT])

    def _close(self, position: int) -> None:
        self.open = [one for one in self.open if one.depth != self.depth]
        if self.asking and self.asking[-1].depth == self.depth:
            asked = self.asking.pop()
            if asked.name.isidentifier() and asked.name.isascii():
                words = asked.base.split(".") if asked.base else []
                of = not words or words[0] not in {"torch", "ops"}
                if not of or asked.name in _OUTSIDE:
                    self._chain([*([] if of else words), asked.name], position, of, "" if not of else asked.base, "")


class _Asked:
    """A ``getattr`` that is being read: of what, and the literal name."""

    __slots__ = ("base", "depth", "name")

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.base = self.name = ""


_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_LEXEMES = (
    r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<blank>[ \t\n]+|\\\n|# type:|\#[^\n]*)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?j?)"
    r"|(?P<quote>\"\"\"|'''|\"|')"
    r"|(?P<sign>[][(){}.,:;=+*/%<>!&|^~@?-])"
)
