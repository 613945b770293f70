"""Options: declared as values, read in one pass, the same manners for every command.

``argparse`` and what it imports cost 8 ms, a fifth of what weighing a small file may cost in all. What is read here is
what POSIX and GNU users expect: ``--name VALUE``, ``--name=VALUE``, ``-n VALUE``, ``-nVALUE``, switches in one word
(``-qv``), operands before or after options, ``--`` before operands that begin with a dash.
"""

from __future__ import annotations

from weighbridge.core.errors import UsageError
from weighbridge.core.values import value

_DIGITS = 12
"""Of a number; what is longer is no number of seconds, MiB or bytes that a machine has."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@value
class Option:
    """``names`` begin with the long one; without ``metavar`` it is a switch; ``number`` takes whole numbers from 0."""

    names: tuple[str, ...]
    help: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    repeatable: bool = False
    number: bool = False


@value
class Group:
    """Options under a heading of the help."""

    title: str
    options: tuple[Option, ...]


@value
class Operand:
    """What is named without an option: at least ``least``, at most ``most`` of them; 0 is no bound."""

    metavar: str
    help: str
    least: int = 1
    most: int = 0


@value
class Command:
    """All that the help says about a command and the parser needs to know."""

    name: str
    description: str
    formats: tuple[str, ...]
    operand: Operand | None = None
    groups: tuple[Group, ...] = ()
    epilog: str = ""

    def all_groups(self) -> tuple[Group, ...]:
        """Give the command's own options and those that every command has."""
        common = (
            Option(
                names=("--format",), metavar="FORMAT", choices=self.formats,
                help=f"for stdout (default: {self.formats[0]})",
            ),
            Option(
                names=("--output", "-o"), metavar="[FORMAT=]FILE", repeatable=True,
                help="write to FILE, '-' for stdout; repeatable",
            ),
            Option(names=("--quiet", "-q"), help="no talk or progress on stderr"),
            Option(names=("--offline",), help="never use the network (local targets never do)"),
            Option(
                names=("--config",), metavar="FILE", help="configuration (default: weighbridge.toml or pyproject.toml)"
            ),
            Option(names=("--help", "-h"), help="show this help"),
        )  # fmt: skip
        return (*self.groups, Group(title="common options", options=common))


class Given:
    """What was given on a command line; options are asked for by their long names."""

    __slots__ = ("_found", "operands")

    def __init__(self, declared: tuple[Option, ...]) -> None:
        self.operands: tuple[str, ...] = ()
        self._found: dict[str, list[str]] = {option.names[0]: [] for option in declared}

    def add(self, option: Option, content: str) -> None:
        """Take note of an option; raises UsageError for what it does not take."""
        name, given = option.names[0], self._found[option.names[0]]
        if option.choices and content not in option.choices:
            raise UsageError(f"{name} cannot be {content!r}", hint=f"one of {', '.join(option.choices)}")
        if option.number and not (content.isascii() and content.isdigit() and len(content) <= _DIGITS):
            raise UsageError(f"{name} takes a number, not {content!r}")
        if option.repeatable:
            given.append(content)
        else:
            given[:] = [content]

    def on(self, name: str) -> bool:
        """Tell whether a switch was given."""
        return bool(self._found[name])

    def one(self, name: str) -> str:
        """Give the value of an option, the last where it was given twice; empty when it was not given."""
        return self._found[name][-1] if self._found[name] else ""

    def every(self, name: str) -> tuple[str, ...]:
        """Give all values of a repeatable option, in order."""
        return tuple(self._found[name])

    def number(self, name: str) -> int:
        """Give a number; 0 when it was not given."""
        return int(self.one(name) or 0)


def parse(command: Command, words: list[str]) -> Given:
    """Read the words behind a command's name; raises UsageError."""
    declared = tuple(option for group in command.all_groups() for option in group.options)
    known = {name: option for option in declared for name in option.names}
    given = Given(declared)
    operands: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            operands += rest
        elif word.startswith("--"):
            name, equals, content = word.partition("=")
            option = _option(command, known, name)
            if option.metavar:
                given.add(option, content if equals else _next(rest, name))
            elif equals:
                raise UsageError(f"{name} takes no value", hint=_help_hint(command))
            else:
                given.add(option, "on")
        elif word.startswith("-") and word != "-":
            _short(command, known, word, rest, given)
        else:
            operands.append(word)
    given.operands = tuple(operands)
    if not given.on("--help"):
        _check_count(command, given.operands)
    return given


def _short(command: Command, known: dict[str, Option], word: str, rest: Iterator[str], given: Given) -> None:
    """Read switches in one word; the first that takes a value takes what is left of the word, or the next one."""
    for at in range(1, len(word)):
        option = _option(command, known, f"-{word[at]}")
        if option.metavar:
            given.add(option, word[at + 1 :] or _next(rest, f"-{word[at]}"))
            return
        given.add(option, "on")


def _option(command: Command, known: dict[str, Option], name: str) -> Option:
    if name in known:
        return known[name]
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else _help_hint(command)
    raise UsageError(f"there is no option {name}", hint=hint)


def _next(rest: Iterator[str], name: str) -> str:
    """Take the next word as a value. One that looks like an option is more likely a slip than a value."""
    content = next(rest, None)
    if content is None or (content.startswith("-") and content != "-"):
        raise UsageError(f"{name} needs a value", hint=f"a value that begins with a dash is written {name}=VALUE")
    return content


def _check_count(command: Command, operands: tuple[str, ...]) -> None:
    operand = command.operand
    if operand is None:
        if operands:
            raise UsageError(f"there is nothing to do with {operands[0]!r}", hint=_help_hint(command))
    elif len(operands) < operand.least:
        raise UsageError(f"{operand.metavar} is missing", hint=_help_hint(command))
    elif operand.most and len(operands) > operand.most:
        raise UsageError(f"there is nothing to do with {operands[operand.most]!r}", hint=_help_hint(command))


def _help_hint(command: Command) -> str:
    return f"see: weighbridge {command.name} --help"
