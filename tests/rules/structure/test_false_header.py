"""Headers that are not true."""

from __future__ import annotations

from tests.rules.structure.samples import kinds_of
from weighbridge.core.facts import Oddity
from weighbridge.rules.structure import false_header


def test_it_knows_these_kinds() -> None:
    known = kinds_of(false_header)
    assert set(known) == {Oddity.CHECKSUM_MISMATCH, Oddity.FALSE_ENCRYPTION_FLAG, Oddity.BAD_HEADER}
    assert known[Oddity.CHECKSUM_MISMATCH].message == "`archive/data.pkl`: the checksum does not fit the content"
    assert all(match.severity is None for match in known.values())
