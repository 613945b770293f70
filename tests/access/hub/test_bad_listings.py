"""A museum of bad listings: each ends as the right typed error with a hint."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.hub.refusing import listed, refused
from tests.servers.hub import Fault, HubServer
from tests.servers.hub_repository import Repository, as_json
from weighbridge.access.hub import client, tree
from weighbridge.access.hub.store import HubStore
from weighbridge.core.errors import AccessError, IntegrityError

NO_PATHS = [
    "/etc/passwd", "../evil", "a/../../evil", "a/..", "..", "", "a//b", "./a", "a/.", "a/", "nul\0", "x" * 5000,
    "\ud800",
]  # fmt: skip


def entry(path: Any, **changes: Any) -> dict[str, Any]:
    return {"type": "file", "oid": "0" * 40, "size": 1, "path": path} | changes


@pytest.mark.parametrize("path", NO_PATHS, ids=[ascii(path[:20]) for path in NO_PATHS])
@pytest.mark.parametrize("kind", ["file", "directory"])
def test_a_path_that_no_repository_has(repository: Repository, store: HubStore, path: str, kind: str) -> None:
    repository.also.append(entry(path, type=kind))
    refused(IntegrityError, "it lists", lambda: listed(store))


IMPOSSIBLE = {
    "a path twice": ([entry("a"), entry("a")], "listed twice"),
    "a file below a file": ([entry("a"), entry("a/b/c")], "below a file"),
    "two sizes": ([entry("a", lfs={"oid": "0" * 64, "size": 2, "pointerSize": 1})], "two sizes"),
    "a negative size": ([entry("a", size=-1)], "with -1 bytes"),
    "a petabyte and more": ([entry("a", size=1 << 60)], "bytes"),
}


@pytest.mark.parametrize(("also", "words"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_listing_that_no_repository_has(repository: Repository, store: HubStore, also: list[Any], words: str) -> None:
    repository.also += also
    refused(IntegrityError, words, lambda: listed(store))


STRANGE: dict[str, Any] = {
    "text": "file", "a list": [], "null": None, "no path": {"type": "file", "oid": "0" * 40, "size": 1},
    "a path that is a number": entry(7), "another type": entry("a", type="commit"), "no type": entry("a", type=None),
    "a size that is text": entry("a", size="1"), "a size that is true": entry("a", size=True),
    "a size with a fraction": entry("a", size=1.5), "no oid": entry("a", oid=None), "a short oid": entry("a", oid="00"),
    "an oid of capitals": entry("a", oid="A" * 40), "lfs that is text": entry("a", lfs="x"),
    "lfs without oid": entry("a", lfs={"size": 1}), "lfs of another form": entry("a", lfs={"oid": "z" * 64, "size": 1}),
    "xet that is a number": entry("a", xetHash=7), "xet of another form": entry("a", xetHash="x"),
}  # fmt: skip


@pytest.mark.parametrize("also", STRANGE.values(), ids=STRANGE)
def test_an_entry_of_another_shape(repository: Repository, store: HubStore, also: Any) -> None:
    repository.also.append(also)
    refused(AccessError, "not one of a Hugging Face Hub", lambda: listed(store))


BODIES = {
    "text": b"<html>INERT</html>", "nothing": b"", "bytes": b"\xff\xfe\0", "cut": b'{"sha": "', "deep": b"[" * 200_000,
    "a huge number": b'{"sha": ' + b"9" * 100_000 + b"}", "null": b"null", "a number": b"7", "a string": b'"main"',
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("question", ["/api/models/org/name/revision/*", "/api/models/org/name/tree/*"])
def test_an_answer_that_is_no_json_of_the_kind(
    hub: HubServer, repository: Repository, store: HubStore, body: bytes, question: str
) -> None:
    hub.fault(question, Fault(body=body))
    refused(AccessError, "not one of a Hugging Face Hub", lambda: listed(store))


@pytest.mark.parametrize("sha", ["main", "", "A" * 40, "0" * 39, "0" * 64, 7, None, ["0" * 40]])
def test_an_answer_that_is_no_commit(hub: HubServer, repository: Repository, store: HubStore, sha: object) -> None:
    hub.fault("*/revision/*", Fault(body=as_json({"sha": sha})))
    refused(AccessError, "not one of a Hugging Face Hub", lambda: listed(store))
    assert not hub.requests("*/tree/*")


def test_an_endless_answer(hub: HubServer, repository: Repository, store: HubStore) -> None:
    hub.fault("*/tree/*", Fault(endless=True))
    refused(AccessError, "more than", lambda: listed(store))
    assert store.traffic.bytes < client.LARGEST_DOCUMENT + (1 << 20)


def test_pages_in_circles(hub: HubServer, repository: Repository, store: HubStore) -> None:
    link = f'<{hub.url}/api/models/org/name/tree/x?recursive=true&cursor=0>; rel="next"'
    hub.fault("*/tree/*", Fault(headers={"Link": link}))
    refused(IntegrityError, "listed twice", lambda: listed(store))
    repository.commit({})
    refused(AccessError, "in circles", lambda: listed(store))


def test_pages_without_end(
    hub: HubServer, repository: Repository, store: HubStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MOST_PAGES", 20)
    repository.commit({})
    fault = Fault()
    fault.before = lambda: setattr(fault, "headers", {"Link": f'<{hub.url}/x?cursor={len(hub.log)}>; rel="next"'})
    hub.fault("*/tree/*", fault)
    refused(AccessError, "in circles", lambda: listed(store))


@pytest.mark.parametrize(
    "link", ['<>; rel="next"', "<http://[x>; rel=next", '<?cursor=ä>; rel="next"', "next", ">next"]
)
def test_a_next_page_that_cannot_be_asked_for(
    hub: HubServer, repository: Repository, store: HubStore, link: str
) -> None:
    if link == "next":  # names no relation: no next page
        hub.fault("*/tree/*", Fault(headers={"Link": link}))
        assert listed(store)
        return
    hub.fault("*/tree/*", Fault(headers={"Link": link}))
    refused(AccessError, "not one of a Hugging Face Hub", lambda: listed(store))


def test_more_files_than_anybody_has(
    hub: HubServer, repository: Repository, store: HubStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MOST_FILES", 1)
    error = refused(AccessError, "lists more than", lambda: listed(store))
    assert "folder" in error.hint
