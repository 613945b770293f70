"""``weighbridge bom``: write down what a model consists of and comes from, each value with its origin."""

from __future__ import annotations

import os

from weighbridge.cli import config as configuration
from weighbridge.cli.bom_formats import FORMATS, rendered
from weighbridge.cli.exit import FAIL, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write
from weighbridge.cli.subject_options import READ, SIGNERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.inventory.graph import Graph
    from weighbridge.inventory.profiles.assessment import Assessment

COMMAND = Command(
    name="bom",
    description="Write a bill of materials of a model: what it consists of, what it comes from, and who says so.",
    formats=FORMATS,
    operand=Operand(metavar="TARGET", help="a model's directory, or hf://org/name", most=1),
    groups=(
        Group(
            title="what is read",
            options=(*READ, SIGNERS),
        ),
        Group(
            title="what is asked for",
            options=(
                Option(
                    names=("--profile",), metavar="NAME", choices=("ntia", "cisa", "bsi", "g7", "owasp-aibom"),
                    help="minimum elements to hold it against",
                ),
            ),
        ),
    ),
    epilog="""\
What the files of the model contradict each other in is told on stderr, and so
is what a profile asks for and nobody answers; --format text shows both.

exit codes: 0 it is written, 1 it lacks what the profile asks for, 2 an error

examples:
  weighbridge bom model -o model.cdx.json
  weighbridge bom hf://org/name --format spdx
  weighbridge bom model --format text --profile g7
""",
)  # fmt: skip


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, FORMATS)
    from weighbridge.cli.composing import composed

    graph = composed(given.operands[0], given, configuration.load(given.one("--config")))
    _hint(given.operands[0], graph, quiet=given.on("--quiet"))
    assessment = _assessment(graph, given.one("--profile"))
    for destination in destinations:
        write(rendered(graph, destination.format, assessment), destination)
    if all(destination.format != "text" for destination in destinations):
        _tell(graph, assessment, quiet=given.on("--quiet"))
    return FAIL if assessment is not None and assessment.missing else PASS


def _hint(target: str, graph: Graph, *, quiet: bool) -> None:
    """Say of a directory that is called a model what it does not hold: it may be an application."""
    from weighbridge.cli.console import note
    from weighbridge.inventory.graph import Field, Kind

    if not os.path.isdir(target) or any(one.text(Field.ROLE) == "weights" for one in graph.of(Kind.FILE)):
        return
    note(f"{target} holds no weights; weighbridge inventory lists what an application depends on", quiet=quiet)


def _assessment(graph: Graph, name: str) -> Assessment | None:
    if not name:
        return None
    from weighbridge.inventory.profiles.assessment import assessed
    from weighbridge.inventory.profiles.catalog import PROFILES

    return assessed(graph, PROFILES[name])


def _tell(graph: Graph, assessment: Assessment | None, *, quiet: bool) -> None:
    """Say on stderr what a document does not say aloud."""
    from weighbridge.inventory.disputes import disputes

    found = disputes(graph)
    if not found and not graph.gaps and assessment is None:
        return
    from weighbridge.cli.bom_text import disputed, told
    from weighbridge.cli.console import note

    for words in graph.gaps:
        note(f"not known: {words}", quiet=quiet)
    for one in found:
        note(f"cannot all be true: {disputed(one, graph)}", quiet=quiet)
    for line in told(assessment, graph) if assessment is not None else ():
        note(line, quiet=quiet)
