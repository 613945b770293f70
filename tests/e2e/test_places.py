"""Which places `verify` looks at, and what it makes of them: nothing that a program could load passes unseen."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builders.stores import COMMIT, OTHER, dvc_file, hub_repository, manifest, modelpack_layer, oci_layout, sha256
from tests.e2e.command import Ran, weigh

GOOD = {"config.json": b'{"model_type": "bert"}\n', "model.safetensors": b"weights"}
EVIL = {"config.json": b'{"model_type": "evil"}\n', "model.safetensors": b"weightz"}


def write_lock(folder: Path, **entries: Mapping[str, Any]) -> None:
    """Write a lock of these entries, each with `files` by path."""
    models = {}
    for name, fields in entries.items():
        listed = {
            path: {"size": len(content), "sha256": sha256(content), "role": "other"}
            for path, content in sorted(fields["files"].items())
        }
        models[name] = {"asked": "main", "resolved": COMMIT, **fields, "files": listed}
    (folder / "model.lock").write_text(json.dumps({"schema": "weighbridge.lock/1", "models": models}))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A lock of two models, which lie in the cache of the Hub as locked."""
    write_lock(
        tmp_path,
        **{
            "org/name": {"source": "hf://org/name", "files": GOOD},
            "other": {"source": "hf://org/other", "files": {"x": b"x"}},
        },
    )
    hub_repository(tmp_path / "hub", GOOD)
    hub_repository(tmp_path / "hub", {"x": b"x"}, name="models--org--other")
    return tmp_path


def _verify(project: Path, *words: str | Path) -> Ran:
    return weigh("verify", *words, cwd=project, env={"HF_HUB_CACHE": str(project / "hub")})


def test_the_cache_as_locked_holds(project: Path) -> None:
    for words in ((), ("hub",), ("hub/models--org--name",)):
        assert _verify(project, *words).code == 0


def _layout(place: Path) -> None:
    layer = modelpack_layer(place, "config.json", EVIL["config.json"])
    oci_layout(place, {"main": manifest([layer])})


def _file(place: Path) -> None:
    place.parent.mkdir(parents=True)
    place.write_bytes(b"")


DISGUISES: dict[str, Callable[[Path], object]] = {
    "an OCI layout": _layout,
    "a Hub cache": lambda place: hub_repository(place, EVIL, commit=OTHER),
    "an MLflow model": lambda place: (place.mkdir(parents=True), (place / "MLmodel").write_text("flavors: {}\n")),
    "files under DVC": lambda place: (place.mkdir(parents=True), dvc_file(place, "config.json", EVIL["config.json"])),
    "a file": _file,
    "a directory": lambda place: (place.mkdir(parents=True), (place / "config.json").write_bytes(EVIL["config.json"])),
}  # fmt: skip


@pytest.mark.parametrize("kind", DISGUISES)
def test_what_lies_where_pull_puts_it_counts_whatever_it_looks_like(project: Path, kind: str) -> None:
    """A program loads it from there; that the cache holds the same model as locked is no excuse."""
    DISGUISES[kind](project / "models/org/name")
    assert _verify(project).code == 1
    assert _verify(project, "models/org/name").code == 1


@pytest.mark.parametrize("kind", DISGUISES)
def test_a_place_that_fits_no_entry_does_not_pass_by_its_own_list(project: Path, kind: str) -> None:
    DISGUISES[kind](project / "strange" / "place")
    ran = _verify(project, "strange/place")
    assert ran.code == 1
    assert "DIFFERS" in ran.out


def test_other_states_in_the_place_of_the_locked_one_do_not_pass(tmp_path: Path) -> None:
    """Two of them: which one is meant is not to be known, and neither is right."""
    write_lock(tmp_path, **{"org/name": {"source": "hf://org/name", "files": GOOD}})
    hub_repository(tmp_path / "hub", EVIL, commit=OTHER)
    hub_repository(tmp_path / "hub", EVIL | {"more": b""}, commit="3" * 40, refs=())
    for words in ((), ("hub",), ("hub/models--org--name",)):
        ran = _verify(tmp_path, *words)
        assert ran.code == 1, (words, ran)
        assert "another state than the locked one" in ran.out


def test_other_models_and_states_in_a_shared_cache_are_told_and_no_alarm(project: Path) -> None:
    hub_repository(project / "hub", EVIL, commit=OTHER, refs=())
    hub_repository(project / "hub", EVIL, name="models--some--body")
    write_lock(project, **{"org/name": {"source": "hf://org/name", "files": GOOD}})
    ran = _verify(project, "hub")
    assert ran.code == 0, ran
    assert "hf://some/body@" + COMMIT + " is not in the lock" in ran.err


def test_a_test_that_tests_nothing_does_not_pass(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "model.bin").write_bytes(b"weights")
    for path in ("empty", "plain", "plain/model.bin"):
        ran = weigh("verify", "--store", path, cwd=tmp_path)
        assert ran.code == 1, ran
        assert "no file here has a digest" in ran.out


def test_the_cache_is_where_the_ecosystem_has_it(project: Path) -> None:
    """`huggingface_hub` writes out `~` and variables in its own variables."""
    for variables in ({"HF_HUB_CACHE": "~/hub"}, {"HF_HUB_CACHE": "$PLACE/hub", "PLACE": str(project)}):
        ran = weigh("verify", "--lock", "../model.lock", cwd=project / "hub", env={"HOME": str(project), **variables})
        assert (ran.code, ran.out.count("HOLDS")) == (0, 2), ran
