"""URLs that fsspec knows: S3 as `moto` plays it to the real client, memory, files, and what is missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.builders.stores import sha256
from weighbridge.access import filesystems
from weighbridge.access.filesystems import FilesystemStore
from weighbridge.access.stores import store_for
from weighbridge.core.artifact import Listing
from weighbridge.core.errors import AccessError, IntegrityError, UsageError
from weighbridge.core.refs import parse

fsspec = import_module("fsspec")

WEIGHTS = os.urandom(9_000_000)


def listed(url: str) -> tuple[FilesystemStore, Listing]:
    store = FilesystemStore()
    return store, store.listing(parse(url))


@pytest.fixture
def memory() -> Iterator[Any]:
    """The file system in memory, which all of a process share."""
    made = fsspec.filesystem("memory")
    made.store.clear()
    made.pipe({"/tiny/model.bin": WEIGHTS, "/tiny/sub/config.json": b"{}", "/other/x": b"1"})
    yield made
    made.store.clear()


def test_files_in_memory_are_listed_and_read(memory: Any) -> None:
    store, found = listed("memory://tiny")
    assert (found.kind, found.resolved, found.troubles) == ("fsspec", "", ())
    assert [(file.path, file.size, file.sha256) for file in found.files] == [
        ("model.bin", len(WEIGHTS), ""), ("sub/config.json", 2, ""),
    ]  # fmt: skip
    weights = found.files[0]
    assert store.source(found, weights).read_at(8_999_990, 50) == WEIGHTS[-10:]
    assert b"".join(store.stream(found, weights)) == WEIGHTS
    assert b"".join(store.stream(found, weights, 5)) == WEIGHTS[5:]
    _, single = listed("memory://tiny/model.bin")
    assert [file.path for file in single.files] == ["model.bin"]
    assert store.source(single, single.files[0]).read_at(3, 4) == WEIGHTS[3:7]
    assert store_for(parse("memory://tiny"), offline=True).listing(parse("memory://tiny")) == found


def test_what_is_replaced_after_it_was_listed_is_not_read(memory: Any) -> None:
    store, found = listed("memory://tiny")
    memory.pipe("/tiny/model.bin", bytes(len(WEIGHTS)))
    with pytest.raises(IntegrityError, match="was replaced"):
        store.source(found, found.files[0])
    with pytest.raises(IntegrityError, match="was replaced"):
        next(store.stream(found, found.files[0]))
    store, found = listed("memory://tiny")
    blocks = store.stream(found, found.files[0])
    next(blocks)
    memory.pipe("/tiny/model.bin", WEIGHTS)
    with pytest.raises(IntegrityError, match="was replaced"):
        list(blocks)


def test_names_that_no_file_can_have_and_too_many_files_are_told(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.store["/tiny/sub/a\0b"] = memory.store["/other/x"]
    _, found = listed("memory://tiny")
    assert found.troubles == ("it holds 'sub/a\\x00b', which no file can be called",)
    monkeypatch.setattr(filesystems, "FILES", 1)
    with pytest.raises(AccessError, match="more than 1 files"):
        listed("memory://tiny")


def test_files_of_this_machine_are_listed_as_paths_are(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"123")
    (tmp_path / "link").symlink_to("/etc/passwd")
    store, found = listed(f"file://{tmp_path}")
    assert [bool(file.trouble) for file in found.files] == [True, False]
    assert store.source(found, found.files[1]).read_at(0, 9) == b"123"
    assert list(store.stream(found, found.files[1], 1)) == [b"23"]


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A bucket of a server that speaks S3, and a client to fill it with."""
    server_module = import_module("moto.server")
    boto3 = import_module("boto3")
    import_module("s3fs")
    with pytest.MonkeyPatch.context() as patch:
        for name, content in {
            "AWS_ACCESS_KEY_ID": "inert", "AWS_SECRET_ACCESS_KEY": "inert", "AWS_DEFAULT_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
        }.items():  # fmt: skip
            patch.setenv(name, content)
        server = server_module.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        client = boto3.client("s3")
        client.create_bucket(Bucket="models")
        yield client
        server.stop()
        fsspec.filesystem("s3").clear_instance_cache()


