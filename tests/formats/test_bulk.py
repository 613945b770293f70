"""Heads of bulk data: what is read is little, what looks like something else is handed on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import sevenzips, streams, zips
from tests.builders.pickles.gadgets import posix_system
from weighbridge.core.source import BytesSource
from weighbridge.formats import bulk
from weighbridge.formats.node import Child, Node

NODE = Node(name="model")


@pytest.mark.parametrize(
    "content",
    [zips.plain({"a": b"INERT"}), streams.gzipped(b"INERT"), sevenzips.SIGNATURE, *map(posix_system, (2, 3, 4, 5))],
)
def test_packed_heads(content: bytes) -> None:
    assert bulk.is_packed(content[:16])


@pytest.mark.parametrize("codec", ["bz2", "lzma"])
def test_packed_heads_of_the_standard_library(codec: str) -> None:
    from importlib import import_module

    assert bulk.is_packed(import_module(codec).compress(b"INERT")[:16])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x80",
        b"\x80\x06N",
        b"\x80\x02",
        b"\x80\x02R",
        b"BZh9 INERT",
        b"\x1f\x8b\x08\xff" + bytes(12),
        b"\x1f\x8b\x08",
    ],
)
def test_heads_that_prove_nothing(head: bytes) -> None:
    assert not bulk.is_packed(head)


@given(st.lists(st.tuples(st.integers(0, 3_000), st.sampled_from([b"", b"\x80\x02N.", b"1234"])), max_size=30))
def test_grouped_reads_see_what_single_reads_see(pieces: list[tuple[int, bytes]]) -> None:
    content, stretches = b"", []
    for number, (gap, data) in enumerate(pieces):
        content += b"\0" * gap
        stretches.append((len(content), len(content) + len(data), str(number)))
        content += data
    found = list(bulk.probe_heads(BytesSource(content), NODE, stretches, "tensor"))
    assert all(isinstance(item, Child) for item in found)
    wanted = [str(number) for number, (_, data) in enumerate(pieces) if data[:1] == b"\x80"]
    assert [item.name for item in found if isinstance(item, Child)] == wanted
