"""Paths as a store; and no document of any store makes listing it anything but a listing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.stores import (
    COMMIT,
    OTHER,
    dvc_file,
    hub_repository,
    manifest,
    modelpack_layer,
    oci_layout,
    ollama_model,
)
from weighbridge.access.local_stores import listings
from weighbridge.access.stores import store_for
from weighbridge.core.artifact import ListedFile
from weighbridge.core.errors import AccessError, IntegrityError, UsageError, WeighbridgeError
from weighbridge.core.refs import parse
from weighbridge.core.values import replace


def test_a_path_is_read_by_ranges_and_in_order(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "model.bin").write_bytes(content)
    store = store_for(parse(str(tmp_path)), offline=True)
    found = store.listing(parse(str(tmp_path)))
    (file,) = found.files
    source = store.source(found, file)
    assert source.size == len(content)
    assert source.read_at(17, 5) == content[17:22]
    assert source.read_at(2_999_999, 50) == content[-1:]
    assert source.read_at(9_000_000, 5) == source.read_at(5, 0) == source.read_at(5, -1) == b""
    assert b"".join(store.stream(found, file)) == content
    assert b"".join(store.stream(found, file, 2_500_000)) == content[2_500_000:]
    bare = ListedFile(path="model.bin", size=file.size)
    assert b"".join(store.stream(found, bare)) == content, "as a lock lists it, without a place"
    with pytest.raises(AccessError, match="no file 'absent'"):
        store.source(found, replace(bare, path="absent"))


def test_what_took_the_place_of_a_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    (tmp_path / "link").symlink_to("model.bin")
    store = store_for(parse(str(tmp_path)))
    found = store.listing(parse(str(tmp_path)))
    link, file = found.files
    with pytest.raises(IntegrityError, match="symbolic link"):
        store.source(found, link)
    with pytest.raises(IntegrityError, match="symbolic link"):
        list(store.stream(found, link))
    (tmp_path / "model.bin").unlink()
    (tmp_path / "model.bin").symlink_to("/etc/passwd")
    with pytest.raises(AccessError, match="cannot open"):
        store.source(found, file)
    (tmp_path / "model.bin").unlink()
    os.mkfifo(tmp_path / "model.bin")
    with pytest.raises(AccessError, match="no regular file"):
        list(store.stream(found, file))


def test_a_store_of_several_artifacts_is_no_one_artifact(tmp_path: Path) -> None:
    hub_repository(tmp_path, {"a": b"1"})
    assert store_for(parse(str(tmp_path))).listing(parse(str(tmp_path))).files
    hub_repository(tmp_path, {"a": b"2"}, commit=OTHER)
    with pytest.raises(UsageError, match="holds 2 artifacts") as told:
        store_for(parse(str(tmp_path))).listing(parse(str(tmp_path)))
    assert told.value.hint


def hub(root: Path) -> None:
    hub_repository(root, {"config.json": b"{}", "model.bin": b"w"})


def copies(root: Path) -> None:
    place = root / ".cache" / "huggingface" / "download" / "config.json.metadata"
    place.parent.mkdir(parents=True)
    (root / "config.json").touch()
    place.write_text(f"{COMMIT}\n{COMMIT}\n1.0\n")
    (root / ".cache" / "huggingface" / "trees").mkdir()
    (root / ".cache" / "huggingface" / "trees" / f"{COMMIT}.json").write_text('{"format_version": 1, "files": {}}')


def ollama(root: Path) -> None:
    ollama_model(root, {"model": b"w"})
    ollama_model(root, {"model": b"v"}, name="ollama.com/a/b/c", v2=True)


def layout(root: Path) -> None:
    oci_layout(root, {"v1": manifest([modelpack_layer(root, "a.bin", b"w")])})


def dvc(root: Path) -> None:
    dvc_file(root, "model.bin", b"w")
    (root / "MLmodel").write_text("flavors: {}\n")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["files", "layers", "manifests", "digest", "size", "annotations", "outs", "format_version"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
).map(lambda found: __import__("json").dumps(found).encode())


@pytest.mark.parametrize("make", [hub, copies, ollama, layout, dvc])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_bytes_in_any_document_make_a_listing(
    tmp_path_factory: pytest.TempPathFactory, make: Callable[[Path], None], data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("store")
    make(root)
    places = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    place = data.draw(st.sampled_from(places))
    original = place.read_bytes()
    middle = data.draw(st.integers(0, len(original)))
    broken = original[:middle] + data.draw(st.binary(max_size=4)) + original[middle + data.draw(st.integers(0, 3)) :]
    place.write_bytes(data.draw(st.sampled_from([broken]) | JSON | st.binary(max_size=60)))
    for listing in listings(str(root)):
        for file in (*listing.files, *listing.extras):
            assert not file.path.startswith("/")
            assert ".." not in file.path.split("/")
            real = Path(file.real)
            assert file.trouble or (real.is_file() and not real.is_symlink() and real.resolve().is_relative_to(root))


def test_troubles_of_the_system_are_typed(tmp_path: Path) -> None:
    with pytest.raises(WeighbridgeError):
        listings(str(tmp_path / "a" / ("b" * 300)))
