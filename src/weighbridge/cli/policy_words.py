"""A policy in words, for a terminal."""

from __future__ import annotations

from weighbridge.governance.policy.explanation import exceptions, sentences
from weighbridge.reports.neutral import visible
from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.governance.policy.language import Policy

_WIDTH, _COLUMN = 80, 14


def render(policy: Policy) -> str:
    """Write what a policy asks for."""
    lines = wrap(visible(f"{policy.name}: {policy.description or 'a policy without a description'}"), _WIDTH, rest="  ")
    mode = "the decision is the exit code" if policy.mode == "enforce" else "AUDIT MODE: it is told, and stops nothing"
    lines += [f"mode {policy.mode}: {mode}", ""]
    for one in sentences(policy):
        start = f"  {one.key:{_COLUMN}}"
        rest = " " * (_COLUMN + 2)
        lines += wrap(visible(one.asks), _WIDTH, first=start, rest=rest)
        lines += wrap(visible(f"otherwise {one.otherwise}; not known: {one.unknown}"), _WIDTH, first=rest, rest=rest)
    held = exceptions(policy)
    lines += [""] if held else []
    for words in held:
        lines += wrap(visible(words), _WIDTH, first="  ", rest="    ")
    return "\n".join((*lines, "", f"sha256 {policy.digest}", ""))
