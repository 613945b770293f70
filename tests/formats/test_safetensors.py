"""safetensors: honest files say nothing but what they hold; each lie is a fact of its own."""

from __future__ import annotations

import json
import struct
import time
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import natives, zips
from tests.builders import safetensors_files as files
from tests.builders.pickles.gadgets import posix_system
from tests.effort import is_quick
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import (
    EmbeddedPayload,
    Identity,
    Inconsistency,
    MetadataEntry,
    ResourceClaim,
    TensorDecl,
    TrailingData,
)
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats import safetensors
from weighbridge.formats.node import Bench, Child, Node, Stored

NODE = Node(name="model.safetensors")


def read(content: bytes, limits: Limits | None = None) -> tuple[list[Any], Exception | None]:
    """Everything the reader yields, and what it raised at the end."""
    bench = Bench(limits or Limits(), Meter(limits or Limits()))
    found: list[Any] = []
    try:
        for item in safetensors.extract(BytesSource(content), NODE, bench):
            found.append(item)  # noqa: PERF402  (what came before the error is kept)
    except (Malformed, OverLimit) as error:
        return found, error
    return found, None


def of(kind: type, content: bytes) -> list[Any]:
    return [item for item in read(content)[0] if isinstance(item, kind)]


def library(content: bytes) -> None:
    """Read with the reference library; raises SafetensorError."""
    import safetensors as reference

    read_all: Any = reference.deserialize
    read_all(content)


def is_sound(content: bytes) -> bool:
    """Nothing but identity, tensors and metadata, and no break."""
    found, error = read(content)
    return error is None and all(isinstance(item, Identity | TensorDecl | MetadataEntry) for item in found)


def whats(content: bytes) -> list[tuple[str, bool]]:
    return [(fact.what, fact.memory) for fact in of(Inconsistency, content)]


def child_bytes(child: Child) -> bytes:
    assert isinstance(child.content, Stored)
    return child.content.source.read_at(0, child.content.source.size)


# -- honest --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("make", [files.honest, files.empty, files.every_dtype, files.zero_size, files.unsorted])
def test_honest_files_are_sound(make: Any) -> None:
    content = make()
    assert is_sound(content)
    assert safetensors.sniff(content[:4096], len(content))


def test_what_an_honest_file_says() -> None:
    content = files.honest({"format": "pt"})
    found, _ = read(content)
    assert found[0] == Identity(at=NODE.at(), format="safetensors")
    assert [(fact.key, fact.text) for fact in found if isinstance(fact, MetadataEntry)] == [("format", "pt")]
    weight, bias = (fact for fact in found if isinstance(fact, TensorDecl))
    assert (weight.name, weight.dtype, weight.shape) == ("layer.weight", "F32", (2, 3))
    start = 8 + struct.unpack_from("<Q", content)[0]
    assert (weight.at.offset, weight.at.length) == (start, 24)
    assert content[start : start + 24] == files.TENSORS[0].contents()
    assert (bias.at.offset, bias.at.length) == (start + 24, 6)


def test_every_span_is_the_tensor_itself() -> None:
    content = files.unsorted()
    at = {fact.name: fact.at.offset for fact in of(TensorDecl, content)}
    assert at["a"] == at["b"] + 24


@pytest.mark.parametrize(
    ("dtype", "bits"), [("F4", 4), ("F6_E2M3", 6), ("F6_E3M2", 6), ("F8_E8M0", 8), ("C64", 64), ("F8_E4M3FNUZ", 8)]
)
def test_new_dtypes(dtype: str, bits: int) -> None:
    entry = {"dtype": dtype, "shape": [2, 4], "data_offsets": [0, bits]}
    assert is_sound(files.raw(json.dumps({"a": entry}).encode(), bytes(bits)))


@pytest.mark.libraries
def test_files_of_the_real_library_are_sound() -> None:
    import numpy as np
    from safetensors.numpy import save

    kinds = ("bool", "u1", "i1", "u2", "i2", "f2", "u4", "i4", "f4", "u8", "i8", "f8", "c8")
    arrays = {f"{kind}.{n}": np.ones(shape, kind) for kind in kinds for n, shape in enumerate([(2, 3), (), (0, 4)])}
    content = save(arrays, {"format": "np", "note": "Grüße 🎉"})
    assert is_sound(content)
    declared = {fact.name: (fact.shape, fact.at) for fact in of(TensorDecl, content)}
    assert {name: shape for name, (shape, _) in declared.items()} == {name: a.shape for name, a in arrays.items()}
    for name, (_, at) in declared.items():
        assert content[at.offset : at.offset + at.length] == arrays[name].tobytes()


