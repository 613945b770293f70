"""What the real `huggingface_hub` leaves on disk, from a local Hub: caches, copies, parts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.builders.stores import git_blob, sha256
from weighbridge.access.local_stores import listings
from weighbridge.core.artifact import ABSENT

FILES = {"config.json": b'{"model_type": "inert"}', "model.safetensors": b"w" * 5_000, "sub/vocab.txt": b"a\nb\n"}


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Two commits in a cache, a copy, part of a copy."""
    from tests.servers.hub import HubServer

    folder = tmp_path_factory.mktemp("hub")
    with HubServer() as hub:
        repository = hub.repository("org/name")
        first = repository.commit(FILES)
        second = repository.commit({"new.py": b"import absent_module"}, keep=True)
        program = f"""
from huggingface_hub import hf_hub_download, snapshot_download
snapshot_download("org/name", revision="{first}")
snapshot_download("org/name")
hf_hub_download("org/name", "config.json", cache_dir="{folder}/single")
snapshot_download("org/name", local_dir="{folder}/copy")
snapshot_download("org/name", local_dir="{folder}/part", allow_patterns="*.json")
"""
        environment = os.environ | hub.environment(folder)
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    return {"folder": folder, "first": first, "second": second}


def test_a_cache_that_the_client_made_has_nothing_wrong_with_it(downloads: dict[str, Any]) -> None:
    found = {listing.resolved: listing for listing in listings(f"{downloads['folder']}/hf/hub")}
    assert set(found) == {downloads["first"], downloads["second"]}
    for listing in found.values():
        assert not listing.troubles
        assert not listing.extras
        assert listing.names == (("main", downloads["second"]),)
        for file in listing.files:
            content = Path(file.real).read_bytes()
            assert not file.trouble
            assert file.size == len(content)
            assert (file.sha256 or sha256(content), file.git or git_blob(content)) == (
                sha256(content), git_blob(content),
            )  # fmt: skip
            assert file.sha256 or file.git
    assert {file.path for file in found[downloads["first"]].files} == set(FILES)


def test_a_single_download_is_claimed_by_its_blob(downloads: dict[str, Any]) -> None:
    (found,) = listings(f"{downloads['folder']}/single")
    (file,) = found.files
    assert (file.path, file.git, found.troubles) == ("config.json", git_blob(FILES["config.json"]), ())


def test_a_copy_is_claimed_by_what_the_client_noted(downloads: dict[str, Any]) -> None:
    (found,) = listings(f"{downloads['folder']}/copy")
    assert (found.kind, found.resolved) == ("hf", downloads["second"])
    assert not found.troubles
    assert not found.extras
    assert {file.path: file.sha256 for file in found.files if file.sha256} == {
        "model.safetensors": sha256(FILES["model.safetensors"])
    }
    assert all(file.git for file in found.files if not file.sha256)


def test_a_part_of_a_copy_says_what_is_not_here(downloads: dict[str, Any]) -> None:
    (found,) = listings(f"{downloads['folder']}/part")
    assert {file.path for file in found.files if file.trouble == ABSENT} == {
        "model.safetensors", "sub/vocab.txt", "new.py",
    }  # fmt: skip
    assert {file.path for file in found.files if not file.trouble} == {"config.json"}
