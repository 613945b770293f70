"""Jinja templates of chats: parsed with Jinja's own parser, never compiled, never rendered.

``inspect_template`` is for every format that carries one. It looks for ways out to the interpreter
(``jinja_escapes``) and for text that the template adds by itself (``jinja_additions``), and gives the digest by which
copies of a template are compared.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Inconsistency, MetadataEntry
from weighbridge.core.programs import TemplateConstruct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment, nodes

    from weighbridge.core.location import Location
    from weighbridge.formats.node import Bench, Node, Yield

LONGEST = 1 << 18
"""Characters of a template that is parsed, which takes some hundred times their size; the longest honest ones for
several tools have 30,000."""

SHOWN = 120
"""Characters of a template that people see in a finding."""

MOST = 100
"""Constructs of one template that are told; they come in the order in which they matter: ways out first."""

_PARSER: list[Environment] = []


def inspect_template(text: str, role: str, at: Location, node: Node, bench: Bench) -> Iterator[Yield]:
    """Yield what a template does that deserves a look; ``role`` is its name, ``chat_template`` for that of the model.

    A template that cannot be parsed is a gap, and its text is searched for special attributes all the same.
    """
    yield MetadataEntry(at=at, key=f"{role}.sha256", text=_digest(text))
    if len(text) > min(LONGEST, bench.limits.source_bytes):
        yield node.gap(GapKind.OVER_LIMIT, f"{role} has {len(text)} characters and is not parsed", at.offset)
        yield from _unparsed(text, role, at)
        return
    try:
        tree = parse(text)
    except Malformed as error:
        yield node.gap(GapKind.UNPARSED, f"{role} is no Jinja template: {error}", at.offset)
        yield from _unparsed(text, role, at)
        return
    except RecursionError:
        words = f"{role} nests deeper than Jinja's own parser can follow"
        yield Inconsistency(at=at, what="nested template", detail=words)
        yield node.gap(GapKind.OVER_LIMIT, words, at.offset)
        yield from _unparsed(text, role, at)
        return
    try:
        yield from _constructs(tree, role, at)
    except OverLimit as spent:
        yield node.gap(GapKind.OVER_LIMIT, f"{role}: {spent}", at.offset)
        yield from _unparsed(text, role, at)
    yield from hidden(text, at)


def _constructs(tree: nodes.Template, role: str, at: Location) -> Iterator[Yield]:
    from weighbridge.formats.text.jinja_additions import Additions
    from weighbridge.formats.text.jinja_escapes import Escapes
    from weighbridge.formats.text.jinja_tree import Tree

    whole = Tree(tree)
    seen: set[tuple[str, str]] = set()
    for finder in (Escapes(whole), Additions(whole)):
        for kind, shown in finder.found():
            excerpt = shown[:SHOWN]
            if len(seen) < MOST and (kind, excerpt) not in seen:
                seen.add((kind, excerpt))
                yield TemplateConstruct(at=at, dialect="jinja", role=role, kind=kind, text=excerpt)


def parse(text: str) -> nodes.Template:
    """Parse a template as transformers does; raises Malformed, and RecursionError where it nests too deep."""
    from jinja2 import TemplateSyntaxError

    if not _PARSER:
        _PARSER.append(_environment())
    try:
        return _PARSER[0].parse(text)
    except TemplateSyntaxError as error:
        raise Malformed(f"{error.message} (line {error.lineno})") from None
    except (ValueError, OverflowError) as error:
        # a number with more digits than Python converts
        raise Malformed(f"{error}") from None


def _environment() -> Environment:
    from jinja2 import Environment, nodes
    from jinja2.ext import Extension, do, loopcontrols

    class Generation(Extension):
        """The tag by which transformers marks what the assistant says."""

        tags = {"generation"}  # noqa: RUF012  (Jinja's own protocol)

        def parse(self, parser):  # type: ignore[no-untyped-def]
            """Take the body as it is."""
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.Scope(body, lineno=line)

    # Nothing is rendered, so escaping has no meaning here.
    return Environment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols, do])  # noqa: S701


def hidden(text: str, at: Location) -> Iterator[Yield]:
    """Yield characters of a template that people do not see: tags, directions, runs without width."""
    if text.isascii():
        return
    from weighbridge.core.texts import HiddenText

    tags = "".join(chr(ord(char) - 0xE0000) for char in text if 0xE0020 <= ord(char) < 0xE007F)
    if tags:
        yield HiddenText(at=at, how="tags", text=tags[:SHOWN], count=len(tags))
    turned = sum(text.count(char) for char in _DIRECTIONS)
    if turned:
        yield HiddenText(at=at, how="bidi", text="", count=turned)
    empty = sum(text.count(char) for char in _NO_WIDTH)
    if empty >= _RUN:
        yield HiddenText(at=at, how="zero-width", text="", count=empty)


_DIRECTIONS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
_NO_WIDTH = "\u200b\u200c\u2060\u2062\u2063\u2064"
_RUN = 8  # fewer characters without width carry no message


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _unparsed(text: str, role: str, at: Location) -> Iterator[Yield]:
    """Search the text of a template that was not parsed for names that only lead to the interpreter."""
    import re

    found = re.search(r"__(?:class|mro|base|bases|subclasses|globals|builtins|import|init|getattribute|dict)__", text)
    if found:
        excerpt = text[max(0, found.start() - 20) : found.end() + 60]
        yield TemplateConstruct(at=at, dialect="jinja", role=role, kind="dunder", text=excerpt[:SHOWN])
