"""One Python source: the loaders that it calls, with what they are given, and values that other sources ask for."""

from __future__ import annotations

import ast

from weighbridge.core.errors import OverLimit
from weighbridge.core.values import replace
from weighbridge.formats.python.syntax import is_dense, parsed
from weighbridge.inventory.application.facts import Call, FileFacts
from weighbridge.inventory.application.files import is_conftest, usage_of
from weighbridge.inventory.application.python.candidates import Candidates
from weighbridge.inventory.application.python.evaluate import Evaluator
from weighbridge.inventory.application.python.fixtures import Fixtures, holder_of
from weighbridge.inventory.application.python.mocks import Mocks
from weighbridge.inventory.application.python.places import Lines
from weighbridge.inventory.application.python.scopes import Reader
from weighbridge.inventory.application.python.things import External, Partial, Site, term
from weighbridge.inventory.application.reducing import ANY, item
from weighbridge.inventory.application.terms import Choice, Imported, Text
from weighbridge.inventory.application.vocabulary.entries import ADDRESS, PACKAGE, PYTHON, WRAPPER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.asking import Asked
    from weighbridge.inventory.application.loaders import Argument, Loader
    from weighbridge.inventory.application.python.scopes import Block, Path
    from weighbridge.inventory.application.terms import Term

ITSELF = ("()",)
"""The keyword that stands for the name of the callable."""
MODEL_PACKAGES = (
    "_core_web_", "_core_news_", "_core_sci_", "_ner_", "_dep_web_", "_dep_news_", "_ent_wiki_", "_sent_ud_",
)  # fmt: skip
"""Middles of the names of packages that hold a model of spaCy. Source: spaCy's naming of pipelines."""


def read(content: bytes, asked: Asked) -> FileFacts:
    """Read a source; what this interpreter's grammar refuses is told as trouble."""
    if is_dense(content):
        return FileFacts(trouble=("the source is too long to be followed",))
    try:
        tree = parsed(content)
        if tree is None:
            return FileFacts(trouble=("it is no Python that this version parses",))
        return facts_of(tree, content, asked)
    except (OverLimit, RecursionError):
        return FileFacts(trouble=("the source nests too deep",))


def facts_of(tree: ast.Module, content: bytes, asked: Asked) -> FileFacts:
    """Follow a parsed source."""
    reader = Reader(asked.module, package=asked.package)
    reader.read(tree)
    source = _Source(reader, Lines(content), asked)
    calls = source.calls() if asked.calls or asked.wrappers else []
    trouble = ("the source takes too many steps to follow",) if reader.spent else ()
    fixtures = source.fixtures.told() if source.fixtures is not None and (calls or is_conftest(asked.path)) else ()
    return FileFacts(calls=tuple(calls), exports=tuple(source.exports()), trouble=trouble, fixtures=fixtures)


