"""The work of ``audit``: resolve the target, open advisories and statements, hold one against the other."""

from __future__ import annotations

import os

from weighbridge.cli.advisory_stores import opened
from weighbridge.core.errors import Malformed, UsageError
from weighbridge.core.finding import Severity
from weighbridge.core.values import value
from weighbridge.inventory.advisories import weighed_files
from weighbridge.inventory.advisories.audit import audited, written_with
from weighbridge.inventory.advisories.outcome import Outcome
from weighbridge.inventory.advisories.triggers import reaches, unheld
from weighbridge.inventory.advisories.vex.applying import unused
from weighbridge.inventory.advisories.vex.reading import read as read_vex
from weighbridge.inventory.bom import links

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.vex.statement import VexStatement
    from weighbridge.inventory.advisories.weighed_files import WeighedFile
    from weighbridge.inventory.graph import Graph

LOCK = "model.lock"


@value
class Subject:
    """What is audited: its graph, what is known of its files, and the BOM-Link of the document that it is."""

    graph: Graph
    files: tuple[WeighedFile, ...]
    serial: str


def audit(given: Given, config: Config) -> Outcome:
    """Audit what a command line names; raises the errors of targets, feeds and documents."""
    statements, unread = _statements(given.every("--vex"))
    store = opened(given.one("--database"), given.every("--advisories"), given.one("--max-age"))
    try:
        subject = resolved(given.operands[0], given, config)
        found = audited(subject.graph, store.imported, subject.files, statements, serial=subject.serial)
        if store.extra is not None:
            more = audited(subject.graph, store.extra, subject.files, statements, serial=subject.serial)
            found = _joined(found, more)
        return Outcome(
            target=given.operands[0], graph=subject.graph, exposures=found, serial=subject.serial,
            threshold=Severity(given.one("--fail-on") or Severity.MEDIUM),
            elsewhere=unheld(reaches(subject.files), subject.graph, written_with(subject.graph)),
            feeds=store.imported.feeds(), extra=store.records,
            unused=unused(found, statements, subject.graph, subject.serial),
            unread=(*store.unread, *unread),
        )  # fmt: skip
    finally:
        store.close()


def _joined(one: tuple[Exposure, ...], other: tuple[Exposure, ...]) -> tuple[Exposure, ...]:
    """Join what two stores know; where both have a vulnerability of a component, the records of this run say it."""
    told = {(each.component, id_) for each in other for id_ in (each.advisory.id, *each.advisory.aliases)}
    kept = [
        each for each in one
        if told.isdisjoint((each.component, id_) for id_ in (each.advisory.id, *each.advisory.aliases))
    ]  # fmt: skip
    return tuple(sorted((*kept, *other), key=lambda each: (each.component, each.advisory.id)))


def _statements(paths: tuple[str, ...]) -> tuple[tuple[VexStatement, ...], list[str]]:
    from weighbridge.cli.documents import read

    statements: list[VexStatement] = []
    unread: list[str] = []
    for path in paths:
        try:
            found = read_vex(read(path)[1], os.path.basename(path))
        except Malformed as broken:
            raise UsageError(f"{path!r}: {broken}", hint="OpenVEX 0.2.0 and CycloneDX are read") from None
        statements += found.statements
        unread += found.troubles
    return tuple(statements), unread


# -- the target ----------------------------------------------------------------------------------------------------


def resolved(target: str, given: Given, config: Config) -> Subject:
    """Say what a target is and give its graph."""
    from weighbridge.core.refs import PATH, parse

    is_path = parse(target).scheme == PATH
    if is_path and os.path.isdir(target):
        return _folder(target, given, config)
    if given.one("--environment"):
        raise UsageError("--environment belongs to the directory of an application")
    if not is_path:
        return _model(target, given, config)
    if os.path.basename(target) == LOCK or _is_lock(target):
        from weighbridge.inventory.lock_graph import lock_graph
        from weighbridge.provenance.lock.document import load

        return _of(lock_graph(load(target), os.path.basename(target)))
    if target.lower().endswith(".json"):
        from weighbridge.cli.documents import graph_of, read

        document = read(target)[1]
        graph = graph_of(target, document)
        return _of(graph, links.of_document(document))
    return _model(target, given, config)


def _of(graph: Graph, serial: str = "") -> Subject:
    return Subject(graph=graph, files=weighed_files.of_graph(graph), serial=serial or links.of_graph(graph))


def _is_lock(path: str) -> bool:
    try:
        # A pipe would be waited for, and a device may never end.
        with open(path if os.path.isfile(path) else os.devnull, "rb") as file:
            return b'"weighbridge.lock/' in file.read(64)
    except OSError:
        return False  # what cannot be read is told by whoever reads it


def _model(target: str, given: Given, config: Config, without: frozenset[str] = frozenset()) -> Subject:
    from weighbridge.cli.composing import composed_with_report

    graph, report = composed_with_report(target, given, config, without)
    return Subject(graph=graph, files=weighed_files.of_report(report), serial=links.of_graph(graph))


def _folder(folder: str, given: Given, config: Config) -> Subject:
    """Audit a directory as an application, as a model, or as both where it holds both."""
    from weighbridge.inventory.application.files import SKIPPED
    from weighbridge.inventory.application.finder import find
    from weighbridge.inventory.application.references import Method
    from weighbridge.inventory.application.vocabulary.names import WEIGHTS
    from weighbridge.inventory.application_graph import application_graph
    from weighbridge.inventory.software.finder import find as software

    references = find(folder, jobs=given.number("--jobs"))
    held = software(folder, environment=given.one("--environment"), jobs=given.number("--jobs"))
    is_application = bool(held.manifests) or any(one.method is not Method.CONTENT for one in references.references)
    has_weights = any(one.method is Method.CONTENT for one in references.references) or _has(folder, WEIGHTS, SKIPPED)
    if not is_application:
        return _model(folder, given, config)
    name = os.path.basename(os.path.realpath(folder)) or "application"
    graph = application_graph(name, held, references)
    if not has_weights:
        return Subject(graph=graph, files=(), serial=links.of_graph(graph))
    from weighbridge.inventory.merging import merged

    model = _model(folder, given, config, SKIPPED)
    both = merged((graph, model.graph), name)
    return Subject(graph=both, files=model.files, serial=links.of_graph(both))


def _has(folder: str, ends: tuple[str, ...], without: frozenset[str]) -> bool:
    for _, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if one not in without]
        if any(name.lower().endswith(ends) for name in names):
            return True
    return False
