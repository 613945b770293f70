"""``weighbridge bom``: write down what a model consists of and comes from, each value with its origin."""

from __future__ import annotations

from weighbridge.cli import config as configuration
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.inventory.graph import Graph

FORMATS = ("cyclonedx", "cyclonedx-1.6", "spdx", "graph")

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
        write(_rendered(graph, destination.format), destination)
    return PASS


def _rendered(graph: Graph, form: str) -> str:
    if form == "graph":
        from weighbridge.inventory.document import dumps

        return dumps(graph)
    from weighbridge.inventory.bom.made import now

    if form == "spdx":
        from weighbridge.inventory.bom.spdx.writer import write as spdx

        return spdx(graph, now())
    from weighbridge.inventory.bom.cyclonedx.writer import write as cyclonedx

    return cyclonedx(graph, now(), "1.6" if form.endswith("1.6") else "1.7")
