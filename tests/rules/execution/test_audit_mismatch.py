"""Whoever shows one name and loads another is malicious, whatever the names are."""

from __future__ import annotations

from tests.rules.facts import FILE, only
from weighbridge.core.programs import AuditMismatch
from weighbridge.core.when import When
from weighbridge.rules.execution import audit_mismatch


def test_both_names_are_told() -> None:
    fact = AuditMismatch(
        at=FILE, scheme="skops", key="steps", audited="sklearn.svm.call", loaded="operator.call", when=When.LOAD
    )
    match = only(audit_mismatch, fact)
    assert match.message == "`steps` is shown as `sklearn.svm.call` and loads `operator.call`"
    assert match.when is When.LOAD
    assert match.severity is None
