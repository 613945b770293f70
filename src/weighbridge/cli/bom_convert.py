"""``weighbridge bom convert``: a bill of materials in another format, and what that format has no words for."""

from __future__ import annotations

from weighbridge.cli.bom_formats import FORMATS, rendered
from weighbridge.cli.exit import PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import outputs, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given

COMMAND = Command(
    name="bom convert",
    description="Write bills of materials in another format; several are merged into one. What is not carried over, or "
    "only as an annotation, is told on stderr.",
    formats=FORMATS,
    operand=Operand(metavar="FILE", help="CycloneDX or SPDX 3 as JSON, or a graph; anybody's"),
    groups=(
        Group(
            title="what is written",
            options=(
                Option(names=("--name",), metavar="NAME", help="the name of what several are merged into"),
                Option(names=("--losses",), metavar="FILE", help="write what is lost as JSON"),
            ),
        ),
    ),
    epilog="""\
--format graph imports: every value with the place in the document that it
comes from.

exit codes: 0 it is written, 2 an error

examples:
  weighbridge bom convert model.cdx.json --format spdx
  weighbridge bom convert a.cdx.json b.spdx.json --name works -o all.cdx.json
""",
)


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, FORMATS)
    from weighbridge.cli.console import note
    from weighbridge.cli.documents import graph_of, read
    from weighbridge.inventory.bom.losses import not_read, not_written
    from weighbridge.inventory.merging import merged

    paths = given.operands
    documents = {path: read(path)[1] for path in paths}
    graphs = tuple(graph_of(path, documents[path]) for path in paths)
    losses = [(path, loss) for path, document in documents.items() for loss in not_read(document)]
    whole = graphs[0] if len(graphs) == 1 else merged(graphs, given.one("--name") or "merged")
    losses += [
        ("", loss) for form in dict.fromkeys(one.format for one in destinations) for loss in not_written(whole, form)
    ]
    for destination in destinations:
        write(rendered(whole, destination.format), destination)
    if given.one("--losses"):
        _listed(losses, given.one("--losses"))
    else:
        for path, loss in losses:
            note(f"{path}: {loss}" if path else loss, quiet=given.on("--quiet"))
    return PASS


def _listed(losses: list[tuple[str, str]], path: str) -> None:
    import json

    from weighbridge.cli.output import Output

    document = {
        "schema": "weighbridge.bom-losses/1",
        "losses": [{"document": document, "words": words} for document, words in losses],
    }
    write(json.dumps(document, indent=2, ensure_ascii=True) + "\n", Output(format="json", file=path))
