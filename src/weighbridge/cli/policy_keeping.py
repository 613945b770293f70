"""What ``policy check`` leaves beside its answer: the statement, the facts, and words on stderr."""

from __future__ import annotations

import os

from weighbridge.cli.console import note
from weighbridge.cli.output import STDOUT, Output, check_writable, write
from weighbridge.core.errors import UsageError
from weighbridge.governance.policy.decision import Decision
from weighbridge.governance.policy.telling import counts, notes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.governance.policy.decision import Outcome
    from weighbridge.governance.policy.facts import Subject


def check_request(given: Given) -> None:
    """Raise UsageError for what cannot be kept, before any work is done."""
    for name in ("--statement", "--facts"):
        if given.one(name) not in {"", STDOUT}:
            check_writable(given.one(name))
    if given.one("--key") and not given.one("--statement"):
        raise UsageError("--key signs a statement, and none is asked for", hint="add --statement FILE")


def keep(given: Given, outcome: Outcome, subjects: tuple[Subject, ...]) -> None:
    """Write what is asked for; raises UsageError."""
    if given.one("--facts"):
        from weighbridge.governance.policy.facts_document import dumps

        write(dumps(subjects), Output(format="json", file=given.one("--facts")))
    if given.one("--statement"):
        from weighbridge.cli.sign import PASSWORD
        from weighbridge.governance.policy.statement import signed, statement

        payload = statement(outcome)
        if given.one("--key"):
            held = os.environ.get(PASSWORD)
            payload = signed(payload, given.one("--key"), os.fsencode(held) if held else None)
        write(payload.decode(), Output(format="json", file=given.one("--statement")))


def tell(outcome: Outcome, *, quiet: bool, shown: bool) -> None:
    """Say on stderr what must not be overlooked: audit mode always, the rest where no text report says it."""
    if not outcome.enforced:
        stops = outcome.decision in {Decision.BLOCK, Decision.INCONCLUSIVE}
        words = f"; with mode: enforce the decision would be {outcome.decision}" if stops else ""
        note(f"AUDIT MODE: the policy {outcome.policy} stops nothing{words}", quiet=False)
    if not shown:
        note(f"{outcome.decision}: {counts(outcome)}", quiet=quiet)
        for words in notes(outcome):
            note(words, quiet=quiet)
    elif outcome.decision is Decision.WARN:
        note("it passes with warnings", quiet=quiet)
