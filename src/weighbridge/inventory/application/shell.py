"""Command lines: programs that take a model, variables that are set, code of Python that is given along.

Quoting is followed as the shells that everybody has do it; what substitutions of commands give is unknown. Makefiles,
Procfiles and lines of other files are read the same way.
"""

from __future__ import annotations

import re

from weighbridge.core.values import value
from weighbridge.inventory.application.facts import Call, Setting
from weighbridge.inventory.application.keys import by_key
from weighbridge.inventory.application.names import addresses_in, is_download
from weighbridge.inventory.application.reducing import joined
from weighbridge.inventory.application.relocation import moved_call
from weighbridge.inventory.application.terms import LONGEST, Plain, Text, Unknown, Variable
from weighbridge.inventory.application.vocabulary.commands import IMAGES, PLAIN_SWITCHES, SILENT
from weighbridge.inventory.application.vocabulary.entries import ADDRESS, COMMANDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.application.loaders import Loader
    from weighbridge.inventory.application.places import Place
    from weighbridge.inventory.application.terms import Span, Term

WORDS = 2_000
"""Words of one command; generated ones have some hundred."""

_PIECE = re.compile(
    r"(?P<space>[ \t\r]+|\\\r?\n)|(?P<end>\n|;|&&|\|\||\||&(?!>)|\$\(|`|\(|\)|\{(?=\s)|\}(?=\s|;|$))"
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<word>(?:[^\s;&|()`#\"'\\$<>]|(?<=\S)#|\\.|\$(?!\()|\"(?:[^\"\\]|\\.)*\"|'[^']*')+)"
    r"|(?P<sign><<-?[ \t]*(?P<mark>[\"']?\w+[\"']?)|[<>]+&?\d*|.)",
    re.DOTALL,
)
_VARIABLE = re.compile(
    r"\$\{\{[ ]*(?:env|vars|inputs|matrix|secrets)\.(?P<workflow>[\w\-]+)[ ]*\}\}"
    r"|\$\{(?P<name>\w+)(?::?[-=](?P<default>[^}]*))?[^}]*\}|\$(?P<bare>\w+)|\$\((?P<make>\w+)\)"
)


@value
class Word:
    """One word of a command: what it stands for, and where."""

    term: Term
    text: str
    start: int
    end: int


@value
class Found:
    """What command lines tell."""

    calls: tuple[Call, ...] = ()
    settings: tuple[Setting, ...] = ()


def read(place: Place, start: int, end: int, *, program: str = "", make: bool = False) -> Found:
    """Read a stretch of text as command lines; ``program`` is what its words are given to if nothing else is known."""
    calls: list[Call] = []
    settings: list[Setting] = []
    for words, document in commands(place, start, end, make=make):
        found = command(words, place, program=program, document=document)
        calls += found.calls
        settings += found.settings
    return Found(calls=tuple(calls), settings=tuple(settings))


def commands(
    place: Place, start: int, end: int, *, make: bool = False, folded: bool = False
) -> Iterator[tuple[list[Word], tuple[int, int]]]:
    """Cut a text into commands; with each comes the span of a here-document, or (0, 0).

    In ``folded`` text of YAML ends of lines are blanks.
    """
    words: list[Word] = []
    at = start
    document, mark = (0, 0), ""
    while at < end:
        if make and place.text.startswith("$(", at):
            match = re.compile(r"\$\(\w+\)[^\s;&|()`]*").match(place.text, at, end)
            if match is not None:
                words.append(word_of(place, at, match.end()))
                at = match.end()
                continue
        match = _PIECE.match(place.text, at, end)
        if match is None:
            break
        kind, at = match.lastgroup, match.end()
        kind = "sign" if kind == "mark" else kind
        if kind == "word" and len(words) < WORDS:
            words.append(word_of(place, match.start(), match.end()))
        elif kind == "sign" and match["mark"]:
            mark = match["mark"].strip("\"'")
        elif kind == "end" and not (folded and match[0] == "\n"):
            if match[0] == "\n" and mark:
                closed = re.compile(rf"^[ \t]*{re.escape(mark)}[ \t]*$", re.MULTILINE).search(place.text, at, end)
                document = (at, closed.start() if closed else end)
                at, mark = (closed.end() if closed else end), ""
            if words:
                yield words, document
            words, document = [], (0, 0)
    if words:
        yield words, document


def word_of(place: Place, start: int, end: int) -> Word:
    """Read one word with its quotes and variables."""
    written = place.text[start:end]
    if len(written) > 4 * LONGEST:
        return Word(term=Unknown(why="a long word"), text=written, start=start, end=end)
    span = place.span(start, end)
    bare = written
    if len(written) > 1 and written[0] in "\"'" and written.find(written[0], 1) == len(written) - 1:
        bare = written[1:-1]
    raw = written[:1] == "'" and bare is not written
    if not raw:
        bare = re.sub(r"\\(?:\r?\n)", "", bare)
    if "$" not in bare or raw:
        plain = bare if bare is not written and '"' not in bare and "\\" not in bare else _unquoted(bare)
        return Word(term=Text(text=plain[:LONGEST], at=span, literal=plain == bare), text=plain, start=start, end=end)
    parts: list[Term] = []
    at = 0
    for match in _VARIABLE.finditer(bare):
        if match.start() > at:
            parts.append(Text(text=_unquoted(bare[at : match.start()])[:LONGEST], at=span))
        name = match["name"] or match["bare"] or match["make"] or match["workflow"]
        default = match["default"]
        place_of_default = start + written.find(default) if default else start
        parts.append(
            Variable(
                name=name, at=span,
                default=Text(text=_unquoted(default), at=place.span(place_of_default, place_of_default + len(default)))
                if default else None,
            )
        )  # fmt: skip
        at = match.end()
    if at < len(bare):
        parts.append(Text(text=_unquoted(bare[at:])[:LONGEST], at=span))
    term = parts[0] if len(parts) == 1 else joined(parts, "", span)
    return Word(term=term, text=_unquoted(bare), start=start, end=end)


def _unquoted(written: str) -> str:
    return re.sub(r"\\(.)|[\"']", lambda match: match[1] or "", written)


def command(words: list[Word], place: Place, *, program: str = "", document: tuple[int, int] = (0, 0)) -> Found:
    """Read one command."""
    if not words:
        return Found()
    calls: list[Call] = []
    settings: list[Setting] = []
    while words and (assigned := _assigned(words[0])):
        settings.append(_setting(words[0], assigned, place, calls))
        words = words[1:]
    first = words[0].text.lstrip("@-").rpartition("/")[2] if words else ""
    if first in {"export", "declare", "readonly", "local", "set", "ENV", "ARG"} or first.startswith("docker"):
        for word in words[1:]:
            name = _assigned(word)
            if name:
                settings.append(_setting(word, name, place, calls))
    if first in SILENT or not words:
        return Found(calls=tuple(calls), settings=tuple(settings))
    calls += _python(words, place, document)
    calls += _programs(words, place, program)
    calls += _downloads(words, place)
    return Found(calls=tuple(calls), settings=tuple(settings))


def _assigned(word: Word) -> str:
    match = re.match(r"([A-Za-z_]\w*)=(?!=)", word.text)
    return match[1] if match else ""


def _setting(word: Word, name: str, place: Place, calls: list[Call]) -> Setting:
    begin = word.start + place.text[word.start : word.end].find("=") + 1
    end = word.end
    if place.text[word.start : word.start + 1] in {'"', "'"}:
        end -= 1  # the quote is around name and value
    term = word_of(place, begin, end).term if begin < end else Text(text="", at=place.span(begin, begin))
    calls += by_key(name, term, place.span(word.start, word.end), name)
    return Setting(name=name, term=term, scope="env")


# -- programs ----------------------------------------------------------------------------------------------------------


def _programs(words: list[Word], place: Place, program: str) -> Iterator[Call]:
    for number in range(len(words)):
        entries, taken, name = _entries(words, number)
        if not entries and number + 1 < len(words) and any(part in words[number].text for part, _ in IMAGES):
            name = next(name for part, name in IMAGES if part in words[number].text)
            entries, taken = COMMANDS[f"shell:{name}"], 1
            inner, inner_taken, inner_name = _entries(words, number + 1)
            if inner:
                entries, taken, name = inner, inner_taken + 1, inner_name
        if entries:
            yield from _called(entries, name, words[number:], taken, place)
            return
    plain = words[0].text.rpartition("/")[2] not in {"sh", "bash", "ash", "dash"}
    if program and plain and (entries := COMMANDS.get(f"shell:{program}", [])):
        yield from _called(entries, program, words, 0, place)
        return
    yield from _generic(words, place)


def _entries(words: list[Word], number: int) -> tuple[list[Loader], int, str]:
    """Find the program that begins at a word: one word, or two, or a module behind ``python -m``."""
    first = words[number].text.lstrip("@").rpartition("/")[2]
    second = words[number + 1].text if number + 1 < len(words) else ""
    for name, taken in ((f"{first} {second}", 2), (first, 1)):
        if f"shell:{name}" in COMMANDS:
            return COMMANDS[f"shell:{name}"], taken, name
    return [], 0, ""


def _called(entries: list[Loader], name: str, words: list[Word], taken: int, place: Place) -> Iterator[Call]:
    rest = words[taken:]
    valued = {word for entry in entries for _, one in entry.arguments for word in one.keywords}
    switches = {word for entry in entries for field, one in entry.arguments if field == "code" for word in one.keywords}
    options: dict[str, list[Term]] = {}
    positional: list[Term] = []
    number = 0
    while number < len(rest):
        word = rest[number]
        number += 1
        if word.text.startswith("-") or (word.text.partition("=")[0] in valued and "=" in word.text):
            key, equals, _ = word.text.partition("=")
            if equals:
                begin = word.start + place.text[word.start : word.end].find("=") + 1
                options.setdefault(key, []).append(word_of(place, begin, word.end).term)
            elif key in switches or key in PLAIN_SWITCHES:
                options.setdefault(key, []).append(Plain(word="True"))
            elif number < len(rest) and (not rest[number].text.startswith("-") or key in valued):
                options.setdefault(key, []).append(rest[number].term)
                number += 1
        else:
            positional.append(word.term)
    at = place.span(words[0].start, words[-1].end)
    for entry_number, entry in enumerate(entries):
        given: list[tuple[str, Term]] = []
        for field, one in entry.arguments:
            found = next((options[word][-1] for word in one.keywords if word in options), None)
            if found is None and 0 <= one.position < len(positional):
                found = positional[one.position]
            if found is not None:
                given.append((field, found))
        if given and given[0][0] == "subject":
            yield Call(loader=entry.pattern, callable=name, given=tuple(given), at=at, entry=entry_number)


def _generic(words: list[Word], place: Place) -> Iterator[Call]:
    """Look at options whose name tells that their value is a model, whatever the program is."""
    at = place.span(words[0].start, words[-1].end)
    for number, word in enumerate(words):
        if not word.text.startswith("--"):
            continue
        key, equals, _ = word.text.partition("=")
        if equals:
            begin = word.start + place.text[word.start : word.end].find("=") + 1
            term = word_of(place, begin, word.end).term
        elif number + 1 < len(words):
            term = words[number + 1].term
        else:
            continue
        yield from by_key(key.lstrip("-"), term, at, f"{words[0].text[:60]} {key}")


def _python(words: list[Word], place: Place, document: tuple[int, int]) -> Iterator[Call]:
    """Read the program behind ``python -c``, or a here-document that Python gets."""
    from weighbridge.inventory.application.asking import Asked
    from weighbridge.inventory.application.python import source

    names = [word.text.rpartition("/")[2] for word in words]
    here = next((number for number, name in enumerate(names) if re.fullmatch(r"python[\d.]*", name)), -1)
    if here < 0:
        return
    if document != (0, 0):
        code, start = place.text[slice(*document)], document[0]
    elif "-c" in names[here:-1]:
        word = words[names.index("-c", here) + 1]
        code, start = word.text, word.start + 1
    else:
        return
    first = place.span(start, start + 1)

    def move(span: Span) -> Span:
        begin = place.offset(first.line - 2 + span.line, span.column - 1 + (first.column - 1 if span.line == 1 else 0))
        end = place.offset(
            first.line - 2 + span.end_line, span.end_column - 1 + (first.column - 1 if span.end_line == 1 else 0)
        )
        return place.span(min(begin, len(place.text)), min(max(begin, end), len(place.text)))

    for call in source.read(code.encode("utf-8", "replace"), Asked(path="", module="inline")).calls:
        yield moved_call(call, move)


def _downloads(words: list[Word], place: Place) -> Iterator[Call]:
    """Tell addresses of files on the Hub that a command fetches."""
    for word in words:
        if "hf://" not in word.text and "huggingface.co/" not in word.text and "hf.co/" not in word.text:
            continue
        written = place.text[word.start : word.end]
        for start, end in addresses_in(written):
            if is_download(written[start:end]):
                at = place.span(word.start + start, word.start + end)
                subject = Text(text=written[start:end], at=at, literal=True)
                yield Call(
                    loader=ADDRESS, callable=words[0].text.rpartition("/")[2][:60], given=(("subject", subject),),
                    at=place.span(words[0].start, words[-1].end),
                )  # fmt: skip
