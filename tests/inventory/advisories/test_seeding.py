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
        assert bool(checked) == bool(checked.get("date"))


@pytest.mark.parametrize(("name", "version", "id_", "expected"), [
    ("torch", "2.5.1+cu124", "CVE-2025-32434", Standing.AFFECTED), ("torch", "2.6.0", "CVE-2025-32434", None),
    ("keras", "3.8.0", "CVE-2025-1550", Standing.AFFECTED), ("keras", "3.9.0", "CVE-2025-1550", None),
    ("keras", "2.15.0", "CVE-2025-1550", None), ("keras", "3.10.0", "CVE-2025-8747", Standing.AFFECTED),
    ("keras", "3.11.2", "CVE-2025-49655", Standing.AFFECTED), ("keras", "3.11.3", "CVE-2025-9905", None),
    ("keras", "3.12.0", "CVE-2026-1669", Standing.AFFECTED), ("keras", "3.12.1", "CVE-2026-1669", None),
    ("keras", "3.13.0", "CVE-2026-1669", Standing.AFFECTED), ("keras", "3.11.3", "CVE-2025-12060",
                                                              Standing.UNDER_INVESTIGATION),
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
    if expected is Standing.UNDER_INVESTIGATION:
        assert "not confirmed" in found[id_].note
