"""Calls whose result is known by definition, so that what happens to the result is judged by what it is.

``copyreg._reconstructor(cls, …)`` and ``copyreg.__newobj__(cls, …)`` give an instance of ``cls`` (protocols 0 and 1
write all objects so); ``builtins.getattr(Name, 'attribute')`` is the name ``Name.attribute``; a call of
``functools.partial(function, …)`` is a call of ``function``; ``_codecs.encode(text, 'latin1')`` is how protocols
below 3 write bytes. Sources: ``Lib/copyreg.py``, ``Lib/functools.py``, ``Lib/pickle.py``.
"""

from __future__ import annotations

from weighbridge.formats.pickle.abstract import Box, Global, Made

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.pickle.abstract import Value
    from weighbridge.formats.pickle.machine import Machine

MAKERS = frozenset({("copyreg", "_reconstructor"), ("copyreg", "__newobj__"), ("copyreg", "__newobj_ex__")})
GETATTR = ("builtins", "getattr")
PARTIAL = ("functools", "partial")
ENCODE = ("_codecs", "encode")
KNOWN = MAKERS | {GETATTR, PARTIAL, ENCODE}


class Bound:
    """The function and first arguments that a ``functools.partial`` holds."""

    __slots__ = ("function", "items")

    def __init__(self, function: Global, items: list[Value]) -> None:
        self.function = function
        self.items = items


def attribute(machine: Machine, callee: Global, arguments: Box) -> Global | None:
    """Resolve ``getattr`` of an imported name with a constant; None for any other use of it."""
    items = arguments.items
    if (callee.module, callee.name) != GETATTR or arguments.length != 2:
        return None
    owner, name = items
    text = machine.constants.short_text(name) if isinstance(name, int) else ""
    if not isinstance(owner, Global) or not text:
        return None
    callee.called = True
    return machine.resolve(owner.module, f"{owner.name}.{text}", "getattr", mapping=False)


def result(machine: Machine, callee: Global, arguments: Box, made: Made) -> None:
    """Describe what a known callable returned."""
    if (callee.module, callee.name) == ENCODE:
        made.latin1 = _latin1(machine, arguments)
    first = arguments.items[0] if arguments.items else None
    if isinstance(first, Global):
        if (callee.module, callee.name) in MAKERS:
            made.maker = first
        elif (callee.module, callee.name) == PARTIAL:
            made.bound = Bound(first, arguments.items[1:])


def _latin1(machine: Machine, arguments: Box) -> int:
    """Find the text of ``_codecs.encode(text, 'latin1')``; 0 for any other use."""
    if arguments.length != 2:
        return 0
    text, codec = arguments.items
    if not isinstance(text, int) or not isinstance(codec, int) or machine.constants.kind(text) != "str":
        return 0
    return text if machine.constants.short_text(codec) == "latin1" else 0


def rebound(made: Made, state: Value) -> None:
    """Look at the state that BUILD gives a partial: another function in it makes its calls unknowable."""
    function = state.items[0] if isinstance(state, Box) and state.items else None
    if made.bound is not None and function is not made.bound.function:
        made.bound = None
        made.maker = None
