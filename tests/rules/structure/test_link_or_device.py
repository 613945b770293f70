"""Links, and devices, which are worse."""

from __future__ import annotations

from tests.rules.structure.samples import kinds_of
from weighbridge.core.facts import Oddity
from weighbridge.core.finding import Severity
from weighbridge.rules.structure import link_or_device


def test_a_device_is_worse_than_a_link() -> None:
    known = kinds_of(link_or_device)
    assert set(known) == {Oddity.LINK, Oddity.SPECIAL_FILE}
    assert known[Oddity.LINK].severity is None
    assert known[Oddity.SPECIAL_FILE].severity is Severity.HIGH
    assert known[Oddity.SPECIAL_FILE].message == "`archive/data.pkl`: it is a pipe or a device"
