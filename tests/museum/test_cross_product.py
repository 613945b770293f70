"""The same call by every road, at every protocol, in every carrier: dangerous, unknown and vetted names.

One chunk is one carrier: its files are examined one after another, and the test says which of them is wrong.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.builders.carriers import CARRIERS, Crossed, crossed
from tests.builders.pickles.programs import ABSENT, SHELL, VETTED, Target
from tests.museum.exhibit import Verdict, verdict

_OS = Target("os", "system", ("echo INERT",))
_MADE = Target("argparse", "Namespace")

HONEST_ROADS = {
    "global": VETTED,
    "stack_global": VETTED,
    "inst": VETTED,
    "obj": VETTED,
    "memo": VETTED,
    "newobj": _MADE,
    "newobj_ex": _MADE,
}
"""A vetted name for each road that honest files take; a dotted name through another module is none."""


def _of(carrier: str, target: Target) -> list[Crossed]:
    return [sample for sample in crossed(target) if sample.id.rpartition("-")[0].rpartition("-")[0] == carrier]


def _verdicts(samples: list[Crossed]) -> dict[str, Verdict]:
    return {sample.id: verdict(sample.build(), sample.name) for sample in samples}


def test_the_product_is_whole() -> None:
    counted = Counter(sample.id.rpartition("-")[0].rpartition("-")[0] for sample in crossed())
    assert set(counted) == set(CARRIERS)
    assert sum(counted.values()) == 925
    assert sum(len(_of(carrier, ABSENT)) for carrier in CARRIERS) == 925


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_dangerous_name_is_malicious(carrier: str) -> None:
    found = _verdicts(_of(carrier, _OS))
    assert {name for name, one in found.items() if one is not Verdict.MALICIOUS} == set()


@pytest.mark.parametrize("carrier", CARRIERS)
def test_an_absent_module_is_suspicious(carrier: str) -> None:
    """Dotted through `pathlib` it is a call into the standard library, which is refused whatever it reaches."""
    found = _verdicts(_of(carrier, ABSENT))
    wrong = {
        name: one
        for name, one in found.items()
        if one is not (Verdict.MALICIOUS if name.endswith("dotted") else Verdict.SUSPICIOUS)
    }
    assert wrong == {}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_vetted_name_is_clean(carrier: str) -> None:
    samples = [
        sample
        for target in (VETTED, _MADE)
        for sample in _of(carrier, target)
        if HONEST_ROADS.get(sample.via) == target
    ]
    expected = Verdict.SUSPICIOUS if carrier == "wrong_extension" else Verdict.CLEAN
    found = _verdicts(samples)
    assert len(found) == 5 * len(HONEST_ROADS)
    assert {name: one for name, one in found.items() if one is not expected} == {}


def test_the_shell_in_the_plainest_carrier() -> None:
    """What the product would show if it could not see at all."""
    assert set(_verdicts(_of("raw", SHELL)).values()) == {Verdict.MALICIOUS}
