"""OCI image layouts: made by `oras`, and by liars."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

from tests.builders.stores import blob, manifest, modelpack_layer, oci_layout, sha256
from tests.servers.registry import RegistryServer
from weighbridge.access.local_stores import listings
from weighbridge.core.artifact import Listing

WEIGHTS = b"weights" * 100


def pack(root: Path, *layers: tuple[str, bytes, str]) -> Path:
    made = [modelpack_layer(root, path, content, kind) for path, content, kind in layers]
    config = {"mediaType": "application/vnd.cncf.model.config.v1+json", **blob(root / "blobs" / "sha256", b'{"a":1}')}
    kind = "application/vnd.cncf.model.manifest.v1+json"
    return oci_layout(root, {"v1": manifest(made, config, artifactType=kind)})


def one(path: Path) -> Listing:
    (found,) = listings(str(path))
    return found


def test_a_modelpack_is_the_files_that_its_layers_are(tmp_path: Path) -> None:
    root = pack(
        tmp_path / "layout", ("model.safetensors", WEIGHTS, "weight.v1.raw"), ("sub/a.json", b"{}", "doc.v1.raw"),
        ("code", b"tar", "code.v1.tar+gzip"), ("data.tar.zst", b"zst", "dataset.v1.tar+zstd"),
    )  # fmt: skip
    found = one(root)
    content = (root / "index.json").read_bytes()
    digest = json.loads(content)["manifests"][0]["digest"]
    assert (found.kind, found.resolved, found.names) == ("oci", digest, (("v1", digest),))
    assert (found.troubles, found.extras) == ((), ())
    assert {file.path: file.sha256 for file in found.files} == {
        "model.safetensors": sha256(WEIGHTS), "sub/a.json": sha256(b"{}"), "code.tar.gz": sha256(b"tar"),
        "data.tar.zst": sha256(b"zst"), "manifest.config.json": sha256(b'{"a":1}'),
    }  # fmt: skip
    assert all(sha256(Path(file.real).read_bytes()) == file.sha256 for file in found.files)


def test_layers_without_names_are_named_by_their_kinds(tmp_path: Path) -> None:
    root = tmp_path / "layout"
    kinds = ("model.v1.tar", "modelpart.v1.tar", "modelpart.v1.tar", "dataset.v1.tar+gzip", "docs.v1.tar+gzip")
    layers = [
        blob(root / "blobs" / "sha256", b"%d" % number) | {"mediaType": f"application/vnd.kitops.modelkit.{kind}"}
        for number, kind in enumerate(kinds)
    ]
    oci_layout(root, {"latest": manifest(layers)})
    assert [file.path for file in one(root).files] == [
        "dataset.tar.gz", "docs.tar.gz", "model.tar", "modelpart-2.tar", "modelpart.tar",
    ]  # fmt: skip


def test_a_layout_that_oras_made_from_a_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    oras = import_module("oras.client")
    from oras.layout import NewLayoutFromRegistry

    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.bin").write_bytes(WEIGHTS)
    with RegistryServer() as registry:
        client = oras.OrasClient(hostname=registry.host, insecure=True)
        client.push(target=f"{registry.host}/org/tiny:v1", files=["model.bin:application/x"], quiet=True)
        NewLayoutFromRegistry(str(tmp_path / "layout"), client, f"{registry.host}/org/tiny:v1", tag="v1")
    found = one(tmp_path / "layout")
    assert (found.troubles, found.extras, [name for name, _ in found.names]) == ((), (), ["v1"])
    assert {file.path: file.sha256 for file in found.files}["model.bin"] == sha256(WEIGHTS)


def test_every_artifact_of_a_layout_is_listed_through_indexes_in_indexes(tmp_path: Path) -> None:
    root = tmp_path / "layout"
    inner = [
        {"mediaType": "application/vnd.oci.image.manifest.v1+json"}
        | blob(root / "blobs" / "sha256", manifest([modelpack_layer(root, "m.bin", bytes([number]))]))
        for number in range(2)
    ]  # fmt: skip
    oci_layout(root, {"all": json.dumps({"schemaVersion": 2, "manifests": inner}).encode()})
    found = listings(str(root))
    assert [listing.resolved for listing in found] == [one["digest"] for one in inner]
    assert not any(listing.troubles or listing.extras for listing in found)
    assert {name for name, _ in found[0].names} == {"all"}
    assert found[0].names[0][1] not in {one["digest"] for one in inner}, "an index of several is itself"


def test_a_tag_of_an_index_of_one_is_a_tag_of_that_one(tmp_path: Path) -> None:
    root = tmp_path / "layout"
    inner = blob(root / "blobs" / "sha256", manifest([modelpack_layer(root, "m.bin", b"1")])) | {"mediaType": "x"}
    oci_layout(root, {"one": json.dumps({"schemaVersion": 2, "manifests": [inner]}).encode()})
    found = one(root)
    assert (found.resolved, found.names) == (inner["digest"], (("one", inner["digest"]),))


def test_an_index_that_holds_itself_ends(tmp_path: Path) -> None:
    root = tmp_path / "layout"
    names = [{"digest": f"sha256:{'0' * 64}", "size": 1, "mediaType": "x"}]
    for _ in range(10):
        content = json.dumps({"schemaVersion": 2, "manifests": names}).encode()
        names = [{"mediaType": "x"} | blob(root / "blobs" / "sha256", content)]
    oci_layout(root, {"deep": content})
    assert any("within each other" in trouble for trouble in one(root).troubles)


def test_a_manifest_that_is_another_one_is_a_trouble(tmp_path: Path) -> None:
    root = pack(tmp_path / "layout", ("model.bin", WEIGHTS, "weight.v1.raw"))
    place = root / "blobs" / "sha256" / one(root).resolved.removeprefix("sha256:")
    place.write_bytes(manifest([modelpack_layer(root, "evil.bin", b"evil")]))
    found = one(root)
    assert not found.files
    assert ["its bytes are sha256:" in trouble for trouble in found.troubles] == [True]


def test_a_blob_that_is_missing_or_a_link_and_one_that_nobody_names(tmp_path: Path) -> None:
    root = pack(tmp_path / "layout", ("a.bin", b"a", "weight.v1.raw"), ("b.bin", b"b", "weight.v1.raw"))
    (root / "blobs" / "sha256" / sha256(b"a")).unlink()
    (root / "blobs" / "sha256" / sha256(b"b")).unlink()
    (root / "blobs" / "sha256" / sha256(b"b")).symlink_to("/etc/hostname")
    blob(root / "blobs" / "sha256", b"nobody's")
    (root / "evil.py").write_bytes(b"import absent_module")
    found = one(root)
    troubles = {file.path: file.trouble for file in found.files}
    assert troubles["a.bin"] == "its blob is not here"
    assert "symbolic link" in troubles["b.bin"]
    assert {file.path for file in found.extras} == {"blobs/sha256/" + sha256(b"nobody's"), "evil.py"}


@pytest.mark.parametrize("path", ["../evil", "/etc/passwd", "a/../../b", "a//b", "a\0b"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    (trouble,) = one(pack(tmp_path / "layout", (path, WEIGHTS, "weight.v1.raw"))).troubles
    assert "no path inside of the artifact" in trouble


def test_two_files_of_one_name_are_refused_and_tars_are_numbered(tmp_path: Path) -> None:
    root = pack(tmp_path / "1", ("a", b"1", "code.v1.tar"), ("a", b"2", "code.v1.tar"), (".", b"3", "code.v1.tar"))
    assert {file.path for file in one(root).files} == {"a.tar", "a-2.tar", "code.tar", "manifest.config.json"}
    (trouble,) = one(pack(tmp_path / "2", ("a", b"1", "doc.v1.raw"), ("a", b"2", "doc.v1.raw"))).troubles
    assert "calls two files 'a'" in trouble


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"manifests": 3}', b'{"manifests": [{"digest": 3}]}'])
def test_an_index_of_wrong_types_is_a_trouble(tmp_path: Path, content: bytes) -> None:
    root = pack(tmp_path / "layout", ("model.bin", WEIGHTS, "weight.v1.raw"))
    (root / "index.json").write_bytes(content)
    assert any("index.json cannot be used" in trouble for trouble in one(root).troubles)
    assert len(one(root).extras) == 3, "what it named is an extra now"
