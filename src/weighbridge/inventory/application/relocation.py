"""Facts of a piece of a file with the places of the file: code in a notebook's cell or on a command line."""

from __future__ import annotations

from weighbridge.core.values import replace
from weighbridge.inventory.application.terms import (
    Choice,
    Document,
    Item,
    Joined,
    Option,
    Parameter,
    Sequence,
    Table,
    Text,
    Variable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from weighbridge.inventory.application.facts import Call
    from weighbridge.inventory.application.terms import Span, Term

    Move = Callable[[Span], Span]


def moved_call(call: Call, move: Move, cell: int = 0) -> Call:
    """Give a call with other places; its texts cannot be rewritten any more."""
    given = tuple((name, moved(term, move)) for name, term in call.given)
    return replace(call, at=move(call.at), given=given, cell=cell)


def moved(term: Term, move: Move) -> Term:
    """Give a term with other places."""

    def inner(one: Term) -> Term:
        return moved(one, move)

    match term:
        case Text(at=at):
            return replace(term, at=move(at), literal=False)
        case Variable(at=at, default=default):
            return replace(term, at=move(at), default=inner(default) if default is not None else None)
        case Parameter(default=default) | Option(default=default) if default is not None:
            return replace(term, default=inner(default))
        case Joined(parts=parts, at=at):
            return replace(term, parts=tuple(map(inner, parts)), at=move(at))
        case Choice(of=of):
            return replace(term, of=tuple(map(inner, of)))
        case Table(values=values):
            return replace(term, values=tuple(map(inner, values)))
        case Sequence(items=items):
            return replace(term, items=tuple(map(inner, items)))
        case Document(path=path):
            return replace(term, path=inner(path))
        case Item(of=of):
            return replace(term, of=inner(of))
    return term
