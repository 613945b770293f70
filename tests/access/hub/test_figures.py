"""How many bytes and requests the headers of big models cost, counted by the server. Nothing here takes a time."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable

import pytest

from tests.servers import virtual
from tests.servers.contents import Virtual
from tests.servers.hub import HubServer
from weighbridge.access.hub.store import HubStore
from weighbridge.access.ranges import RangeSource
from weighbridge.core.refs import parse


class Seekable(io.RawIOBase):
    """A byte source as a file, for readers that are not ours; each read goes through as it is."""

    def __init__(self, source: RangeSource) -> None:
        self.source = source
        self.at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move as files do."""
        self.at = (0, self.at, self.source.size)[whence] + offset
        return self.at

    def read(self, size: int = -1) -> bytes:
        """Read from where it stands."""
        found = self.source.read_at(self.at, self.source.size - self.at if size < 0 else size)
        self.at += len(found)
        return found


def opened(hub: HubServer, store: HubStore, name: str, content: Virtual) -> RangeSource:
    hub.repository("org/big").commit({name: content})
    listing = store.listing(parse("hf://org/big"))
    assert listing.files[0].size == content.size
    hub.forget()
    return store.source(listing, listing.files[0])


def moved(hub: HubServer, source: RangeSource) -> int:
    """Bytes that the server sent, which must be those that the source counts."""
    assert hub.sent() == source.moved
    assert hub.requests("/cdn/*") == source.requests
    return hub.sent()


@pytest.mark.parametrize(
    ("layout", "tensors", "size"),
    [(virtual.LLAMA_8B, 291, 16.06e9), (virtual.LLAMA_70B, 723, 141e9)],
    ids=["8B", "70B"],
)
def test_the_header_of_safetensors(
    hub: HubServer, store: HubStore, layout: virtual.Layout, tensors: int, size: float
) -> None:
    source = opened(hub, store, "model.safetensors", virtual.safetensors(layout))
    (length,) = struct.unpack("<Q", source.read_at(0, 8))
    header = json.loads(source.read_at(8, length))
    assert len(header) - 1 == tensors
    assert source.size == pytest.approx(size, rel=0.01)
    assert moved(hub, source) <= 128_000
    assert source.requests == 2


def test_the_directory_and_the_pickle_of_a_torch_zip(hub: HubServer, store: HubStore) -> None:
    source = opened(hub, store, "pytorch_model.bin", virtual.torch_zip())
    with zipfile.ZipFile(Seekable(source)) as archive:
        assert sum(name.startswith("archive/data/") for name in archive.namelist()) == 291
        pickle = archive.read("archive/data.pkl")
    assert len(pickle) > 30_000
    assert pickle.endswith(b".")
    assert moved(hub, source) <= 128_000
    assert source.requests <= 6


def test_a_reader_that_looks_for_the_end_of_an_archive_with_a_comment(hub: HubServer, store: HubStore) -> None:
    source = opened(hub, store, "pytorch_model.bin", virtual.torch_zip())
    source.read_at(0, 64)
    source.read_at(source.size - 65_557, 65_557)
    source.read_at(0, 34_200)
    assert moved(hub, source) <= 128_000


@pytest.mark.parametrize("step", [64, 4096, 1 << 20])
def test_the_header_of_gguf(hub: HubServer, store: HubStore, step: int) -> None:
    content = virtual.gguf()
    header = content.pieces[0]
    source = opened(hub, store, "model.gguf", content)
    came = b"".join(source.read_at(at, min(step, len(header) - at)) for at in range(0, len(header), step))
    assert came == header
    assert 8_000_000 < len(header) < 9_000_000
    assert moved(hub, source) <= 10_000_000
    assert source.requests <= 20


def test_a_listing_is_two_requests(hub: HubServer, open_store: Callable[..., HubStore]) -> None:
    hub.repository("org/name").commit({f"model-{n:05}-of-00191.safetensors": b"" for n in range(1, 192)})
    store = open_store()
    store.listing(parse("hf://org/name"))
    assert store.traffic.requests == hub.requests() == 2
    assert store.traffic.bytes == hub.sent() < 100_000
