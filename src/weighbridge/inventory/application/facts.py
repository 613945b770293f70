"""What a worker tells of one file: calls of loaders, settings, values that other files ask for, and what it cannot.

They travel as JSON and are checked on the way in: nothing that a worker answers is believed to have a shape.
"""

from __future__ import annotations

import json

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.values import value
from weighbridge.formats.strict_json import read_json
from weighbridge.inventory.application.terms import (
    counted,
    dumped,
    dumped_span,
    listed,
    loaded,
    spanned,
    worded,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.strict_json import JsonValue
    from weighbridge.inventory.application.terms import Span, Term

CALLS = 2_000
"""Calls of loaders in one file that are told; the largest tables of models in libraries have some 500."""
SETTINGS = 5_000
"""Settings of one file."""
NAMES = 250
"""Names that are asked of one file at a time."""


@value
class Call:
    """A loader that is called or a command that is run, under the name that the vocabulary has for it.

    ``callable`` is how the file writes it, ``given`` what it gets by the names of the vocabulary's fields. ``at`` is
    the whole call. ``entry`` is the number of the vocabulary's entry among those of one name. ``cell`` counts the
    cells of a notebook from 1; 0 elsewhere. ``replaced`` are last words of what mocks stand in for there, ``fixtures``
    names of those of pytest that it is under, and ``holder`` the parameter of a test whose method it is.
    """

    loader: str
    callable: str
    given: tuple[tuple[str, Term], ...]
    at: Span
    entry: int = 0
    cell: int = 0
    replaced: tuple[str, ...] = ()
    fixtures: tuple[str, ...] = ()
    holder: str = ""

    def get(self, field: str) -> Term | None:
        """Give what a field got."""
        return next((term for name, term in self.given if name == field), None)


@value
class Setting:
    """A name and its value: an environment variable that is set (``scope`` is env), or a value in a configuration."""

    name: str
    term: Term
    scope: str


EVERY_TEST = "*"
"""Stands among the fixtures of a call for those that no test has to ask for."""


@value
class Fixture:
    """A fixture of pytest: ``words`` are last words of what it replaces while a test runs, ``asks`` names of others.

    ``every`` tells that no test has to ask for it, ``mock`` that a mock is what it gives.
    """

    name: str
    words: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    every: bool = False
    mock: bool = False


@value
class FileFacts:
    """All that one file tells; ``trouble`` are reasons why some of it was not read."""

    calls: tuple[Call, ...] = ()
    settings: tuple[Setting, ...] = ()
    exports: tuple[tuple[str, Term], ...] = ()
    """Names that were asked for and are known here, as ``SETTINGS.model``."""
    held: str = ""
    """The format of a model file, empty for any other."""
    digest: str = ""
    """The SHA-256 that a pointer to a large file states."""
    trouble: tuple[str, ...] = ()
    fixtures: tuple[Fixture, ...] = ()


def dumps(facts: FileFacts) -> bytes:
    """Write facts, cut to what ``loads`` takes; what is left out is told as trouble."""
    trouble = list(facts.trouble[:50])
    if len(facts.calls) > CALLS or len(facts.settings) > SETTINGS:
        trouble.append(f"more than {CALLS} references or {SETTINGS} settings in one file")
    document: JsonValue = {
        "calls": [
            [one.loader, one.callable[:200], [[name, dumped(term)] for name, term in one.given], dumped_span(one.at),
             one.entry, one.cell, list(one.replaced), list(one.fixtures), one.holder]
            for one in facts.calls[:CALLS]
        ],
        "settings": [[one.name[:200], dumped(one.term), one.scope] for one in facts.settings[:SETTINGS]],
        "exports": [[name, dumped(term)] for name, term in facts.exports],
        "held": facts.held,
        "digest": facts.digest,
        "trouble": [one[:300] for one in trouble],
        "fixtures": [
            [one.name, list(one.words), list(one.asks), one.every, one.mock] for one in facts.fixtures
        ],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode()


def loads(data: bytes, file: int) -> FileFacts:
    """Read facts about the file of a number; raises Malformed for whatever ``dumps`` does not write."""
    if data == NOTHING:
        return FileFacts()
    try:
        document = read_json(data, depth=100).value
    except OverLimit as error:
        raise Malformed(str(error)) from None
    if not isinstance(document, dict) or set(document) != _KEYS:
        raise Malformed("the facts of a file are an object with seven keys")
    return FileFacts(
        calls=tuple(_call(one, file) for one in listed(document["calls"], CALLS)),
        settings=tuple(_setting(one, file) for one in listed(document["settings"], SETTINGS)),
        exports=tuple(_pair(one, file) for one in listed(document["exports"])),
        held=worded(document["held"]),
        digest=worded(document["digest"]),
        trouble=tuple(worded(one) for one in listed(document["trouble"])),
        fixtures=tuple(_fixture(one) for one in listed(document["fixtures"])),
    )


_KEYS = {"calls", "settings", "exports", "held", "digest", "trouble", "fixtures"}


def _call(content: JsonValue, file: int) -> Call:
    loader, called, given, at, entry, cell, replaced, fixtures, holder = _several(content, 9)
    return Call(
        loader=worded(loader), callable=worded(called), given=tuple(_pair(one, file) for one in listed(given)),
        at=spanned(at, file), entry=counted(entry), cell=counted(cell),
        replaced=_words(replaced), fixtures=_words(fixtures), holder=worded(holder),
    )  # fmt: skip


def _fixture(content: JsonValue) -> Fixture:
    name, words, asks, every, mock = _several(content, 5)
    return Fixture(name=worded(name), words=_words(words), asks=_words(asks), every=every is True, mock=mock is True)


def _words(content: JsonValue) -> tuple[str, ...]:
    return tuple(worded(one) for one in listed(content))


def _setting(content: JsonValue, file: int) -> Setting:
    name, term, scope = _several(content, 3)
    return Setting(name=worded(name), term=loaded(term, file), scope=worded(scope))


def _pair(content: JsonValue, file: int) -> tuple[str, Term]:
    name, term = _several(content, 2)
    return worded(name), loaded(term, file)


def _several(content: JsonValue, count: int) -> list[JsonValue]:
    if not isinstance(content, list) or len(content) != count:
        raise Malformed(f"a list of {count} is wanted")
    return content


NOTHING = dumps(FileFacts())
"""What most files answer."""
