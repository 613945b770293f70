"""Where credentials for registries are kept, and which entry counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from weighbridge.access.oci.challenge import Challenge, read_challenge
from weighbridge.access.oci.credentials import Credentials, credentials
from weighbridge.core.errors import AccessError


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path / "config.json"


def test_the_most_specific_entry_counts(config: Path) -> None:
    keys = ("r.example", "r.example/org", "r.example/org/tiny")
    config.write_text(json.dumps({"auths": {key: {"auth": key} for key in keys}}))
    assert credentials("r.example", "org/tiny").basic == "r.example/org/tiny"
    assert credentials("r.example", "org/other").basic == "r.example/org"
    assert credentials("r.example", "x").basic == "r.example"
    assert credentials("r.example.org", "org/tiny") == Credentials()


@pytest.mark.parametrize("key", ["https://r.example", "https://r.example/v1/", "https://r.example/v2/"])
def test_entries_that_are_addresses_count_too(config: Path, key: str) -> None:
    config.write_text(json.dumps({"auths": {key: {"auth": "x"}}}))
    assert credentials("r.example", "tiny").basic == "x"
    config.write_text(json.dumps({"auths": {"https://index.docker.io/v1/": {"identitytoken": "y"}}}))
    assert credentials("docker.io", "library/tiny").refresh == "y"


def test_a_helper_is_named_and_not_started(config: Path) -> None:
    config.write_text(json.dumps({"auths": {"r.example": {}}, "credHelpers": {"r.example": "x"}, "credsStore": "y"}))
    assert credentials("r.example", "tiny") == Credentials(helper="x")
    assert credentials("other.example", "tiny") == Credentials(helper="y")


@pytest.mark.parametrize(
    "document", ["[]", '{"auths": 3}', '{"auths": {"r.example": 3}}', '{"auths": {"r.example": {"auth": "a\\nb"}}}']
)
def test_entries_of_wrong_types_are_none(config: Path, document: str) -> None:
    config.write_text(document)
    assert credentials("r.example", "tiny") == Credentials()


def test_a_file_that_is_not_json_is_told(config: Path) -> None:
    config.write_text("{")
    with pytest.raises(AccessError, match="is not JSON"):
        credentials("r.example", "tiny")


def test_the_file_of_podman_comes_first(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text('{"auths": {"r.example": {"auth": "docker"}}}')
    (tmp_path / "auth.json").write_text('{"auths": {"r.example": {"auth": "podman"}}}')
    assert credentials("r.example", "tiny").basic == "docker"
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "auth.json"))
    assert credentials("r.example", "tiny").basic == "podman"


def test_challenges() -> None:
    header = 'Bearer realm="https://a/token",service="s",scope="repository:x:pull"'
    assert read_challenge(header) == Challenge(
        scheme="bearer", realm="https://a/token", service="s", scope="repository:x:pull"
    )
    assert read_challenge('basic realm="x"') == Challenge(scheme="basic")
    for nothing in ("", "Bearer", 'Bearer service="s"', "Negotiate x", 'Bearer realm="' + "x" * 9_000 + '"'):
        assert read_challenge(nothing) is None
