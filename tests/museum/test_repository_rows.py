"""Rows that only several files together can show: each repository as it was published, and its honest twin."""

from __future__ import annotations

import pytest

from tests.builders import repositories
from tests.engine.repositories import weighed
from weighbridge.core.finding import Finding, Severity
from weighbridge.core.report import Verdict, verdict_of
from weighbridge.core.when import When

ROWS: tuple[tuple[str, str, Verdict], ...] = (
    ("PKL-36", "code_beside_pickle_named_repository", Verdict.SUSPICIOUS),
    ("PKL-37", "shadowed_package_named_repository", Verdict.MALICIOUS),
    ("PKL-37", "package_in_the_way_named_repository", Verdict.SUSPICIOUS),
    ("REP-01", "missing_code_named_repository", Verdict.SUSPICIOUS),
    ("SAF-09", "duplicate_tensor_named_repository", Verdict.SUSPICIOUS),
    ("SAF-06", "dtype_claim_named_repository", Verdict.SUSPICIOUS),
    ("REP-27", "twin_formats_named_repository", Verdict.SUSPICIOUS),
    ("REP-12", "vocabulary_size_named_repository", Verdict.SUSPICIOUS),
    ("WGT-12", "swollen_adapter_named_repository", Verdict.SUSPICIOUS),
    ("GGU-03", "template_copies_named_repository", Verdict.SUSPICIOUS),
    ("REP-09", "card_claims_named_repository", Verdict.CLEAN),  # a note: the two names are both there to be seen
    ("TF-04", "two_graphs_named_repository", Verdict.SUSPICIOUS),
    ("ONX-03", "linked_data_named_repository", Verdict.SUSPICIOUS),
    ("REP-30", "colliding_names_named_repository", Verdict.SUSPICIOUS),
)
TWINS = ("honest_named_repository", "honest_shards", "honest_adapter")


def found(name: str) -> list[Finding]:
    """What is found in all files of a repository."""
    return [one for findings in weighed(getattr(repositories, name)()).values() for one in findings]


@pytest.mark.parametrize(("row", "name", "verdict"), ROWS, ids=[f"{row}-{name}" for row, name, _ in ROWS])
def test_a_published_repository(row: str, name: str, verdict: Verdict) -> None:
    seen = found(name)
    assert verdict_of(tuple(seen), ()) is verdict, [f"{one.rule} {one.message}" for one in seen]
    assert any(one.rule.startswith("TRU") for one in seen), row


@pytest.mark.parametrize("name", TWINS)
def test_an_honest_twin(name: str) -> None:
    assert [one.rule for one in found(name) if one.severity.rank >= Severity.LOW.rank] == []


def test_the_three_moments_are_kept_apart() -> None:
    """Code at load, code with consent, behaviour only: each has a repository of its own here."""
    moments = {
        name: {one.when for one in found(name) if one.rule.startswith("TRU")}
        for name in (
            "shadowed_package_named_repository", "package_in_the_way_named_repository",
            "template_copies_named_repository",
        )
    }  # fmt: skip
    assert list(moments.values()) == [{When.LOAD}, {When.FLAG}, {When.BEHAVIOUR}]
