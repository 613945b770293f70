"""Registries: what `oras` pushed is listed and read, and one that lies is found out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.builders.stores import manifest, sha256
from tests.servers.registry import Fault, RegistryServer
from weighbridge.access.oci.client import MOST_REDIRECTS, RegistryClient
from weighbridge.access.oci.credentials import Credentials
from weighbridge.access.oci.store import OciStore
from weighbridge.access.retries import Clock
from weighbridge.access.stores import store_for
from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.errors import AccessError, IntegrityError, UsageError
from weighbridge.core.refs import parse
from weighbridge.core.values import replace

WEIGHTS = os.urandom(3_000_000)


class Hurried(Clock):
    """A clock that waits for nothing and notes what it was asked to."""

    def __init__(self) -> None:
        self.time = 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.waits.append(seconds)


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials but those of a test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)


@pytest.fixture
def registry() -> Iterator[RegistryServer]:
    with RegistryServer() as server:
        yield server


@pytest.fixture
def clock() -> Hurried:
    return Hurried()


def modelpack(registry: RegistryServer) -> str:
    layers = [
        registry.put(content)
        | {
            "mediaType": f"application/vnd.cncf.model.{kind}.v1.raw",
            "annotations": {"org.cncf.model.filepath": path},
        }
        for path, content, kind in (("model.safetensors", WEIGHTS, "weight"), ("a/config.json", b"{}", "weight.config"))
    ]
    config = registry.put(b'{"descriptor": {}}') | {"mediaType": "application/vnd.cncf.model.config.v1+json"}
    kind = "application/vnd.cncf.model.manifest.v1+json"
    return registry.put_manifest("org/tiny", "v1", manifest(layers, config, artifactType=kind))


def listed(registry: RegistryServer, store: OciStore, revision: str = ":v1") -> tuple[Listing, ListedFile]:
    found = store.listing(parse(f"oci://{registry.host}/org/tiny{revision}"))
    return found, next(file for file in found.files if file.path == "model.safetensors")


def read(store: OciStore, found: Listing, file: ListedFile, start: int = 0) -> bytes:
    return b"".join(store.stream(found, file, start))


def test_a_modelpack_is_listed_and_read(registry: RegistryServer, clock: Hurried) -> None:
    digest = modelpack(registry)
    store = OciStore(clock=clock)
    found, file = listed(registry, store)
    assert (found.kind, found.resolved, found.names) == ("oci", digest, (("v1", digest),))
    assert [one.path for one in found.files] == ["a/config.json", "manifest.config.json", "model.safetensors"]
    assert (file.sha256, file.size) == (sha256(WEIGHTS), len(WEIGHTS))
    assert read(store, found, file) == WEIGHTS
    assert read(store, found, file, 2_999_000) == WEIGHTS[2_999_000:]
    registry.log.clear()
    source = store.source(found, file)
    assert source.read_at(8, 100) == WEIGHTS[8:108]
    assert source.read_at(2_999_990, 100) == WEIGHTS[-10:]
    ranges = [headers["range"] for headers in registry.requests("*/blobs/*")]
    assert len(ranges) == 2
    assert not clock.waits


def test_what_oras_pushes_is_read_and_what_is_read_oras_pulls(
    registry: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    oras = import_module("oras.client")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.bin").write_bytes(WEIGHTS)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "run.py").write_text("import absent_module\n")
    (tmp_path / "Kitfile.json").write_text('{"manifestVersion": "1.0.0"}')
    client = oras.OrasClient(hostname=registry.host, insecure=True)
    client.push(
        target=f"{registry.host}/org/kit:latest",
        files=["model.bin:application/vnd.kitops.modelkit.model.v1.raw", "code"],
        manifest_config="Kitfile.json:application/vnd.kitops.modelkit.config.v1+json",
        quiet=True,
    )
    store = store_for(parse(f"oci://{registry.host}/org/kit"))
    found = store.listing(parse(f"oci://{registry.host}/org/kit"))
    assert [file.path for file in found.files] == ["code.tar.gz", "manifest.config.json", "model.bin"]
    for file in found.files:
        assert sha256(b"".join(store.stream(found, file))) == file.sha256
    pulled = client.pull(target=f"{registry.host}/org/kit:latest", outdir=str(tmp_path / "out"))
    assert {Path(path).name for path in pulled} == {"model.bin", "code"}
    assert (tmp_path / "out" / "model.bin").read_bytes() == WEIGHTS


def test_a_digest_is_asked_for_as_it_is(registry: RegistryServer) -> None:
    digest = modelpack(registry)
    found, _ = listed(registry, OciStore(), f"@{digest}")
    assert (found.resolved, found.names) == (digest, ())


def test_an_index_of_one_is_that_one_and_of_several_a_question(registry: RegistryServer) -> None:
    digest = modelpack(registry)
    one = {"digest": digest, "size": 1, "mediaType": "application/vnd.oci.image.manifest.v1+json"}
    index = registry.put_manifest("org/tiny", "v2", {"schemaVersion": 2, "manifests": [one]})
    found, _ = listed(registry, OciStore(), ":v2")
    assert (found.resolved, found.names) == (digest, (("v2", digest),))
    registry.put_manifest("org/tiny", "v3", {"schemaVersion": 2, "manifests": [one, one | {"digest": index}]})
    with pytest.raises(UsageError, match="an index of 2 artifacts") as told:
        listed(registry, OciStore(), ":v3")
    assert digest in told.value.hint


# -- who lies ----------------------------------------------------------------------------------------------------------


def test_a_manifest_that_is_not_the_promised_one(registry: RegistryServer) -> None:
    digest = modelpack(registry)
    registry.manifests["org/tiny", digest] = registry.manifests["org/tiny", digest][0] + b" ", "x"
    with pytest.raises(IntegrityError, match="was promised") as told:
        listed(registry, OciStore(), f"@{digest}")
    assert told.value.hint
    registry.fault("*/manifests/v1", Fault(content=manifest([]), headers={"Docker-Content-Digest": digest}))
    with pytest.raises(IntegrityError, match="was promised"):
        listed(registry, OciStore())


def test_a_blob_that_is_not_the_promised_one(registry: RegistryServer) -> None:
    modelpack(registry)
    store = OciStore()
    found, file = listed(registry, store)
    registry.fault("*/blobs/*", Fault(content=WEIGHTS[:-1] + b"?"))
    with pytest.raises(IntegrityError, match="the registry promises sha256"):
        read(store, found, file)


@pytest.mark.parametrize("content", [WEIGHTS[:-1], WEIGHTS + b"?", b""])
def test_a_blob_of_another_length(registry: RegistryServer, clock: Hurried, content: bytes) -> None:
    modelpack(registry)
    store = OciStore(clock=clock)
    found, file = listed(registry, store)
    registry.fault("*/blobs/*", Fault(content=content))
    with pytest.raises(IntegrityError, match=r"the manifest says 3,000,000 bytes, the registry has"):
        read(store, found, file)
    with pytest.raises(IntegrityError, match="was asked for"):
        store.source(found, file).read_at(0, 10)


def test_a_body_without_an_end(registry: RegistryServer) -> None:
    modelpack(registry)
    store = OciStore()
    found, file = listed(registry, store)
    registry.fault("*/blobs/*", Fault(endless=True))
    registry.fault("*/manifests/*", Fault(endless=True))
    with pytest.raises(IntegrityError, match="more than the 3,000,000 bytes"):
        read(store, found, file)
    assert store.source(found, file).read_at(0, 4) == WEIGHTS[:4], "cut off where it was wanted"
    with pytest.raises(AccessError, match="goes beyond 4,194,304 bytes"):
        listed(registry, OciStore())


def test_a_registry_without_ranges_serves_beginnings(registry: RegistryServer) -> None:
    modelpack(registry)
    store = OciStore()
    found, file = listed(registry, store)
    registry.fault("*/blobs/*", Fault(ignore_range=True))
    assert store.source(found, file).read_at(1_000_000, 9) == WEIGHTS[1_000_000:1_000_009]
    assert read(store, found, file, 2_000_000) == WEIGHTS[2_000_000:]
    big = replace(file, size=1 << 40, sha256="0" * 64)
    registry.faults.clear()
    registry.fault("*/blobs/*", Fault(endless=True))
    with pytest.raises(AccessError, match="no ranges"):
        store.source(found, big).read_at(1 << 39, 9)


def test_what_breaks_off_is_continued_and_at_last_given_up(registry: RegistryServer, clock: Hurried) -> None:
    modelpack(registry)
    store = OciStore(clock=clock)
    found, file = listed(registry, store)
    registry.fault("*/blobs/*", Fault(cut=1_000_000, times=1))
    assert read(store, found, file) == WEIGHTS
    assert [headers.get("range", "") for headers in registry.requests("*/blobs/*")] == ["", "bytes=1000000-2999999"]
    registry.fault("*/blobs/*", Fault(cut=0))
    with pytest.raises(AccessError, match="breaks off") as told:
        read(store, found, file)
    assert told.value.hint
    assert 0 < len(clock.waits) < 20


def test_storms_of_429_end(registry: RegistryServer, clock: Hurried) -> None:
    modelpack(registry)
    registry.fault("*/manifests/*", Fault(status=429, headers={"Retry-After": "3"}, times=2))
    found, _ = listed(registry, OciStore(clock=clock))
    assert len(clock.waits) == 2
    assert min(clock.waits) >= 3
    registry.fault("*/manifests/*", Fault(status=429))
    with pytest.raises(AccessError, match="asks for fewer requests"):
        listed(registry, OciStore(clock=clock))
    registry.faults.clear()
    registry.fault("*/blobs/*", Fault(status=503))
    with pytest.raises(AccessError, match="trouble of its own"):
        OciStore(clock=clock).source(found, found.files[0]).read_at(0, 1)


@pytest.mark.parametrize(
    "location",
    [
        "http://models.invalid/blob", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://user:secret@127.0.0.1/x",
        "http://[", "http://127.0.0.1:port/", "//models.invalid/x", "\xff", "/" + "x" * 20_000,
    ],
)  # fmt: skip
def test_a_redirect_elsewhere_is_not_followed(registry: RegistryServer, location: str) -> None:
    modelpack(registry)
    registry.fault("*/manifests/*", Fault(location=location))
    with pytest.raises(AccessError, match="is not followed") as told:
        listed(registry, OciStore())
    assert told.value.hint


def test_a_redirect_in_circles_ends(registry: RegistryServer) -> None:
    modelpack(registry)
    registry.fault("*/manifests/*", Fault(location="/v2/org/tiny/manifests/v1"))
    with pytest.raises(AccessError, match="in circles"):
        listed(registry, OciStore())
    assert len(registry.log) == MOST_REDIRECTS + 1


def test_a_body_that_drips_ends(registry: RegistryServer) -> None:
    class Late(Hurried):
        def now(self) -> float:
            self.time += 100
            return self.time

    modelpack(registry)
    with pytest.raises(AccessError, match="so slowly"):
        listed(registry, OciStore(clock=Late()))


@pytest.mark.parametrize(
    ("base", "url", "is_safe"),
    [
        ("https://r.example", "https://cdn.example/x", True),
        ("https://r.example", "http://r.example/x", False),
        ("https://r.example", "http://127.0.0.1/x", False),
        ("https://r.example", "https://user@cdn.example/x", False),
        ("http://r.example:5000", "http://r.example/x", True),
        ("http://r.example:5000", "http://cdn.example/x", False),
        ("http://127.0.0.1:5000", "http://localhost/x", True),
        ("http://127.0.0.1:5000", "http://127.0.0.1.evil.example/x", False),
        ("http://127.0.0.1:5000", "ftp://127.0.0.1/x", False),
        ("http://127.0.0.1:5000", "", False),
    ],
)
def test_which_addresses_are_gone_to(base: str, url: str, is_safe: bool) -> None:
    assert RegistryClient(base, "org/tiny", Credentials()).is_safe(url) == is_safe


@pytest.mark.parametrize(
    ("ref", "plain", "url"),
    [
        ("oci://r.example/org/tiny:v1", (), "https://r.example/v2/org/tiny/manifests/v1"),
        ("oci://r.example:5000/org/tiny:v1", ("r.example:5000",), "http://r.example:5000/v2/org/tiny/manifests/v1"),
        ("oci://localhost:5000/tiny", (), "http://localhost:5000/v2/tiny/manifests/latest"),
        ("oci://docker.io/tiny:v1", (), "https://registry-1.docker.io/v2/library/tiny/manifests/v1"),
        ("oci://docker.io/ai/tiny:v1", (), "https://registry-1.docker.io/v2/ai/tiny/manifests/v1"),
    ],
)
def test_which_address_a_reference_is(
    ref: str, plain: tuple[str, ...], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def send(_: object, request: Any, **__: object) -> None:
        asked.append(request.url)
        raise OSError

    monkeypatch.setattr("requests.Session.send", send)
    with pytest.raises(AccessError, match="cannot be reached"):
        OciStore(plain=plain, clock=Hurried()).listing(parse(ref))
    assert set(asked) == {url}


@pytest.mark.parametrize("content", [b"", b"[]", b"<html>", b"[" * 100_000, b"\xff"])
def test_what_is_no_manifest_is_told(registry: RegistryServer, content: bytes) -> None:
    registry.put_manifest("org/tiny", "v1", content)
    with pytest.raises(AccessError, match="gives no manifest"):
        listed(registry, OciStore())


def test_a_manifest_that_names_files_outside_is_refused(registry: RegistryServer) -> None:
    layer = registry.put(b"1") | {"mediaType": "x", "annotations": {"org.opencontainers.image.title": "../../evil"}}
    registry.put_manifest("org/tiny", "v1", manifest([layer]))
    with pytest.raises(IntegrityError, match="no path inside"):
        listed(registry, OciStore())


# -- who may -----------------------------------------------------------------------------------------------------------


def log_in(tmp_path: Path, entry: str) -> None:
    (tmp_path / "docker").mkdir(exist_ok=True)
    (tmp_path / "docker" / "config.json").write_text(f'{{"auths": {{{entry}}}}}')


BASIC = "c29tZWJvZHk6aW5lcnQtcGFzc3dvcmQ="


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_credentials_of_docker_are_used_where_they_belong(auth: str, tmp_path: Path) -> None:
    with RegistryServer(auth=auth) as registry, RegistryServer() as storage:
        modelpack(registry)
        ref = f"oci://{registry.host}/org/tiny:v1"
        with pytest.raises(AccessError, match="wants other credentials") as told:
            OciStore().listing(parse(ref))
        assert "log in first" in told.value.hint
        log_in(tmp_path, f'"{registry.host}": {{"auth": "{BASIC}"}}')
        store = OciStore()
        found, file = listed(registry, store)
        storage.put(WEIGHTS)
        registry.fault("*/blobs/*", Fault(location=f"http://{storage.host}/blobs/sha256:{file.sha256}"))
        assert read(store, found, file) == WEIGHTS
        assert all("authorization" not in headers for _, _, headers in storage.log), "storage gets no credentials"
        assert storage.log


def test_a_refresh_token_gives_a_token(tmp_path: Path) -> None:
    with RegistryServer(auth="bearer") as registry:
        modelpack(registry)
        log_in(tmp_path, f'"{registry.host}": {{"identitytoken": "inert-refresh"}}')
        assert listed(registry, OciStore())[0].files


def test_wrong_credentials_are_told(tmp_path: Path) -> None:
    with RegistryServer(auth="bearer") as registry:
        modelpack(registry)
        log_in(tmp_path, f'"{registry.host}": {{"auth": "d3Jvbmc6d3Jvbmc="}}')
        with pytest.raises(AccessError, match="wants other credentials") as told:
            listed(registry, OciStore())
        assert "log in anew" in told.value.hint


@pytest.mark.parametrize("realm", ["http://tokens.invalid/token", "ftp://127.0.0.1/", "nonsense"])
def test_a_password_is_sent_to_no_address_of_a_liars_choice(realm: str, tmp_path: Path) -> None:
    with RegistryServer(auth="bearer", realm=realm) as registry:
        modelpack(registry)
        log_in(tmp_path, f'"{registry.host}": {{"auth": "{BASIC}"}}')
        with pytest.raises(AccessError, match="which is not asked"):
            listed(registry, OciStore())


@pytest.mark.parametrize("token", [b"[]", b"{", b'{"token": 5}', b'{"token": "a\\nb: c"}'])
def test_a_token_server_that_gives_nonsense(token: bytes, tmp_path: Path) -> None:
    with RegistryServer(auth="bearer") as registry:
        modelpack(registry)
        log_in(tmp_path, f'"{registry.host}": {{"auth": "{BASIC}"}}')
        registry.fault("/token", Fault(content=token))
        with pytest.raises(AccessError, match="gives no token"):
            listed(registry, OciStore())


def test_passwords_of_netrc_stay_at_home(
    registry: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password inert\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    modelpack(registry)
    listed(registry, OciStore())
    assert all("authorization" not in headers for _, _, headers in registry.log)


@pytest.mark.parametrize(
    ("ref", "error", "words"),
    [
        ("oci://tiny", UsageError, "names no repository"),
        ("oci://org/tiny", UsageError, "names no repository"),
        ("oci://127.0.0.1:1/UPPER/x", UsageError, "names no repository"),
        ("oci://127.0.0.1:1/../x", UsageError, "names no repository"),
        ("oci://127.0.0.1:1/org/tiny", AccessError, "cannot be reached"),
    ],
)
def test_references_that_lead_nowhere(clock: Hurried, ref: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        OciStore(clock=clock).listing(parse(ref))


def test_what_is_not_there_is_told(registry: RegistryServer) -> None:
    modelpack(registry)
    with pytest.raises(AccessError, match="is not there"):
        listed(registry, OciStore(), ":v9")


def test_offline_asks_nobody(registry: RegistryServer) -> None:
    modelpack(registry)
    with pytest.raises(AccessError, match="--offline"):
        listed(registry, OciStore(offline=True))
    assert not registry.log
