"""Code of other repositories: what a load runs unasked is grave, the rest is for review."""

from __future__ import annotations

import pytest

from tests.rules.facts import FILE, found, only
from weighbridge.core.finding import Severity
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.rules.reference import foreign_code


def reference(relation: str, target: str = "o/r", when: When = When.FLAG, *, pinned: bool = False) -> Reference:
    return Reference(
        at=FILE, relation=relation, kind=Target.REPOSITORY, target=target, key="k", pinned=pinned, when=when
    )


@pytest.mark.parametrize("relation", sorted(foreign_code.CODE))
def test_code(relation: str) -> None:
    assert only(foreign_code, reference(relation)).severity is None
    assert only(foreign_code, reference(relation, when=When.LOAD)).severity is Severity.HIGH


def test_words() -> None:
    assert only(foreign_code, reference("remote_code")).message == "remote code comes from o/r, not pinned to a commit"
    assert only(foreign_code, reference("kernel", pinned=True)).message == "kernel comes from o/r"


def test_kernels_of_the_library_are_for_review() -> None:
    assert only(foreign_code, reference("kernel", "kernels-community/flash-attn", When.LOAD)).severity is None
    assert only(foreign_code, reference("kernel", "kernels-community-x/k", When.LOAD)).severity is Severity.HIGH


@pytest.mark.parametrize("relation", ["base_model", "sub_model", "dataset", "shard"])
def test_what_is_no_code(relation: str) -> None:
    assert found(foreign_code, reference(relation)) == ()


def test_a_path_is_no_repository() -> None:
    assert found(foreign_code, Reference(at=FILE, relation="remote_code", kind=Target.PATH, target="../x")) == ()
