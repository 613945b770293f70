"""`.npy`: honest arrays say nothing but what they hold; lies, bombs and pickles are told."""

from __future__ import annotations

import ast
import io
import struct
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import natives, numpys
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import array_bytes
from tests.effort import is_quick
from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, ResourceClaim, TensorDecl, TrailingData
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats import numpy
from weighbridge.formats.node import Bench, Child, Node, Stored
from weighbridge.formats.python_literal import Pairs, parse

NODE = Node(name="weights.npy")


def read(content: bytes) -> tuple[list[Any], Exception | None]:
    """Everything the reader yields, and what it raised at the end."""
    found: list[Any] = []
    try:
        for item in numpy.extract(BytesSource(content), NODE, Bench(Limits(), Meter(Limits()))):
            found.append(item)  # noqa: PERF402  (what came before the error is kept)
    except (Malformed, OverLimit) as error:
        return found, error
    return found, None


def of(kind: type, content: bytes) -> list[Any]:
    return [item for item in read(content)[0] if isinstance(item, kind)]


def whats(content: bytes) -> list[tuple[str, bool]]:
    return [(fact.what, fact.memory) for fact in of(Inconsistency, content)]


def is_sound(content: bytes) -> bool:
    found, error = read(content)
    return error is None and all(isinstance(item, Identity | TensorDecl) for item in found)


def child_bytes(child: Child) -> bytes:
    assert isinstance(child.content, Stored)
    return child.content.source.read_at(0, child.content.source.size)


def npy(text: str, data: bytes = b"", version: int = 1) -> bytes:
    return numpys.raw_header(text.encode("utf-8" if version == 3 else "latin-1"), version=version) + data


# -- honest --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("descriptor", ["f4", "f8", "i4"])
def test_arrays_of_every_version(version: int, descriptor: str) -> None:
    content = numpys.npy((2, 3), descriptor, version=version)
    assert is_sound(content)
    assert numpy.sniff(content[:4096], len(content))
    (fact,) = of(TensorDecl, content)
    assert (fact.name, fact.dtype, fact.shape) == ("weights", "<" + descriptor, (2, 3))
    assert content[fact.at.offset : fact.at.offset + fact.at.length] == array_bytes((2, 3), descriptor)


@pytest.mark.parametrize("version", [1, 3])
def test_records(version: int) -> None:
    assert is_sound(numpys.structured(version=version))


def test_several_arrays_in_one_file() -> None:
    content = numpys.npy((2, 3)) + numpys.npy((4,), "f8") + numpys.npy((0,))
    assert is_sound(content)
    assert [fact.name for fact in of(TensorDecl, content)] == ["weights", "weights[1]", "weights[2]"]


def arrays() -> dict[str, Any]:
    import numpy as np

    kinds: tuple[str, ...] = (
        "?",
        "i1",
        "u1",
        "i2",
        "u2",
        "i4",
        "u4",
        "i8",
        "u8",
        "f2",
        "f4",
        "f8",
        "f16",
        "c8",
        "c16",
        "c32",
    )
    kinds += (">i4", ">f8", "S7", "U5", "V6", "S0", "U0", "M8[ns]", "m8[D]", "M8[25us]", "m8")
    found: dict[str, Any] = {kind: np.zeros((2, 3), kind) for kind in kinds}
    found["scalar"] = np.float32(3)
    found["empty"] = np.zeros((0, 4))
    found["fortran"] = np.asfortranarray(np.ones((3, 4)))
    found["records"] = np.zeros(3, [("a", "<f4"), ("b", "<i8", (2, 3)), ("c", [("d", "S3"), ("e", "?")])])
    found["aligned records"] = np.zeros(3, np.dtype([("a", "i1"), ("b", "f8"), ("c", "i2")], align=True))
    found["titled records"] = np.zeros(2, [(("a title", "a"), "<f4")])
    found["foreign names"] = np.zeros(2, [("größe", "<f4"), ("π", "<f4"), ("it's \"\\ quoted\n", "<f4")])
    found["many fields"] = np.zeros(2, [(f"a rather long field name, number {n}", "<f4") for n in range(3_000)])
    return found


