"""The work of ``audit``: open advisories and statements, hold one against the other."""

from __future__ import annotations

import os

from weighbridge.cli.advisory_stores import opened
from weighbridge.cli.audit_target import resolved
from weighbridge.core.errors import Malformed, UsageError
from weighbridge.core.finding import Severity
from weighbridge.inventory.advisories.audit import audited, written_with
from weighbridge.inventory.advisories.outcome import Outcome
from weighbridge.inventory.advisories.triggers import reaches, unheld
from weighbridge.inventory.advisories.vex.applying import unused
from weighbridge.inventory.advisories.vex.reading import read as read_vex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.config import Config
    from weighbridge.cli.options import Given
    from weighbridge.inventory.advisories.exposure import Exposure
    from weighbridge.inventory.advisories.vex.statement import VexStatement


def audit(given: Given, config: Config) -> Outcome:
    """Audit what a command line names; raises the errors of targets, feeds and documents."""
    statements, unread = statements_in(given.every("--vex"))
    store = opened(given.one("--database"), given.every("--advisories"), given.one("--max-age"))
    try:
        subject = resolved(given.operands[0], given, config)
        found = audited(subject.graph, store.imported, subject.files, statements, serial=subject.serial)
        if store.extra is not None:
            more = audited(subject.graph, store.extra, subject.files, statements, serial=subject.serial)
            found = joined(found, more)
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


def joined(one: tuple[Exposure, ...], other: tuple[Exposure, ...]) -> tuple[Exposure, ...]:
    """Join what two stores know; where both have a vulnerability of a component, the records of this run say it."""
    told = {(each.component, id_) for each in other for id_ in (each.advisory.id, *each.advisory.aliases)}
    kept = [
        each for each in one
        if told.isdisjoint((each.component, id_) for id_ in (each.advisory.id, *each.advisory.aliases))
    ]  # fmt: skip
    return tuple(sorted((*kept, *other), key=lambda each: (each.component, each.advisory.id)))


def statements_in(paths: tuple[str, ...]) -> tuple[tuple[VexStatement, ...], list[str]]:
    """Read VEX documents; gives sentences about what could not be used, too. Raises UsageError."""
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