@pytest.mark.libraries
@pytest.mark.parametrize("dtype", sorted(safetensors.WIDTHS))
def test_the_real_library_knows_the_same_dtypes(dtype: str) -> None:
    size = safetensors.WIDTHS[dtype]
    header = json.dumps({"a": {"dtype": dtype, "shape": [8], "data_offsets": [0, size]}}).encode()
    library(files.raw(header, bytes(size)))


@pytest.mark.libraries
@pytest.mark.parametrize("dtype", ["C128", "F128", "I4", "U4", "F33"])
def test_the_real_library_knows_no_other_dtypes(dtype: str) -> None:
    from safetensors import SafetensorError

    with pytest.raises(SafetensorError, match="unknown variant"):
        library(files.unknown_dtype(dtype))
    (gap,) = of(Gap, files.unknown_dtype(dtype))
    assert gap.kind is GapKind.UNSUPPORTED
    assert dtype in gap.reason


# -- lies ----------------------------------------------------------------------------------------------------------
LIES = {
    "SAF-02 tensor": (files.duplicate_keys(), ("duplicate key", False)),
    "SAF-02 field": (files.duplicate_fields(), ("duplicate key", False)),
    "SAF-02 metadata": (
        files.raw(b'{"__metadata__":{"a":"1","a":"2"}}'),
        ("duplicate key", False),
    ),
    "SAF-03 overlap": (files.overlapping(), ("overlap", False)),
    "SAF-03 negative": (files.odd_offsets(), ("offsets", False)),
    "SAF-03 reversed": (files.odd_offsets(24, 0), ("offsets", True)),
    "SAF-03 beyond": (files.odd_offsets(24, 48), ("out of bounds", True)),
    "SAF-03 huge": (files.odd_offsets(10**30, 10**30 + 24), ("out of bounds", True)),
    "SAF-03 wide": (files.odd_offsets(10**30, 10**30 + 24), ("integer beyond 64 bits", False)),
    "SAF-03 text": (files.odd_offsets("0", "24"), ("offsets", False)),
    "SAF-03 truth values": (files.odd_offsets(False, True), ("offsets", False)),
    "SAF-04": (files.zero_size_reused(), ("empty tensor", False)),
    "SAF-05 more": (files.wrong_product(), ("tensor size", True)),
    "SAF-05 less": (files.wrong_product((1, 5)), ("tensor size", False)),
    "SAF-05 overflow": (files.overflowing_product(), ("shape overflow", True)),
    "SAF-05 overflow and zero": (files.odd_shape([1 << 40, 1 << 40, 0]), ("shape overflow", False)),
    "SAF-05 digits": (files.odd_shape([10**4000] * 50), ("shape overflow", True)),
    "SAF-07 start": (files.leading_spaces(), ("header start", False)),
    "SAF-07 newline": (files.odd_padding(b"\n\t"), ("header padding", False)),
    "SAF-08": (files.odd_metadata(), ("metadata", False)),
    "SAF-08 list": (files.odd_metadata(["a"]), ("metadata", False)),
    "truncated": (files.truncated(), ("truncated", False)),
    "negative shape": (files.odd_shape([-2, -3]), ("shape", False)),
    "shape of fractions": (files.odd_shape([2.0, 3.0]), ("shape", False)),
    "shape that is none": (files.odd_shape("2x3"), ("shape", False)),
    "too many dimensions": (files.odd_shape([1] * 65 + [6]), ("shape", False)),
    "SCN-26 NaN": (files.constants_in_header(), ("number that is not finite", False)),
    "not UTF-8": (files.invalid_utf8(), ("not encoded as plain UTF-8", False)),
    "surrogate": (files.raw(rb'{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), ("lone surrogate", False)),
    "unknown field": (
        files.raw(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"code":"INERT"}}'),
        ("unknown field", False),
    ),
    "entry as array": (files.raw(b'{"a":["U8",[0],[0,0]]}'), ("entry", False)),
    "entry as text": (files.raw(b'{"a":"U8"}'), ("entry", False)),
    "dtype as number": (files.raw(b'{"a":{"dtype":8,"shape":[0],"data_offsets":[0,0]}}'), ("dtype", False)),
    "half a byte": (
        files.raw(b'{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}', b"\0"),
        ("sub-byte shape", False),
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_each_lie_is_told(name: str) -> None:
    content, expected = LIES[name]
    assert expected in whats(content)
    assert safetensors.sniff(content[:4096], len(content))


TOLERATED = {
    "SAF-02 tensor",  # the last one counts
    "SAF-02 metadata",
    "SAF-07 start",
    "SAF-07 newline",
    "too many dimensions",
    "unknown field",
    "entry as array",
}


@pytest.mark.libraries
@pytest.mark.parametrize("name", sorted(LIES))
def test_the_real_library_refuses_nearly_all_lies(name: str) -> None:
    from safetensors import SafetensorError

    try:
        library(LIES[name][0])
        tolerated = True
    except SafetensorError:
        tolerated = False
    assert tolerated is (name in TOLERATED)


def test_both_values_of_a_repeated_name_are_declared() -> None:
    assert [fact.name for fact in of(TensorDecl, files.duplicate_keys())] == ["a", "a"]


def test_metadata_of_any_kind_reaches_the_rules() -> None:
    entries = of(MetadataEntry, files.raw(b'{"__metadata__":{"a":{"_target_":"absent.INERT"},"a":"x"}}'))
    assert [(fact.key, fact.text) for fact in entries] == [("a", '{"_target_": "absent.INERT"}'), ("a", "x")]
    (entry,) = of(MetadataEntry, files.odd_metadata(["absent.INERT"]))
    assert "absent.INERT" in entry.text


@pytest.mark.parametrize(
    ("content", "where", "held"),
    [
        (files.hole(b"INERT-hole"), "gap", b"INERT-hole"),
        (files.late_start(b"INERT-hole"), "gap", b"INERT-hole"),
        (files.trailing(b"INERT-tail"), "tail", b"INERT-tail"),
        (files.odd_padding(b"\n\t\0INERT"), "gap", b"\n\t\0INERT"),
        (files.raw(b"{}", b"INERT"), "tail", b"INERT"),
    ],
)
def test_bytes_that_no_tensor_needs(content: bytes, where: str, held: bytes) -> None:
    (fact,) = of(TrailingData, content)
    assert (fact.where, fact.zero) == (where, False)
    assert content[fact.at.offset : fact.at.offset + fact.at.length] == held
    (child,) = of(Child, content)
    assert child_bytes(child) == held
    assert child.quiet
    assert child.offset == fact.at.offset


@pytest.mark.parametrize("length", [1, 100, 1 << 20])
def test_a_tail_of_zeros_is_known_as_such(length: int) -> None:
    found, _ = read(files.trailing(bytes(length)))
    assert [item.zero for item in found if isinstance(item, TrailingData)] == [True]
    assert not [item for item in found if isinstance(item, Child)]


def test_a_tail_that_is_not_read_whole_is_not_called_zero() -> None:
    (fact,) = of(TrailingData, files.trailing(bytes(1 << 21)))
    assert not fact.zero


def test_every_hole_is_found() -> None:
    tensors = [
        files.Tensor(name=str(n), shape=(1,), dtype="U8", data=b"x", offsets=(2 * n, 2 * n + 1)) for n in range(9)
    ]
    content = files.encode(tensors, data=b"x!" * 8 + b"x")
    assert len(of(TrailingData, content)) == 8


def test_more_holes_than_are_examined_leave_a_gap() -> None:
    tensors = [
        files.Tensor(name=str(n), shape=(1,), dtype="U8", data=b"x", offsets=(2 * n, 2 * n + 1)) for n in range(300)
    ]
    found, _ = read(files.encode(tensors, data=b"x!" * 300))
    assert sum(isinstance(item, TrailingData) for item in found) == 257
    assert [item.kind for item in found if isinstance(item, Gap)] == [GapKind.OVER_LIMIT]


def test_many_lies_of_one_kind_are_counted() -> None:
    tensors = [files.Tensor(name=str(n), shape=(4,), dtype="U8", data=b"", offsets=(0, 4)) for n in range(100)]
    facts = of(Inconsistency, files.encode(tensors, data=b"four"))
    assert [fact.detail for fact in facts if fact.what == "overlap"][-1] == "91 more"
    assert len(facts) == 9


def test_words_of_the_file_are_shortened() -> None:
    entry = {"dtype": "U8", "shape": [5], "data_offsets": [0, 4]}
    (fact,) = of(Inconsistency, files.raw(json.dumps({"n" * 10_000: entry}).encode(), b"four"))
    assert len(fact.detail) < 400


# -- headers that cannot be read -----------------------------------------------------------------------------------
def test_header_beyond_the_file() -> None:
    content = files.header_beyond_file()
    found, error = read(content)
    assert isinstance(error, Malformed)
    (claim,) = [item for item in found if isinstance(item, ResourceClaim)]
    assert (claim.what, claim.claimed, claim.limit) == ("header", 1 << 40, len(content) - 8)
    assert safetensors.sniff(content[:4096], len(content))


def test_giant_header() -> None:
    found, error = read(files.giant_header())
    assert isinstance(error, OverLimit)
    (claim,) = [item for item in found if isinstance(item, ResourceClaim)]
    assert (claim.claimed, claim.limit) == (100_000_001, safetensors.MAX_HEADER)


def test_more_tensors_than_members_allowed() -> None:
    found, error = read(files.many_tensors(11), Limits(members=10))
    assert isinstance(error, OverLimit)
    assert sum(isinstance(item, TensorDecl) for item in found) == 10


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 7,
        b"\0" * 64,
        files.other_first_byte(),
        files.deep_header(),
        files.pickle_named_safetensors(),
        files.raw(b"[]"),
        files.raw(b"{"),
        files.raw(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},}'),
        files.raw(b'{"a\n":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
    ],
)
def test_what_is_no_header(content: bytes) -> None:
    assert isinstance(read(content)[1], Malformed)


def test_a_pickle_is_not_called_safetensors() -> None:
    content = files.pickle_named_safetensors()
    assert not safetensors.sniff(content[:4096], len(content))
    assert not of(Identity, content)


def test_what_came_before_a_break_is_kept() -> None:
    content = files.raw(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},')
    found, error = read(content)
    assert isinstance(error, Malformed)
    assert error.offset == len(content)
    assert [item.name for item in found if isinstance(item, TensorDecl)] == ["a"]


# -- stowaways -----------------------------------------------------------------------------------------------------
PASSENGERS = {"elf": natives.elf(), "pe": natives.pe(), "macho": natives.macho(), "macho_fat": natives.macho_fat()}
PASSENGERS |= {
    "zip": zips.plain({"a": b"INERT"}),
    "script": natives.shell_script(),
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
}
PASSENGERS |= {f"pickle {protocol}": posix_system(protocol) for protocol in (2, 3, 4)}


@pytest.mark.parametrize("name", PASSENGERS)
@pytest.mark.parametrize("place", ["tensor", "tail"])
def test_stowaways_are_handed_on(name: str, place: str) -> None:
    held = PASSENGERS[name]
    (child,) = of(Child, files.stowaway(held, place=place))
    assert child_bytes(child) == held
    assert (child.quiet, child.role) == (True, place)


@pytest.mark.parametrize(
    "magic", [b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"PK", b"\x1f\x8b", b"BZh9", b"\x80\x04\x06", b"#!"]
)
def test_weights_that_begin_like_something_else_are_weights(magic: bytes) -> None:
    assert is_sound(files.stowaway(natives.noise_beginning(magic)))


def test_small_tensors_side_by_side_are_all_looked_at() -> None:
    held = [b"\x80\x04N." if n % 7 == 0 else b"\0" * (n % 40) for n in range(2_000)]
    tensors = [files.Tensor(name=str(n), shape=(len(data),), dtype="U8", data=data) for n, data in enumerate(held)]
    found, error = read(files.encode(tensors))
    assert error is None
    children = [item for item in found if isinstance(item, Child)]
    assert len(children) == 256
    assert all(child_bytes(child) == b"\x80\x04N." for child in children)
    assert [item.kind for item in found if isinstance(item, Gap)] == [GapKind.OVER_LIMIT]


# -- bounds --------------------------------------------------------------------------------------------------------


class Sparse:
    """A header and then zeros that take no memory; counts what is read of them."""

    def __init__(self, head: bytes, size: int) -> None:
        self.head, self.size, self.reads, self.bytes = head, size, 0, 0

    def read_at(self, offset: int, length: int) -> bytes:
        found = self.head[offset : offset + length]
        found += bytes(max(0, min(length, self.size - offset) - len(found)))
        self.reads, self.bytes = self.reads + 1, self.bytes + len(found)
        return found


@pytest.mark.parametrize(("count", "each"), [(2_000, 1 << 29), (20_000, 64)])
def test_the_price_of_a_file_is_that_of_its_header(count: int, each: int) -> None:
    entries = {
        str(n): {"dtype": "U8", "shape": [each], "data_offsets": [n * each, (n + 1) * each]} for n in range(count)
    }
    head = files.raw(json.dumps(entries).encode())
    source = Sparse(head, len(head) + count * each)
    start = time.process_time()
    found = list(safetensors.extract(source, NODE, Bench(Limits(), Meter(Limits()))))
    assert is_quick(time.process_time() - start, 2)
    assert len(found) == count + 1
    assert source.reads <= 2_000 + 10
    assert source.bytes <= len(head) + 4096 + count * max(16, min(each, 1 << 10)) + 100


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    read(content)


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "dtype": st.sampled_from([*safetensors.WIDTHS, "X"]) | st.none(),
        "shape": st.lists(st.integers(-1, 9) | st.just(1 << 62), max_size=4) | st.text(max_size=3),
        "data_offsets": st.lists(st.integers(-1, 40) | st.just(1 << 62), max_size=3),
        "x": st.none(),
    },
)


