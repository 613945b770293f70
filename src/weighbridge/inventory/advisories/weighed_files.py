"""What is known of the files of a target when flaws of loaders are asked about: formats, and what a scan has found.

Nothing here reads a byte: the report of a scan, or the files of a graph, are enough.
"""

from __future__ import annotations

from weighbridge.core.values import value
from weighbridge.inventory.graph import Field, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.report import Report
    from weighbridge.inventory.graph import Graph


@value
class Found:
    """A finding of a scan: the rule and its words about this file."""

    rule: str
    message: str


@value
class WeighedFile:
    """A file; ``path`` is relative to the target. ``judged`` is false where nobody tells what a scan has found."""

    path: str
    formats: tuple[str, ...]
    findings: tuple[Found, ...] = ()
    judged: bool = True


def of_report(report: Report) -> tuple[WeighedFile, ...]:
    """Give the files of a scan."""
    return tuple(
        WeighedFile(
            path=file.path.removeprefix(artifact.ref).lstrip("/") or file.path,
            formats=file.formats,
            findings=tuple(Found(rule=one.rule, message=one.message) for one in file.findings),
        )
        for artifact in report.artifacts
        for file in artifact.files
    )


def of_graph(graph: Graph) -> tuple[WeighedFile, ...]:
    """Give the files of a bill of materials: it tells their formats, and not what is in them."""
    return tuple(
        WeighedFile(
            path=one.text(Field.NAME) or one.id,
            formats=tuple(str(claim.content) for claim in one.claims(Field.FORMAT)),
            judged=False,
        )
        for one in graph.of(Kind.FILE)
        if one.claims(Field.FORMAT)
    )
