"""What ``policy`` judges: the targets of a command line, resolved, scanned and folded into subjects."""

from __future__ import annotations

import os

from weighbridge.cli.policy_loading import day_of
from weighbridge.cli.policy_signatures import checked
from weighbridge.core.errors import Malformed, UsageError
from weighbridge.core.refs import PATH, parse
from weighbridge.core.values import value
from weighbridge.governance.policy import facts_document
from weighbridge.governance.policy.from_scan import SCHEMA as REPORT
from weighbridge.governance.policy.from_scan import of_document, of_report
from weighbridge.governance.policy.gathering import Material, reported_subjects, subjects_of
from weighbridge.governance.policy.joining import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.governance.policy.facts import Subject
    from weighbridge.governance.policy.language import Policy

_CONFIGURATIONS = ("config.json", "model_index.json", "adapter_config.json", "modules.json")
"""Files that make a folder of an application the top of a model."""


@value
class Gathered:
    """The subjects of all targets, and sentences about what was not read at all."""

    subjects: tuple[Subject, ...]
    gaps: tuple[str, ...]


def gathered(given: Given, config: Config, policy: Policy) -> Gathered:
    """Gather what a command line names; raises the errors of targets, scans and documents."""
    day = day_of("")
    subjects: list[Subject] = []
    gaps: list[str] = []
    for target in given.operands:
        for found in _of(target, given, config, policy, day):
            subjects += found.subjects
            gaps += found.gaps
    return Gathered(subjects=joined(tuple(subjects)), gaps=tuple(dict.fromkeys(gaps)))


def _of(target: str, given: Given, config: Config, policy: Policy, day: str) -> Iterator[Gathered]:
    if parse(target).scheme == PATH:
        if os.path.isdir(target):
            yield from _folder(target, given, config, policy, day)
            return
        if target.lower().endswith(".json") and (document := _document(target)) is not None:
            yield document
            return
    yield _model(target, given, config, policy, day)


def saved(path: str) -> Gathered:
    """Read what was saved; raises UsageError for anything else."""
    found = _document(path)
    if found is None:
        raise UsageError(f"{path!r} holds nothing that can be judged", hint="facts, a report, a graph or a bill")
    return found


def _document(path: str) -> Gathered | None:
    """Read what was saved: facts, a report, a graph or a bill of materials; None for another document."""
    from weighbridge.cli.documents import graph_of, read

    _, found = read(path)
    try:
        if found.get("schema") == facts_document.SCHEMA:
            return Gathered(subjects=facts_document.subjects_of(found), gaps=())
        if found.get("schema") == REPORT:
            scanned = of_document(found)
            return Gathered(subjects=reported_subjects(scanned), gaps=scanned.gaps)
    except Malformed as broken:
        raise UsageError(f"{path!r}: {broken}", hint="reports, graphs and facts of weighbridge are read") from None
    if not {"schema", "bomFormat", "@context"} & found.keys():
        return None
    graph = graph_of(path, found)
    return Gathered(subjects=subjects_of(Material(target=path, graph=graph)), gaps=graph.gaps)


def _model(target: str, given: Given, config: Config, policy: Policy, day: str) -> Gathered:
    from weighbridge.cli.composing import composed_with_report

    graph, report = composed_with_report(target, given, config)
    scanned = of_report(report)
    signatures = checked(target, policy, given, config)
    material = Material(target=target, graph=graph, scanned=scanned, day=day, signatures=signatures)
    # What a graph says it could not read are the gaps of files, which the scan has told of each.
    return Gathered(subjects=subjects_of(material), gaps=scanned.gaps)


def _folder(folder: str, given: Given, config: Config, policy: Policy, day: str) -> Iterator[Gathered]:
    """Judge a directory as a model, as an application with the models in it, or as both where its top is both."""
    from weighbridge.inventory.application.finder import find
    from weighbridge.inventory.application.references import Method
    from weighbridge.inventory.application_graph import application_graph
    from weighbridge.inventory.software.finder import find as software

    references = find(folder, jobs=given.number("--jobs"))
    held = software(folder, environment=given.one("--environment"), jobs=given.number("--jobs"))
    named = [one for one in references.references if one.method is not Method.CONTENT]
    inside = models_in(folder, [one.name for one in references.references if one.method is Method.CONTENT])
    if "" in inside or not (held.manifests or named):
        inside = [""]
    models = [_model(os.path.join(folder, path), given, config, policy, day) for path in inside]
    if held.manifests or named:
        graph = application_graph(os.path.basename(os.path.realpath(folder)) or "application", held, references)
        own = subjects_of(Material(target=folder, graph=graph))
        here = {os.path.relpath(f"{one.target}/{one.name}", folder) for model in models for one in model.subjects}
        # What the application names by its path and what lies in it is judged as the file that it is.
        kept = tuple(one for one in own if ":file://" not in one.id or one.name not in here)
        yield Gathered(subjects=kept, gaps=graph.gaps)
    yield from models


def models_in(folder: str, told: list[str]) -> list[str]:
    """Find the folders of an application that are models: the topmost that hold weights, empty for its own top.

    ``told`` are files that are models by their content. A folder is part of the model above it where that has the
    configuration of one, as the parts of a pipeline are.
    """
    from weighbridge.inventory.application.files import SKIPPED
    from weighbridge.inventory.application.vocabulary.names import WEIGHTS

    holding = {os.path.dirname(path) for path in told}
    tops: set[str] = set()
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in SKIPPED)
        path = os.path.relpath(place, folder).removeprefix(".").lstrip("/")
        if any(one.lower().endswith(WEIGHTS) for one in names):
            holding.add(path)
        if path and not set(_CONFIGURATIONS).isdisjoint(names):
            tops.add(path)
    found: list[str] = []
    for path in sorted(holding):
        above = [top for top in tops if f"{path}/".startswith(f"{top}/")]
        top = min(above, key=len, default=path)
        if not any(f"{top}/".startswith(f"{one}/") for one in found):
            found.append(top)
    return [""] if "" in found else found