@given(
    st.dictionaries(st.text(max_size=3) | st.just("__metadata__"), FIELDS | st.lists(st.none()), max_size=5),
    st.binary(max_size=40),
    st.binary(max_size=4),
)
def test_any_header(entries: dict[str, Any], data: bytes, padding: bytes) -> None:
    content = files.raw(json.dumps(entries).encode() + padding, data)
    found, error = read(content)
    for item in found:
        offset = item.offset if isinstance(item, Child) else item.at.offset
        assert offset is None or 0 <= offset <= len(content)
    assert error is None


@pytest.mark.libraries
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(safetensors.WIDTHS)), st.lists(st.integers(0, 3), max_size=3), st.integers(-1, 1)
        ),
        max_size=4,
    ),
    st.integers(-1, 1),
)
def test_what_the_real_library_refuses_is_not_sound(entries: list[tuple[str, list[int], int]], tail: int) -> None:
    from math import prod

    from safetensors import SafetensorError

    header, end = {}, 0
    for number, (dtype, shape, slip) in enumerate(entries):
        size = -(-prod(shape) * safetensors.WIDTHS[dtype] // 8)
        begin = max(0, end + slip)
        end = begin + size
        header[str(number)] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    content = files.raw(json.dumps(header).encode(), bytes(max(0, end + tail)))
    try:
        library(content)
    except SafetensorError:
        assert not is_sound(content)
    else:
        assert is_sound(content)


@pytest.mark.parametrize("encoded", [True, False])
def test_metadata_that_holds_a_pickle_is_handed_on(encoded: bool) -> None:
    text = b64encode(posix_system()).decode() if encoded else posix_system(0).decode("latin-1")
    content = files.honest({"format": "pt", "note": text})
    (fact,) = of(EmbeddedPayload, content)
    assert (fact.what, fact.encoding) == ("pickle", "base64" if encoded else "raw")
    assert fact.at.offset == 8
    assert [one.role for one in of(Child, content)] == ["", "words"]


def test_ordinary_metadata_is_handed_on_as_words_alone() -> None:
    metadata = {
        "format": "pt",
        "hash": "a" * 64,
        "training": json.dumps({"resolution": [1024, 1024], "tags": {"a": 1}}),
    }
    assert [one.role for one in of(Child, files.honest(metadata))] == ["words", "words"]
    assert of(EmbeddedPayload, files.honest(metadata)) == []
