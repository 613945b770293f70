"""JSON from hostile hands: every value is kept, every difference between parsers is named, bounds hold."""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
import weakref
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import is_quick
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.strict_json import JsonOddity, JsonReader, RepeatedKeys, pairs_of, read_json

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20
)


def kinds(data: bytes) -> list[JsonOddity]:
    return [odd.kind for odd in read_json(data).oddities]


@given(VALUES)
def test_ordinary_json_is_read_as_json_reads_it_and_nothing_is_odd(value: object) -> None:
    finite = json.dumps(value).encode()
    document = read_json(finite)
    assert document.value == json.loads(finite)
    assert document.end == len(finite)
    assert not [odd for odd in document.oddities if odd.kind is not JsonOddity.NOT_FINITE]


@given(st.dictionaries(st.text(), VALUES, max_size=6), st.sampled_from([None, 1]))
def test_members_are_those_of_the_whole(value: dict[str, object], indent: int | None) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "replace") + b"  tail"
    reader = JsonReader(data)
    assert dict(reader.members()) == json.loads(data[:-6])
    assert reader.end() == len(data) - 6


def test_repeated_keys_keep_every_value() -> None:
    document = read_json(b'{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}')
    assert isinstance(document.value, RepeatedKeys)
    assert document.value["a"] == 3
    assert pairs_of(document.value)[0] == ("a", 1)
    assert pairs_of(document.value)[2] == ("a", 3)
    inner = document.value["b"]
    assert isinstance(inner, dict)
    assert pairs_of(inner) == (("c", 1), ("c", 2))
    assert [(odd.kind, odd.detail) for odd in document.oddities] == [
        (JsonOddity.DUPLICATE_KEY, "c"),
        (JsonOddity.DUPLICATE_KEY, "a"),
    ]


def test_repeated_members_are_both_read() -> None:
    reader = JsonReader(b'{"a": 1, "a": 2}')
    assert list(reader.members()) == [("a", 1), ("a", 2)]
    assert [odd.kind for odd in reader.oddities()] == [JsonOddity.DUPLICATE_KEY]


def test_escapes_cannot_hide_a_repeated_key() -> None:
    assert kinds(rb'{"a": 1, "\u0061": 2}') == [JsonOddity.DUPLICATE_KEY]


def test_many_oddities_are_counted() -> None:
    data = b"[" + b",".join([b"NaN"] * 100) + b"]"
    oddities = read_json(data).oddities
    assert len(oddities) == 17
    assert oddities[-1].detail == "84 more"


@pytest.mark.parametrize("text", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"[-1e999]"])
def test_numbers_that_are_not_finite(text: bytes) -> None:
    assert kinds(text) == [JsonOddity.NOT_FINITE]


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        (b"18446744073709551615", False),
        (b"18446744073709551616", True),
        (b"-9223372036854775808", False),
        (b"-9223372036854775809", True),
    ],
)
def test_integers_beyond_64_bits(text: bytes, odd: bool) -> None:
    document = read_json(b"[" + text + b"]")
    assert document.value == [int(text)]
    assert ([found.kind for found in document.oddities] == [JsonOddity.WIDE_INTEGER]) is odd


def test_an_integer_of_a_million_digits_is_refused() -> None:
    with pytest.raises(Malformed):
        read_json(b"9" * 1_000_000)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
def test_other_encodings_are_read_and_named(codec: str) -> None:
    document = read_json('{"é": 1}'.encode(codec))
    assert document.value == {"é": 1}
    assert [odd.kind for odd in document.oddities] == [JsonOddity.ENCODING]


def test_bytes_that_are_not_utf_8_stay_visible() -> None:
    data = b'{"a\xff": 1} \x80\x04'
    document = read_json(data)
    assert document.value == {"a\\udcff": 1}
    assert data[document.end :] == b" \x80\x04"
    assert {odd.kind for odd in document.oddities} == {JsonOddity.ENCODING, JsonOddity.LONE_SURROGATE}


def test_lone_surrogates_are_written_out() -> None:
    document = read_json(rb'{"\ud800": ["\udfff", "\ud83d\ude00"]}')
    assert document.value == {"\\ud800": ["\\udfff", "\U0001f600"]}
    assert [odd.kind for odd in document.oddities] == [JsonOddity.LONE_SURROGATE] * 2


