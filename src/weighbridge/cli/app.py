"""The command line's front door: finds the command, turns errors into words on stderr and exit code 2."""

from __future__ import annotations

import sys

from weighbridge.cli.exit import ERROR
from weighbridge.core.errors import WeighbridgeError

COMMANDS = {
    "scan": ("weighbridge.cli.scan", "weigh model files: what they would run, where, and why it matters"),
    "explain": ("weighbridge.cli.explain", "explain a rule, or print the program that a file would run"),
    "rules": ("weighbridge.cli.rules", "list the rules"),
}

INTERRUPTED = 130
"""What shells expect after Ctrl-C: 128 and the signal's number."""


def main(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    command = arguments[0] if arguments else ""
    if command in COMMANDS:
        from importlib import import_module

        try:
            code: int = import_module(COMMANDS[command][0]).main(arguments[1:])
            sys.stdout.flush()
        except WeighbridgeError as trouble:
            from weighbridge.reports.neutral import visible

            sys.stderr.write(f"weighbridge: {visible(str(trouble))}\n")
            if trouble.hint:
                sys.stderr.write(f"  {trouble.hint}\n")
            return ERROR
        except BrokenPipeError:
            # The reader of our output has gone; what it did read was right.
            import os

            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ERROR
        except KeyboardInterrupt:
            sys.stderr.write("\nweighbridge: interrupted\n")
            return INTERRUPTED
        return code
    return _no_command(arguments)


def usage() -> str:
    """Give the help of the program itself."""
    from weighbridge import __version__

    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {words}" for name, (_, words) in COMMANDS.items())
    return (
        f"weighbridge {__version__}: weighs AI models before they enter\n\n"
        f"usage: weighbridge COMMAND [OPTIONS]\n\n{listed}\n\n"
        "weighbridge COMMAND --help tells more. Exit codes: 0 pass, 1 fail, 2 error, 3 inconclusive.\n"
    )


def _no_command(arguments: list[str]) -> int:
    if arguments and arguments[0] in {"--version", "-V"}:
        from weighbridge import __version__

        sys.stdout.write(f"weighbridge {__version__}\n")
        return 0
    if arguments and arguments[0] in {"--help", "-h", "help"}:
        sys.stdout.write(usage())
        return 0
    sys.stderr.write(f"weighbridge: there is no command {arguments[0]!r}\n\n" if arguments else "")
    sys.stderr.write(usage())
    return ERROR