class _Source:
    def __init__(self, reader: Reader, lines: Lines, asked: Asked) -> None:
        self.reader = reader
        self.lines = lines
        self.asked = asked
        self.evaluator = Evaluator(reader, lines)
        self.wrappers = {one.name: one for one in asked.wrappers}
        self.mocks = Mocks(reader)
        self.fixtures = Fixtures(reader) if usage_of(asked.path) == "test" else None

    # -- loaders ---------------------------------------------------------------------------------------------------

    def calls(self) -> list[Call]:
        found: list[Call] = []
        told: set[int] = set()
        candidates = Candidates(self.reader, self.wrappers)
        for node, block, path in self.reader.calls:
            if self.wrappers and candidates.may_wrap(node.func):
                found += self._wrapped(node, block, path)
            if not self.asked.calls or not candidates.may_load(node.func):
                continue
            for number, (entry, name) in enumerate(self._entries(node, block, path)):
                call = self._call(entry, number, name, Site(node, block, path), told)
                if call is not None:
                    found.append(call)
        if not self.asked.calls:
            return found
        found += self._packages()
        for address in self.reader.addresses:
            text = self.evaluator.term(address, self.reader.module, ())
            if id(address) not in told and isinstance(text, Text):
                found.append(Call(loader=ADDRESS, callable="", given=(("subject", text),), at=text.at))
        return found

    def _entries(self, node: ast.Call, block: Block, path: Path) -> list[tuple[Loader, str]]:
        """Find the vocabulary's entries for a call, by its path or by its last word."""
        function = node.func
        if isinstance(function, ast.Subscript):
            return _of_table(self.evaluator.term(function, block, path))
        name = self.evaluator.callable_path(function, block, path)
        entries = PYTHON.find(name)
        if not entries:
            tail = name.rpartition(".")[2]
            entries = PYTHON.find_by_tail(tail) if name.startswith("?.") or "." not in name else []
        return [(entry, name) for entry in entries]

    def _call(self, entry: Loader, number: int, name: str, site: Site, told: set[int]) -> Call | None:
        positional, named, known = self._given(site)
        given: list[tuple[str, Term]] = []
        for field, argument in entry.arguments:
            found = _argument(argument, positional, named)
            if argument.keywords == ITSELF:
                last = name.rpartition(".")[2]
                found = Text(text=last, at=self.lines.span(site.call.func)) if last[:1].isalnum() else None
            if found is not None:
                given.append((field, found))
        if isinstance(known, External) and known.made is not None and "endpoint" not in dict(given):
            given += self._endpoint(known.made)
        subject = dict(given).get("subject")
        if subject is None and entry.silent:
            return None
        told.update(id(one) for one in ast.walk(site.call) if isinstance(one, ast.Constant))
        at = self.lines.span(site.call)
        return self._tested(
            Call(loader=entry.pattern, callable=name, given=tuple(given), at=at, entry=number), site
        )  # fmt: skip

    def _tested(self, call: Call, site: Site) -> Call:
        """Add what is replaced where a call stands, by its source and by fixtures."""
        call = replace(call, replaced=self.mocks.words(site.block, call.callable))
        if self.fixtures is None:
            return call
        return replace(call, fixtures=self.fixtures.over(site.block), holder=holder_of(site.call, site.block))

    def _given(self, site: Site) -> tuple[list[Term], dict[str, Term], object]:
        known = self.evaluator.value(site.call.func, site.block, site.path)
        positional, named = self.evaluator.arguments(site)
        while isinstance(known, Partial):
            before, named_before = self.evaluator.arguments(known.made)
            positional, named = [*before[1:], *positional], named_before | named
            known = known.of
        return positional, named, known

    def _endpoint(self, made: Site) -> list[tuple[str, Term]]:
        """Give the address and the model that a client was made with."""
        _, named = self.evaluator.arguments(made)
        words = ("base_url", "api_base", "azure_endpoint", "endpoint", "host", "server_url")
        return [("endpoint", named[word]) for word in words if word in named][:1]

    def _packages(self) -> list[Call]:
        found = []
        for name, node in self.reader.imported:
            first = name.partition(".")[0]
            if any(middle in first for middle in MODEL_PACKAGES) and isinstance(node, ast.stmt):
                at = self.lines.span(node)
                subject = Text(text=first, at=at)
                found.append(Call(loader=PACKAGE, callable=f"import {first}", given=(("subject", subject),), at=at))
        return found

    # -- functions of the project ----------------------------------------------------------------------------------

    def _wrapped(self, node: ast.Call, block: Block, path: Path) -> list[Call]:
        function = node.func
        last = function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(
            function, ast.Name) else ""  # fmt: skip
        name = self.evaluator.callable_path(function, block, path).replace("()", "").removesuffix(".__init__")
        wrapper = self.wrappers.get(name.rpartition(".")[2])
        if wrapper is None or not last:
            return []
        positional, named, _ = self._given(Site(node, block, path))
        given: list[tuple[str, Term]] = []
        for parameter, position in wrapper.parameters:
            if parameter in named:
                given.append((parameter, named[parameter]))
            elif 0 <= position < len(positional):
                given.append((parameter, positional[position]))
        if not given:
            return []
        call = Call(loader=WRAPPER, callable=name, given=tuple(given), at=self.lines.span(node))
        return [self._tested(call, Site(node, block, path))]

    # -- values that others ask for --------------------------------------------------------------------------------

    def exports(self) -> list[tuple[str, Term]]:
        found = []
        for name in self.asked.names:
            known = self._export(name)
            if known is not None:
                found.append((name, known))
        return found

    def _export(self, name: str) -> Term | None:
        known = None
        for number, word in enumerate(name.split(".")):
            bare = word.removesuffix("()")
            if number == 0:
                if bare not in self.reader.module.names and not self.reader.module.stars:
                    return None
                known = self.evaluator.named(bare, self.reader.module, (), (1 << 30, 0))
            elif known is not None:
                known = self.evaluator.attribute(known, bare)
            if known is not None and word.endswith("()"):
                known = (
                    External(path=f"{known.path}()", made=known.made)
                    if isinstance(known, External) else self.evaluator.result(known, None)
                )  # fmt: skip
        return term(known) if known is not None else None


def _of_table(function: Term) -> list[tuple[Loader, str]]:
    """Give the first loader of a table of them: which one is called, only a run decides."""
    for one in function.of if isinstance(function, Choice) else (function,):
        if isinstance(one, Imported) and (entries := PYTHON.find(one.path)):
            return [(entry, one.path) for entry in entries]
    return []


def _argument(argument: Argument, positional: list[Term], named: dict[str, Term]) -> Term | None:
    """Find what an argument got; ``model_list*litellm_params*model`` goes through a list and its tables."""
    for keyword in argument.keywords:
        first, *rest = keyword.split("*")
        found = named.get(first)
        if found is None and rest and 0 <= argument.position < len(positional):
            found = positional[argument.position]
        if found is not None:
            if rest:
                found = item(found, ANY)
                for key in rest:
                    found = item(found, key)
            return found
    if 0 <= argument.position < len(positional):
        return positional[argument.position]
    return None
