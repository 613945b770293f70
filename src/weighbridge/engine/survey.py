"""The repository as a whole: outlines of all files of a target, judged by the rules that hold them together."""

from __future__ import annotations

import os

from weighbridge.core.references import Reference
from weighbridge.core.repository import FileOutline, Repository
from weighbridge.engine.judge import Judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from weighbridge.access.local import Found
    from weighbridge.core.finding import Finding
    from weighbridge.engine.wire import Answer
    from weighbridge.rules.catalog import RuleSet


def outline(found: Found, below: str, answer: Answer | None, kept: int) -> FileOutline:
    """Say of one file what other files may be held against; ``below`` is its path in the repository."""
    link = found.real if found.real != found.path else ""
    if answer is None:
        return FileOutline(path=below, size=found.size, formats=(), facts=(), link=link, complete=False)
    return FileOutline(
        path=below,
        size=answer.size,
        formats=answer.formats,
        facts=answer.outline[:kept],
        link=link,
        complete=not answer.gaps and len(answer.outline) <= kept,
    )


def explained(files: Iterable[FileOutline]) -> dict[str, str]:
    """Find files of no format of their own whose bytes another file of the repository claims as its tensors.

    Gives what each is, by its path. The reader of the other file has held offsets and lengths against each other; the
    bytes themselves are any bytes, and were looked at for other formats already.
    """
    repository = Repository(files)
    found: dict[str, str] = {}
    for file, reference in repository.of(Reference):
        data = repository.beside(file, reference.target) if reference.relation in RAW else None
        if data is not None and data.formats in BARE and not data.link and file.complete:
            found[data.path] = f"{file.formats[0]} data" if file.formats else "data"
    return found


BARE: tuple[tuple[str, ...], ...] = ((), ("tensorflow.checkpoint.data",))
"""Formats of a file of which nothing is known but, at most, what its name says."""

RAW = frozenset({"external_data"})
"""Relations whose target has no format of its own."""


def survey(files: Iterable[FileOutline], rules: RuleSet, *, root: str) -> dict[str, tuple[Finding, ...]]:
    """Judge the files of a repository together; gives the findings by path, the worst first.

    ``root`` is where it lies on this machine, empty where it does not.
    """
    repository = Repository(files, root=os.path.realpath(root) if root else "")
    judges: dict[str, Judge] = {}
    for path, info, match in rules.survey(repository):
        if path not in judges:
            judges[path] = Judge(rules)
        judges[path].take(info, match)
    return {path: judge.findings() for path, judge in judges.items()}
