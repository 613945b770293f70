"""Contracts on arguments and state: the small grammar of the vetted tables.

A contract is ``*`` (anything), ``-`` (nothing), or kinds separated by commas: ``int``, ``str|bytes`` (either),
``='latin1'`` (this literal), ``=builtins.object`` (a reference to this name), ``int<1048576`` (a bound on the
magnitude), ``str?`` (may be absent, and then all behind it), ``any...`` (repeats, last only). ``number`` is int or
float, ``scalar`` adds bool, str, bytes and None, ``callable`` is a vetted name that may be called, ``constant``
bytes that stand in the stream itself.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from weighbridge.core.facts import Argument

_GROUPS = {
    "number": frozenset({"int", "float"}),
    "scalar": frozenset({"none", "bool", "int", "float", "str", "bytes"}),
}


def holds(contract: str, arguments: tuple[Argument, ...], is_callable: Callable[[str], bool]) -> bool:
    """Tell whether positional arguments keep a contract."""
    if contract == "*":
        return True
    if contract in {"-", ""}:
        return not arguments
    kinds = split(contract)
    position = 0
    for kind in kinds:
        if kind.endswith("..."):
            return all(_fits(kind[:-3], argument, is_callable) for argument in arguments[position:])
        if position == len(arguments):
            return kind.endswith("?")
        if not _fits(kind.removesuffix("?"), arguments[position], is_callable):
            return False
        position += 1
    return position == len(arguments)


def split(contract: str) -> list[str]:
    """Split a contract at its commas; a comma inside a quoted literal does not count."""
    parts, depth = [""], False
    for letter in contract:
        if letter == "'":
            depth = not depth
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _fits(kind: str, argument: Argument, is_callable: Callable[[str], bool]) -> bool:
    return any(_is(one, argument, is_callable) for one in kind.split("|"))


def _is(kind: str, argument: Argument, is_callable: Callable[[str], bool]) -> bool:
    if kind in {"any", "*"}:
        return True
    if kind == "callable":
        return argument.kind == "global" and is_callable(argument.text)
    if kind.startswith("="):
        return _equals(kind[1:], argument)
    if kind == "constant":
        return argument.kind == "bytes"
    if kind == "bytes":
        return argument.kind in {"bytes", "bytearray", "buffer"}
    name, bounded, bound = kind.partition("<")
    if bounded:
        return argument.kind == name and argument.number is not None and abs(argument.number) < int(bound)
    return argument.kind == name or argument.kind in _GROUPS.get(name, ())


def _equals(literal: str, argument: Argument) -> bool:
    if literal.startswith("'"):
        return argument.kind == "str" and not argument.truncated and argument.text == literal[1:-1]
    if literal in {"None", "True", "False"}:
        return argument.kind in {"none", "bool"} and argument.text == literal
    if literal.lstrip("-").isdigit():
        return argument.number == int(literal)
    return argument.kind == "global" and argument.text == literal


def state_holds(contract: str, state: Argument) -> bool:
    """Tell whether the state of BUILD keeps a contract: ``any``, ``none``, ``dict`` or kinds as above.

    ``dict`` also takes None and the pair of dict and slots dict that classes with ``__slots__`` write.
    """
    if contract in {"any", "*"}:
        return True
    if contract in {"none", "-", ""}:
        return False
    if contract == "dict":
        parts = state.items if state.kind == "tuple" and len(state.items) == 2 else (state,)
        return all(part.kind in {"dict", "none", "object"} for part in parts)
    return holds(contract, (state,), lambda _name: False)
