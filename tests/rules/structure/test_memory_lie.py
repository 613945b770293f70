"""Contradictions that a reader's memory depends on."""

from __future__ import annotations

from tests.rules.facts import FILE, found, only
from weighbridge.core.facts import Inconsistency
from weighbridge.core.finding import Harm
from weighbridge.rules.structure import memory_lie


def test_the_plain_form() -> None:
    match = only(memory_lie, Inconsistency(at=FILE, what="tensor size", detail="100 bytes, 24 held", memory=True))
    assert match.message == "tensor size: 100 bytes, 24 held"
    assert match.severity is None
    assert memory_lie.INFO.harm is Harm.MEMORY_CORRUPTION


def test_the_twin_without_memory_is_silent() -> None:
    assert not found(memory_lie, Inconsistency(at=FILE, what="overlap", detail="shared"))
