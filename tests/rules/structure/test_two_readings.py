"""Every way of saying two things, and nothing else."""

from __future__ import annotations

from tests.rules.facts import only
from tests.rules.structure.samples import kinds_of, odd
from weighbridge.core.facts import Oddity
from weighbridge.rules.structure import two_readings


def test_it_knows_these_kinds() -> None:
    known = kinds_of(two_readings)
    assert set(known) == {
        Oddity.DUPLICATE_NAME, Oddity.CASE_COLLISION, Oddity.HEADER_MISMATCH, Oddity.HIDDEN_MEMBER,
        Oddity.SECOND_DIRECTORY, Oddity.NAME_OVERRIDE, Oddity.OVERLAP,
    }  # fmt: skip
    assert all(match.severity is None for match in known.values())


def test_the_message_names_the_member() -> None:
    match = only(two_readings, odd(Oddity.DUPLICATE_NAME, detail="an earlier member has this name"))
    assert match.message == "`archive/data.pkl`: the name occurs more than once"
    assert match.evidence == ("an earlier member has this name",)
