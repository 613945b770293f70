"""Switches that a file throws: grave where a load obeys them, a matter for review elsewhere."""

from __future__ import annotations

from tests.rules.facts import FILE, only
from weighbridge.core.finding import Severity
from weighbridge.core.programs import Permission
from weighbridge.core.when import When
from weighbridge.rules.execution import granted_permission


def permission(when: When) -> Permission:
    return Permission(at=FILE, name="trust_remote_code", key="a.trust_remote_code", text="true", when=when)


def test_a_load_that_obeys_it() -> None:
    match = only(granted_permission, permission(When.LOAD))
    assert match.severity is None
    assert match.message == "`a.trust_remote_code` is set to true"


def test_settings_of_a_program_that_people_start() -> None:
    assert only(granted_permission, permission(When.FLAG)).severity is Severity.MEDIUM
