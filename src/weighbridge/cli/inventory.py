"""``weighbridge inventory``: the models, data sets, hosted services and libraries that an application depends on."""

from __future__ import annotations

from weighbridge.cli.bom_formats import FORMATS as DOCUMENTS
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.inventory.application.references import ApplicationReferences
    from weighbridge.inventory.graph import Graph

FORMATS = ("text", *(form for form in DOCUMENTS if form != "text"))

COMMAND = Command(
    name="inventory",
    description="List the models, adapters, data sets, hosted services and libraries that an application depends on, "
    "with the place that names each and how it is pinned. Nothing of the application is executed.",
    formats=FORMATS,
    operand=Operand(metavar="APP", help="the application's directory", most=1),
    groups=(
        Group(
            title="what is looked at",
            options=(
                Option(names=("--environment",), metavar="DIR", help="installed packages: a virtual environment"),
                Option(names=("--no-software",), help="leave libraries out"),
                Option(names=("--jobs", "-j"), metavar="N", number=True, help="workers (default: one per processor)"),
            ),
        ),
        Group(
            title="pinning",
            options=(
                Option(
                    names=("--fix",), help="write the commits of model.lock into Python calls that name no revision"
                ),
                Option(names=("--lock",), metavar="FILE", help="the lock file (default: model.lock in APP)"),
            ),
        ),
    ),
    epilog="""\
--fix shows what it writes as a patch, and writes nothing else.

exit codes: 0 it is listed, whatever is not pinned; 2 an error

examples:
  weighbridge inventory .
  weighbridge inventory . --environment .venv --output cyclonedx=app.cdx.json
  weighbridge lock --from-project . && weighbridge inventory . --fix
""",
)


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    import os

    destinations = outputs(given, FORMATS)
    folder = given.operands[0]
    if not os.path.isdir(folder):
        raise UsageError(f"{folder!r} is no directory", hint="a model's file or directory: weighbridge bom")
    from weighbridge.inventory.application.finder import find

    found = find(folder, jobs=given.number("--jobs"))
    if given.on("--fix"):
        from weighbridge.cli.fixing import fixed

        patch = fixed(folder, given.one("--lock"), found)
        write(patch or "nothing to pin\n", Output(format="text"))
        return PASS
    graph = _graph(given, folder, found)
    for destination in destinations:
        write(_rendered(graph, destination, folder), destination)
    return PASS


def _graph(given: Given, folder: str, found: ApplicationReferences) -> Graph:
    import os

    from weighbridge.core.values import replace
    from weighbridge.inventory.application_graph import application_graph
    from weighbridge.inventory.software.finder import find as software
    from weighbridge.inventory.software.values import Software

    named = os.path.basename(os.path.realpath(folder)) or "application"
    if given.on("--no-software"):
        return application_graph(named, Software(manifests=()), replace(found, servers=()))
    held = software(folder, environment=given.one("--environment"), jobs=given.number("--jobs"))
    return application_graph(named, held, found)


def _rendered(graph: Graph, destination: Output, folder: str) -> str:
    if destination.format == "text":
        from weighbridge.cli.inventory_text import render

        return render(graph, folder)
    from weighbridge.cli.bom_formats import rendered

    return rendered(graph, destination.format)
