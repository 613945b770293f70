from __future__ import annotations

import json

import pytest

from tests.inventory.advisories import builders as b
from weighbridge.inventory.advisories.defects import DefectKind
from weighbridge.inventory.advisories.exposure import Standing
from weighbridge.inventory.advisories.matching import software_exposures
from weighbridge.inventory.advisories.reading import parse
from weighbridge.inventory.advisories.seeding import SEED, records
from weighbridge.inventory.advisories.store import Store

SEEDS = [(json.loads(one.text), parse(one.text)) for one in records()]


def test_every_record_of_the_seed_is_sound() -> None:
    assert len(SEEDS) >= 60
    assert len({found["id"] for found, _ in SEEDS}) == len(SEEDS)
    for found, reading in SEEDS:
        assert {defect.kind for defect in reading.defects} <= {DefectKind.NO_PUBLISHED}, found["id"]
        assert reading.advisory is not None
        assert reading.advisory.affected[0].ranges or reading.advisory.affected[0].versions
        assert reading.advisory.references or found["id"].startswith("GHSA-")


def test_every_record_of_the_seed_says_where_it_was_checked_or_that_it_was_not() -> None:
    for found, _ in SEEDS:
        own = found["database_specific"]
        assert own["source"] == "weighbridge seed"
        checked = own.get("checked", {})
        assert checked.get("source", "").startswith("https://") or own.get("unconfirmed"), found["id"]
        for one in found["affected"]:
            assert one.get("versions") or len(one["ranges"]) > 0, found["id"]
            assert "unconfirmed" not in one.get("database_specific", {}) or checked, found["id"]
        assert bool(checked) == bool(checked.get("date"))


@pytest.mark.parametrize(("name", "version", "id_", "expected"), [
    ("torch", "2.5.1+cu124", "CVE-2025-32434", Standing.AFFECTED), ("torch", "2.6.0", "CVE-2025-32434", None),
    ("keras", "3.8.0", "CVE-2025-1550", Standing.AFFECTED), ("keras", "3.9.0", "CVE-2025-1550", None),
    ("keras", "2.15.0", "CVE-2025-1550", None), ("keras", "3.10.0", "CVE-2025-8747", Standing.AFFECTED),
    ("keras", "3.11.2", "CVE-2025-49655", Standing.AFFECTED), ("keras", "3.11.3", "CVE-2025-9905", None),
    ("keras", "3.12.0", "CVE-2026-1669", Standing.AFFECTED), ("keras", "3.12.1", "CVE-2026-1669", None),
    ("keras", "3.13.0", "CVE-2026-1669", Standing.AFFECTED), ("keras", "3.11.3", "CVE-2025-12060", Standing.AFFECTED),
    ("keras", "3.12.0", "CVE-2025-12060", None), ("keras", "3.13.2", "CVE-2026-11816", Standing.AFFECTED),
    ("keras", "3.14.0", "CVE-2026-11816", None), ("bentoml", "1.4.7", "CVE-2025-32375", Standing.AFFECTED),
    ("fickling", "0.1.10", "CVE-2026-14534", Standing.AFFECTED), ("fickling", "0.1.11", "CVE-2026-14534", None),
    ("lightgbm", "4.5.0", "CVE-2024-43598", Standing.AFFECTED), ("lightgbm", "4.6.0", "CVE-2024-43598", None),
    ("lightgbm", "4.7.1", "CVE-2026-92786", None), ("skops", "0.9.0", "CVE-2024-37065", Standing.AFFECTED),
    ("skops", "0.10.0", "CVE-2024-37065", None), ("nemo-toolkit", "2.3.1", "CVE-2025-23304", Standing.AFFECTED),
    ("torchserve", "0.8.1", "CVE-2023-43654", Standing.AFFECTED), ("torchserve", "0.8.2", "CVE-2023-43654", None),
    # what a record names for sure, what it doubts with an end, what it doubts without one, and what is behind an end
    ("torch", "2.10.0", "CVE-2026-4538", Standing.AFFECTED),
    ("torch", "2.9.1", "CVE-2026-4538", Standing.UNDER_INVESTIGATION), ("torch", "2.11.0", "CVE-2026-4538", None),
    ("sglang", "0.5.9", "CVE-2026-5760", Standing.AFFECTED), ("sglang", "0.5.0", "CVE-2026-5760",
                                                              Standing.UNDER_INVESTIGATION),
    ("sglang", "0.6.0", "CVE-2026-5760", Standing.NOTED), ("sglang", "0.5.7", "CVE-2026-7301", Standing.AFFECTED),
    ("sglang", "0.5.11", "CVE-2026-7301", Standing.NOTED), ("keras", "3.7.0", "CVE-2024-55459", Standing.AFFECTED),
    ("keras", "3.15.1", "CVE-2024-55459", Standing.NOTED), ("ray", "2.50.0", "CVE-2023-48022", Standing.NOTED),
    ("ray", "2.8.0", "CVE-2023-48022", Standing.UNDER_INVESTIGATION),
    ("datasets", "5.1.0", "CVE-2026-57845", Standing.UNDER_INVESTIGATION),
    ("datasets", "5.1.1", "CVE-2026-57845", None),
    ("vllm", "0.13.0", "CVE-2026-22807", Standing.AFFECTED), ("vllm", "0.14.0", "CVE-2026-22807", None),
    ("transformers", "4.47.1", "CVE-2024-11393", Standing.AFFECTED),
    ("llama_cpp_python", "0.2.71", "CVE-2024-34359", Standing.AFFECTED),
    ("llama-cpp-python", "0.2.72", "CVE-2024-34359", None), ("onnx", "1.15.0", "CVE-2024-27318", Standing.AFFECTED),
    ("picklescan", "0.0.30", "CVE-2025-10157", Standing.AFFECTED), ("picklescan", "0.0.31", "CVE-2025-10157", None),
    ("joblib", "1.4.2", "CVE-2024-34997", Standing.UNDER_INVESTIGATION), ("joblib", "1.5.0", "CVE-2024-34997", None),
])  # fmt: skip
def test_the_seed_knows_the_boundaries(name: str, version: str, id_: str, expected: Standing | None) -> None:
    store = Store(None)
    found = {one.advisory.id: one for one in software_exposures(b.graph(b.library(name, version)), store)}
    store.close()
    assert (found[id_].standing if id_ in found else None) == expected
    assert all(one.advisory.source == SEED for one in found.values())
    if expected in {Standing.UNDER_INVESTIGATION, Standing.NOTED}:
        assert "not confirmed" in found[id_].note