@pytest.mark.parametrize("depth", [1, 2, 5, 64])
def test_depth_is_bounded_exactly(depth: int) -> None:
    many = b"[[],[],[]]," if depth >= 3 else b""
    fits = b"[" + many + b"[" * (depth - 1) + b"]" * (depth - 1) + b"]"
    assert read_json(fits, depth=depth).end == len(fits)
    with pytest.raises(Malformed):
        read_json(b"[" + fits + b"]", depth=depth)


def test_brackets_in_strings_do_not_nest() -> None:
    text = '["' + "[" * 500 + r"\"[[" + '"]'
    assert read_json(text.encode(), depth=2).value == ["[" * 500 + '"[[']
    assert read_json(text[1:-1].encode(), depth=2).value == "[" * 500 + '"[['


@pytest.mark.parametrize("text", [b"[" * 3_000_000, b'{"a":' * 200_000, b"[" * 90_000 + b"]" * 90_000, b"]" * 100])
def test_bracket_bombs_are_refused_at_once(text: bytes) -> None:
    start = time.process_time()
    with pytest.raises((Malformed, OverLimit)):
        read_json(text)
    assert is_quick(time.process_time() - start, 1)


@pytest.mark.parametrize(
    "text", [b"", b" ", b"{", b'{"a"}', b'{"a":1,}', b'{"a" 1}', b"{1:2}", b'{"a":1;}', b'"', b"[1"]
)
def test_text_that_is_no_json(text: bytes) -> None:
    with pytest.raises(Malformed):
        read_json(text)
    with pytest.raises(Malformed):
        list(JsonReader(text).members())


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u0aedD8tn1 \n', max_size=80).map(str.encode))
def test_any_bytes_end_in_a_value_or_in_malformed(data: bytes) -> None:
    with suppress(Malformed):
        read_json(data)
    with suppress(Malformed):
        list(JsonReader(data).members())


def test_values_are_bounded() -> None:
    assert len(str(read_json(b"[" + b"1," * 8 + b"1]", values=9).value)) > 8
    with pytest.raises(OverLimit):
        read_json(b"[" + b"1," * 9 + b"1]", values=9)
    with pytest.raises(OverLimit):
        JsonReader(b'{"a":[' + b"{}," * 3_000_000 + b"{}]}")


@pytest.mark.parametrize("text", [b'"' + b"\xff" * (5 << 20) + b'"', b"\xff\xfe" + b" \0" * (3 << 20)])
def test_long_text_must_be_utf_8(text: bytes) -> None:
    with pytest.raises(Malformed):
        read_json(text)


def test_a_header_of_a_hundred_thousand_tensors_is_quick_and_small() -> None:
    entry = '"model.layers.%d.mlp.experts.down_proj.weight":{"dtype":"BF16","shape":[2048,7168],"data_offsets":[%d,%d]}'
    data = ("{" + ",".join(entry % (n, n << 20, (n + 1) << 20) for n in range(100_000)) + "}").encode()
    assert len(data) > 10_000_000
    start = time.process_time()
    assert sum(1 for _ in JsonReader(data).members()) == 100_000
    assert is_quick(time.process_time() - start, 5)
    tracemalloc.start()
    for number, _ in enumerate(JsonReader(data).members()):
        if number == 1_000:
            break
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * len(data)


def test_a_reader_is_gone_when_nobody_needs_it() -> None:
    collecting = gc.isenabled()
    gc.disable()  # as in a worker
    try:
        reader = JsonReader(b'{"a": [1, NaN, 1e999]}')
        reader.value()
        remains = weakref.ref(reader)
        del reader
        assert remains() is None
    finally:
        if collecting:
            gc.enable()


@pytest.mark.parametrize("before", [0, 1, (1 << 20) - 10, (1 << 20) - 1, 1 << 20])
def test_long_numbers_are_found_wherever_they_stand(before: int) -> None:
    document = read_json(b"[" + b" " * before + b"1" * 20 + b", 1]")
    assert [odd.kind for odd in document.oddities] == []
    document = read_json(b"[" + b" " * before + b"9" * 20 + b", 1]")
    assert [odd.kind for odd in document.oddities] == [JsonOddity.WIDE_INTEGER]
