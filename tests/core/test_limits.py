"""Budgets are spent exactly and say which one it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.errors import OverLimit
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.values import field_names, replace


def test_every_limit_is_positive_and_has_a_reason() -> None:
    limits = Limits()
    for name in field_names(Limits):
        assert getattr(limits, name) > 0, name


@given(st.integers(0, 50), st.integers(0, 80))
def test_members_up_to_the_limit(limit: int, wanted: int) -> None:
    meter = Meter(Limits(members=limit))
    for _ in range(min(limit, wanted)):
        meter.spend_member()
    if wanted > limit:
        with pytest.raises(OverLimit, match=f"more than {limit} members"):
            meter.spend_member()


def test_expanded_bytes_count_over_all_members() -> None:
    meter = Meter(Limits(expanded_bytes=100))
    meter.spend_expanded(60, stored=60, total=60)
    meter.spend_expanded(40, stored=40, total=40)
    with pytest.raises(OverLimit, match="more than 100 bytes"):
        meter.spend_expanded(1, stored=1, total=1)


def test_ratio_counts_above_its_floor_only() -> None:
    limits = replace(Limits(), ratio=10, ratio_floor=1_000)
    Meter(limits).spend_expanded(1_000, stored=1, total=1_000)
    Meter(limits).spend_expanded(2_000, stored=200, total=2_000)
    with pytest.raises(OverLimit, match="10 times"):
        Meter(limits).spend_expanded(2_001, stored=200, total=2_001)
    with pytest.raises(OverLimit, match="10 times"):
        Meter(limits).spend_expanded(1_001, stored=0, total=1_001)
