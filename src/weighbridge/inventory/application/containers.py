"""Dockerfiles and Modelfiles: what is run and set while an image is built and when it starts; what a model is made of.

Sources: the references of Dockerfile (BuildKit 0.25) and of Ollama's Modelfile (0.12).
"""

from __future__ import annotations

import re

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.values import replace
from weighbridge.inventory.application import shell
from weighbridge.inventory.application.documents import JsonReader
from weighbridge.inventory.application.facts import Call, Setting
from weighbridge.inventory.application.keys import by_key
from weighbridge.inventory.application.shell import Found, Word
from weighbridge.inventory.application.terms import Joined, Sequence, Text, Variable
from weighbridge.inventory.application.vocabulary.commands import IMAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.application.places import Place
    from weighbridge.inventory.application.terms import Term

_STARTS = re.compile(r"[ \t]*([A-Za-z]+)[ \t]+")

LONGEST_ARGUMENT, MOST_PARTS = 300, 8
"""Characters of a version or a name, and parts of a name, that take the place of a variable."""


def dockerfile(place: Place) -> Found:
    """Read a Dockerfile instruction by instruction; ENTRYPOINT and CMD are one command."""
    calls: list[Call] = []
    settings: list[Setting] = []
    image = ""
    begun: dict[str, list[Word]] = {}
    arguments: dict[str, Term] = {}
    for name, start, end in instructions(place.text):
        if name == "FROM":
            calls += _ended(begun, place, image)
            image = place.text[start:end]
            calls += _base(place, start, end, arguments)
        elif name in {"CMD", "ENTRYPOINT"}:
            begun[name] = _words(place, start, end)
        elif name in {"ENV", "ARG", "LABEL"}:
            if name != "LABEL":
                calls_found, settings_found = _variables(place, start, end)
                calls += calls_found
                settings += settings_found
            if name == "ARG" and not image and end - start <= LONGEST_ARGUMENT:
                arguments.update((one.name, one.term) for one in settings_found)
        elif name in {"RUN", "HEALTHCHECK"}:
            begin = start + len(re.match(r"(?:--\S+[ \t]+)*", place.text[start:end])[0])  # type: ignore[index]
            if place.text[begin : begin + 1] == "[":
                found = shell.command(_words(place, begin, end), place)
            else:
                found = shell.read(place, begin, end)
            calls += found.calls
            settings += found.settings
        elif name in {"ADD", "COPY"}:
            found = shell.command([Word(term=Text(text=name, at=place.span(start, start + 1)), text=name, start=start,
                                        end=start + 1), *_words(place, start, end)], place)  # fmt: skip
            calls += found.calls
    calls += _ended(begun, place, image)
    return Found(calls=tuple(calls), settings=tuple(settings))


def _base(place: Place, start: int, end: int, arguments: dict[str, Term]) -> list[Call]:
    """Name the image that a stage begins with, behind the options."""
    word = next((one for one in _words(place, start, end) if not one.text.startswith("--")), None)
    if word is None:
        return []
    at = place.span(word.start, word.end)
    return [Call(loader="image", callable="FROM", given=(("subject", _filled(word.term, arguments)),), at=at)]


def _filled(term: Term, arguments: dict[str, Term]) -> Term:
    """Bind variables to the arguments of their own file: others of a project give the same name to other versions.

    What the value of an argument is made of stays as it is: arguments of arguments could double without end.
    """
    match term:
        case Variable(name=name) if name in arguments:
            return replace(term, name=f"ARG {name}", default=arguments[name])
        case Joined(parts=parts) if len(parts) <= MOST_PARTS:
            return replace(term, parts=tuple(_filled(one, arguments) for one in parts))
    return term


def _ended(begun: dict[str, list[Word]], place: Place, image: str) -> list[Call]:
    """Read what a stage starts."""
    words = [*begun.pop("ENTRYPOINT", []), *begun.pop("CMD", [])]
    program = next((program for part, program in IMAGES if part in image), "")
    return list(shell.command(words, place, program=program).calls) if words else []


