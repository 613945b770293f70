"""A repository of two files, and what it looks like when something about it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.builders.noise import noise
from weighbridge.access.hub.store import HubStore
from weighbridge.core.artifact import ListedFile, Listing
from weighbridge.core.errors import WeighbridgeError
from weighbridge.core.refs import parse

BIG, SMALL = "model.bin", "config.json"
CONTENT = {BIG: noise(3_000_000), SMALL: noise(50_000, "small")}
PLACES = {BIG: "/cdn/*", SMALL: "/api/resolve-cache/*"}


def listed(store: HubStore) -> tuple[Listing, Mapping[str, ListedFile]]:
    """The listing, and its files by path."""
    listing = store.listing(parse("hf://org/name"))
    return listing, {file.path: file for file in listing.files}


def refused(kind: type[WeighbridgeError], words: str, act: Callable[[], object]) -> WeighbridgeError:
    """Do what must fail, and check that it fails as it should."""
    with pytest.raises(kind, match=words) as caught:
        act()
    assert type(caught.value) in {kind, *kind.__subclasses__()}
    assert caught.value.hint, "says what to do"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def streamed(store: HubStore, listing: Listing, file: ListedFile, start: int = 0) -> bytes:
    """All bytes of a file from `start`."""
    return b"".join(store.stream(listing, file, start))
