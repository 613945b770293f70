"""Constants are decoded as the loaders decode them, wherever the window is."""

from __future__ import annotations

import io
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.pickles import opcodes as op
from weighbridge.core.source import BytesSource
from weighbridge.formats.pickle.constants import LARGEST, NAME_BYTES, SHORT_TEXT, Constants
from weighbridge.formats.pickle.window import LINE, Window

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NUMBER = st.integers(-(1 << 500), 1 << 500)


def constants(data: bytes, *, far: bool = False) -> Constants:
    """A reader whose window begins at the constant, or has gone past it."""
    source = BytesSource(data)
    return Constants(source, Window(source, len(data) if far else 0))


def loaded(stream: bytes) -> object:
    return pickle.Unpickler(io.BytesIO(stream + b"."), encoding="latin1").load()


@given(TEXT, st.booleans())
def test_text_is_what_the_unpickler_makes(text: str, far: bool) -> None:
    for write in (op.SHORT_BINUNICODE, op.BINUNICODE, op.BINUNICODE8, op.UNICODE):
        if len(text.encode()) < 256 or write is not op.SHORT_BINUNICODE:
            data = write(text)
            assert constants(data, far=far).text(1, 1_000) == (loaded(data), True)
            assert constants(data, far=far).kind(1) == "str"
            assert constants(data, far=far).name(1) == ("str", text)


@given(st.binary(max_size=60))
def test_bytes_are_what_the_unpickler_makes(raw: bytes) -> None:
    for write in (op.SHORT_BINBYTES, op.BINBYTES, op.BINBYTES8):
        data = write(raw)
        assert constants(data).text(1, 1_000) == (loaded(data), True)
        assert constants(data).kind(1) == "bytes"
        assert constants(data).name(1) == ("bytes", "")


@given(NUMBER, st.booleans())
def test_numbers_are_what_the_unpickler_makes(number: int, far: bool) -> None:
    forms = [op.INT(number), op.LONG(number), op.LONG1(number), op.LONG4(number)]
    forms += [op.BININT(number)] if -(1 << 31) <= number < 1 << 31 else []
    forms += [op.BININT1(number)] if 0 <= number < 256 else []
    forms += [op.BININT2(number)] if 0 <= number < 1 << 16 else []
    for data in forms:
        assert constants(data, far=far).scalar(1) == loaded(data) == number
        assert constants(data, far=far).kind(1) == "int"


@given(st.floats(allow_nan=False))
def test_floats_are_what_the_unpickler_makes(number: float) -> None:
    for data in (op.FLOAT(number), op.BINFLOAT(number)):
        assert constants(data).scalar(1) == loaded(data) == number
        assert constants(data).kind(1) == "float"


@pytest.mark.parametrize(
    ("data", "value"),
    [(op.NONE, None), (op.NEWTRUE, True), (op.NEWFALSE, False), (op.INT(b"00"), False), (op.INT(b"01"), True)],
)
def test_truth_values_are_no_numbers(data: bytes, value: bool | None) -> None:
    assert constants(data).scalar(1) is value
    assert constants(data).kind(1) == ("none" if value is None else "bool")


@pytest.mark.parametrize("size", [65, 3_000, 100_000])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_number_too_long_to_be_written_is_a_bound(size: int, sign: int) -> None:
    """CPython refuses to write integers of more than 4,300 digits, so none may get as far as a message."""
    number = sign * ((1 << 8 * size - 2) + 5)
    for data in (op.LONG4(number), op.LONG(str(number).encode() + b"L") if size < 100 else op.LONG4(number)):
        assert constants(data).scalar(1) == sign * LARGEST
    assert len(str(LARGEST)) < 200


def test_text_beyond_a_limit_is_cut_and_said_to_be() -> None:
    for data in (op.BINUNICODE("x" * 500), op.UNICODE("x" * 500), op.STRING("x" * 500), op.BINBYTES(b"x" * 500)):
        found, whole = constants(data).text(1, 100)
        assert found is not None
        assert len(found) == 100
        assert not whole


def test_a_line_that_is_not_read_to_its_end_is_not_whole() -> None:
    for data in (op.UNICODE(b"\\u0041" * LINE), op.STRING(b"'" + b"x" * LINE + b"'")):
        found, whole = constants(data).text(1, 100)
        assert found
        assert not whole
        assert constants(data).short_text(1) == ""


def test_a_name_is_read_up_to_its_bound() -> None:
    kind, name = constants(op.BINUNICODE("n" * 10_000)).name(1)
    assert (kind, len(name)) == ("str", NAME_BYTES)


def test_text_that_is_no_utf8_names_nothing() -> None:
    data = op.SHORT_BINUNICODE(b"\x80abc")
    assert constants(data).name(1) == ("broken", "")
    assert constants(data).short_text(1) == ""
    assert constants(data).scalar(1), "it is not empty, whatever it is"


@given(TEXT)
def test_short_text_is_all_or_nothing(text: str) -> None:
    expected = text if len(text.encode()) <= SHORT_TEXT else ""
    assert constants(op.BINUNICODE(text)).short_text(1) == expected


def test_the_operand_of_a_counted_constant_is_located() -> None:
    for data, begin in ((op.SHORT_BINBYTES(b"abc"), 2), (op.BINBYTES(b"abc"), 5), (op.BINBYTES8(b"abc"), 9)):
        assert constants(data).span(1) == (begin, 3)
    assert constants(op.NONE).span(1) == (1, 0)