def instructions(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each instruction with the span of its arguments; lines that end in a backslash and here-documents go on."""
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        match = _STARTS.match(line)
        if match is None or line.lstrip().startswith("#"):
            at = end + 1
            continue
        start = at + match.end()
        while end < len(text):
            last = text[text.rfind("\n", 0, end) + 1 : end].rstrip()
            if not last.endswith("\\") and not last.lstrip().startswith("#"):
                break
            following = text.find("\n", end + 1)
            end = len(text) if following < 0 else following
        mark = re.search(r"<<-?[ \t]*[\"']?(\w+)[\"']?", text[start:end])
        if mark is not None and match[1].upper() in {"RUN", "COPY"}:
            closed = re.compile(rf"^[ \t]*{mark[1]}[ \t]*$", re.MULTILINE).search(text, end)
            if match[1].upper() == "RUN" and text[start : start + mark.start()].strip() == "":
                start = end  # the document is the script itself
                end = closed.start() if closed else len(text)
                yield "RUN", start, end
                at = closed.end() + 1 if closed else len(text)
                continue
            end = closed.end() if closed else len(text)
        yield match[1].upper(), start, end
        at = end + 1


def _words(place: Place, start: int, end: int) -> list[Word]:
    """Read arguments: a list in JSON, or words of a shell."""
    if place.text[start : start + 1] == "[":
        piece = _Piece(place, start, end)
        try:
            tree = JsonReader(piece).tree()  # type: ignore[arg-type]
        except (Malformed, OverLimit):
            tree = None
        if isinstance(tree, Sequence):
            words: list[Word] = []
            for one in tree.items:
                if not isinstance(one, Text):
                    continue
                begin = place.offset(one.at.line - 1, one.at.column - 1)
                finish = place.offset(one.at.end_line - 1, one.at.end_column - 1)
                if words and words[-1].text in {"-c", "-lc", "-ec"}:
                    words += [word for inner, _ in shell.commands(place, begin + 1, finish - 1) for word in inner]
                    continue
                term = shell.word_of(place, begin, finish).term if "$" in one.text else one
                words.append(Word(term=term, text=one.text, start=begin, end=finish))
            return words
    return [word for words, _ in shell.commands(place, start, end) for word in words]


class _Piece:
    """A stretch of a text, for a reader that begins at the beginning."""

    def __init__(self, place: Place, start: int, end: int) -> None:
        self._place = place
        self._start = start
        self.text = place.text[start:end].replace("\\\n", " \n")

    def span(self, start: int, end: int) -> object:
        """Give the span between two characters."""
        return self._place.span(self._start + start, self._start + end)


def _variables(place: Place, start: int, end: int) -> tuple[list[Call], list[Setting]]:
    calls: list[Call] = []
    settings: list[Setting] = []
    text = place.text[start:end]
    old = re.match(r"([A-Za-z_]\w*)[ \t]+([^=\s]\S*)[ \t]*$", text)
    if old is not None:  # ENV name value
        word = shell.word_of(place, start + old.start(2), start + old.end(2))
        return by_key(old[1], word.term, place.span(word.start, word.end), old[1]), [
            Setting(name=old[1], term=word.term, scope="env")
        ]
    for words, _ in shell.commands(place, start, end):
        for word in words:
            name, equals, _ = word.text.partition("=")
            if equals and re.fullmatch(r"[A-Za-z_]\w*", name):
                begin = word.start + place.text[word.start : word.end].find("=") + 1
                term = shell.word_of(place, begin, word.end).term
                calls += by_key(name, term, place.span(word.start, word.end), name)
                settings.append(Setting(name=name, term=term, scope="env"))
    return calls, settings


def modelfile(place: Place) -> Found:
    """Read the instructions of a Modelfile that name a model or an adapter."""
    calls = []
    inside = False
    at = 0
    for line in place.text.split("\n"):
        begin, at = at, at + len(line) + 1
        if line.count('"""') % 2:
            inside = not inside
            continue
        match = re.match(r"[ \t]*(FROM|ADAPTER)[ \t]+(\S+)", line, re.IGNORECASE)
        if match is None or inside:
            continue
        text = Text(text=match[2].strip('"'), at=place.span(begin + match.start(2), begin + match.end(2)),
                    literal=True)  # fmt: skip
        at_span = place.span(begin + match.start(1), begin + match.end(2))
        calls.append(Call(loader=match[1].upper(), callable=match[1].upper(), given=(("subject", text),), at=at_span))
    return Found(calls=tuple(calls))
