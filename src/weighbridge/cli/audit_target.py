"""What ``audit`` is given, as a graph: a model, an application or a list of its packages, a bill, a lock file."""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError
from weighbridge.core.refs import PATH, parse
from weighbridge.core.values import value
from weighbridge.inventory.advisories import weighed_files
from weighbridge.inventory.application.files import Language, language_of
from weighbridge.inventory.bom import links
from weighbridge.inventory.merging import merged
from weighbridge.inventory.software.files import form_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.inventory.advisories.weighed_files import WeighedFile
    from weighbridge.inventory.graph import Graph
    from weighbridge.inventory.software.files import Form

LOCK = "model.lock"
_OF_APPLICATIONS = frozenset({
    Language.PYTHON, Language.NOTEBOOK, Language.SCRIPT, Language.SHELL, Language.DOCKERFILE, Language.YAML,
})  # fmt: skip


@value
class Subject:
    """What is audited: its graph, what is known of its files, and the BOM-Link of the document that it is."""

    graph: Graph
    files: tuple[WeighedFile, ...]
    serial: str


def resolved(target: str, given: Given, config: Config) -> Subject:
    """Say what a target is and give its graph; raises AccessError and UsageError."""
    is_path = parse(target).scheme == PATH
    if is_path and os.path.isdir(target):
        return _folder(target, given, config)
    if given.one("--environment"):
        raise UsageError("--environment belongs to the directory of an application")
    if not is_path:
        return _model(target, given, config)
    if os.path.basename(target) == LOCK or _is_lock(target):
        return _document(_locked(target))
    if os.path.isfile(target) and (form := form_of(os.path.basename(target))) is not None:
        return _manifest(target, form, given)
    if target.lower().endswith(".json"):
        from weighbridge.cli.documents import graph_of, read

        document = read(target)[1]
        return _document(graph_of(target, document), links.of_document(document))
    if os.path.isfile(target) and language_of(target) in _OF_APPLICATIONS:
        # As a model it would be nothing that anything is known of, and pass.
        raise UsageError(
            f"{target!r} belongs to an application, and is none by itself", hint="audit the directory that it lies in"
        )
    return _model(target, given, config)


def _manifest(path: str, form: Form, given: Given) -> Subject:
    """Give one list of packages as an application of its own."""
    from weighbridge.inventory.application_graph import application_graph
    from weighbridge.inventory.software.finder import find_file

    graph = application_graph(os.path.basename(path), find_file(path, form, jobs=given.number("--jobs")))
    return Subject(graph=graph, files=(), serial=links.of_graph(graph))


def _document(graph: Graph, serial: str = "") -> Subject:
    return Subject(graph=graph, files=weighed_files.of_graph(graph), serial=serial or links.of_graph(graph))


def _is_lock(path: str) -> bool:
    try:
        # A pipe would be waited for, and a device may never end.
        with open(path if os.path.isfile(path) else os.devnull, "rb") as file:
            return b'"weighbridge.lock/' in file.read(64)
    except OSError:
        return False  # what cannot be read is told by whoever reads it


def _locked(path: str) -> Graph:
    from weighbridge.inventory.lock_graph import lock_graph
    from weighbridge.provenance.lock.document import load

    return lock_graph(load(path), os.path.basename(path))


def _model(target: str, given: Given, config: Config, without: frozenset[str] = frozenset()) -> Subject:
    from weighbridge.cli.composing import observed

    graph, report = observed(target, given, config, without)
    return Subject(graph=graph, files=weighed_files.of_report(report), serial=links.of_graph(graph))


def _folder(folder: str, given: Given, config: Config) -> Subject:
    """Give a directory as an application with what it has locked, as a model, or as all that it holds."""
    from weighbridge.inventory.application.files import SKIPPED
    from weighbridge.inventory.application.finder import find
    from weighbridge.inventory.application.references import Method
    from weighbridge.inventory.application.vocabulary.names import WEIGHTS
    from weighbridge.inventory.application_graph import application_graph
    from weighbridge.inventory.software.finder import find as software

    references = find(folder, jobs=given.number("--jobs"))
    held = software(folder, environment=given.one("--environment"), jobs=given.number("--jobs"))
    lock = os.path.join(folder, LOCK)
    has_lock = os.path.lexists(lock)
    named = [one.method for one in references.references]
    is_application = held.manifests or has_lock or references.servers
    if not is_application and all(method is Method.CONTENT for method in named):
        return _model(folder, given, config)
    name = os.path.basename(os.path.realpath(folder)) or "application"
    graphs = [application_graph(name, held, references)]
    if has_lock:
        graphs.append(_locked(lock))
    files: tuple[WeighedFile, ...] = ()
    if Method.CONTENT in named or _has(folder, WEIGHTS, SKIPPED):
        model = _model(folder, given, config, SKIPPED)
        graphs.append(model.graph)
        files = model.files
    whole = graphs[0] if len(graphs) == 1 else merged(tuple(graphs), name)
    return Subject(graph=whole, files=files, serial=links.of_graph(whole))


def _has(folder: str, ends: tuple[str, ...], without: frozenset[str]) -> bool:
    for _, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if one not in without]
        if any(name.lower().endswith(ends) for name in names):
            return True
    return False
