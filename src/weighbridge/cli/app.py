"""The command line's front door: finds the command, turns errors into words on stderr and exit code 2."""

from __future__ import annotations

import sys

from weighbridge.cli.console import say
from weighbridge.cli.exit import ERROR, FAIL
from weighbridge.core.errors import IntegrityError, WeighbridgeError
from weighbridge.core.modules import fetch

COMMANDS = {
    "scan": ("weighbridge.cli.scan", "weigh model files: what they would run, where, why it matters"),
    "lock": ("weighbridge.cli.lock", "write down what the models of a project are, to the byte"),
    "verify": ("weighbridge.cli.verify", "hold models on this machine against model.lock, offline"),
    "pull": ("weighbridge.cli.pull", "fetch what model.lock names, verified before it gets its name"),
    "sign": ("weighbridge.cli.sign", "sign the files of a model"),
    "convert": ("weighbridge.cli.convert", "turn pickled weights into safetensors, with nothing executed"),
    "load": ("weighbridge.cli.load", "load a file in a jail: what it holds and what it tries"),
    "run": ("weighbridge.cli.run", "run a Python program that loads no model but those in model.lock"),
    "inventory": ("weighbridge.cli.inventory", "list the models, services and libraries that an application uses"),
    "audit": ("weighbridge.cli.audit", "hold libraries and models against advisories"),
    "advisory new": ("weighbridge.cli.advisory_new", "write an advisory about a model from a finding"),
    "advisory validate": ("weighbridge.cli.advisory_validate", "hold advisories against schema and sense"),
    "advisory export": ("weighbridge.cli.advisory_export", "write advisories as a feed that others can host"),
    "bom": ("weighbridge.cli.bom", "write a bill of materials of a model, each value with its origin"),
    "bom convert": ("weighbridge.cli.bom_convert", "write bills of materials in another format, or as one"),
    "bom diff": ("weighbridge.cli.bom_diff", "say what changed between two bills, and what matters"),
    "bom validate": ("weighbridge.cli.bom_validate", "hold a bill of materials against schema and sense"),
    "dossier": ("weighbridge.cli.dossier", "draft what the EU AI Act asks for, each row with its evidence"),
    "dossier answer": ("weighbridge.cli.dossier_answer", "answer a row of a dossier"),
    "dossier sign": ("weighbridge.cli.dossier_sign", "sign the answers of a dossier"),
    "dossier diff": ("weighbridge.cli.dossier_diff", "say what changed between two dossiers"),
    "feed import": ("weighbridge.cli.feed_import", "take advisories from files, for audits"),
    "feed update": ("weighbridge.cli.feed_update", "fetch the advisories of PyPI and others from OSV"),
    "feed status": ("weighbridge.cli.feed_status", "tell which advisories there are, and how old they are"),
    "policy check": ("weighbridge.cli.policy_check", "decide by a policy whether models and applications may pass"),
    "policy explain": ("weighbridge.cli.policy_explain", "say in words what a policy asks for, or why it decides so"),
    "policy test": ("weighbridge.cli.policy_test", "hold a policy against cases with the decisions that they expect"),
    "explain": ("weighbridge.cli.explain", "explain a rule, or print the program that a file would run"),
    "rules": ("weighbridge.cli.rules", "list the rules"),
}

_BY_SIGNAL, _CTRL_C = 128, 2
"""What shells expect of a command that a signal has ended: 128 and the signal's number."""


def end_in_order() -> None:
    """Have SIGTERM and SIGHUP end the command as Ctrl-C does, with nothing half-written; once, the next are ignored.

    What ignores them already, as under nohup, goes on doing so.
    """
    import _signal  # type: ignore[import-not-found]  # not signal, whose enums cost 0.6 ms more

    def end(number: int, _: object) -> None:
        _signal.signal(number, _signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    for number in filter(None, (getattr(_signal, name, 0) for name in ("SIGTERM", "SIGHUP"))):
        if _signal.getsignal(number) == _signal.SIG_DFL:
            _signal.signal(number, end)


def main(arguments: list[str]) -> int:
    """Run one command; returns its exit code and leaves nothing unwritten."""
    try:
        return _command(arguments)
    except IntegrityError as broken:
        _complain(str(broken), broken.hint)
        return FAIL
    except WeighbridgeError as trouble:
        _complain(str(trouble), trouble.hint)
    except BrokenPipeError:
        # The reader of our output has gone; what it did read was right.
        _forget_stdout()
    except KeyboardInterrupt as end:
        say("\nweighbridge: interrupted\n")
        return _BY_SIGNAL + (end.args[0] if end.args else _CTRL_C)
    except Exception as bug:  # noqa: BLE001  (the one boundary of the command line: a bug never looks like a result)
        if "--debug" in arguments:
            from traceback import format_exc

            say(format_exc())
        _complain(f"an error of its own: {type(bug).__name__}: {bug}", "please report it; --debug shows where it is")
    return ERROR


def _command(arguments: list[str]) -> int:
    from weighbridge.cli.options import parse

    name = next((name for name in (" ".join(arguments[:2]), *arguments[:1]) if name in COMMANDS), "")
    if not name:
        return _no_command(arguments)
    chosen = fetch(COMMANDS[name][0])
    given = parse(chosen.COMMAND, arguments[name.count(" ") + 1 :])
    if given.on("--help"):
        from weighbridge.cli.help import render

        return _print(render(chosen.COMMAND))
    code: int = chosen.main(given)
    return code


def _no_command(arguments: list[str]) -> int:
    first = arguments[0] if arguments else ""
    if first in {"--version", "-V"}:
        from weighbridge import __version__

        return _print(f"weighbridge {__version__}\n")
    if first in {"--help", "-h", "help"}:
        return _print(usage())
    if not arguments:
        say(usage())
        return ERROR
    from difflib import get_close_matches

    close = [name for name in COMMANDS if name.startswith(f"{first} ")] or get_close_matches(first, COMMANDS, n=1)
    hint = f"did you mean {' or '.join(close)}?" if close else "see: weighbridge --help"
    _complain(f"there is no command {first!r}", hint)
    return ERROR


def usage() -> str:
    """Give the help of the program itself."""
    from weighbridge import __version__
    from weighbridge.reports.wrap import wrap

    width = max(map(len, COMMANDS))
    lines = [
        line
        for name, (_, words) in COMMANDS.items()
        for line in wrap(words, 80, first=f"  {name:{width}}  ", rest=" " * (width + 4))
    ]
    listed = "\n".join(lines)
    return (
        f"weighbridge {__version__}: weighs AI models before they enter\n\n"
        f"usage: weighbridge COMMAND [OPTIONS]\n\n{listed}\n\n"
        "Begin with: weighbridge scan PATH\nweighbridge COMMAND --help tells more.\n"
        "Exit codes: 0 pass, 1 fail, 2 error, 3 inconclusive.\n"
    )


def _print(text: str) -> int:
    from weighbridge.cli.output import Output, write

    write(text, Output(format="text"))
    return 0


def _complain(trouble: str, hint: str) -> None:
    from weighbridge.reports.neutral import visible

    say(f"weighbridge: {visible(trouble)}\n" + (f"  {visible(hint)}\n" if hint else ""))


def _forget_stdout() -> None:
    """Let what is still buffered for a reader that has gone disappear without a complaint."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
