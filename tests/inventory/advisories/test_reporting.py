from __future__ import annotations

import json

import pytest

from tests.inventory.advisories import lineages
from tests.inventory.advisories.lineages import BAD, DIGEST, HUB, LATER, alone, family
from weighbridge.core.finding import Harm, Severity
from weighbridge.core.values import replace
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.advisories.kinds import KINDS, RELATIONS, kind_of, relations
from weighbridge.inventory.advisories.models import model_exposures
from weighbridge.inventory.advisories.reading import read
from weighbridge.inventory.advisories.record import AffectedFile
from weighbridge.inventory.advisories.reporting import Evidence, advisory_of
from weighbridge.inventory.advisories.sense import Weight, remarks
from weighbridge.inventory.graph import LINEAGE, RelationKind
from weighbridge.rules.catalog import all_infos, info

PURL = "pkg:huggingface/acme/tiny-bert"
NOW = "2026-01-01T00:00:00Z"


def evidence(rule: str = "EXE101", formats: tuple[str, ...] = ("pickle",), **more: object) -> Evidence:
    found = info(rule)
    assert found is not None
    made = Evidence(
        rule=found, severity=Severity.CRITICAL, message="loading runs `posix.system`", fingerprint="f" * 32,
        files=(AffectedFile(sha256=DIGEST, path="pytorch_model.bin", size=9),), formats=formats,
        name="acme/tiny-bert", repository=HUB, purl=PURL, commit=BAD,
    )  # fmt: skip
    return replace(made, **more)


def wrong(record: dict[str, object]) -> list[str]:
    return [one.words for one in remarks(json.dumps(record).encode()) if one.weight is Weight.WRONG]


@pytest.mark.parametrize("rule", [one.id for one in all_infos()])
def test_a_finding_of_any_rule_becomes_a_record_that_can_be_published(rule: str) -> None:
    for made in (evidence(rule), evidence(rule, commit=""), evidence(rule, name="", repository="", purl="", commit="")):
        record = advisory_of(made, NOW)
        assert wrong(record) == []
        assert record["database_specific"]["finding_rule"] == rule
        assert record["database_specific"]["kind"] in KINDS
        assert record == advisory_of(made, NOW)


def test_what_was_written_reaches_the_file_the_commit_and_what_inherits_it() -> None:
    record = read(advisory_of(evidence("WGT602", ("safetensors",)), NOW)).advisory
    assert record is not None
    (found,) = model_exposures(alone("mirror/x", LATER, **{"other.bin": DIGEST}), [record])
    assert found.standing is Standing.AFFECTED
    graph, ids = family(("lab/tuned", RelationKind.FINETUNED), ("lab/tuned-GGUF", RelationKind.QUANTIZED))
    found_ids = {one.component: one.standing for one in model_exposures(graph, [record])}
    assert found_ids == {
        ids[0]: Standing.AFFECTED, ids[1]: Standing.POSSIBLY_AFFECTED, ids[2]: Standing.POSSIBLY_AFFECTED,
    }  # fmt: skip
    assert model_exposures(alone("acme/tiny-bert", BAD), [record])[0].severity is Severity.CRITICAL


def test_code_in_a_pickle_does_not_survive_conversion_and_an_adapter_loads_its_base() -> None:
    record = read(advisory_of(evidence(), NOW)).advisory
    assert record is not None
    reached = {}
    for relation in LINEAGE:
        graph, ids = family(("lab/made", relation))
        reached[relation] = [one.standing for one in model_exposures(graph, [record]) if one.component == ids[1]]
    assert reached.pop(RelationKind.ADAPTER_OF) == [Standing.POSSIBLY_AFFECTED]
    assert reached.pop(RelationKind.DERIVED) == [Standing.UNDER_INVESTIGATION]
    assert not any(reached.values())


def test_nothing_is_invented_for_files_of_no_store() -> None:
    record = advisory_of(evidence(name="", repository="", purl="", commit=""), NOW)
    (entry,) = record["affected"]
    assert "package" not in entry
    assert "versions" not in entry
    assert "ranges" not in entry
    assert "references" not in record
    assert "is not known" in record["details"]


def test_kinds_are_whole() -> None:
    for kind in KINDS.values():
        assert len(relations((*kind.to, *kind.not_to))) == len(kind.to) + len(kind.not_to)
    assert set(RELATIONS.values()) == set(LINEAGE)
    assert {kind_of(one).name for one in all_infos()} <= KINDS.keys()
    rule = info("EXE101")
    assert rule is not None
    assert all(kind_of(replace(rule, id="ZZZ999", harm=harm)) for harm in Harm)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"summary": "", "details": ""}, "does not say what is wrong"),
        ({"affected": []}, "does not say what is affected"),
        ({"affected": [{"package": {"ecosystem": "GIT", "name": HUB}}]}, "can match nothing"),
        ({"affected": [{"package": {"ecosystem": "GIT", "name": HUB}, "versions": ["main"]}]}, "is no commit"),
        (
            {"affected": [{"package": {"ecosystem": "GIT", "name": HUB, "purl": f"{PURL}@{BAD}"},
                           "versions": [BAD]}]},
            "has no version here",
        ),
        (
            {"affected": [{"package": {"ecosystem": "GIT", "name": HUB, "purl": "pkg:huggingface/acme/tiny"},
                           "versions": [BAD]}]},
            "different repositories",
        ),
        (
            {"affected": [{"package": {"ecosystem": "GIT", "name": HUB}, "versions": [BAD],
                           "database_specific": {"lineage": {"applies_to_derived": ["quantised"]}}}]},
            "is none of finetune",
        ),
        (
            {"affected": [{"package": {"ecosystem": "GIT", "name": HUB}, "versions": [BAD],
                           "database_specific": {"lineage": {"applies_to_derived": ["merge"], "not_to": ["merged"]}}}]},
            "handed on and not handed on",
        ),
        ({"id": "acme-1"}, "local database begins with x_"),
        ({"modified": "yesterday"}, "no time like"),
        ({"affected": [{"package": {"ecosystem": "Hugging Face", "name": "a/b"}, "versions": ["1"]}]}, "no ecosystem"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(change: dict[str, object], words: str) -> None:
    record = advisory_of(evidence(), NOW)
    assert any(words in one for one in wrong(record | change)), wrong(record | change)


def test_advice_is_no_fault() -> None:
    record = advisory_of(evidence(), NOW)
    del record["references"]
    found = remarks(json.dumps(record).encode())
    assert [(one.weight, one.at) for one in found] == [(Weight.ADVICE, "references")]
    assert remarks(b"nonsense")[0].weight is Weight.WRONG
    assert lineages.advisory().kind in KINDS
