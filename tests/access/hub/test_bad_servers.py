"""A museum of bad servers: each fault ends as the right typed error with a hint, soon, with little moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.access.clocks import StillClock
from tests.access.hub.refusing import BIG, CONTENT, PLACES, SMALL, listed, refused, streamed
from tests.builders.noise import noise
from tests.servers.contents import Held, Virtual
from tests.servers.hub import Fault, HubServer
from tests.servers.hub_repository import Repository
from weighbridge.access.hub import client
from weighbridge.access.hub.store import HubStore
from weighbridge.access.retries import Patience
from weighbridge.core.errors import AccessError, IntegrityError

Opener = Callable[..., HubStore]

both = pytest.mark.parametrize("path", [BIG, SMALL])


# -- files: what is not what was listed -----------------------------------------------------------------------------

CONTRADICTIONS = {
    "another total": (Fault(total=2_999_999), "was to come"),
    "no total": (Fault(headers={"Content-Range": "bytes 0-32767/*"}), "was to come"),
    "another range": (Fault(headers={"Content-Range": "bytes 1-32768/3000000"}), "was to come"),
    "no range": (Fault(headers={"Content-Range": ""}), "was to come"),
    "a range that is text": (Fault(headers={"Content-Range": "INERT" * 500}), "was to come"),
}


@both
@pytest.mark.parametrize(("fault", "words"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_range_that_was_not_asked_for(
    hub: HubServer, repository: Repository, store: HubStore, path: str, fault: Fault, words: str
) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[path], Fault(total=fault.total, headers=fault.headers))
    refused(IntegrityError, words, lambda: store.source(listing, files[path]).read_at(0, 8))
    refused(IntegrityError, words, lambda: streamed(store, listing, files[path]))


HEADERS = {
    "another commit": ("X-Repo-Commit", "0" * 40, "comes from commit"),
    "no commit's form": ("X-Repo-Commit", "main", "comes from commit"),
    "another size": ("X-Linked-Size", "1", "are listed"),
    "a size that is text": ("X-Linked-Size", "many", "are listed"),
    "another sha256": ("X-Linked-ETag", '"' + "0" * 64 + '"', "is listed"),
    "another git digest": ("X-Linked-ETag", '"' + "0" * 40 + '"', "is listed"),
    "no digest": ("X-Linked-ETag", '"INERT"', "is listed"),
}


@both
@pytest.mark.parametrize(("name", "said", "words"), HEADERS.values(), ids=HEADERS)
def test_the_hub_contradicts_its_listing(
    hub: HubServer, repository: Repository, store: HubStore, path: str, name: str, said: str, words: str
) -> None:
    listing, files = listed(store)
    hub.fault("/org/name/resolve/*", Fault(headers={name: said}))
    refused(IntegrityError, words, lambda: store.source(listing, files[path]).read_at(0, 8))
    refused(IntegrityError, words, lambda: streamed(store, listing, files[path]))
    assert not hub.requests(PLACES[path]), "nothing was fetched"


def test_the_entity_tag_counts_where_there_is_no_linked_one(
    hub: HubServer, repository: Repository, store: HubStore
) -> None:
    listing, files = listed(store)
    bare = {"X-Linked-ETag": "", "X-Linked-Size": ""}
    hub.fault("/org/name/resolve/*", Fault(headers=bare))
    hub.fault(PLACES[SMALL], Fault(headers=bare, times=1))
    assert streamed(store, listing, files[SMALL]) == CONTENT[SMALL]
    hub.fault(PLACES[SMALL], Fault(headers=bare | {"ETag": 'W/"' + "0" * 40 + '"'}))
    refused(IntegrityError, "is listed", lambda: streamed(store, listing, files[SMALL]))


def test_a_server_that_names_no_commit_is_no_hub(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    hub.fault("*", Fault(headers={"X-Repo-Commit": ""}))
    refused(AccessError, "not one of a Hugging Face Hub", lambda: streamed(store, listing, files[SMALL]))


def test_a_file_that_changes_between_two_ranges(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    source = store.source(listing, files[BIG])
    source.read_at(0, 8)
    hub.fault(PLACES[BIG], Fault(headers={"ETag": '"another"'}))
    refused(IntegrityError, "changed while it was read", lambda: source.read_at(2_000_000, 8))


def test_a_ref_that_moves_in_between_changes_nothing(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    source = store.source(listing, files[BIG])
    other = dict.fromkeys(CONTENT, b"INERT other")
    hub.fault("/cdn/*", Fault(times=1, before=lambda: repository.commit(other)))
    assert source.read_at(0, 100_000) == CONTENT[BIG][:100_000]
    assert repository.branches["main"] != listing.resolved
    assert streamed(store, listing, files[SMALL]) == CONTENT[SMALL]


def test_a_commit_that_is_gone(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    repository.commit({"other.txt": b""})
    del repository.trees[listing.resolved]
    refused(AccessError, "no such revision", lambda: streamed(store, listing, files[BIG]))


@pytest.mark.parametrize("size", [2_999_999, 10])
def test_a_file_that_is_shorter(hub: HubServer, repository: Repository, store: HubStore, size: int) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[BIG], Fault(content=Held(CONTENT[BIG][:size])))
    refused(IntegrityError, "was to come", lambda: streamed(store, listing, files[BIG]))
    words = "was to come" if size > 100_000 else "fewer than"
    refused(IntegrityError, words, lambda: store.source(listing, files[BIG]).read_at(100_000, 8))


def test_a_longer_file(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[BIG], Fault(content=Held(CONTENT[BIG] + b"INERT")))
    refused(IntegrityError, "was to come", lambda: streamed(store, listing, files[BIG]))
    hub.forget()
    hub.fault(PLACES[BIG], Fault(content=Held(CONTENT[BIG] + b"INERT"), ignore_range=True))
    refused(IntegrityError, "3000005 bytes", lambda: streamed(store, listing, files[BIG]))


# -- bodies ---------------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("whole", [False, True])
def test_an_endless_body_is_cut(
    hub: HubServer, repository: Repository, store: HubStore, path: str, whole: bool
) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[path], Fault(endless=True, ignore_range=whole))
    refused(IntegrityError, "goes on after its", lambda: streamed(store, listing, files[path]))
    if not whole:
        assert store.source(listing, files[path]).read_at(0, 20_000) == CONTENT[path][:20_000]
    elif path == BIG:
        refused(AccessError, "sends the whole file", lambda: store.source(listing, files[path]).read_at(0, 8))
    else:
        assert store.source(listing, files[path]).read_at(0, 20_000) == CONTENT[path][:20_000]
    assert store.traffic.bytes < 5_000_000


@pytest.mark.parametrize("whole", [False, True])
def test_five_bytes_after_the_end(
    hub: HubServer, repository: Repository, store: HubStore, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[SMALL], Fault(short=-5, ignore_range=whole, headers={"Content-Length": "", "Connection": "close"}))
    refused(IntegrityError, "goes on after its", lambda: streamed(store, listing, files[SMALL]))
    blocks = CONTENT[SMALL], b"INERT"
    monkeypatch.setattr(client.Reply, "blocks", lambda _self, _what: iter(blocks))
    refused(IntegrityError, "goes on after its", lambda: streamed(store, listing, files[SMALL]))


def test_a_whole_big_file_is_not_taken_for_a_range(hub: HubServer, store: HubStore) -> None:
    hub.repository("org/name").commit({BIG: Virtual(size=16 << 30)})
    listing, files = listed(store)
    hub.fault("/cdn/*", Fault(ignore_range=True))
    refused(AccessError, "sends the whole file", lambda: store.source(listing, files[BIG]).read_at(0, 8))
    assert store.traffic.bytes < 10_000


def test_a_whole_small_file_is_taken(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[SMALL], Fault(ignore_range=True))
    assert store.source(listing, files[SMALL]).read_at(40_000, 99_999) == CONTENT[SMALL][40_000:]


def test_a_stream_goes_on_without_ranges_too(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[BIG], Fault(ignore_range=True, cut=1_000_000, times=1))
    hub.fault(PLACES[BIG], Fault(ignore_range=True))
    assert streamed(store, listing, files[BIG]) == CONTENT[BIG]
    assert streamed(store, listing, files[BIG], 2_900_000) == CONTENT[BIG][2_900_000:]


@both
@pytest.mark.parametrize("cut", [0, 1, 10_000])
def test_a_broken_connection_is_continued_where_it_broke(
    hub: HubServer, repository: Repository, store: HubStore, path: str, cut: int
) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[path], Fault(cut=cut, times=3))
    assert streamed(store, listing, files[path]) == CONTENT[path]
    asked = [one.range for one in hub.log if one.host == "cdn" or "resolve-cache" in one.path]
    assert asked == [f"bytes={min(n, 3) * cut}-{len(CONTENT[path]) - 1}" for n in range(4)]
    hub.fault(PLACES[path], Fault(cut=cut, times=3))
    assert store.source(listing, files[path]).read_at(0, 20_000) == CONTENT[path][:20_000]


def test_a_connection_that_always_breaks(
    hub: HubServer, repository: Repository, store: HubStore, clock: StillClock
) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[BIG], Fault(cut=5))
    refused(AccessError, "breaks the connection", lambda: streamed(store, listing, files[BIG]))
    assert hub.requests("/cdn/*") == 6
    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_progress_gives_new_attempts(hub: HubServer, store: HubStore, clock: StillClock) -> None:
    content = noise(20 << 20)
    hub.repository("org/name").commit({BIG: content})
    listing, files = listed(store)
    hub.fault(PLACES[BIG], Fault(cut=2 << 20, times=9))
    assert streamed(store, listing, files[BIG]) == content
    assert set(clock.slept) == {1.0}


@both
def test_a_short_body(hub: HubServer, repository: Repository, store: HubStore, path: str) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[path], Fault(short=100, times=2))
    assert streamed(store, listing, files[path]) == CONTENT[path]
    hub.fault(PLACES[path], Fault(short=1))
    refused(AccessError, "too early", lambda: streamed(store, listing, files[path]))


def test_a_length_beyond_the_range(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[BIG], Fault(short=-5))
    refused(IntegrityError, "were asked for", lambda: store.source(listing, files[BIG]).read_at(0, 8))


def test_a_packed_answer(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    hub.fault(PLACES[SMALL], Fault(headers={"Content-Encoding": "gzip"}))
    refused(AccessError, "packed", lambda: streamed(store, listing, files[SMALL]))


def test_silence(hub: HubServer, repository: Repository, open_store: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    listing, files = listed(open_store())
    monkeypatch.setattr("weighbridge.access.hub.session.TIMEOUT_SECONDS", 0.05)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT", 0.05)
    store = open_store(patience=Patience(attempts=2))
    hub.fault(PLACES[BIG], Fault(stall=0, times=2))
    hub.fault(PLACES[BIG], Fault(stall=1000))
    hub.fault("/api/models/*", Fault(stall=5))
    for _ in range(2):
        refused(AccessError, "does not answer in time", lambda: streamed(store, listing, files[BIG]))
    refused(AccessError, "does not answer in time", lambda: listed(store))


def test_a_body_that_drips(
    hub: HubServer, repository: Repository, store: HubStore, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing, files = listed(store)
    looks = iter(range(0, 100_000, 300))  # five minutes from one look to the next
    monkeypatch.setattr(clock, "now", lambda: next(looks))
    error = refused(AccessError, "would never end", lambda: streamed(store, listing, files[SMALL]))
    assert "try again later" in error.hint


# -- redirects ------------------------------------------------------------------------------------------------------

ELSEWHERE = [
    "http://elsewhere.invalid/x", "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1.elsewhere.invalid/x",
    "http://2130706433/x", "file:///etc/passwd", "ftp://elsewhere.invalid/x", "gopher://elsewhere.invalid/",
    "https://user:INERT@elsewhere.invalid/", "https://", "https:///x", "http://[::1", "http://127.0.0.1:99999/",
    "javascript:INERT", "https://elsewhere.invalid/" + "x" * 20_000,
]  # fmt: skip


@pytest.mark.parametrize("place", ELSEWHERE, ids=[place[:30] for place in ELSEWHERE])
def test_a_redirect_to_where_nobody_goes(
    hub: HubServer, repository: Repository, store: HubStore, clock: StillClock, place: str
) -> None:
    listing, files = listed(store)
    hub.fault("/org/name/resolve/*", Fault(location=place, headers={"X-Repo-Commit": listing.resolved}))
    hub.fault("/api/*", Fault(location=place))
    refused(AccessError, "is not followed", lambda: store.source(listing, files[BIG]).read_at(0, 8))
    refused(AccessError, "is not followed", lambda: streamed(store, listing, files[BIG]))
    refused(AccessError, "is not followed", lambda: listed(store))
    assert not clock.slept, "not tried again"


def test_a_redirect_without_a_place(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    hub.fault("/org/name/resolve/*", Fault(headers={"Location": ""}))
    refused(AccessError, "is not followed", lambda: streamed(store, listing, files[BIG]))


def test_redirects_in_circles(hub: HubServer, repository: Repository, store: HubStore) -> None:
    listing, files = listed(store)
    hub.fault("/org/name/resolve/*", Fault(location=f"/org/name/resolve/{listing.resolved}/{BIG}"))
    refused(AccessError, "redirects, one after the other", lambda: streamed(store, listing, files[BIG]))
    assert hub.requests("/org/name/resolve/*") == client.MOST_REDIRECTS + 1


def test_a_redirect_to_another_server_gets_no_token(
    hub: HubServer, repository: Repository, open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", hub.token)
    with HubServer() as other:
        store = open_store()
        listing, files = listed(store)
        hub.fault("/org/name/resolve/*", Fault(location=f"{other.url}/steal/token"))
        hub.fault("/api/*", Fault(location=f"{other.url}/steal/token"))
        refused(AccessError, "answers 404", lambda: streamed(store, listing, files[BIG]))
        refused(AccessError, "answers 404", lambda: listed(store))
        assert [one.authorization for one in other.log] == ["", ""]


# -- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["/api/models/*", "/org/name/resolve/*", "/cdn/*"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_that_passes(
    hub: HubServer, repository: Repository, store: HubStore, clock: StillClock, pattern: str, status: int
) -> None:
    hub.fault(pattern, Fault(status=status, times=2, headers={"Retry-After": "7"}))
    listing, files = listed(store)
    assert streamed(store, listing, files[BIG]) == CONTENT[BIG]
    assert clock.slept == [8.0, 9.0], "what was asked for, and jitter"


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "Fri, 02 Jan 2026 03:04:25 GMT"}, {"RateLimit": '"api";r=0;t=20'},
    ],
)  # fmt: skip
def test_other_ways_to_ask_for_time(
    hub: HubServer, repository: Repository, store: HubStore, clock: StillClock, headers: dict[str, str]
) -> None:
    hub.fault("/api/models/*", Fault(status=429, times=1, headers=headers))
    listed(store)
    assert clock.slept == [21.0]


def test_a_storm_of_429(
    hub: HubServer, repository: Repository, open_store: Opener, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.fault("/api/models/*", Fault(status=429))
    error = refused(AccessError, "fewer requests", lambda: listed(open_store()))
    assert "HF_TOKEN" in error.hint
    assert hub.requests() == 6
    assert sum(clock.slept) <= 120
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert "HF_TOKEN" not in refused(AccessError, "fewer requests", lambda: listed(open_store())).hint


@pytest.mark.parametrize("asked", ["3600", "Fri, 02 Jan 2099 00:00:00 GMT"])
def test_who_asks_for_an_hour_is_not_asked_again(
    hub: HubServer, repository: Repository, store: HubStore, clock: StillClock, asked: str
) -> None:
    hub.fault("/api/models/*", Fault(status=429, headers={"Retry-After": asked}))
    refused(AccessError, "fewer requests", lambda: listed(store))
    assert (hub.requests(), clock.slept) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 418, 451])
def test_other_refusals_are_final(
    hub: HubServer, repository: Repository, store: HubStore, clock: StillClock, status: int
) -> None:
    listing, files = listed(store)
    hub.fault("*", Fault(status=status))
    refused(AccessError, str(status), lambda: listed(store))
    refused(AccessError, str(status), lambda: streamed(store, listing, files[BIG]))
    assert not clock.slept


def test_a_disabled_repository(hub: HubServer, repository: Repository, store: HubStore) -> None:
    hub.fault("*", Fault(status=403, headers={"X-Error-Message": "Access to this resource is disabled."}))
    refused(AccessError, "disabled", lambda: listed(store))
