"""STR311: values in a file beside this one."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, found, only
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.rules.structure import other_file


def reference(relation: str, kind: Target = Target.PATH, *, escapes: bool = False) -> Reference:
    return Reference(
        at=FILE, relation=relation, kind=kind, target="inert.h5", key="kernel", escapes=escapes, when=When.LOAD
    )


@pytest.mark.parametrize("relation", sorted(other_file.OTHER))
def test_a_neighbour_is_found(relation: str) -> None:
    match = only(other_file, reference(relation))
    assert match.message == f"{relation} takes data from inert.h5"
    assert match.evidence == ("kernel",)


def test_what_other_rules_tell_or_nobody_minds() -> None:
    assert not found(other_file, reference("hdf5 external link", escapes=True))
    assert not found(other_file, reference("lookup vocabulary", Target.URL))
    assert not found(other_file, reference("hdf5 soft link"))
    assert not found(other_file, reference("external_data"))
