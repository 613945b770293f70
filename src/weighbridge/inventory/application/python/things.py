"""What an expression may stand for besides a term: functions, classes, instances, and what libraries returned.

They live while one source is read; whatever leaves the worker is a term.
"""

from __future__ import annotations

import ast

from weighbridge.core.values import value
from weighbridge.inventory.application.terms import (
    Choice,
    Document,
    Imported,
    Item,
    Joined,
    Option,
    Parameter,
    Plain,
    Sequence,
    Table,
    Text,
    Unknown,
    Variable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from weighbridge.inventory.application.python.scopes import Block, Path
    from weighbridge.inventory.application.terms import Term

    Known: TypeAlias = "Term | Function | Class | Instance | External | Opened | Arguments | Bound"


class Site:
    """A call and where it stands, to evaluate its arguments when they are asked for."""

    __slots__ = ("block", "call", "path")

    def __init__(self, call: ast.Call, block: Block, path: Path) -> None:
        self.call = call
        self.block = block
        self.path = path


@value
class Function:
    """A function of this source; ``owner`` is the instance that it was reached by."""

    block: Block
    owner: Instance | None = None


@value
class Class:
    """A class of this source."""

    block: Block


@value
class Instance:
    """An instance of a class of this source; ``made`` is None inside its own methods."""

    block: Block
    made: Site | None = None


@value
class External:
    """Something of another module by its dotted path; ``made`` is the first call on the way, ``()`` in the path."""

    path: str
    made: Site | None = None


@value
class Bound:
    """A method of a known text or of something open: ``form.format``, ``path.read_text``."""

    of: Known
    name: str


@value
class Opened:
    """An open file, or its whole text."""

    path: Term


@value
class Arguments:
    """What a parser of the command line gives."""


@value
class Partial:
    """``functools.partial`` of something: what it calls, and what it gives already."""

    of: Known
    made: Site


_TERMS = (
    Choice, Document, Imported, Item, Joined, Option, Parameter, Plain, Sequence, Table, Text, Unknown, Variable,
)  # fmt: skip


def term(known: Known | Partial) -> Term:
    """Give the term of whatever is known."""
    if isinstance(known, _TERMS):
        return known
    if isinstance(known, External):
        return Imported(path=known.path)
    return Unknown(why=f"an object ({type(known).__name__.lower()})")
