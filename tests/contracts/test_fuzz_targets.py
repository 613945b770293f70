"""Every reader is fuzzed: the registry and the targets hold the same formats, and seeds lead far into each reader."""

from __future__ import annotations

import pytest
from fuzz.bounds import LONGEST
from fuzz.drained import drain
from fuzz.target import Target
from fuzz.targets import NAMES, load

from weighbridge.formats import registry

TARGETS = {name: load(name) for name in NAMES}
READS = [(target, form, name) for target in TARGETS.values() for form, name in target.reads]

SAYS_NO_MORE = {
    "tensorflow.checkpoint.data": "numbers, and nothing else; the reader only names them",
}
"""Formats whose readers yield an identity and nothing more, whatever the bytes."""


def test_targets_and_registry_hold_the_same_formats() -> None:
    assert {form for _, form, _ in READS} == set(registry.formats())


@pytest.mark.parametrize("name", NAMES)
def test_a_target_has_its_own_name_and_runs_all_its_seeds(name: str) -> None:
    target = TARGETS[name]
    assert target.name == name
    seeds = list(target.seeds())
    assert seeds
    for seed in seeds[: 40 if name == "files" else None]:
        if len(seed) <= LONGEST:
            target.one(seed)


@pytest.mark.parametrize(("target", "form", "name"), READS, ids=[f"{one.name}-{name}" for one, _, name in READS])
def test_a_seed_leads_to_the_end_of_each_reader_and_beyond_its_first_item(target: Target, form: str, name: str) -> None:
    told = [drain(registry.extractor(form), seed, name) for seed in target.seeds() if len(seed) <= LONGEST]
    assert max(items for items, whole in told if whole) > (form not in SAYS_NO_MORE)
