"""What is too slow is noticed on any machine."""

from __future__ import annotations

from tests.effort import is_quick


def test_a_bound_holds_and_only_a_slow_machine_has_more() -> None:
    assert is_quick(4.9, 5)
    assert not is_quick(5_000, 5)
