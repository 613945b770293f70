"""Options that every command has, and the parser that all share."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter

from weighbridge.core.errors import UsageError
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import NoReturn

FORMATS = ("text", "json", "sarif", "html", "markdown")


class Parser(ArgumentParser):
    """An argument parser whose complaints are ``UsageError``s like any other."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting."""
        raise UsageError(message, hint=f"see: {self.prog} --help")


@value
class Output:
    """Where a report goes: ``file`` None is stdout."""

    format: str
    file: str | None


def parser(command: str, description: str, *, epilog: str = "") -> Parser:
    """Make the parser of a command with the options that all commands have."""
    made = Parser(
        prog=f"weighbridge {command}", description=description, epilog=epilog,
        formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    common = made.add_argument_group("common options")
    common.add_argument("--format", choices=FORMATS, default=None, help="format on stdout (default: text)")
    common.add_argument(
        "--output",
        "-o",
        action="append",
        default=[],
        metavar="[FORMAT=]FILE",
        help="write a report to FILE; repeatable",
    )
    common.add_argument("--quiet", "-q", action="store_true", help="no talk or progress on stderr")
    common.add_argument("--offline", action="store_true", help="never use the network (local targets never do)")
    common.add_argument("--config", metavar="FILE", help="configuration (default: weighbridge.toml or pyproject.toml)")
    return made


def outputs(options: Namespace) -> tuple[Output, ...]:
    """Read ``--format`` and ``--output``: stdout gets the report unless files were named and no format was."""
    found = []
    for given in options.output:
        name, equals, file = given.partition("=")
        if equals and name in FORMATS:
            found.append(Output(format=name, file=file))
        else:
            found.append(Output(format=options.format or "text", file=given))
    plain = any("=" not in given or given.partition("=")[0] not in FORMATS for given in options.output)
    if not plain:
        found.insert(0, Output(format=options.format or "text", file=None))
    return tuple(found)
