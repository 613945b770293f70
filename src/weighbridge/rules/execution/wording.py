"""How the rules of this package say what would run: one line of Python per call, as evidence."""

from __future__ import annotations

from weighbridge.core.facts import Call, GlobalReference, ItemChange, Origin, StateChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.facts import Argument
    from weighbridge.rules.vocabulary.standing import PickleFact

SHOWN = 8
"""Arguments that people see."""


def subject(fact: PickleFact) -> str:
    """Name what is used: ``posix.system``, or what it was made by."""
    dotted = f"{fact.module}.{fact.name}"
    if isinstance(fact, GlobalReference) or fact.origin is Origin.GLOBAL:
        return dotted
    return f"the result of {dotted}" if fact.origin is Origin.RESULT else "an unknown object"


def deed(fact: PickleFact) -> str:
    """Say in two words what the stream does with it."""
    if isinstance(fact, GlobalReference):
        return "refers to"
    return "calls" if isinstance(fact, Call) else "changes"


def line(fact: PickleFact) -> str:
    """Write the use as a line of Python."""
    name = f"{fact.module}.{fact.name}" if fact.module else "<unknown>"
    if isinstance(fact, GlobalReference):
        return f"from {fact.module} import {fact.name}"
    if isinstance(fact, Call):
        called = name if fact.origin is not Origin.RESULT else f"{name}(…)"
        inside = [written(argument) for argument in fact.arguments[:SHOWN]]
        return f"{called}({', '.join(inside + ['…'] * (len(fact.arguments) > SHOWN))})"
    if isinstance(fact, StateChange):
        return f"{name}.__setstate__({written(fact.state)})"
    return f"{name}[{', '.join(fact.keys)}] = …" if fact.keys else f"{name}.{fact.opcode.lower()}(…)"


def written(argument: Argument, depth: int = 2) -> str:
    """Write an argument as Python, shortened."""
    more = "…" if argument.truncated else ""
    if argument.kind == "str":
        return repr(argument.text + more)
    if argument.kind in {"list", "tuple", "dict", "set", "frozenset"}:
        inside = [written(item, depth - 1) for item in argument.items[:SHOWN]] if depth else []
        hidden = more or len(argument.items) > len(inside)
        return f"{argument.kind}({', '.join(inside + ['…'] * bool(hidden))})"
    return argument.text or f"<{argument.kind}>"
