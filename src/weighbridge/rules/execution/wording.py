"""How the rules of this package say what would run: one line of Python per use, as evidence, and a name for messages.

Names and constants come from the file: they are shortened here and made safe to show by the reports.
"""

from __future__ import annotations

from weighbridge.core.facts import Call, GlobalReference, ItemChange, Origin, StateChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.facts import Argument, UnresolvedName

SHOWN = 8
"""Arguments, and elements of one argument, that people see."""

NAME = 120
"""Characters of a dotted name that people see; the longest in real libraries have some 90."""

LINE = 400
"""Characters of one line of evidence."""

_BRACKETS = {"list": ("[", "]"), "tuple": ("(", ")"), "dict": ("{", "}"), "set": ("{", "}"), "frozenset": ("{", "}")}


def short(text: str, most: int) -> str:
    """Cut the middle out of text longer than ``most`` characters: both ends tell what a name is."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-(most // 2) :]}"


def dotted(module: str, name: str) -> str:
    """Write a name as ``module.name``, shortened."""
    return short(f"{module}.{name}", NAME)


def subject(fact: GlobalReference | Call | StateChange | ItemChange) -> str:
    """Name what is used: ``posix.system``, or what it was made by."""
    if isinstance(fact, GlobalReference) or fact.origin is Origin.GLOBAL:
        return f"`{dotted(fact.module, fact.name)}`"
    if fact.origin is Origin.RESULT:
        return f"the result of `{dotted(fact.module, fact.name)}`"
    if fact.origin is Origin.PERSISTENT:
        return "what the loader makes of a persistent id"
    return "plain data" if fact.origin is Origin.DATA else "something unknown"


def line(fact: GlobalReference | Call | StateChange | ItemChange | UnresolvedName) -> str:
    """Write the use as a line of Python."""
    return short(_line(fact), LINE)


def _line(fact: GlobalReference | Call | StateChange | ItemChange | UnresolvedName) -> str:
    name = dotted(fact.module, fact.name) if fact.module or fact.name else "<unknown>"
    if isinstance(fact, Call):
        called = name if fact.origin is not Origin.RESULT else f"{name}(…)"
        inside = [written(argument) for argument in fact.arguments[:SHOWN]]
        inside += [f"{keyword}=…" for keyword in fact.keywords[:SHOWN]]
        hidden = len(fact.arguments) > SHOWN or len(fact.keywords) > SHOWN
        return f"{called}({', '.join(inside + ['…'] * hidden)})"
    if isinstance(fact, StateChange):
        return f"{name}.__setstate__({written(fact.state)})"
    if isinstance(fact, ItemChange):
        return f"{name}[{', '.join(fact.keys)}] = …" if fact.keys else f"{name}.{fact.opcode.lower()}(…)"
    return f"from {short(fact.module or '?', NAME)} import {short(fact.name or '?', NAME)}"


def written(argument: Argument, depth: int = 2) -> str:
    """Write an argument as Python, shortened; ``depth`` is how many levels of containers are shown."""
    if argument.kind == "str":
        return repr(argument.text + "…" * argument.truncated)
    if argument.kind not in _BRACKETS:
        return argument.text or f"<{argument.kind}>"
    items = argument.items[:SHOWN] if depth else ()
    parts = [written(item, depth - 1) for item in items]
    if argument.kind == "dict":
        parts = [f"{key}: {item}" for key, item in zip(parts[::2], parts[1::2], strict=False)]
    if argument.truncated or len(argument.items) > len(items):
        parts.append("…")
    elif argument.kind == "tuple" and len(parts) == 1:
        parts[0] += ","
    start, end = _BRACKETS[argument.kind]
    return f"{start}{', '.join(parts)}{end}"
