"""Paths that leave the model's directory."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, found, only
from weighbridge.core.finding import Severity
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.rules.reference import escaping_reference


def reference(target: str, *, escapes: bool, when: When | None = When.LOAD) -> Reference:
    return Reference(
        at=FILE, relation="external_data", kind=Target.PATH, target=target, key="w", escapes=escapes, when=when
    )


def test_the_plain_form() -> None:
    match = only(escaping_reference, reference("../inert", escapes=True))
    assert match.message == "external data points outside: ../inert"
    assert match.severity is None
    assert match.evidence == ("w",)


def test_the_twin_that_stays_is_silent() -> None:
    assert not found(escaping_reference, reference("inert.data", escapes=False))


@pytest.mark.parametrize("when", [None, When.FLAG])
def test_what_no_load_follows_counts_less(when: When | None) -> None:
    assert only(escaping_reference, reference("../x", escapes=True, when=when)).severity is Severity.LOW


LEFT = "/root/.cache/huggingface/transformers/0f0e.tokenizer.json"


@pytest.mark.parametrize(
    ("relation", "target", "severity"),
    [
        ("vocabulary", LEFT, Severity.LOW),
        ("vocabulary", "/root/.cache/huggingface/token", None),
        ("vocabulary", "/root/.cache/huggingface/transformers/../token", None),
        ("external_data", LEFT, None),
    ],
)
def test_what_old_libraries_left_of_their_cache_counts_less(
    relation: str, target: str, severity: Severity | None
) -> None:
    fact = Reference(at=FILE, relation=relation, kind=Target.PATH, target=target, key="w", escapes=True, when=When.LOAD)
    assert only(escaping_reference, fact).severity is severity
