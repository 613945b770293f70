"""What the walk through Python source knows of an expression: a name, constant data, or a piece of the program.

Nothing known is ``None``. ``how`` lists what made a value out of others, in the names of the functions that did it
(``base64.b64decode``) or a word (``concatenation``, ``reversal``): it tells hidden text from text that stands there.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import TypeAlias

    Plain: TypeAlias = str | bytes | int | float | bool | list["Plain"] | None

MOST_MADE = 12
"""Steps that are remembered of how a value was made; the first ones tell enough."""


class Scope:
    """Names of a block and what they were bound to, the newest last; ``outer`` is where Python looks next."""

    __slots__ = ("names", "outer")

    def __init__(self, outer: Scope | None = None) -> None:
        self.names: dict[str, list[Value]] = {}
        self.outer = outer


class Constant:
    """Data that is known in full: text, bytes, numbers and lists of them."""

    __slots__ = ("how", "value")

    def __init__(self, value: Plain, how: tuple[str, ...] = ()) -> None:
        self.value = value
        self.how = how[:MOST_MADE]


class Name:
    """Something of another module by its dotted path, ``os.system``; builtins lie in ``builtins``."""

    __slots__ = ("how", "path")

    def __init__(self, path: str, how: tuple[str, ...] = ()) -> None:
        self.path = path
        self.how = how[:MOST_MADE]


class Result:
    """What a call returned, or something of it: ``how`` names the callable and those that the value went through."""

    __slots__ = ("how",)

    def __init__(self, how: tuple[str, ...]) -> None:
        self.how = how[:MOST_MADE]


class Function:
    """A function or lambda of this source; ``scope`` is the block that it stands in."""

    __slots__ = ("done", "name", "node", "scope")

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope, name: str) -> None:
        self.node = node
        self.scope = scope
        self.name = name
        self.done = False


class Class:
    """A class of this source, or an instance of it: its own names are in ``body``."""

    __slots__ = ("body",)

    def __init__(self, body: Scope) -> None:
        self.body = body


class Namespace:
    """The names of a block as a dictionary: ``globals()``, ``locals()``, ``vars()``."""

    __slots__ = ("scope",)

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


class Collection:
    """A literal list, tuple or dict whose items are worth following; ``keys`` are those of a dict."""

    __slots__ = ("items", "keys")

    def __init__(self, items: list[Value | None], keys: list[Plain] | None = None) -> None:
        self.items = items
        self.keys = keys


class Getter:
    """``operator.attrgetter(name)``, or ``operator.methodcaller`` when it ``calls`` what it gets."""

    __slots__ = ("calls", "how", "name")

    def __init__(self, name: str, how: tuple[str, ...], *, calls: bool) -> None:
        self.name = name
        self.how = how
        self.calls = calls


if TYPE_CHECKING:
    Value: TypeAlias = Constant | Name | Result | Function | Class | Namespace | Collection | Getter


def made_by(*values: Value | None) -> tuple[str, ...]:
    """Join how several values were made, each step once."""
    steps = [step for one in values if isinstance(one, Constant | Name | Result) for step in one.how]
    return tuple(dict.fromkeys(steps))[:MOST_MADE]