@pytest.mark.libraries
@pytest.mark.filterwarnings("ignore:Stored array in format")
@pytest.mark.parametrize("name", sorted(arrays()))
def test_arrays_of_the_real_library_are_sound(name: str) -> None:
    import numpy as np

    array = arrays()[name]
    out = io.BytesIO()
    np.save(out, array)
    content = out.getvalue()
    assert is_sound(content)
    (fact,) = of(TensorDecl, content)
    assert fact.shape == array.shape
    assert content[fact.at.offset : fact.at.offset + fact.at.length] == array.tobytes("A")


@pytest.mark.libraries
@pytest.mark.parametrize("dtype", ["O", "records"])
def test_object_arrays_of_the_real_library(dtype: str) -> None:
    import numpy as np

    array = np.array([None, "a"], "O") if dtype == "O" else np.zeros(2, [("a", "<f4"), ("b", [("c", "O")])])
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    found, error = read(out.getvalue())
    assert error is None
    assert [type(item) for item in found] == [Identity, TensorDecl, Child]
    assert child_bytes(found[-1])[:2] == b"\x80\x04"


# -- pickles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2, 3])
def test_object_arrays_hand_on_their_pickle(version: int) -> None:
    (child,) = of(Child, numpys.object_npy(b"\x80\x04N.", version=version))
    assert child_bytes(child) == b"\x80\x04N."
    assert (child.formats, child.role, child.quiet) == (("pickle",), "numpy.pickle", False)


@pytest.mark.parametrize(
    "descr",
    [
        "'|O'",
        "'O'",
        "'<O8'",
        "'|' 'O'",
        "'\\x7cO'",
        "u'|O'",
        "'i4,O'",
        "'object'",
        "'Object0'",
        "('|O', (2,))",
        "[('a', '<f4'), ('b', [('c', '|O')])]",
        "[('a', ('|O', 3))]",
        "[('a', '|O', (2, 2))]",
        "[(('title', 'a'), '|O')]",
        "['aO']",
        "{'aO': 1}",
        "('|O',)",
        "None",
    ],
)
def test_every_way_to_say_object(descr: str) -> None:
    content = npy(f"{{'descr': {descr}, 'fortran_order': False, 'shape': (1,), }}", b"\x80\x04N.")
    (child,) = of(Child, content)
    assert child.formats == ("pickle",)
    assert child_bytes(child) == b"\x80\x04N."


def test_the_first_of_two_dtypes_counts_as_well() -> None:
    text = "{'descr': '|O', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
    assert [child.formats for child in of(Child, npy(text, b"N..."))] == [("pickle",)]
    assert whats(npy(text, b"N...")) == [("duplicate key", False)]


@pytest.mark.parametrize("text", [*numpys.HOSTILE_HEADERS[:2], *numpys.HOSTILE_HEADERS[6:]])
def test_data_behind_a_header_that_cannot_be_read_is_handed_on(text: bytes) -> None:
    held = posix_system()
    found, error = read(numpys.raw_header(text) + held)
    assert isinstance(error, Malformed)
    (child,) = [item for item in found if isinstance(item, Child)]
    assert child_bytes(child) == held


@pytest.mark.parametrize("version", [(0, 0), (1, 1), (4, 0), (255, 255)])
def test_other_versions_are_handed_on(version: tuple[int, int]) -> None:
    found, error = read(b"\x93NUMPY" + bytes(version) + posix_system())
    assert isinstance(error, Malformed)
    assert child_bytes(found[-1]) == posix_system()


# -- lies ----------------------------------------------------------------------------------------------------------

