"""``weighbridge verify``: hold what lies here against the lock, offline."""

from __future__ import annotations

from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.cli.terminal import USUAL, colours, width
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

COMMAND = Command(
    name="verify",
    description="Hold models on this machine against model.lock, to the byte. Nothing is sent or fetched.",
    formats=("text", "json"),
    operand=Operand(metavar="PATH", help="a model or a cache (default: wherever the lock's models are)", least=0),
    groups=(
        Group(
            title="what it is held against",
            options=(
                Option(names=("--lock",), metavar="FILE", help="the lock file (default: model.lock)"),
                Option(names=("--name",), metavar="NAME", help="the entry that PATH should be"),
                Option(names=("--store",), help="only what the store itself claims: Hub cache, Ollama, OCI, DVC, LFS"),
                Option(
                    names=("--allow-extra",), metavar="GLOB", repeatable=True,
                    help="extra files that are accepted; repeatable",
                ),
            ),
        ),
        Group(
            title="by a signature",
            options=(
                Option(
                    names=("--signature",), metavar="FILE", help="hold PATH against a signature (OpenSSF Model Signing)"
                ),
                Option(names=("--signers",), metavar="FILE", help="who is trusted to sign (default: signers.toml)"),
                Option(names=("--key",), metavar="FILE", repeatable=True, help="a public key to trust; repeatable"),
                Option(names=("--version",), metavar="VERSION", help="the version that must have been signed"),
                Option(names=("--at-least",), metavar="VERSION", help="the least version that may have been signed"),
            ),
        ),
        Group(
            title="how it works",
            options=(
                Option(
                    names=("--jobs", "-j"), metavar="N", number=True, help="threads (default: one per processor)"
                ),
            ),
        ),
    ),
    epilog="""\
exit codes: 0 everything is as promised, 1 something differs or there was
nothing to verify, 2 an error

examples:
  weighbridge verify
  weighbridge verify models/bert --name bert
  weighbridge verify ~/.cache/huggingface/hub --store
  weighbridge verify models/bert --signature models/bert/model.sig
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, COMMAND.formats)
    if given.on("--store") and (given.one("--lock") or given.one("--name") or not given.operands):
        raise UsageError("--store takes paths and neither --lock nor --name", hint="weighbridge verify --store PATH")
    if not given.one("--signature"):
        # Left aside they would make people believe that a signature was looked at.
        for option in ("--key", "--version", "--at-least"):
            if given.every(option):
                raise UsageError(f"{option} is about a signature", hint="name it, too: --signature FILE")
    from weighbridge.cli import verified, verifying

    if given.one("--signature"):
        report = verifying.signature(given)
        for destination in destinations:
            write(verified.signature(report, destination.format), destination)
        return PASS if report.holds else FAIL
    found = tuple(verifying.places(given))
    holds = bool(found) and all(one.holds for one in found)
    for destination in destinations:
        if destination.format == "json":
            text = verified.as_json(found)
        else:
            shown = destination == Output(format="text")
            text = verified.as_text(found, colour=shown and colours(), width=width() if shown else USUAL)
        write(text, destination)
    return PASS if holds else FAIL
