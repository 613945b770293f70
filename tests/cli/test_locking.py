"""The work of `lock`, on stores that change while they are locked and on those that keep files by their digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.safetensors_files import Tensor, encode
from tests.builders.stores import (
    COMMIT,
    OTHER,
    hub_repository,
    manifest,
    modelpack_layer,
    oci_layout,
    ollama_model,
    sha256,
)
from weighbridge.cli import app
from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.refs import Ref
from weighbridge.core.source import BytesSource

LARGE = encode([Tensor(name="w", dtype="U8", shape=(2 << 20,), data=bytes(2 << 20))])
FILES = {
    "config.json": b'{"model_type": "bert"}\n', "model.safetensors": encode([Tensor(name="w")]), "README.md": b"# A\n",
}  # fmt: skip


class Turning:
    """A store without states, of which every listing promises the next of some digests for its one file."""

    def __init__(self, *claims: str) -> None:
        self.claims = list(claims)

    def listing(self, ref: Ref) -> Listing:
        claim = self.claims.pop(0) if len(self.claims) > 1 else self.claims[0]
        file = ListedFile(path="model.safetensors", size=len(LARGE), sha256=claim)
        return Listing(ref=ref, kind="fsspec", files=(file,))

    def source(self, listing: Listing, file: ListedFile) -> BytesSource:
        return BytesSource(LARGE)

    def stream(self, listing: Listing, file: ListedFile, start: int = 0) -> Iterator[bytes]:
        yield LARGE[start:]


@pytest.mark.parametrize(("second", "code"), [("1" * 64, 1), (hashlib.sha256(LARGE).hexdigest(), 0)])
def test_what_was_scanned_is_what_is_locked(
    second: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of a large file only parts are read: that they are of the locked one stands on what the store says of it."""
    store = Turning(hashlib.sha256(LARGE).hexdigest(), second)
    monkeypatch.chdir(tmp_path)
    for module in ("weighbridge.cli.locking", "weighbridge.engine.remote"):
        monkeypatch.setattr(f"{module}.store_for", lambda _ref, **_more: store)
    assert app.main(["lock", "memory://tiny"]) == code
    said = capfd.readouterr()
    assert ("replaced while it was locked" in said.err) == bool(code), said
    assert (tmp_path / "model.lock").exists() != bool(code)


@pytest.mark.parametrize("below", ["hub", "hub/models--org--name", f"hub/models--org--name/snapshots/{COMMIT}"])
def test_a_cache_of_the_hub_is_locked_from_wherever_it_is_named(
    below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hub_repository(tmp_path / "hub", FILES)
    assert app.main(["lock", below]) == 0
    entry = json.loads((tmp_path / "model.lock").read_text())["models"]["org/name"]
    assert {path: file["sha256"] for path, file in entry["files"].items()} == {
        path: sha256(content) for path, content in FILES.items()
    }
    assert entry["files"]["model.safetensors"]["formats"] == ["safetensors"]
    assert entry["scan"]["verdict"] == "clean"
    assert entry["scan"]["whole"]
    assert app.main(["verify", below]) == 0


def test_several_states_are_named_so_that_one_can_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    hub_repository(tmp_path / "hub", FILES)
    hub_repository(tmp_path / "hub", FILES, commit=OTHER, refs=())
    assert app.main(["lock", "hub"]) == 2
    assert str(tmp_path / "hub/models--org--name/snapshots" / COMMIT) in capfd.readouterr().err


def test_what_lies_in_blobs_was_hashed_and_is_no_mere_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    layer = modelpack_layer(tmp_path / "layout", "model.safetensors", FILES["model.safetensors"])
    oci_layout(tmp_path / "layout", {"main": manifest([layer])})
    ollama_model(tmp_path / "ollama", {"params": b"{}"})
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "ollama"))
    for target in ("layout", "ollama://tiny"):
        assert app.main(["lock", target]) == 0
    models = json.loads((tmp_path / "model.lock").read_text())["models"]
    assert set(models) == {"layout", "tiny"}
    assert not [file for entry in models.values() for file in entry["files"].values() if "claimed" in file]
    assert models["layout"]["files"]["model.safetensors"]["formats"] == ["safetensors"]
    assert app.main(["verify"]) == 0


def test_a_file_below_a_file_is_not_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No system can hold both, so nobody could pull them."""
    monkeypatch.chdir(tmp_path)
    layers = [modelpack_layer(tmp_path / "layout", path, path.encode()) for path in ("a", "a/b")]
    oci_layout(tmp_path / "layout", {"main": manifest(layers)})
    assert app.main(["lock", "layout"]) == 1
    assert "a/b lies below a file" in capfd.readouterr().err
    assert not (tmp_path / "model.lock").exists()


def test_names_that_are_one_without_case_are_told_when_they_are_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    for name in ("README.md", "readme.md"):
        (tmp_path / "model" / name).write_bytes(b"# A\n")
    assert app.main(["lock", "model"]) == 0
    said = " ".join(capfd.readouterr().out.split())
    assert "readme.md is the same name as README.md where case does not count: verify will not pass it" in said


def test_what_calls_itself_a_signature_and_is_none_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.sig").write_bytes(b"null")
    assert app.main(["lock", "model"]) == 0
    assert "\nmodel.sig: no signature that can be read" in capfd.readouterr().out


def test_what_another_run_has_locked_meanwhile_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from weighbridge.cli import locking

    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_bytes(b"{}")
    real = locking.without_lock

    def slow(listing: Listing, path: str) -> Listing:
        monkeypatch.setattr(locking, "without_lock", real)
        assert app.main(["lock", "two"]) == 0
        return real(listing, path)

    monkeypatch.setattr(locking, "without_lock", slow)
    assert app.main(["lock", "one"]) == 2
    assert "changed by somebody else" in capfd.readouterr().err
    assert list(json.loads((tmp_path / "model.lock").read_text())["models"]) == ["two"]
    assert app.main(["lock", "one"]) == 0
    assert list(json.loads((tmp_path / "model.lock").read_text())["models"]) == ["one", "two"]
