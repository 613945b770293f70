"""Addresses: fetched by a load, fetched by choice, or only written down."""

from __future__ import annotations

from tests.rules.facts import FILE, found, only
from weighbridge.core.finding import Severity
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.rules.reference import remote_reference


def reference(when: When | None, kind: Target = Target.URL) -> Reference:
    return Reference(at=FILE, relation="sub_model", kind=kind, target="https://inert.invalid/", key="k", when=when)


def test_what_a_load_fetches() -> None:
    match = only(remote_reference, reference(When.LOAD))
    assert (match.severity, match.evidence) == (None, ("k",))
    assert match.message == "sub model is fetched from https://inert.invalid/"


def test_what_is_fetched_by_choice_counts_less() -> None:
    assert only(remote_reference, reference(When.FLAG)).severity is Severity.LOW


def test_what_people_follow_and_what_is_no_address() -> None:
    assert found(remote_reference, reference(None)) == ()
    assert found(remote_reference, reference(When.LOAD, Target.PATH)) == ()
