"""Computed names: wholly, by half, and at any length."""

from __future__ import annotations

import pytest

from tests.rules.execution.samples import HERE, found, said
from weighbridge.core.facts import UnresolvedName
from weighbridge.rules.execution import unresolvable_name


def _computed(module: str, name: str) -> UnresolvedName:
    return UnresolvedName(at=HERE, opcode="STACK_GLOBAL", module=module, name=name)


@pytest.mark.parametrize(
    ("module", "name", "half", "line"),
    [
        ("", "system", "called `system`", "from ? import system"),
        ("posix", "", "from `posix`", "from posix import ?"),
        ("", "", "from anywhere", "from ? import ?"),
    ],
)
def test_every_computed_name_is_found_with_what_is_known_of_it(module: str, name: str, half: str, line: str) -> None:
    (match,) = found(unresolvable_name, _computed(module, name))
    assert match.message == f"loading imports something {half} by a computed name"
    assert match.evidence == (line,)


def test_a_long_half_is_shortened() -> None:
    assert len(said(unresolvable_name, _computed("m" * 100_000, ""))) < 300
