"""``weighbridge bom``: write down what a model consists of and comes from, each value with its origin."""

from __future__ import annotations

from weighbridge.cli import config as configuration
from weighbridge.cli.bom_formats import FORMATS, rendered
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

COMMAND = Command(
    name="bom",
    description="Write a bill of materials of a model: what it consists of, what it comes from, and who says so.",
    formats=FORMATS,
    operand=Operand(metavar="TARGET", help="a model's directory, or hf://org/name", most=1),
    groups=(
        Group(
            title="what is read",
            options=(
                Option(names=("--jobs", "-j"), metavar="N", number=True, help="workers (default: one per processor)"),
                Option(names=("--full",), help="fetch files of remote targets whole"),
                Option(
                    names=("--card",), metavar="FILE",
                    help="what a person adds (default: weighbridge.card.toml in the target)",
                ),
            ),
        ),
    ),
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, FORMATS)
    from weighbridge.cli.composing import composed

    graph = composed(given.operands[0], given, configuration.load(given.one("--config")))
    for destination in destinations:
        write(rendered(graph, destination.format), destination)
    return PASS
