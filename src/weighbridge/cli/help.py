"""The help of a command, rendered from its declaration at 80 columns."""

from __future__ import annotations

from weighbridge.reports.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Command, Group, Option

WIDTH = 80
COLUMN = 26
"""Where the words about an option begin."""


def render(command: Command) -> str:
    """Say how a command is used, what it takes and what its options do."""
    usage = f"usage: weighbridge {command.name} [OPTIONS]"
    blocks = []
    if command.operand is not None:
        metavar = command.operand.metavar if command.operand.least else f"[{command.operand.metavar}]"
        usage += f" {metavar}" + ("" if command.operand.most else "…")
        blocks.append(_entry(command.operand.metavar, command.operand.help))
    parts = [[usage], wrap(command.description, WIDTH), *blocks]
    parts += [_group(group) for group in command.all_groups()]
    text = "\n\n".join("\n".join(part) for part in parts)
    return f"{text}\n\n{command.epilog}" if command.epilog else f"{text}\n"


def _group(group: Group) -> list[str]:
    return [f"{group.title}:", *(line for one in group.options for line in _entry(_names(one), _words(one)))]


def _names(option: Option) -> str:
    return ", ".join(reversed(option.names)) + (f" {option.metavar}" if option.metavar else "")


def _words(option: Option) -> str:
    return f"{option.help}: {', '.join(option.choices)}" if option.choices else option.help


def _entry(name: str, words: str) -> list[str]:
    indent = " " * COLUMN
    start = f"  {name}".ljust(COLUMN)
    if len(start) > COLUMN:
        return [start, *wrap(words, WIDTH, first=indent, rest=indent)]
    return wrap(words, WIDTH, first=start, rest=indent)
