"""HDF5 files made byte by byte that lie, bomb or lead out: each is refused or told, and its honest twin is read."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from tempfile import TemporaryFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import hdf5_files
from tests.builders.hdf5_files import F32, GROUP, Chunk, Image, dataset, encode, hard, in_chunks, message, object_header
from tests.builders.noise import noise
from tests.conversion.unpacking import both, planned
from weighbridge.conversion.hdf5_chunks import fletcher32, swapped, unshuffled
from weighbridge.conversion.planning import plan_of
from weighbridge.conversion.unpacked import Unpacked
from weighbridge.core.errors import Malformed, OverLimit, UsageError
from weighbridge.core.source import BytesSource

DEFLATE, SHUFFLE, FLETCHER32 = (1, (6,)), (2, (4,)), (3, ())
DATA = noise(24, "hdf5")
PACKED = zlib.compress(DATA)
SUM = struct.pack("<I", fletcher32(DATA))
HONEST = Chunk(origin=(0, 0), data=PACKED)


def test_an_honest_file_lies_where_it_is() -> None:
    plan, content = both(hdf5_files.honest())
    assert content == {"dense.kernel": DATA, "dense.bias": DATA}
    assert not any(one.unpacked for one in plan.tensors)
    assert plan.unpacked == 0
    shifted, same = both(hdf5_files.honest(user_block=b"INERT".ljust(512)))
    assert same == content
    assert shifted.tensors[0].offset == plan.tensors[0].offset + 512


def test_an_honest_chunk_and_one_that_went_past_its_filters() -> None:
    for one in (HONEST, Chunk(origin=(0, 0), data=DATA, mask=1)):
        plan, content = both(in_chunks((2, 3), (2, 3), one, filters=[DEFLATE]))
        assert content == {"kernel": DATA}
        assert plan.tensors[0].unpacked


@pytest.mark.parametrize(("flags", "held"), [(2, PACKED), (3, DATA)])
def test_chunks_at_an_edge_may_be_left_unfiltered(flags: int, held: bytes) -> None:
    image = Image()
    sides = bytes((2, 3, 4))
    single = bytes((4, 2, flags, 3, 1)) + sides + b"\1" + struct.pack("<QIQ", len(held), 0, image.put(held))
    made = dataset(image, (1, 3), layout=message(8, single), more=[hdf5_files.pipeline(DEFLATE)])
    assert both(encode(hard("kernel", made), image=image))[1] == {"kernel": DATA[:12]}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (replace(HONEST, size=(1 << 32) - 1), "is stored in"),
        (replace(HONEST, address=1 << 40), "outside of the file"),
        (replace(HONEST, size=len(PACKED) - 1), "cut short"),
        (replace(HONEST, data=zlib.compress(bytes(32 << 20))), "more than it may hold"),
        (replace(HONEST, data=zlib.compress(DATA[:-1])), "has 23 bytes, not 24"),
        (replace(HONEST, data=zlib.compress(DATA + b"more!")), "more than it may hold"),
        (replace(HONEST, data=DATA), "does not inflate"),
        (replace(HONEST, mask=1), "bytes, not 24"),
    ],
)
def test_a_chunk_that_lies_is_refused(one: Chunk, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        planned(in_chunks((2, 3), (2, 3), one, filters=[DEFLATE]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (in_chunks((1 << 15, 1 << 15), (1 << 15, 1 << 15), HONEST, filters=[DEFLATE]), "chunks of 4294967296 bytes"),
        (in_chunks((1 << 20, 1 << 20), (2, 3), HONEST, filters=[DEFLATE]), "gives more than"),
        (hdf5_files.shape_bomb(), "gives more than"),
        (hdf5_files.unallocated_bomb(), "gives more than"),
        (hdf5_files.many_bombs(), "times what is stored"),
    ],
    ids=["chunk", "missing chunks", "no chunks", "never written", "many"],
)
def test_a_bomb_is_refused_before_it_takes_the_disk(content: bytes, words: str) -> None:
    with TemporaryFile(buffering=0) as beside:
        with pytest.raises(OverLimit, match=words):
            plan_of(BytesSource(content), "", Unpacked(len(content), beside.fileno()))
        assert os.fstat(beside.fileno()).st_blocks * 512 <= 1 << 20


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (hdf5_files.wrong_size(), "10000 bytes are needed"),
        (hdf5_files.overflowing_shape(), "overflows"),
        (hdf5_files.out_of_bounds(), "does not hold"),
        (hdf5_files.honest()[:-8], "says that it has"),
        (in_chunks((2, 3), (0, 3), HONEST), "chunks of"),
        (in_chunks((2, 3), (6,), Chunk(origin=(0,), data=DATA)), "chunks of"),
    ],
)
def test_a_dataset_that_lies_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        planned(content)


def test_circles_of_groups_end() -> None:
    plan = planned(hdf5_files.cycle())
    assert [(one.path, one.what) for one in plan.dropped] == [("self", "a group")]
    image = Image()
    kernel = dataset(image)
    two = len(object_header(*GROUP, hard("down", 0), hard("w", kernel))) + len(image.body)
    one = image.put(object_header(*GROUP, hard("down", two), hard("w", kernel)))
    assert image.put(object_header(*GROUP, hard("up", one), hard("w", kernel))) == two
    plan = planned(image.done(one))
    assert ([tensor.name for tensor in plan.tensors], plan.aliases) == (["down.w"], (("w", "down.w"),))
    assert [told.path for told in plan.dropped] == ["down/up"]


def test_nothing_outside_is_followed() -> None:
    plan = planned(hdf5_files.external_link())
    assert ("kernel", "'/etc/inert-absent' is not followed") in {(one.path, one.reason) for one in plan.dropped}
    for content in (hdf5_files.external_storage(), hdf5_files.virtual_dataset(), hdf5_files.unknown_filter()):
        ((name, reason),) = planned(content).unsupported
        assert name == "kernel"
        assert "other" in reason or "plugin" in reason


def test_two_links_of_one_name_are_refused() -> None:
    with pytest.raises(Malformed, match="'dense' is used twice"):
        planned(hdf5_files.honest(hard("dense", 96)))
    image = Image()
    below = image.put(object_header(*GROUP, hard("b", dataset(image))))
    content = encode(hard("a", below), hard("a.b", dataset(image)), image=image)
    with pytest.raises(Malformed, match="two tensors would have the name"):
        planned(content)


def test_types_within_types_do_not_nest() -> None:
    inner = F32
    for _ in range(3_000):
        inner = b"\x18\0\0\0" + struct.pack("<I", 4) + inner
    image = Image()
    made = dataset(image, kind=inner)
    ((_, reason),) = planned(encode(hard("kernel", made), image=image)).unsupported
    assert reason == "elements are an enumeration of an unusual type"


def test_a_fill_value_of_another_size_is_refused() -> None:
    image = Image()
    layout = message(8, b"\x03\x01" + hdf5_files.NOWHERE + struct.pack("<Q", 24))
    for size, fits in ((4, True), (3, False)):
        fill = message(5, b"\x02\x02\x02\x01" + struct.pack("<I", size) + b"\1\2\3\4"[:size])
        content = encode(hard("w", dataset(image, layout=layout, more=[fill])), image=image)
        if fits:
            assert both(content)[1] == {"w": b"\1\2\3\4" * 6}
        else:
            with pytest.raises(Malformed, match="fills elements of 4"):
                planned(content)


def _fletcher32(content: bytes) -> int:
    """The checksum as it is defined: two sums modulo 65,535, word by word."""
    low = high = 0
    content += bytes(len(content) % 2)
    for at in range(0, len(content), 2):
        low = (low + int.from_bytes(content[at : at + 2], "big")) % 65_535
        high = (high + low) % 65_535
    return high << 16 | low


@given(st.binary(max_size=300), st.integers(0, 9))
def test_filters_are_undone(content: bytes, width: int) -> None:
    found = fletcher32(content)
    assert (found >> 16) % 65_535 << 16 | (found & 0xFFFF) % 65_535 == _fletcher32(content)
    count = len(content) // width if width else 0
    shuffled = b"".join(content[at : count * width : width] for at in range(width)) + content[count * width :]
    assert unshuffled(shuffled, width) == content
    whole = content[: count * width]
    turned = b"".join(whole[at : at + width][::-1] for at in range(0, len(whole), width or 1))
    assert swapped(whole, width) == turned


def test_filters_with_impossible_values_end() -> None:
    for width in (0, 1 << 31, (1 << 32) - 1):
        content = in_chunks((2, 3), (2, 3), HONEST, filters=[(2, (width,)), DEFLATE])
        assert both(content)[1] == {"kernel": DATA}


MAKERS: list[Callable[[], bytes]] = [
    hdf5_files.honest,
    lambda: in_chunks((2, 3), (2, 3), HONEST, filters=[DEFLATE]),
    lambda: in_chunks(
        (4, 3), (2, 3), HONEST, Chunk(origin=(2, 0), data=PACKED), filters=[SHUFFLE, DEFLATE, FLETCHER32]
    ),
    lambda: hdf5_files.honest(attributes=[hdf5_files.attribute("model_config", b'{"a": [1, 2]}')]),
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(MAKERS),
    st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 100),
)
def test_any_change_of_bytes_is_read_or_refused(
    make: Callable[[], bytes], changes: list[tuple[int, int]], cut: int
) -> None:
    content = bytearray(make())
    for at, byte in changes:
        content[at % len(content)] = byte
    with suppress(Malformed, OverLimit, UsageError):
        both(bytes(content[: len(content) - cut]))
