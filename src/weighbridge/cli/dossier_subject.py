"""What the commands of ``dossier`` are about: a target, its graph and findings."""

from __future__ import annotations

import os

from weighbridge.cli import subject_options
from weighbridge.cli.options import Group, Option
from weighbridge.core.errors import UsageError
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.core.report import Report
    from weighbridge.governance.dossier.register import Finding
    from weighbridge.inventory.graph import Graph

READ = Group(
    title="what is read",
    options=(
        Option(names=("--application",), help="TARGET is an application's directory, as of inventory"),
        Option(names=("--report",), metavar="FILE", help="findings: a saved scan (default: TARGET is scanned)"),
        *subject_options.READ,
        subject_options.SIGNERS,
    ),
)
OPERAND = "a model's directory, hf://org/name, or a bill of materials (CycloneDX, SPDX, graph)"


@value
class Subject:
    """A graph, and what a scan found; None where nobody scanned."""

    graph: Graph
    findings: tuple[Finding, ...] | None


def subject(target: str, given: Given) -> Subject:
    """Read a target; raises UsageError, AccessError and the errors of stores and scans."""
    from weighbridge.governance.dossier import register

    if path := given.one("--report"):
        from weighbridge.cli.documents import read

        found = read(path)[1]
        findings = register.of_document(found)
        made = _graph(target, given)[0]
        _check_same(made, register.digests(found), path, target)
        return Subject(graph=made, findings=findings)
    made, report = _graph(target, given)
    return Subject(graph=made, findings=register.of_report(report) if report is not None else None)


def _graph(target: str, given: Given) -> tuple[Graph, Report | None]:
    """Give the graph of a target, and the scan that it was folded from, if it was."""
    if given.on("--application"):
        return _application(target, given), None
    if os.path.isfile(target) and target.lower().endswith(".json"):
        from weighbridge.cli.documents import graph

        return graph(target), None
    from weighbridge.cli import config
    from weighbridge.cli.composing import observed

    made, report = observed(target, given, config.load(given.one("--config")))
    _hint(target, made, given)
    return made, report


def _check_same(graph: Graph, scanned: frozenset[str], path: str, target: str) -> None:
    """Raise UsageError for a saved scan that is not of the bytes that the target has."""
    from weighbridge.inventory.graph import Field, Kind

    for one in graph.of(Kind.FILE):
        digest = one.text(Field.SHA256)
        if one.text(Field.ROLE) == "weights" and digest and digest not in scanned:
            raise UsageError(
                f"{path!r} is no scan of these files: it has not seen {one.text(Field.NAME)} of {target!r} as it is",
                hint="scan it anew: weighbridge scan --format json",
            )


def _application(folder: str, given: Given) -> Graph:
    if not os.path.isdir(folder):
        raise UsageError(f"{folder!r} is no directory", hint="--application reads the directory of an application")
    from weighbridge.inventory.application.finder import find
    from weighbridge.inventory.application_graph import application_graph
    from weighbridge.inventory.software.finder import find as software

    jobs = given.number("--jobs")
    named = os.path.basename(os.path.realpath(folder)) or "application"
    return application_graph(named, software(folder, environment="", jobs=jobs), find(folder, jobs=jobs))


def _hint(target: str, graph: Graph, given: Given) -> None:
    from weighbridge.cli.console import note
    from weighbridge.inventory.graph import Field, Kind

    if os.path.isdir(target) and not any(one.text(Field.ROLE) == "weights" for one in graph.of(Kind.FILE)):
        note(f"{target} holds no weights; --application reads it as an application", quiet=given.on("--quiet"))
