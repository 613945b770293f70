"""Terms put together: keys of tables, texts joined, methods of constant text. The worker and the fold share it."""

from __future__ import annotations

from weighbridge.inventory.application.terms import (
    LONGEST,
    MOST,
    Choice,
    Document,
    Imported,
    Item,
    Joined,
    Option,
    Parameter,
    Plain,
    Sequence,
    Span,
    Table,
    Text,
    Unknown,
    Variable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.inventory.application.terms import Term

ANY, EACH = "*", "*each"
"""Keys that stand for all: of what lies under any key, and of what a loop goes through."""

_TEXT_METHODS = {
    "strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip, "lower": str.lower, "upper": str.upper,
    "casefold": str.casefold, "title": str.title, "removeprefix": str.removeprefix, "removesuffix": str.removesuffix,
}  # fmt: skip


def choice(terms: Iterable[Term]) -> Term:
    """Give one of several; equal ones count once, and those of which nothing is known only if there is no other."""
    found: dict[Term, None] = {}
    for term in terms:
        for one in term.of if isinstance(term, Choice) else (term,):
            found.setdefault(one)
    known = [one for one in found if not isinstance(one, Unknown)]
    if not known:
        return next(iter(found), Unknown(why="nothing is assigned"))
    kept = known if len(known) == len(found) else [*known, next(one for one in found if isinstance(one, Unknown))]
    return kept[0] if len(kept) == 1 else Choice(of=tuple(kept[:MOST]))


def item(of: Term, key: str) -> Term:
    """Give what lies under a key or an attribute; ``*`` is any key."""
    match of:
        case Table() if key == EACH:
            return Unknown(why="the keys of a table")
        case Table(keys=keys, values=values):
            if key == ANY:
                return choice(values) if values else Unknown(why="an empty table")
            if key in keys:
                return values[len(keys) - 1 - keys[::-1].index(key)]
            return Unknown(why=f"the table has no {key!r}")
        case Sequence(items=items):
            if key in {ANY, EACH}:
                return choice(items) if items else Unknown(why="an empty list")
            number = int(key) if key.lstrip("-").isdecimal() and len(key) < 9 else None
            if number is not None and -len(items) <= number < len(items):
                return items[number]
            return Unknown(why=f"the list has no item {key}")
        case Choice(of=several):
            return choice(item(one, key) for one in several)
        case Document() | Imported() | Parameter() | Item() | Option() | Variable():
            return Item(of=of, key=key)
        case Text() if key in {"value", "name"}:  # a member of an enumeration
            return of
        case Unknown():
            return of
    return Unknown(why=f"it has no {key!r}")


def joined(parts: Iterable[Term], between: str, at: Span) -> Term:
    """Put texts together; alternatives give alternatives."""
    flat: list[Term] = []
    for part in parts:
        if isinstance(part, Unknown):
            return part
        if isinstance(part, Plain) and part.word in {"None", "True", "False"}:
            return Unknown(why="a part of the name")
        flat += part.parts if isinstance(part, Joined) and part.between == between else (part,)
    several = [part for part in flat if isinstance(part, Choice)]
    if len(several) == 1:
        place = flat.index(several[0])
        return choice(joined((*flat[:place], one, *flat[place + 1 :]), between, at) for one in several[0].of[:MOST])
    if all(isinstance(part, Text | Plain) for part in flat):
        words = [part.text if isinstance(part, Text) else part.word for part in flat if isinstance(part, Text | Plain)]
        if len(words) == 1 and isinstance(flat[0], Text):
            return flat[0]
        text = path_of(words) if between == "/" else "".join(words)
        return Text(text=text, at=at) if len(text) <= LONGEST else Unknown(why="a very long text")
    return Joined(parts=tuple(flat[:MOST]), between=between, at=at)


def path_of(words: list[str]) -> str:
    """Join parts of a path as ``os.path.join`` does: one that is absolute begins anew."""
    made = ""
    for word in words:
        made = word if not made or word.startswith("/") else made.rstrip("/") + "/" + word
    return made


def changed(of: Term, method: str, given: list[Term], at: Span) -> Term:
    """Give what a method makes of a constant text."""
    if isinstance(of, Choice):
        return choice(changed(one, method, given, at) for one in of.of)
    texts = [one.text for one in given if isinstance(one, Text)]
    if not isinstance(of, Text):
        known = isinstance(of, Unknown) or method not in _TEXT_METHODS
        return Unknown(why=f"the result of .{method}()") if known else of
    if len(texts) == len(given):
        if method == "replace" and len(texts) == 2:
            return Text(text=of.text.replace(texts[0], texts[1])[:LONGEST], at=at)
        if method in {"split", "rsplit"} and len(texts) <= 1:
            pieces = of.text.split(texts[0] if texts else None)[:MOST] if "" not in texts else []
            return Sequence(items=tuple(Text(text=piece, at=at) for piece in pieces))
        step = _TEXT_METHODS.get(method)
        if step is not None and len(texts) <= 1:
            try:
                return Text(text=step(of.text, *texts), at=at)  # type: ignore[operator]
            except TypeError:
                return Unknown(why=f"the result of .{method}()")
    return Unknown(why=f"the result of .{method}()")


def formatted(form: str, positional: list[Term], named: dict[str, Term], at: Span) -> Term:
    """Fill ``{}``, ``{0}`` and ``{name}``; a format behind a colon is passed over."""
    parts: list[Term] = []
    rest, count = form.replace("{{", "\0").replace("}}", "\1"), 0
    while rest:
        before, brace, after = rest.partition("{")
        parts.append(Text(text=before.replace("\0", "{").replace("\1", "}"), at=at))
        if not brace:
            break
        field, closed, rest = after.partition("}")
        name = field.partition(":")[0].partition("!")[0]
        if not closed:
            return Unknown(why="a format that is not closed")
        if not name:
            name, count = str(count), count + 1
        if name.isdecimal() and len(name) < 4:
            given = positional[int(name)] if int(name) < len(positional) else None
        else:
            given = named.get(name)
        if given is None:
            return Unknown(why=f"{{{name}}} in a format")
        parts.append(given)
    return joined([part for part in parts if not (isinstance(part, Text) and not part.text)], "", at)


def percent(form: str, given: list[Term], at: Span) -> Term:
    """Fill ``%s`` and ``%d``."""
    pieces = form.replace("%d", "%s").split("%s")
    if len(pieces) != len(given) + 1 or any("%" in piece for piece in pieces):
        return Unknown(why="a format with %")
    parts: list[Term] = [Text(text=pieces[0], at=at)]
    for one, piece in zip(given, pieces[1:], strict=True):
        parts += (one, Text(text=piece, at=at))
    return joined([part for part in parts if not (isinstance(part, Text) and not part.text)], "", at)
