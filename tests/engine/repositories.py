"""Whole repositories in memory: every file examined, then all of them held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from weighbridge.core.artifact import ListedFile
from weighbridge.core.finding import Finding
from weighbridge.core.limits import Limits
from weighbridge.core.repository import FileOutline
from weighbridge.core.source import BytesSource
from weighbridge.engine.claims import broken, judged
from weighbridge.engine.examine import examine
from weighbridge.engine.judge import Judge
from weighbridge.engine.survey import survey
from weighbridge.rules.catalog import RuleSet

LINK = b"-> "
"""A file with this beginning stands for a symbolic link to what follows."""

LISTED = b"sha256:"
"""A file with this beginning stands for one that a store lists with the digest on its first line."""


def weighed(files: Mapping[str, bytes], rules: RuleSet | None = None) -> dict[str, tuple[Finding, ...]]:
    """The findings of every file by its path, those on the whole repository included."""
    rules = rules or RuleSet()
    found: dict[str, tuple[Finding, ...]] = {}
    outlines = []
    for path, content in files.items():
        if content.startswith(LINK):
            link = content.removeprefix(LINK).decode()
            outlines.append(FileOutline(path=path, size=0, formats=(), facts=(), link=link, complete=False))
            continue
        listed, there = _listed(content)
        seen = examine(BytesSource(there), path.rpartition("/")[2], limits=Limits(), judge=Judge(rules), strict=True)
        claims = broken(listed, "sha256", sha256(there).hexdigest()) if listed.sha256 else ()
        found[path] = (*judged(claims, frozenset()), *seen.findings)
        outlines.append(
            FileOutline(path=path, size=len(there), formats=seen.formats, facts=seen.outline, complete=not seen.gaps)
        )
    for path, findings in survey(outlines, rules, root="/inert-absent-root").items():
        found[path] = (*found.get(path, ()), *findings)
    return found


def _listed(content: bytes) -> tuple[ListedFile, bytes]:
    """Split a file that stands for a listed one into what is listed and what is there."""
    if not content.startswith(LISTED):
        return ListedFile(path="model"), content
    digest, _, rest = content.removeprefix(LISTED).partition(b"\n")
    return ListedFile(path="model", size=len(rest), sha256=digest.decode()), rest


def outline(path: str, *facts: object, formats: tuple[str, ...] = (), link: str = "") -> FileOutline:
    """A file of which these facts are known."""
    return FileOutline(path=path, size=1, formats=formats, facts=facts, link=link)  # type: ignore[arg-type]