FIELDS = "'fortran_order': False, 'shape': (1,), "


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (numpys.npy()[:-1], ("truncated", False)),
        (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", bytes(4)), ("shape overflow", True)),
        (
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"),
            ("shape overflow", True),
        ),
        (npy(f"{{'descr': '<f4', 'inert': 1, {FIELDS}}}", bytes(4)), ("unknown key", False)),
        (npy(f"{{'descr': '<f4', 7: 1, {FIELDS}}}", bytes(4)), ("unknown key", False)),
        (npy(f"{{'descr': '<f4', {FIELDS} 'shape': (1,)}}", bytes(4)), ("duplicate key", False)),
        (npy("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", bytes(4)), ("fortran_order", False)),
        (npy("{'descr': '<f4', 'fortran_order': False, 'shape': [1], }", bytes(4)), ("shape", False)),
        (
            numpys.raw_header(f"{{'descr': '<f4', {FIELDS}}}".encode(), padded=False) + bytes(4),
            ("header padding", False),
        ),
    ],
)
def test_each_lie_is_told(content: bytes, expected: tuple[str, bool]) -> None:
    assert whats(content) == [expected]


@pytest.mark.parametrize(
    "content",
    [
        numpys.shape_bomb((1 << 30, 1 << 20)),
        numpys.header("<f8", (1 << 27,)),
        numpys.header("|V999999999999", ()),
        numpys.header([("a", "<f8", (1 << 20, 1 << 20))], (2,)),
    ],
)
def test_bombs(content: bytes) -> None:
    found, error = read(content)
    assert error is None
    (claim,) = [item for item in found if isinstance(item, ResourceClaim)]
    assert claim.what == "array data"
    assert claim.claimed >= 1 << 30 > claim.limit
    assert not [item for item in found if isinstance(item, Inconsistency)]


def test_false_header_length() -> None:
    found, error = read(numpys.false_length())
    assert isinstance(error, Malformed)
    assert [(item.what, item.claimed) for item in found if isinstance(item, ResourceClaim)] == [("header", 0xFFFF)]


def test_giant_header() -> None:
    content = numpys.raw_header(b" " * (1 << 21), version=2) + posix_system()
    found, error = read(content)
    assert isinstance(error, OverLimit)
    assert [item.what for item in found if isinstance(item, ResourceClaim)] == ["header"]
    assert child_bytes(found[-1]) == posix_system()


@pytest.mark.parametrize("descr", ["float32", "<f3f", "x4", "<f4 ", "<q8z", "", "V" + "9" * 40])
def test_a_dtype_that_is_not_known_is_a_gap(descr: str) -> None:
    found, error = read(numpys.header(descr, (1,)) + posix_system())
    assert error is None
    assert [item.kind for item in found if isinstance(item, Gap)] == [GapKind.UNSUPPORTED]
    assert child_bytes(found[-1]) == posix_system()


@pytest.mark.parametrize(("hidden", "zero"), [(b"INERT", False), (bytes(5), True)])
def test_bytes_after_the_array(hidden: bytes, zero: bool) -> None:
    content = numpys.trailing(hidden)
    (fact,) = of(TrailingData, content)
    assert (fact.where, fact.zero, fact.at.length) == ("tail", zero, 5)
    assert [child_bytes(child) for child in of(Child, content)] == ([] if zero else [hidden])


@pytest.mark.parametrize("held", [natives.elf(), posix_system(2).ljust(64)])
def test_stowaways_in_the_data(held: bytes) -> None:
    (child,) = of(Child, numpys.header("|u1", (len(held),)) + held)
    assert child_bytes(child) == held
    assert (child.quiet, child.role) == (True, "array")


# -- the grammar ---------------------------------------------------------------------------------------------------


def plain(found: object) -> object:
    """Turn what the grammar reads into what Python would."""
    if isinstance(found, Pairs):
        return {plain(key): plain(content) for key, content in found.items}
    if isinstance(found, list | tuple):
        return type(found)(plain(item) for item in found)
    return found


LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(LITERALS)
def test_what_python_writes_is_read(value: object) -> None:
    assert plain(parse(repr(value))) == value


SPELLINGS = [
    "'a' \"b\" '''c'd'''",
    r"r'\d' 'e' '\x41\101\u00e9\
z\q'",
    r"br'\x' b'\x41\u0041'",
    "(1)",
    "(1,)",
    "((1, 2), [3,],)",
    "{}",
    "()",
    "[]",
    "-1",
    "+0x1F",
    "1_000",
    "0b11 # a comment",
    "[ # one\n1\\\n]",
    "- - 1",
    "007",
    "1.5",
    "1j",
    "1e3",
    "(,)",
    "[1 2]",
    "{1}",
    "{1: 2, 3}",
    "'a",
    "'\\x4'",
    "'\\u41  '",
    "'\\U00110000'",
    "b'a' 'b'",
    "True",
    "true",
    "Truee",
    "__import__('os')",
    "1 + 1",
    "",
    "'a'; 'b'",
    "[1,,2]",
    "9" * 5000,
]


@pytest.mark.parametrize("text", SPELLINGS)
@pytest.mark.filterwarnings("ignore")
def test_spellings_are_read_as_python_reads_them(text: str) -> None:
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        with pytest.raises(Malformed):
            parse(text)
        return
    if isinstance(value, set | float | complex) or text == "1 + 1":
        with pytest.raises(Malformed):  # no header needs these
            parse(text)
    else:
        assert plain(parse(text)) == value


def test_long_integers_of_python_2() -> None:
    assert parse("(3L, 0L, 0x10L)") == (3, 0, 16)


@pytest.mark.parametrize("text", ["(" * 100_000, "[" * 33 + "]" * 33, "-" * 100_000 + "1", "{0:" * 100_000])
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)


@pytest.mark.parametrize(
    "text", ["'" + "\\\\" * 500_000 + "'", "'' " * 300_000, "[" + "1," * 300_000 + "]", "#" * 1_000_000]
)
def test_the_grammar_is_linear(text: str) -> None:
    start = time.process_time()
    with suppress(Malformed):
        parse(text)
    assert is_quick(time.process_time() - start, 3)


# -- any bytes -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200), st.sampled_from([1, 2, 3]))
def test_any_header(text: bytes, version: int) -> None:
    read(numpys.raw_header(text, version=version))


@given(
    LITERALS,
    st.lists(st.integers(-1, 9) | st.just(1 << 62), max_size=3).map(tuple) | LITERALS,
    st.binary(max_size=40),
)
def test_any_fields(descr: object, shape: object, data: bytes) -> None:
    text = repr({"descr": descr, "fortran_order": False, "shape": shape})
    content = numpys.raw_header(text.encode("utf-8", "replace"), version=3) + data
    for item in read(content)[0]:
        offset = item.offset if isinstance(item, Child) else item.at.offset
        assert offset is None or 0 <= offset <= len(content)


@given(st.binary(max_size=100))
def test_any_bytes(content: bytes) -> None:
    read(content)
    read(b"\x93NUMPY" + content)
    read(b"\x93NUMPY\x01\x00" + struct.pack("<H", max(0, len(content) - 4)) + content)


@pytest.mark.libraries
@given(st.from_regex(r"[<>|=]?[?bBhHiIlLqQefdgFDGSUVOMm][0-9]{0,2}", fullmatch=True))
@pytest.mark.filterwarnings("ignore")
def test_sizes_are_those_of_the_real_library(descr: str) -> None:
    import numpy as np

    try:
        dtype = np.dtype(descr)
    except (TypeError, ValueError):
        return
    content = numpys.header(descr, (2,)) + bytes(2 * dtype.itemsize)
    if dtype.hasobject:
        assert of(Child, content)[0].formats == ("pickle",)
    elif not of(Gap, content):
        assert is_sound(content)
