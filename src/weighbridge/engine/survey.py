"""The repository as a whole: outlines of all files of a target, judged by the rules that hold them together."""

from __future__ import annotations

import os

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


def survey(files: Iterable[FileOutline], rules: RuleSet, *, root: str) -> dict[str, tuple[Finding, ...]]:
    """Judge the files of a repository together; gives the findings by path, the worst first."""
    repository = Repository(files, root=os.path.realpath(root))
    judges: dict[str, Judge] = {}
    for path, info, match in rules.survey(repository):
        if path not in judges:
            judges[path] = Judge(rules)
        judges[path].take(info, match)
    return {path: judge.findings() for path, judge in judges.items()}
