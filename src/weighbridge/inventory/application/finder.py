"""Finds what an application refers to: files read in jailed workers, in rounds, until nothing more is needed."""

from __future__ import annotations

import os
from functools import partial

from weighbridge.access.local_files import open_regular
from weighbridge.core.errors import Malformed
from weighbridge.core.limits import Limits
from weighbridge.inventory.application import asking, facts
from weighbridge.inventory.application.asking import Asked
from weighbridge.inventory.application.files import Language, language_of, walk
from weighbridge.inventory.application.fold import Fold
from weighbridge.inventory.application.modules import module_of
from weighbridge.inventory.application.references import ApplicationReferences, Kind, Unread
from weighbridge.inventory.application.vocabulary.entries import entry_of
from weighbridge.sandbox.executor import gap_of
from weighbridge.sandbox.policy import JailPolicy
from weighbridge.sandbox.pool import JailedPool
from weighbridge.sandbox.tasks import PoolTask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.inventory.application.files import ProjectFile

ANSWERS = "weighbridge.inventory.application.worker"

ROUNDS = 8
"""How often files are asked again for what others need: names of modules that import from each other, functions that
hand names on. Real programs are done after four."""


def find(folder: str, *, jobs: int = 0) -> ApplicationReferences:
    """Find the references of the project in a folder, with up to ``jobs`` workers (0: one for each processor).

    Files are read in jailed workers and nothing of them is run. Raises SandboxError when no worker can be started.
    """
    limits = Limits()
    unread: list[Unread] = []
    files, known = walk(folder, unread)
    fold = Fold(files, known)
    with JailedPool(
        workers=jobs or os.cpu_count() or 1, policy=JailPolicy(),
        deadline=lambda size: limits.seconds + size / limits.bytes_per_second, answer_module=ANSWERS,
    ) as pool:  # fmt: skip
        _Finding(files, fold, pool).run()
    references, unresolved = fold.references()
    unread += fold.unread
    return ApplicationReferences(
        references=tuple(one for one in references if one.kind is not Kind.SERVER),
        servers=tuple(one for one in references if one.kind is Kind.SERVER), unresolved=tuple(unresolved),
        unread=tuple(sorted(dict.fromkeys(unread), key=lambda one: (one.path, one.why))), files=len(files),
    )  # fmt: skip


class _Finding:
    """One search."""

    def __init__(self, files: list[ProjectFile], fold: Fold, pool: JailedPool) -> None:
        self.files = files
        self.fold = fold
        self.pool = pool
        self._readable = [number for number, file in enumerate(files) if language_of(file.path) is not Language.OTHER]
        self._python = [number for number in self._readable if language_of(files[number].path) is Language.PYTHON]

    def run(self) -> None:
        """Ask until nothing new is needed."""
        self._ask({number: self._asked(number) for number in self._readable})
        for _ in range(ROUNDS):
            wrappers = self.fold.wrappers()
            if wrappers:
                self._ask({
                    number: self._asked(number, calls=False, wrappers=wrappers) for number in self._python
                })  # fmt: skip
            self.fold.join_callers()
            self.fold.references()
            needs, self.fold.resolver.needs = self.fold.resolver.needs, {}
            if needs:
                self._ask({
                    number: self._asked(number, calls=False, names=tuple(sorted(names))[:facts.NAMES])
                    for number, names in needs.items()
                })  # fmt: skip
            if not needs and not wrappers:
                return

    def _asked(self, number: int, **more: object) -> Asked:
        path = self.files[number].path
        module, package = module_of(path) if path.endswith((".py", ".pyw")) else ("", False)
        return Asked(path=path, module=module, package=package, **more)  # type: ignore[arg-type]

    def _ask(self, asked: dict[int, Asked]) -> None:
        for result in self.pool.run(self._tasks(asked)):
            path = self.files[result.key].path
            if result.answer is None:
                assert result.failure is not None
                self.fold.unread.append(Unread(path=path, why=gap_of(result.failure).reason))
                continue
            try:
                found = facts.loads(result.answer, result.key)
                for call in found.calls:
                    entry_of(call)
            except Malformed as broken:
                self.fold.unread.append(Unread(path=path, why=f"the worker's answer does not fit: {broken}"))
                continue
            self.fold.add(result.key, found, asked[result.key].names)

    def _tasks(self, asked: dict[int, Asked]) -> Iterator[PoolTask]:
        for number, one in asked.items():
            file = self.files[number]
            yield PoolTask(key=number, request=asking.dumps(one), open=partial(open_regular, file.real), size=file.size)