def test_objects_are_listed_by_key_with_the_digests_that_are_digests(s3: Any) -> None:
    s3.put_object(Bucket="models", Key="tiny/model.bin", Body=WEIGHTS, ChecksumAlgorithm="SHA256")
    s3.put_object(Bucket="models", Key="tiny/sub/config.json", Body=b"{}")
    s3.put_object(Bucket="models", Key="tiny/sub/", Body=b"")
    s3.put_object(Bucket="models", Key="tiny/a//b", Body=b"1")
    s3.put_object(Bucket="models", Key="tiny/../evil", Body=b"1")
    s3.put_object(Bucket="models", Key="tiny2/other", Body=b"1")
    store, found = listed("s3://models/tiny")
    assert [(file.path, file.size, file.sha256) for file in found.files] == [
        ("model.bin", len(WEIGHTS), sha256(WEIGHTS)), ("sub/config.json", 2, ""),
    ]  # fmt: skip
    assert sorted(found.troubles) == [
        "it holds '../evil', which no file can be called", "it holds 'a//b', which no file can be called",
    ]  # fmt: skip
    assert store.source(found, found.files[0]).read_at(8_999_990, 50) == WEIGHTS[-10:]
    assert b"".join(store.stream(found, found.files[0])) == WEIGHTS
    s3.put_object(Bucket="models", Key="tiny/model.bin", Body=bytes(len(WEIGHTS)))
    with pytest.raises(IntegrityError, match="was replaced"):
        store.source(found, found.files[0])


def test_a_digest_over_the_digests_of_parts_is_no_claim(s3: Any) -> None:
    made = s3.create_multipart_upload(Bucket="models", Key="parts/model.bin", ChecksumAlgorithm="SHA256")
    asked = {"Bucket": "models", "Key": "parts/model.bin", "UploadId": made["UploadId"]}
    part = s3.upload_part(PartNumber=1, Body=b"w" * 10, ChecksumAlgorithm="SHA256", **asked)
    s3.complete_multipart_upload(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}, **asked)
    (file,) = listed("s3://models/parts")[1].files
    assert (file.size, file.sha256) == (10, "")


@pytest.mark.parametrize(
    "url", ["reference://k::memory://tiny/refs.json", "filecache://x::memory://tiny", "zip://a::memory://tiny/a.zip"]
)
def test_a_chain_of_file_systems_is_not_followed(memory: Any, url: str) -> None:
    """A lock or a hostile page can name one, and documents on the way then say what is read, and from where."""
    for store in (FilesystemStore(), FilesystemStore(offline=True)):
        with pytest.raises(UsageError, match="chain of file systems"):
            store.listing(parse(url))


def test_a_listing_of_several_pages(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        s3.put_object(Bucket="models", Key=f"pages/{number}", Body=b"1")
    filesystem = fsspec.filesystem("s3", use_listings_cache=False)
    real = filesystem.call_s3
    few = lambda method, **asked: real(method, **asked | ({"MaxKeys": 2} if method == "list_objects_v2" else {}))  # noqa: E731
    monkeypatch.setattr(filesystem, "call_s3", few)
    assert [file.path for file in listed("s3://models/pages")[1].files] == [str(number) for number in range(7)]
    monkeypatch.setattr(filesystems, "_PAGES", 2)
    with pytest.raises(AccessError, match="listed without end"):
        listed("s3://models/pages")


@pytest.mark.parametrize(
    ("url", "words"),
    [("s3://models/absent", "nothing at"), ("s3://absent/x", "nothing at"), ("memory://absent", "nothing")],
)
def test_what_is_not_there_is_told(s3: Any, url: str, words: str) -> None:
    with pytest.raises(AccessError, match=words) as told:
        listed(url)
    assert told.value.hint


def test_a_driver_that_raises_anything_is_told(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no credentials\nsecond line")

    monkeypatch.setattr(type(memory), "info", fail)
    with pytest.raises(AccessError, match=r"^memory://tiny: no credentials$") as told:
        listed("memory://tiny")
    assert "credentials" in told.value.hint


@pytest.mark.parametrize(
    ("url", "error", "hint"),
    [
        ("gs://bucket/x", AccessError, "pip install gcsfs"),
        ("az://bucket/x", AccessError, "pip install adlfs"),
        ("nonsense://x", UsageError, "check the URL"),
    ],
)
def test_a_missing_driver_is_named(url: str, error: type[AccessError], hint: str) -> None:
    if url[:2] in {"gs", "az"} and any(module in sys.modules for module in ("gcsfs", "adlfs")):
        pytest.skip("the driver is installed")
    with pytest.raises(error) as told:
        listed(url)
    assert told.value.hint == hint


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(AccessError) as told:
        listed("s3://models/tiny")
    assert told.value.hint == "pip install 'weighbridge[remote]'"


def test_offline_asks_nobody() -> None:
    with pytest.raises(AccessError, match="--offline"):
        FilesystemStore(offline=True).listing(parse("s3://models/tiny"))
