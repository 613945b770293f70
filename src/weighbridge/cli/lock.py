"""``weighbridge lock``: write down what a project's models are, to the byte."""

from __future__ import annotations

from weighbridge.cli import config as configuration
from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.cli.terminal import USUAL, colours, width
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

COMMAND = Command(
    name="lock",
    description="Write model.lock: for each model the exact state, every file with its digest, what the scan says.",
    formats=("text", "json"),
    operand=Operand(metavar="TARGET", help="hf://org/name[@revision], oci://…, another store, or a path", least=0),
    groups=(
        Group(
            title="what is locked",
            options=(
                Option(names=("--from-project",), metavar="DIR", help="what an application names"),
                Option(
                    names=("--update",), metavar="NAME", repeatable=True,
                    help="look anew where an entry's revision leads; repeatable",
                ),
                Option(names=("--update-all",), help="the same for all entries"),
                Option(names=("--remove",), metavar="NAME", repeatable=True, help="drop an entry; repeatable"),
                Option(names=("--name",), metavar="NAME", help="the entry's name (default: from the target)"),
                Option(
                    names=("--signers",), metavar="SIGNER",
                    help="require a signature by [signers.SIGNER] of signers.toml",
                ),
            ),
        ),
        Group(
            title="how it works",
            options=(
                Option(names=("--lock",), metavar="FILE", help="the lock file (default: model.lock)"),
                Option(names=("--accept",), help="write also what wants a decision"),
                Option(names=("--dry-run",), help="show what would change, write nothing"),
                Option(names=("--full",), help="read remote files whole, so that every digest is computed"),
                Option(names=("--no-scan",), help="do not scan; the entry says nothing about a verdict"),
                Option(names=("--jobs", "-j"), metavar="N", number=True, help="workers (default: one per processor)"),
            ),
        ),
    ),
    epilog="""\
An update shows what would change before it is written. New code, a fall back
to pickle, another publisher and the like want a decision: --accept.
exit codes: 0 written or nothing to do, 1 something wants a decision, is not
what its store promises or, with --dry-run, would change, 2 an error

examples:
  weighbridge lock hf://org/name@main models/own
  weighbridge lock --from-project .
  weighbridge lock --update org/name
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    asked = [given.operands, given.one("--from-project"), given.every("--update"), given.on("--update-all"),
             given.every("--remove")]  # fmt: skip
    if not any(asked):
        raise UsageError(
            "there is nothing to lock", hint="weighbridge lock TARGET, or --from-project DIR, or --update NAME"
        )
    if given.one("--name") and (len(given.operands) != 1 or any(asked[1:])):
        raise UsageError("--name is for a single TARGET")
    from weighbridge.cli import locked
    from weighbridge.cli.locking import Locking

    done = Locking(given, configuration.load(given.one("--config"))).run()
    for destination in destinations:
        if destination.format == "json":
            text = locked.as_json(done)
        else:
            shown = destination == Output(format="text")
            text = locked.as_text(done, colour=shown and colours(), width=width() if shown else USUAL)
        write(text, destination)
    return FAIL if done.undecided or (given.on("--dry-run") and done.differs) else PASS
