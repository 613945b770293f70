"""The repository as a whole: outlines come out of files, findings go back to them, data beside a graph is explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import onnxes, repositories
from tests.builders.pickles.honest import numpy_array, plain_data
from tests.builders.safetensors_files import Tensor, encode
from tests.engine.repositories import outline, weighed
from tests.rules.facts import FILE
from weighbridge.core.limits import Limits
from weighbridge.core.references import Reference, Target
from weighbridge.core.report import FileReport, Report, Verdict
from weighbridge.core.when import When
from weighbridge.engine.executors import Inline
from weighbridge.engine.scan import ScanRequest, scan
from weighbridge.engine.suppress import Suppression, Suppressions
from weighbridge.engine.survey import explained
from weighbridge.sandbox.executor import Jailed


def laid_out(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def by_path(report: Report, folder: Path) -> dict[str, FileReport]:
    return {file.path.removeprefix(f"{folder}/"): file for one in report.artifacts for file in one.files}


def data_of(target: str) -> Reference:
    return Reference(at=FILE, relation="external_data", kind=Target.PATH, target=target, when=When.LOAD)


@pytest.mark.parametrize("jailed", [False, True])
def test_findings_on_the_whole_reach_the_report(tmp_path: Path, jailed: bool) -> None:
    folder = laid_out(tmp_path, {"sub/numpy.py": b"VALUE = 1\n", "sub/model.pkl": numpy_array()})
    executor = Jailed(jobs=1) if jailed else Inline()
    found = by_path(scan(ScanRequest(targets=(str(folder),)), executor), folder)
    assert [one.rule for one in found["sub/numpy.py"].findings] == ["TRU701", "HID215"]
    assert found["sub/numpy.py"].verdict() is Verdict.MALICIOUS
    assert found["sub/model.pkl"].verdict() is Verdict.CLEAN


def test_a_rule_on_the_whole_can_be_switched_off_and_set_aside(tmp_path: Path) -> None:
    folder = laid_out(tmp_path, {"numpy.py": b"VALUE = 1\n", "model.pkl": plain_data()})
    off = by_path(scan(ScanRequest(targets=(str(folder),), disabled=("TRU701",)), Inline()), folder)
    assert [one.rule for one in off["numpy.py"].findings] == ["HID215"]
    digest = by_path(scan(ScanRequest(targets=(str(folder),)), Inline()), folder)["numpy.py"].sha256 or ""
    aside = Suppressions(
        (Suppression(rule="TRU701", sha256=digest, reason="ours", expires="2999-01-01"),), today="2026-01-01"
    )
    file = by_path(scan(ScanRequest(targets=(str(folder),)), Inline(), suppressions=aside), folder)["numpy.py"]
    assert [one.rule for one in file.findings] == ["HID215"]
    assert [one.finding.rule for one in file.suppressed] == ["TRU701"]


def test_one_file_is_no_repository(tmp_path: Path) -> None:
    folder = laid_out(tmp_path, {"numpy.py": b"VALUE = 1\n"})
    found = by_path(scan(ScanRequest(targets=(str(folder),)), Inline()), folder)["numpy.py"].findings
    assert [one.rule for one in found] == ["HID215"], "a note about its name"


def test_data_that_a_graph_claims_is_no_gap(tmp_path: Path) -> None:
    files = {
        "model.onnx": onnxes.external_data_named_onnx(),
        "model.onnx.data": b"\1\2\0\3" * 64,
        "other.data": b"\0\1" * 9,
    }
    found = by_path(scan(ScanRequest(targets=(str(laid_out(tmp_path, files)),)), Inline()), tmp_path)
    assert found["model.onnx.data"].verdict() is Verdict.CLEAN
    assert found["model.onnx.data"].formats == ("onnx data",)
    assert found["other.data"].verdict() is Verdict.INCONCLUSIVE


def test_only_files_without_a_format_and_without_a_link_are_explained() -> None:
    graph = outline("a/model.onnx", data_of("w.bin"), formats=("onnx",))
    assert explained([graph, outline("a/w.bin")]) == {"a/w.bin": "onnx data"}
    assert explained([graph, outline("a/w.bin", formats=("pickle",))]) == {}
    assert explained([graph, outline("a/w.bin", link="/inert-absent")]) == {}
    assert explained([graph, outline("w.bin")]) == {}
    index = outline("v/x.index", data_of("x.data-00000-of-00001"), formats=("tensorflow.checkpoint",))
    shard = outline("v/x.data-00000-of-00001", formats=("tensorflow.checkpoint.data",))
    assert explained([index, shard]) == {"v/x.data-00000-of-00001": "tensorflow.checkpoint data"}
    assert explained([shard]) == {}


def test_names_of_packages_are_kept_once() -> None:
    found = weighed({"a.pkl": numpy_array(), "numpy/__init__.py": b""})
    assert [one.rule for one in found["numpy/__init__.py"]] == ["TRU701"]


def test_an_outline_has_an_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What has more tensors than are kept is not complete, and nothing is concluded from what is missing."""
    many = encode([Tensor(name=f"t{number}", shape=(1,)) for number in range(40)])
    files = repositories.honest_shards() | {"model-00001-of-00002.safetensors": many}
    laid_out(tmp_path, files)

    def rules(kept: int) -> set[str]:
        monkeypatch.setattr("weighbridge.core.limits.Limits", lambda: replaced(kept))
        return {
            one.rule
            for file in by_path(scan(ScanRequest(targets=(str(tmp_path),)), Inline()), tmp_path).values()
            for one in file.findings
        }

    def replaced(kept: int) -> Limits:
        return Limits(outline=kept)

    assert "TRU704" in rules(1_000)
    assert "TRU704" not in rules(10)
