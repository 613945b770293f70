"""What is known of a value in source: a text that stands there, or what it depends on, as a small frozen term.

A worker makes terms from one file; the fold in the parent resolves what they leave open: names of other modules,
parameters, environment variables and configuration files. They travel as JSON lists, ``["text", …]``, and are checked
against ``_FIELDS`` on the way in.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from weighbridge.formats.strict_json import JsonValue

    Term: TypeAlias = (
        "Text | Plain | Variable | Imported | Parameter | Option | Joined | Choice | Table | Sequence | Document | Item"
        " | Unknown"
    )

LONGEST = 2_048
"""Characters of one text; names of models have some 60, paths some 200."""

MOST = 256
"""Parts of one term; tables of models in real programs have up to some hundred entries."""

DEPTH = 24
"""Terms within each other."""


@value
class Span:
    """Where text stands in a file: lines count from 1, columns from 1 in characters, ``start`` and ``end`` in bytes.

    ``start`` and ``end`` are -1 where the bytes are not known, such as for source that is not UTF-8. ``file`` is the
    number of the file, which the fold gives; it does not travel.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    start: int = -1
    end: int = -1
    file: int = -1


@value
class Text:
    """A known text; ``literal`` tells that the span is one string literal, or one bare word, that holds just this."""

    text: str
    at: Span
    literal: bool = False


@value
class Plain:
    """A known value that is no text: ``True``, ``False``, ``None``, or a number as Python writes it."""

    word: str


@value
class Variable:
    """An environment variable; ``default`` is used where it is not set."""

    name: str
    at: Span
    default: Term | None = None


@value
class Imported:
    """Something of another module by its dotted path; ``()`` stands for the result of a call without arguments."""

    path: str
    file: int = -1


@value
class Parameter:
    """A parameter of a function: ``function`` is its dotted name with the module before it."""

    function: str
    name: str
    position: int
    default: Term | None = None


@value
class Option:
    """The default of an option on the command line; whoever starts the program may give another value."""

    name: str
    default: Term | None = None


@value
class Joined:
    """Texts one after the other, ``between`` them nothing or a slash."""

    parts: tuple[Term, ...]
    between: str
    at: Span


@value
class Choice:
    """One of several, by a condition that only a run decides."""

    of: tuple[Term, ...]


@value
class Table:
    """A mapping with constant keys."""

    keys: tuple[str, ...]
    values: tuple[Term, ...]


@value
class Sequence:
    """A list or tuple."""

    items: tuple[Term, ...]


@value
class Document:
    """What a configuration file holds, by the path that the program opens."""

    path: Term
    file: int = -1


@value
class Item:
    """What lies under a key, an attribute or, as a decimal number, a position of something."""

    of: Term
    key: str


@value
class Unknown:
    """Nothing that the source tells; ``why`` says what it depends on."""

    why: str


_FIELDS: dict[str, tuple[type, tuple[tuple[str, str], ...]]] = {
    "text": (Text, (("text", "text"), ("at", "span"), ("literal", "flag"))),
    "plain": (Plain, (("word", "text"),)),
    "variable": (Variable, (("name", "text"), ("at", "span"), ("default", "maybe"))),
    "imported": (Imported, (("path", "text"),)),
    "parameter": (
        Parameter,
        (("function", "text"), ("name", "text"), ("position", "number"), ("default", "maybe")),
    ),
    "option": (Option, (("name", "text"), ("default", "maybe"))),
    "joined": (Joined, (("parts", "terms"), ("between", "text"), ("at", "span"))),
    "choice": (Choice, (("of", "terms"),)),
    "table": (Table, (("keys", "texts"), ("values", "terms"))),
    "sequence": (Sequence, (("items", "terms"),)),
    "document": (Document, (("path", "term"),)),
    "item": (Item, (("of", "term"), ("key", "text"))),
    "unknown": (Unknown, (("why", "text"),)),
}
_TAGS = {kind: tag for tag, (kind, _) in _FIELDS.items()}


def dumped(term: Term) -> JsonValue:
    """Give a term as JSON; what nests too deep is unknown."""
    return _dumped(term, 0)


def _dumped(term: Term, depth: int) -> JsonValue:
    if depth >= DEPTH:
        return ["unknown", "it nests too deep"]
    tag = _TAGS[type(term)]
    written: list[JsonValue] = [tag]
    for name, kind in _FIELDS[tag][1]:
        content = getattr(term, name)
        if kind in {"term", "maybe"}:
            written.append(None if content is None else _dumped(content, depth + 1))
        elif kind == "terms":
            written.append([_dumped(one, depth + 1) for one in content[:MOST]])
        elif kind == "texts":
            written.append([one[:LONGEST] for one in content[:MOST]])
        elif kind == "span":
            written.append(dumped_span(content))
        else:
            written.append(content[:LONGEST] if isinstance(content, str) else content)
    return written


def dumped_span(span: Span) -> JsonValue:
    """Give a span as six numbers."""
    return [span.line, span.column, span.end_line, span.end_column, span.start, span.end]


def loaded(document: JsonValue, file: int, depth: int = 0) -> Term:
    """Read what ``dumped`` gave, about the file of a number; raises Malformed for anything else."""
    if not isinstance(document, list) or not document or depth > DEPTH:
        raise Malformed("a term is a list that starts with its kind")
    kind, fields = _FIELDS.get(str(document[0]), (None, ()))
    if kind is None or len(document) != len(fields) + 1:
        raise Malformed("a term of no known kind")
    found: dict[str, object] = {"file": file} if kind in {Imported, Document} else {}
    for (name, shape), content in zip(fields, document[1:], strict=True):
        found[name] = _field(shape, content, file, depth)
    term: Term = kind(**found)
    if isinstance(term, Table) and len(term.keys) != len(term.values):
        raise Malformed("a table needs a value for each key")
    return term


def _field(shape: str, content: JsonValue, file: int, depth: int) -> object:
    match shape:
        case "term":
            return loaded(content, file, depth + 1)
        case "maybe":
            return None if content is None else loaded(content, file, depth + 1)
        case "terms":
            return tuple(loaded(one, file, depth + 1) for one in listed(content))
        case "texts":
            return tuple(worded(one) for one in listed(content))
        case "span":
            return spanned(content, file)
        case "flag":
            if not isinstance(content, bool):
                raise Malformed("true or false is wanted")
            return content
        case "number":
            return counted(content)
        case _:
            return worded(content)


def listed(content: JsonValue, most: int = MOST) -> list[JsonValue]:
    """Check that content is a list of bounded length; raises Malformed."""
    if not isinstance(content, list) or len(content) > most:
        raise Malformed(f"a list of at most {most} is wanted")
    return content


def worded(content: JsonValue) -> str:
    """Check that content is text of bounded length; raises Malformed."""
    if not isinstance(content, str) or len(content) > LONGEST:
        raise Malformed(f"text of at most {LONGEST} characters is wanted")
    return content


def counted(content: JsonValue) -> int:
    """Check that content is a whole number of at most 40 bits, -1 or more; raises Malformed."""
    if not isinstance(content, int) or isinstance(content, bool) or not -1 <= content < 1 << 40:
        raise Malformed("a whole number is wanted")
    return content


def spanned(content: JsonValue, file: int) -> Span:
    """Read what ``dumped_span`` gave; raises Malformed."""
    if not isinstance(content, list) or len(content) != 6:
        raise Malformed("a span is six numbers")
    line, column, end_line, end_column, start, end = map(counted, content)
    return Span(
        line=line, column=column, end_line=end_line, end_column=end_column, start=start, end=end, file=file
    )  # fmt: skip
