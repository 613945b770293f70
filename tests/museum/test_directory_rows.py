"""SCN-04, SCN-20, SCN-25: what a scan of a folder does with its entries, from the file system to the verdict."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.builders import numpys, torches
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data
from weighbridge.core.report import ArtifactReport, Verdict
from weighbridge.engine.executors import Inline
from weighbridge.engine.scan import ScanRequest, scan

# Endings that the directory mode of a scanner left out although its file mode opens them.
ENDINGS = (".npy", ".dill", ".cloudpickle", ".joblib", ".h5", ".onnx", ".bin", ".pth", ".weights", "", ".txt", ".PKL")


def _scanned(folder: Path) -> ArtifactReport:
    [artifact] = scan(ScanRequest(targets=(str(folder),)), Inline()).artifacts
    return artifact


def _verdicts(folder: Path) -> dict[str, Verdict]:
    return {os.path.basename(file.path): file.verdict() for file in _scanned(folder).files}


@pytest.mark.parametrize("ending", ENDINGS)
def test_scn_04_no_ending_is_left_out(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"bad{ending}").write_bytes(posix_system())
    (tmp_path / "honest.pkl").write_bytes(plain_data())
    assert _verdicts(tmp_path) == {f"bad{ending}": Verdict.MALICIOUS, "honest.pkl": Verdict.CLEAN}


def test_scn_04_hidden_files_and_deep_folders_count(tmp_path: Path) -> None:
    deep = tmp_path.joinpath("a", ".b", "c")
    deep.mkdir(parents=True)
    (deep / ".metadata").write_bytes(posix_system())
    (tmp_path / "model.pt").write_bytes(torches.zip_checkpoint())
    assert _verdicts(tmp_path) == {".metadata": Verdict.MALICIOUS, "model.pt": Verdict.CLEAN}
    assert _scanned(tmp_path).verdict() is Verdict.MALICIOUS


def test_scn_20_one_bad_file_does_not_hide_the_next(tmp_path: Path) -> None:
    """A member that cannot be read, a broken archive, a file of no format, then the payload."""
    (tmp_path / "a.npz").write_bytes(numpys.npz()[:-10])
    (tmp_path / "b.pt").write_bytes(b"PK\x03\x04" + bytes(40))
    (tmp_path / "c.onnx").write_bytes(bytes(64))
    (tmp_path / "d.pkl").write_bytes(posix_system())
    found = _verdicts(tmp_path)
    assert found.pop("d.pkl") is Verdict.MALICIOUS
    assert set(found) == {"a.npz", "b.pt", "c.onnx"}
    assert Verdict.CLEAN not in found.values()


def test_scn_25_pipes_and_links_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.pkl")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "honest.pkl").write_bytes(plain_data())
    found = _verdicts(tmp_path)
    assert found["honest.pkl"] is Verdict.CLEAN
    assert {found[name] for name in ("model.pkl", "device") if name in found} <= {Verdict.INCONCLUSIVE}
    assert _scanned(tmp_path).verdict() is Verdict.INCONCLUSIVE
