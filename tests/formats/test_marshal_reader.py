"""The marshal reader: code of every version, and nothing that any bytes can do to it."""

from __future__ import annotations

import contextlib
import marshal
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import marshalled
from tests.effort import is_quick
from weighbridge.core.errors import Malformed
from weighbridge.formats.marshal_reader import DEPTH, Code, codes, reaches, read

RANGES = {"2.7": "2.7", "3.6": "3.0 to 3.7", "3.7": "3.0 to 3.7", "3.8": "3.8 to 3.10", "3.9": "3.8 to 3.10",
          "3.10": "3.8 to 3.10", "3.11": "3.11 to 3.14", "3.12": "3.11 to 3.14", "3.13": "3.11 to 3.14"}  # fmt: skip


@pytest.mark.parametrize("version", marshalled.VERSIONS)
def test_code_of_every_version(version: str) -> None:
    found, versions = read(marshalled.function(version))
    assert versions == RANGES[version]
    names = [code.name for code in codes(found)]
    assert names[0] == "f"
    assert "<lambda>" in names
    outer = next(codes(found))
    assert outer.names == ("os", "system")
    assert "echo INERT" in outer.constants or b"echo INERT" in outer.constants
    assert ("os", "system") in set(reaches(outer))


@pytest.mark.parametrize("version", marshalled.VERSIONS)
def test_a_module_by_its_name(version: str) -> None:
    (code,) = codes(read(marshalled.nameless(version))[0])
    assert code.names == ("__import__", "getoutput")
    if version != "2.7":  # its strings are bytes
        assert ("subprocess", "getoutput") in set(reaches(code))
    assert ("builtins", "__import__") in set(reaches(code))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: st.tuples(inner, inner) | st.lists(inner) | st.frozensets(st.integers()) | st.dictionaries(
        st.text(), inner),
    max_leaves=20,
)  # fmt: skip


@given(PLAIN, st.integers(0, 4))
def test_whatever_marshal_writes_is_read(value: Any, version: int) -> None:
    read(marshal.dumps(value, version))


def test_strings_and_numbers_keep_their_value() -> None:
    assert read(marshal.dumps(("words", b"bytes", 5, -7, None, "Grüße")))[0] == (
        "words",
        b"bytes",
        5,
        -7,
        None,
        "Grüße",
    )
    assert read(marshal.dumps(["twice", "twice"]))[0] == ("twice", "twice")


@settings(max_examples=500)
@given(st.sampled_from(marshalled.VERSIONS), st.data())
def test_mutations_are_malformed_at_worst(version: str, data: st.DataObject) -> None:
    content = bytearray(marshalled.function(version))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Malformed):
        list(codes(read(bytes(content[: data.draw(st.integers(0, len(content)))]))[0]))


def test_deep_and_wide_things_are_bounded() -> None:
    deep = b")\x01" * (DEPTH + 5) + b"N"
    with pytest.raises(Malformed, match="nest too deep"):
        read(deep)
    assert read(b")\x01" * (DEPTH - 1) + b"N")
    with pytest.raises(Malformed, match="more elements than bytes"):
        read(b"(\xff\xff\xff\x7fN")
    with pytest.raises(Malformed, match="not there"):
        read(b"r\x05\0\0\0")
    with pytest.raises(Malformed, match="behind"):
        read(b"NN")


def test_shared_objects_are_followed_once() -> None:
    """A tuple of references to a tuple of references: small to write, endless to walk as a tree."""
    content = b"\xa9\x00"
    for number in range(60):
        content = b"\xa9\x02" + content + b"r" + (60 - number).to_bytes(4, "little")
    begun = time.process_time()
    assert list(codes(read(content)[0])) == []
    shared = read(b")\x02\xa9\x02NNr\0\0\0\0")[0]
    assert shared == ((None, None), (None, None))
    assert is_quick(time.process_time() - begun, 1)


def test_a_code_object_says_what_it_is() -> None:
    def inert(value: Any) -> Any:
        return value.attribute + 3

    (code,) = codes(read(marshal.dumps(inert.__code__))[0])
    assert isinstance(code, Code)
    assert (code.name, code.names) == ("inert", ("attribute",))
