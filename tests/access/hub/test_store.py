"""The Hub as a store: listings, ranges, streams; what is refused and in which words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.access.clocks import StillClock
from tests.builders import safetensors_files
from tests.builders.noise import noise
from tests.servers.contents import Virtual, git_blob
from tests.servers.hub import Fault, HubServer
from tests.servers.hub_repository import Repository
from weighbridge.access.hub.store import HubStore
from weighbridge.access.stores import store_for
from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.errors import AccessError, UsageError
from weighbridge.core.refs import parse

Opener = Callable[..., HubStore]

FILES = {
    "config.json": b'{"model_type": "inert"}\n',
    "model.safetensors": safetensors_files.honest(),
    "sub/deep er/naïve #1?.txt": b"text",
    "empty.txt": b"",
}


def file_of(listing: Listing, path: str) -> ListedFile:
    return next(file for file in listing.files if file.path == path)


def filled(hub: HubServer, name: str = "org/name", **options: bool) -> Repository:
    repository = hub.repository(name, **options)
    repository.commit(FILES)
    return repository


# -- listings -------------------------------------------------------------------------------------------------------


def test_lists_what_is_there_with_what_is_claimed(hub: HubServer, open_store: Opener) -> None:
    commit = filled(hub, xet=True).branches["main"]
    listing = open_store().listing(parse("hf://org/name"))
    assert (listing.kind, listing.resolved, listing.names) == ("hf", commit, (("main", commit),))
    assert [file.path for file in listing.files] == sorted(FILES)
    config, weights = file_of(listing, "config.json"), file_of(listing, "model.safetensors")
    assert (config.size, config.git, config.sha256) == (24, git_blob(FILES["config.json"]), "")
    assert weights.sha256 == hashlib.sha256(FILES["model.safetensors"]).hexdigest()
    assert weights.git == "", "what git names is the pointer"
    assert len(weights.xet) == 64


@pytest.mark.parametrize("kind", ["datasets", "spaces"])
def test_lists_data_sets_and_spaces(hub: HubServer, open_store: Opener, kind: str) -> None:
    filled(hub, f"{kind}/org/name")
    store = open_store()
    listing = store.listing(parse(f"hf://{kind}/org/name"))
    assert store.source(listing, file_of(listing, "config.json")).read_at(0, 99) == FILES["config.json"]


def test_branches_tags_commits_and_escaped_revisions(hub: HubServer, open_store: Opener) -> None:
    repository = filled(hub)
    first = repository.branches["main"]
    second = repository.commit({"new.txt": b"new"}, keep=True)
    repository.tags["v1"] = repository.branches["refs/pr/1"] = first
    found = {
        asked: open_store().listing(parse(f"hf://org/name{asked}")).resolved
        for asked in ("", "@main", "@v1", "@refs%2Fpr%2F1", f"@{first}", f"@{first[:10]}")
    }
    assert found == {
        "": second, "@main": second, "@v1": first, "@refs%2Fpr%2F1": first, f"@{first}": first, f"@{first[:10]}": first,
    }  # fmt: skip


def test_follows_all_pages_wherever_their_links_say_they_are(hub: HubServer, open_store: Opener) -> None:
    repository = hub.repository("org/many")
    repository.commit({f"{n:04}.txt": b"" for n in range(25)})
    hub.page = 10
    assert len(open_store().listing(parse("hf://org/many")).files) == 25
    # A mirror that hands on the links of the original: the cursor is taken, the host is not gone to.
    link = '<https://huggingface.invalid/api/models/org/many/tree/x?recursive=true&cursor=20>; rel="next"'
    hub.fault("*/tree/*", Fault(times=1, headers={"Link": link}))
    assert len(open_store().listing(parse("hf://org/many")).files) == 15


def test_a_path_narrows_the_listing(hub: HubServer, open_store: Opener) -> None:
    filled(hub)
    assert [file.path for file in open_store().listing(parse("hf://org/name/config.json")).files] == ["config.json"]
    assert [file.path for file in open_store().listing(parse("hf://org/name@main/sub")).files] == [
        "sub/deep er/naïve #1?.txt"
    ]
    with pytest.raises(AccessError, match="no such file or folder"):
        open_store().listing(parse("hf://org/name/conf"))


def test_an_empty_repository_has_no_files(hub: HubServer, open_store: Opener) -> None:
    hub.repository("org/empty").commit({})
    assert open_store().listing(parse("hf://org/empty")).files == ()


@pytest.mark.parametrize("name", ["hf://org/..", "hf://../name", "hf://org/na me", "hf://org/näme", "hf://org/a%2Fb"])
def test_what_is_no_name_is_not_asked_for(hub: HubServer, open_store: Opener, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store().listing(parse(name))
    assert caught.value.hint
    assert not hub.log


# -- reading --------------------------------------------------------------------------------------------------------


def test_reads_every_file_and_streams_it(hub: HubServer, open_store: Opener) -> None:
    filled(hub)
    store = open_store()
    listing = store.listing(parse("hf://org/name"))
    for file in listing.files:
        assert store.source(listing, file).read_at(0, 1 << 20) == FILES[file.path]
        assert b"".join(store.stream(listing, file)) == FILES[file.path]
        assert b"".join(store.stream(listing, file, 2)) == FILES[file.path][2:]


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ranges_and_streams_are_the_file(hub: HubServer, open_store: Opener, data: st.DataObject) -> None:
    content = noise(3_000_000)
    hub.repository("org/noise").commit({"model.bin": content, "model.txt": content})
    store = open_store()
    listing = store.listing(parse("hf://org/noise"))
    file = file_of(listing, data.draw(st.sampled_from(["model.bin", "model.txt"])))
    start = data.draw(st.integers(0, len(content)))
    assert b"".join(store.stream(listing, file, start)) == content[start:]
    source = store.source(listing, file)
    for _ in range(3):
        offset, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 200_000))
        assert source.read_at(offset, length) == content[offset : offset + length]
    assert source.moved <= len(content)


def test_a_small_file_is_one_fetch_and_its_storage_is_asked_directly_after_the_first(
    hub: HubServer, open_store: Opener
) -> None:
    hub.repository("org/big").commit({"small.json": noise(700_000), "model.bin": Virtual(size=1 << 40)})
    store = open_store()
    listing = store.listing(parse("hf://org/big"))
    source = store.source(listing, file_of(listing, "small.json"))
    source.read_at(699_000, 10)
    source.read_at(0, 700_000)
    assert (source.requests, source.moved) == (1, 700_000)
    hub.forget()
    source = store.source(listing, file_of(listing, "model.bin"))
    for offset in range(0, 1 << 40, 1 << 38):
        source.read_at(offset, 100)
    assert hub.requests("/org/big/resolve/*") == 1
    assert hub.requests("/cdn/*") == source.requests == 4


def test_an_address_that_has_run_out_is_asked_for_again(hub: HubServer, open_store: Opener) -> None:
    hub.repository("org/big").commit({"model.bin": Virtual(size=1 << 30)})
    store = open_store()
    listing = store.listing(parse("hf://org/big"))
    source = store.source(listing, listing.files[0])
    source.read_at(0, 8)
    hub.fault("/cdn/*", Fault(times=1, status=403))
    assert source.read_at(1 << 29, 8) == bytes(8)
    assert hub.requests("/org/big/resolve/*") == 2


def test_counts_what_it_moves(hub: HubServer, open_store: Opener) -> None:
    filled(hub)
    store = open_store()
    listing = store.listing(parse("hf://org/name"))
    b"".join(store.stream(listing, file_of(listing, "model.safetensors")))
    assert store.traffic.requests == hub.requests() == 4
    assert store.traffic.bytes == hub.sent()


def test_a_stream_that_is_left_lets_go_of_its_connection(hub: HubServer, open_store: Opener) -> None:
    hub.repository("org/big").commit({"model.bin": Virtual(size=1 << 34)})
    store = open_store()
    listing = store.listing(parse("hf://org/big"))
    stream = store.stream(listing, listing.files[0])
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert store.traffic.bytes < 1 << 20
    assert store.source(listing, listing.files[0]).read_at(0, 8) == bytes(8)


def test_a_listing_from_a_lock_is_enough(hub: HubServer, open_store: Opener) -> None:
    commit = filled(hub).branches["main"]
    content = FILES["model.safetensors"]
    file = ListedFile(path="model.safetensors", size=len(content), sha256=hashlib.sha256(content).hexdigest())
    listing = Listing(ref=parse("hf://org/name"), kind="hf", resolved=commit, files=(file,))
    assert b"".join(open_store().stream(listing, file)) == content
    for less in (
        Listing(ref=parse("hf://org/name"), kind="hf", files=(file,)),
        Listing(ref=parse("hf://org/name"), kind="hf", resolved="main", files=(file,)),
    ):
        with pytest.raises(AccessError, match="commit and size"):
            open_store().stream(less, file)


# -- who may read ---------------------------------------------------------------------------------------------------


def test_a_private_repository_wants_a_token(
    hub: HubServer, open_store: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    filled(hub, private=True)
    with pytest.raises(AccessError, match="not there, or private") as caught:
        open_store().listing(parse("hf://org/name"))
    assert "HF_TOKEN" in caught.value.hint
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert len(open_store().listing(parse("hf://org/name")).files) == 4
    monkeypatch.delenv("HF_TOKEN")
    (tmp_path / "token").write_text(hub.token + "\n")
    assert len(open_store().listing(parse("hf://org/name")).files) == 4, "the token file of `hf auth login`"


def test_the_token_stays_at_the_endpoint(hub: HubServer, open_store: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(hub, private=True)
    monkeypatch.setenv("HF_TOKEN", hub.token)
    store = open_store()
    listing = store.listing(parse("hf://org/name"))
    for file in listing.files:
        store.source(listing, file).read_at(0, 8)
    assert {one.authorization for one in hub.log if one.host == "hub"} == {f"Bearer {hub.token}"}
    assert {one.authorization for one in hub.log if one.host == "cdn"} == {""}


def test_a_gated_repository_can_be_listed_and_wants_access(
    hub: HubServer, open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = filled(hub, gated=True)
    store = open_store()
    listing = store.listing(parse("hf://org/name"))
    source = store.source(listing, listing.files[0])
    with pytest.raises(AccessError, match="is gated") as caught:
        source.read_at(0, 8)
    assert "ask for access" in caught.value.hint
    assert "HF_TOKEN" in caught.value.hint
    monkeypatch.setenv("HF_TOKEN", hub.token)
    store = open_store()
    with pytest.raises(AccessError, match="is gated") as caught:
        store.source(listing, listing.files[0]).read_at(0, 8)
    assert "no access yet" in caught.value.hint
    repository.granted = True
    assert store.source(listing, listing.files[0]).read_at(0, 8) == FILES["config.json"][:8]


def test_what_is_missing_is_told_apart(hub: HubServer, open_store: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = filled(hub)

    def told(ref: str) -> str:
        with pytest.raises(AccessError) as caught:
            open_store().listing(parse(ref))
        assert caught.value.hint
        return str(caught.value)

    assert "not there, or private" in told("hf://org/none")
    assert "no such revision" in told("hf://org/name@none")
    assert "no such revision" in told(f"hf://org/name@{'0' * 40}")
    listing = open_store().listing(parse("hf://org/name"))
    del repository.trees[listing.resolved]["config.json"]
    with pytest.raises(AccessError, match="no such file"):
        open_store().source(listing, file_of(listing, "config.json")).read_at(0, 8)
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert "not there, or private" in told("hf://org/none")
    monkeypatch.setenv("HF_TOKEN", "hf_INERTwrong")
    assert "refuses the token" in told("hf://org/name")


@pytest.mark.parametrize("token", ["hf_näh", "hf_a\x01b"])
def test_a_token_that_cannot_be_sent_is_told(
    hub: HubServer, open_store: Opener, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(AccessError, match="characters") as caught:
        open_store().listing(parse("hf://org/name"))
    assert token not in str(caught.value)
    assert not hub.log


# -- where it is asked ----------------------------------------------------------------------------------------------


def test_offline_nothing_is_asked(hub: HubServer, open_store: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(hub)
    with pytest.raises(AccessError, match="network is not to be used") as caught:
        store_for(parse("hf://org/name"), offline=True).listing(parse("hf://org/name"))
    assert "pull it" in caught.value.hint
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(AccessError, match="network is not to be used"):
        open_store().listing(parse("hf://org/name"))
    assert not hub.log


def test_offline_the_cache_is_pointed_to(hub: HubServer, tmp_path: Path) -> None:
    commit = filled(hub).branches["main"]
    from huggingface_hub import snapshot_download

    cache = tmp_path / "hf" / "hub"
    snapshot_download("org/name")
    for asked in ("", "@main", f"@{commit}"):
        with pytest.raises(AccessError) as caught:
            HubStore(offline=True).listing(parse(f"hf://org/name{asked}"))
        assert str(cache / "models--org--name" / "snapshots" / commit) in caught.value.hint
    with pytest.raises(AccessError) as caught:
        HubStore(offline=True).listing(parse("hf://org/name@..%2F..%2Fother"))
    assert "pull it" in caught.value.hint


@pytest.mark.parametrize(
    "endpoint", ["ftp://hub.invalid", "hub.invalid", "http://", "https://a:b@hub.invalid", "http://[x"]
)
def test_what_is_no_address_of_a_hub_is_told(endpoint: str) -> None:
    with pytest.raises(UsageError, match="no address of a Hub") as caught:
        HubStore(endpoint=endpoint).listing(parse("hf://org/name"))
    assert "HF_ENDPOINT" in caught.value.hint


def test_an_endpoint_may_have_a_path(hub: HubServer, open_store: Opener) -> None:
    hub.fault("/proxy/hub/api/*", Fault(body=b"[]"))
    with pytest.raises(AccessError, match="not one of a Hugging Face Hub"):
        open_store(endpoint=hub.url + "/proxy/hub/").listing(parse("hf://org/name"))
    assert hub.log[0].path == "/proxy/hub/api/models/org/name/revision/main"


def test_a_renamed_repository_is_followed(hub: HubServer, open_store: Opener) -> None:
    commit = filled(hub).branches["main"]
    hub.fault("/api/models/old/name/revision/*", Fault(location="/api/models/org/name/revision/main"))
    hub.fault("/api/models/old/name/tree/*", Fault(location=f"/api/models/org/name/tree/{commit}?recursive=true"))
    hub.fault("/old/name/*/model.safetensors", Fault(location=f"/org/name/resolve/{commit}/model.safetensors"))
    store = open_store()
    listing = store.listing(parse("hf://old/name"))
    assert store.source(listing, file_of(listing, "model.safetensors")).read_at(0, 999) == FILES["model.safetensors"]


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("weighbridge.access.hub.session.fetch", missing)
    with pytest.raises(AccessError) as caught:
        HubStore().listing(parse("hf://org/name"))
    assert caught.value.hint == "pip install 'weighbridge[hub]'"


def test_a_stopped_server_is_tried_and_told(hub: HubServer, open_store: Opener, clock: StillClock) -> None:
    with HubServer() as other:
        url = other.url
    with pytest.raises(AccessError, match=r"127\.0\.0\.1 cannot be reached") as caught:
        open_store(endpoint=url).listing(parse("hf://org/name"))
    assert "HF_ENDPOINT" in caught.value.hint
    assert len(clock.slept) == 5
