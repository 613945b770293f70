"""The local Hub against the real client and the real command: they find there what they need of huggingface.co."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.builders import safetensors_files
from tests.builders.noise import noise
from tests.servers import virtual
from tests.servers.contents import Virtual
from tests.servers.hub import Fault, HubServer
from tests.servers.hub_repository import Repository

huggingface_hub = import_module("huggingface_hub")

FILES = {
    "config.json": b'{"model_type": "inert"}\n',
    "README.md": b"# Inert\n",
    "model.safetensors": safetensors_files.honest(),
    "onnx/model.onnx": noise(200_000),
    "onnx/deep er/naïve #1?.txt": b"text",
    "empty.txt": b"",
}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A running Hub; pages are short, so that listings have several."""
    with HubServer(page=3) as server:
        server.adopt(monkeypatch, tmp_path)
        yield server


@pytest.fixture
def repository(hub: HubServer) -> Repository:
    """Small files and some in LFS."""
    made = hub.repository("org/name")
    made.commit(FILES)
    return made


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def command(hub: HubServer, home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    hf = Path(sys.executable).with_name("hf")
    if not hf.exists():
        pytest.skip("the hf command is not installed")
    return subprocess.run(
        [str(hf), *words], env=os.environ | hub.environment(home) | more, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip


def test_snapshot_download(hub: HubServer, repository: Repository) -> None:
    folder = Path(huggingface_hub.snapshot_download("org/name"))
    assert files_below(folder) == FILES
    assert folder.name == repository.branches["main"]
    cache = folder.parent.parent
    assert (cache / "refs" / "main").read_text() == folder.name
    tree = json.loads((cache / "trees" / f"{folder.name}.json").read_text())
    assert "model.safetensors" in json.dumps(tree)


def test_hf_hub_download_of_one_file_at_a_revision(hub: HubServer, repository: Repository) -> None:
    first = repository.branches["main"]
    repository.commit({"config.json": b"{}"}, branch="dev")
    repository.tags["v1"] = first
    for revision, content in (("dev", b"{}"), ("v1", FILES["config.json"]), (first, FILES["config.json"])):
        found = huggingface_hub.hf_hub_download("org/name", "config.json", revision=revision)
        assert Path(found).read_bytes() == content


@pytest.mark.parametrize("kind", ["dataset", "space"])
def test_data_sets_and_spaces(hub: HubServer, kind: str) -> None:
    hub.repository(f"{kind}s/org/name").commit(FILES)
    folder = huggingface_hub.snapshot_download("org/name", repo_type=kind)
    assert files_below(Path(folder)) == FILES


def test_the_questions_of_the_api(hub: HubServer, repository: Repository) -> None:
    api = huggingface_hub.HfApi()
    repository.tags["v1"] = repository.branches["main"]
    assert api.model_info("org/name").sha == repository.branches["main"]
    assert api.list_repo_files("org/name") == sorted(FILES)
    listed = {one.path: one for one in api.list_repo_tree("org/name", recursive=True)}
    assert set(FILES) < set(listed)
    assert listed["model.safetensors"].lfs.size == len(FILES["model.safetensors"])
    top = [one.path for one in api.list_repo_tree("org/name")]
    assert sorted(top) == ["README.md", "config.json", "empty.txt", "model.safetensors", "onnx"]
    assert [one.path for one in api.list_repo_tree("org/name", "onnx")] == ["onnx/deep er", "onnx/model.onnx"]
    (info,) = api.get_paths_info("org/name", ["model.safetensors", "none"], expand=True)
    assert info.lfs.sha256 == listed["model.safetensors"].lfs.sha256
    refs = api.list_repo_refs("org/name")
    assert [ref.name for ref in (*refs.branches, *refs.tags)] == ["main", "v1"]


def test_the_client_reads_metadata_of_a_virtual_file(hub: HubServer) -> None:
    hub.repository("org/big").commit({"model.safetensors": virtual.safetensors(virtual.LLAMA_70B)})
    api = huggingface_hub.HfApi()
    found = api.parse_safetensors_file_metadata("org/big", "model.safetensors")
    assert len(found.tensors) == 723
    assert hub.sent("/cdn/*") < 1_000_000


def test_errors_are_those_of_the_client(hub: HubServer, repository: Repository) -> None:
    from huggingface_hub import errors

    hub.repository("org/private", private=True).commit(FILES)
    hub.repository("org/gated", gated=True).commit(FILES)

    def got(name: str, path: str = "config.json", **more: str) -> type[Exception]:
        with pytest.raises(Exception) as caught:
            huggingface_hub.hf_hub_download(name, path, **more)
        return caught.type

    assert got("org/none") is errors.RepositoryNotFoundError
    assert got("org/private") is errors.RepositoryNotFoundError
    assert got("org/gated") is errors.GatedRepoError
    assert got("org/gated", token=hub.token) is errors.GatedRepoError
    assert got("org/name", "none.txt") is errors.RemoteEntryNotFoundError
    assert got("org/name", revision="none") is errors.RevisionNotFoundError
    folder = huggingface_hub.snapshot_download("org/private", token=hub.token)
    assert files_below(Path(folder)) == FILES
    assert not [one for one in hub.log if one.host == "cdn" and one.authorization]


def test_the_hf_command_downloads_and_verifies(hub: HubServer, repository: Repository, tmp_path: Path) -> None:
    done = command(hub, tmp_path, "download", "org/name", "--local-dir", str(tmp_path / "here"))
    assert done.returncode == 0, done.stderr
    found = files_below(tmp_path / "here")
    assert {path: found.get(path) for path in FILES} == FILES
    done = command(hub, tmp_path, "download", "org/name")
    assert done.returncode == 0, done.stderr
    done = command(hub, tmp_path, "cache", "verify", "org/name")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hf_command_follows_a_moved_branch(hub: HubServer, repository: Repository, tmp_path: Path) -> None:
    for content in (b"1", b"2"):
        repository.commit({"config.json": content}, keep=True)
        done = command(hub, tmp_path, "download", "org/name", "config.json", "--quiet")
        assert done.returncode == 0, done.stderr
        assert repository.branches["main"] in done.stdout
        assert Path(done.stdout.strip()).read_bytes() == content


def test_faults_strike_as_often_as_they_are_told(hub: HubServer, repository: Repository) -> None:
    hub.fault("/cdn/*", Fault(cut=50, times=1))
    hub.fault("/api/models/*", Fault(status=503, times=1, skip=1, headers={"Retry-After": "0"}))
    folder = huggingface_hub.snapshot_download("org/name")
    assert files_below(Path(folder)) == FILES
    assert [one.status for one in hub.log].count(503) == 1


def test_the_server_counts(hub: HubServer, repository: Repository) -> None:
    huggingface_hub.hf_hub_download("org/name", "onnx/model.onnx")
    assert hub.requests("*/onnx/model.onnx") == 2
    assert hub.sent("*/onnx/model.onnx") == 200_000
    hub.forget()
    assert not hub.requests()


def test_a_virtual_file_is_zero_but_for_its_pieces() -> None:
    content = Virtual(size=100, pieces={3: b"abc", 90: b"xyz"})
    whole = content.read_at(0, 200)
    assert whole == bytes(3) + b"abc" + bytes(84) + b"xyz" + bytes(7)
    assert all(content.read_at(at, 7) == whole[at : at + 7] for at in range(110))


def test_the_crc_of_zeros() -> None:
    import zlib

    for count in (0, 1, 2, 1000, 123_456):
        assert virtual.zeros_crc(count) == zlib.crc32(bytes(count))
