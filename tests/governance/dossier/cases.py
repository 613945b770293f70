"""Dossiers for the renderings: an honest one with answers of every kind, and one that a stranger wrote."""

from __future__ import annotations

from tests.inventory.views import samples
from weighbridge.core.finding import Severity
from weighbridge.governance.dossier.answers import Answer, Attachment
from weighbridge.governance.dossier.dossier import Dossier, Given, draw, row_digest
from weighbridge.governance.dossier.feeds import Previous
from weighbridge.governance.dossier.register import ASIDE, Finding
from weighbridge.governance.dossier.rows import row_of, rows
from weighbridge.provenance.lock.changes import Change, Weight

FINDING = Finding(
    id="f" * 32, rule="EXE101", severity=Severity.CRITICAL, confidence="high", title="Starts a process",
    message="posix.system runs a command", file="pytorch_model.bin", sha256="e" * 64,
)  # fmt: skip


def honest() -> Dossier:
    """A model with findings; one answer is signed, one is not, one is outdated, one has lost its attachment."""
    return draw(samples.model(), honest_given())


def honest_given() -> Given:
    """What the honest one is drawn from."""
    graph, findings = samples.model(), (FINDING,)
    answers = []
    for id_, is_fresh in (("iv.1.g", True), ("iv.2.b", True), ("iv.5", False), ("iv.8", True)):
        row = row_of(id_)
        assert row is not None
        digest = row_digest(graph, Given(findings=findings), row) if is_fresh else "0" * 64
        answers.append(
            Answer(
                row=id_, author="Jo Doe <jo@example.org>", date="2026-11-30", text=f"What {id_} says.\nIn two lines.",
                evidence=digest, attachments=(Attachment(name="declaration.pdf", sha256="d" * 64),) * (id_ == "iv.8"),
            )
        )  # fmt: skip
    change = Change(weight=Weight.NOTICE, what="version", words="version 2, was 1", path="acme")
    return Given(
        findings=findings, answers=tuple(answers), signers={"iv.2.b": "c" * 64},
        stale={"iv.8": "the attachment declaration.pdf is gone"},
        previous=Previous(name="old.json", sha256="b" * 64, changes=(change,)),
    )  # fmt: skip


def hostile() -> Dossier:
    """Every text is one that tries to break out, and some are very long."""
    text = samples.HOSTILE
    finding = Finding(
        id=text, rule=text, severity=Severity.HIGH, confidence=text, title=text, message=text, file=text, sha256=text,
        status=ASIDE, reason=text,
    )  # fmt: skip
    long = "x" * 100_000 + "\n" * 5_000
    answers = tuple(
        Answer(
            row=row.id, author=text, date="2026-11-30",
            text=f"{text}\n```\n{text}\n" + (long if row.id == "iv.3" else ""),
            attachments=(Attachment(name=text, sha256="d" * 64),),
        )
        for row in rows()
    )  # fmt: skip
    told = Given(
        findings=(finding,) * 600, answers=answers, signers=dict.fromkeys((row.id for row in rows()), text),
        stale=dict.fromkeys((row.id for row in rows()), text), date="2026-11-30",
        previous=Previous(name=text, sha256=text, changes=(Change(weight=Weight.ALARM, what="x", words=text),)),
    )  # fmt: skip
    return draw(samples.hostile(), told)
