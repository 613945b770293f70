"""What ``policy`` judges: the targets of a command line, resolved, scanned, audited and folded into subjects."""

from __future__ import annotations

import os

from weighbridge.cli.policy_advisories import Advisories
from weighbridge.cli.policy_folders import models_in
from weighbridge.cli.policy_saved import LOCK, Gathered, locked, saved
from weighbridge.cli.policy_signatures import checked
from weighbridge.core.refs import PATH, parse
from weighbridge.core.values import replace
from weighbridge.governance.policy.from_scan import of_report
from weighbridge.governance.policy.gathering import Material, subjects_of
from weighbridge.governance.policy.joining import joined
from weighbridge.inventory.advisories import weighed_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.core.report import Report
    from weighbridge.governance.policy.facts import Subject
    from weighbridge.governance.policy.language import Policy
    from weighbridge.inventory.advisories.weighed_files import WeighedFile
    from weighbridge.inventory.graph import Graph


def gathered(given: Given, config: Config, policy: Policy, today: str) -> Gathered:
    """Gather what a command line names; raises the errors of targets, scans, feeds and documents.

    What is scanned now is of ``today``.
    """
    work = _Work(given, config, policy, today)
    try:
        found = [one for target in given.operands for one in work.of(target)]
    finally:
        work.advisories.close()
    subjects = tuple(subject for one in found for subject in one.subjects)
    gaps = (*work.advisories.gaps, *(words for one in found for words in one.gaps))
    return Gathered(subjects=joined(subjects), gaps=tuple(dict.fromkeys(gaps)))


class _Work:
    def __init__(self, given: Given, config: Config, policy: Policy, today: str) -> None:
        self.given, self.config, self.policy, self.today = given, config, policy, today
        self.advisories = Advisories(given, policy)

    def of(self, target: str) -> Iterator[Gathered]:
        """Yield what a target is made of."""
        if parse(target).scheme == PATH:
            if os.path.isdir(target):
                yield from self._folder(target)
                return
            if os.path.basename(target) == LOCK:
                yield locked(target, self.advisories)
                return
            if target.lower().endswith(".json"):
                found = saved(target, self.advisories)
                if found is not None:
                    yield found
                    return
        yield self._model(target, *self._weighed(target))

    def _weighed(self, target: str, without: frozenset[str] = frozenset()) -> tuple[Graph, Report]:
        from weighbridge.cli.composing import observed

        return observed(target, self.given, self.config, without)

    def _model(self, target: str, graph: Graph, report: Report) -> Gathered:
        scanned = of_report(report, self.today)
        material = Material(
            target=target, graph=graph, scanned=scanned,
            signatures=checked(target, self.policy, self.given, self.config),
            exposures=self.advisories.reach(graph, weighed_files.of_report(report)),
        )  # fmt: skip
        # What the graph says it could not read are the gaps of files, which the scan has told of each.
        return Gathered(subjects=subjects_of(material), gaps=scanned.gaps)

    def _folder(self, folder: str) -> Iterator[Gathered]:
        """Judge a directory as a model, as an application with the models in it, or as both where its top is both."""
        from weighbridge.inventory.application.files import SKIPPED
        from weighbridge.inventory.application.finder import find
        from weighbridge.inventory.application.references import Method
        from weighbridge.inventory.application_graph import application_graph
        from weighbridge.inventory.software.finder import find as software

        jobs = self.given.number("--jobs")
        references = find(folder, jobs=jobs)
        held = software(folder, environment=self.given.one("--environment"), jobs=jobs)
        named = any(one.method is not Method.CONTENT for one in references.references)
        is_application = named or bool(held.manifests or references.servers)
        told = [one.name for one in references.references if one.method is Method.CONTENT]
        inside = models_in(folder, told) if is_application else [""]
        places = [os.path.join(folder, path) if path else folder for path in inside]
        # At the top of an application lie its tools' folders, too.
        weighed = [
            self._weighed(place, SKIPPED if is_application and not path else frozenset())
            for path, place in zip(inside, places, strict=True)
        ]
        models = [self._model(place, *held) for place, held in zip(places, weighed, strict=True)]
        if is_application:
            graph = application_graph(os.path.basename(os.path.realpath(folder)) or "application", held, references)
            files = tuple(
                replace(one, path=os.path.join(path, one.path))
                for path, (_, report) in zip(inside, weighed, strict=True) for one in weighed_files.of_report(report)
            )  # fmt: skip
            yield Gathered(subjects=self._application(folder, graph, files), gaps=graph.gaps)
        yield from models

    def _application(self, folder: str, graph: Graph, files: tuple[WeighedFile, ...]) -> tuple[Subject, ...]:
        exposures = self.advisories.reach(graph, files)
        here = {one.path for one in files}
        # What the application names by its path and what lies in it is judged as the file that it is.
        return tuple(
            one for one in subjects_of(Material(target=folder, graph=graph, exposures=exposures))
            if ":file://" not in one.id or one.name not in here
        )  # fmt: skip
