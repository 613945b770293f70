"""Calls whose result is known by definition, so that what happens to the result is judged by what it is.

``copyreg._reconstructor(cls, …)`` and ``copyreg.__newobj__(cls, …)`` give an instance of ``cls`` (protocols 0 and 1
write all objects so); ``builtins.getattr(Name, 'attribute')`` is the name ``Name.attribute``, and NumPy before 1.20
wrote its ufuncs as ``numpy.core._ufunc_reconstruct('module', 'name')``; a call of ``functools.partial(function, …)``
is a call of ``function``; ``Name.__new__(Name, …)`` is what NEWOBJ_EX does, and how protocols 2 and 3 write it;
``_codecs.encode(text, 'latin1')`` is how protocols below 3 write bytes. Sources: ``Lib/copyreg.py``,
``Lib/functools.py``, ``Lib/pickle.py``, ``numpy/core/__init__.py`` of NumPy 1.16.
"""

from __future__ import annotations

from weighbridge.formats.pickle.abstract import Box, Global, Made, gathered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.pickle.abstract import Value
    from weighbridge.formats.pickle.machine import Machine

MAKERS = frozenset({("copyreg", "_reconstructor"), ("copyreg", "__newobj__"), ("copyreg", "__newobj_ex__")})
GETATTR = ("builtins", "getattr")
PARTIAL = ("functools", "partial")
UFUNC = ("numpy.core", "_ufunc_reconstruct")
ENCODE = ("_codecs", "encode")
LOOKUPS = frozenset({GETATTR, UFUNC})
"""What gives a name for a name. Called so they need no word; handed over, they are themselves what is reported."""
KNOWN = MAKERS | {PARTIAL, ENCODE}
NEW = ".__new__"


class Bound:
    """The function, first arguments and keywords that a ``functools.partial`` holds."""

    __slots__ = ("function", "items", "keywords")

    def __init__(self, function: Global, items: list[Value], keywords: tuple[str, ...] = ()) -> None:
        self.function = function
        self.items = items
        self.keywords = keywords


def looked_up(machine: Machine, callee: Global, arguments: Box) -> Global | None:
    """Resolve a lookup of a constant attribute of an imported name; None for any other use."""
    items = arguments.items
    if arguments.length != 2 or not isinstance(items[1], int):
        return None
    owner, name = items[0], machine.constants.short_text(items[1])
    if not name:
        return None
    if (callee.module, callee.name) == GETATTR:
        if not isinstance(owner, Global):
            return None
        callee.called = True
        return machine.resolve(owner.module, f"{owner.name}.{name}", "getattr", mapping=False)
    module = machine.constants.short_text(owner) if isinstance(owner, int) else ""
    if not module:
        return None
    callee.called = True
    return machine.resolve(module, name, "_ufunc_reconstruct", mapping=False)


def made_anew(callee: Global, arguments: Box) -> tuple[Global, Box] | None:
    """See a call of ``Name.__new__(Name, …)`` as one of the class; None where it makes something else."""
    made = arguments.items[0] if arguments.items else None
    if not isinstance(made, Global) or (made.module, made.name + NEW) != (callee.module, callee.name):
        return None
    callee.called = True
    return made, gathered(arguments.items[1:], arguments.length - len(arguments.items))


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


def rebound(machine: Machine, made: Made, state: Value) -> None:
    """Take the state that BUILD gives a partial: it replaces the arguments. Another function makes it unknowable."""
    function, arguments, keywords = state.items[:3] if isinstance(state, Box) and state.length == 4 else [None] * 3
    bound, made.bound = made.bound, None
    if bound is None or function is not bound.function or not isinstance(arguments, Box):
        made.maker = None
        return
    if arguments.length > len(arguments.items) or arguments.kind != "tuple":
        made.maker = None
        return
    made.bound = Bound(bound.function, arguments.items, _keywords(machine, keywords))


def _keywords(machine: Machine, value: Value | None) -> tuple[str, ...]:
    """Name the keywords in the state of a partial; no dict but None stands for none."""
    if isinstance(value, Box) and value.kind == "dict":
        names = [machine.constants.short_text(key) if isinstance(key, int) else "" for key in value.items[::2]]
        return tuple(name or "…" for name in names)
    return () if isinstance(value, int) and machine.constants.kind(value) == "none" else ("…",)
