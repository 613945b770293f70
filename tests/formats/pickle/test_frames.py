"""Frames that end inside an operand: one stream, three readings, each checked against a real unpickler."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.pickles import opcodes as op
from tests.formats.pickle.differential import compare
from tests.formats.pickle.reading import read, run
from tests.sampling import some
from weighbridge.core.facts import GlobalReference, LoaderDisagreement
from weighbridge.core.source import BytesSource
from weighbridge.formats.pickle.frames import READINGS, Dropped, Spliced, straddle
from weighbridge.formats.pickle.window import Window

NAMES = op.GLOBAL("abcposix", "system")


def framed(length: int, body: bytes) -> bytes:
    return op.PROTO(4) + op.FRAME(length) + body


@given(
    st.binary(min_size=33, max_size=80), st.integers(0, 12), st.integers(0, 10), st.integers(0, 90), st.integers(0, 40)
)
def test_a_spliced_source_reads_as_if_the_span_were_not_there(
    data: bytes, gap: int, length: int, offset: int, count: int
) -> None:
    """A frame's contents begin at 11; its own length is written anew so that it ends where the span began."""
    begin = 11 + gap
    dropped = Dropped(begin=begin, end=begin + length, frame=11)
    whole = bytearray(data[:begin] + data[begin + length :])
    whole[3:11] = gap.to_bytes(8, "little")
    spliced = Spliced(BytesSource(data), dropped)
    assert spliced.size == len(whole)
    assert spliced.read_at(offset, count) == bytes(whole)[offset : offset + count]


@pytest.mark.parametrize("cut", range(1, len(NAMES) + 2))
def test_a_name_cut_anywhere_is_read_as_each_loader_reads_it(cut: int) -> None:
    outcome = compare(framed(cut, NAMES + op.STOP))
    assert outcome.c == {"abcposix.system"}
    assert outcome.c_from_file <= outcome.machine
    assert outcome.c | outcome.python <= outcome.machine


CUTS = {
    "short text": op.SHORT_BINUNICODE("posix") + op.SHORT_BINUNICODE("system") + op.STACK_GLOBAL,
    "text": op.BINUNICODE("posix") + op.BINUNICODE8("system") + op.STACK_GLOBAL,
    "bytes": op.SHORT_BINBYTES(b"posixsystem") + NAMES,
    "numbers": op.BININT(7) + op.BININT2(300) + op.BINFLOAT(1.5) + NAMES,
    "memo": op.NONE + op.LONG_BINPUT(3) + op.LONG_BINGET(3) + NAMES,
    "extension": op.EXT4(300) + NAMES,
    "long": op.LONG1(1 << 60) + op.LONG4(1 << 90) + NAMES,
    "lines": op.INT(12345) + op.FLOAT(2.5) + op.UNICODE("posix") + NAMES,
    "frame in frame": op.FRAME(5) + op.NONE + NAMES,
}


@pytest.mark.parametrize("what", CUTS)
def test_no_loader_resolves_what_the_machine_does_not(what: str) -> None:
    body = CUTS[what] + op.STOP
    for cut in some(2, range(len(body) + 4)):
        outcome = compare(framed(cut, body))
        assert outcome.c | outcome.c_from_file | outcome.python <= outcome.machine, cut


def test_the_dropped_bytes_are_told_and_both_names_reported() -> None:
    found = read(framed(4, NAMES + op.STOP))
    assert {fact.name for fact in found.of(GlobalReference)} == {"system"}
    assert {fact.module for fact in found.of(GlobalReference)} == {"abcposix", "posix"}
    (told,) = [fact for fact in found.of(LoaderDisagreement) if "drop" in fact.what]
    assert told.at.offset == 12
    assert told.at.length == 3


def test_an_honest_frame_has_one_reading() -> None:
    done = run(framed(len(NAMES) + 1, NAMES + op.STOP))
    assert done.machine.dropped is None
    assert done.machine.alive == {"C", "Python"}
    assert not done.of(LoaderDisagreement)


def test_bytes_operands_are_put_together_from_both_sides() -> None:
    """``_Unpickler_ReadInto`` drops nothing, so such a frame has one reading only."""
    outcome = compare(framed(4, op.SHORT_BINBYTES(b"abcdef") + NAMES + op.STOP))
    assert outcome.c == outcome.c_from_file == {"abcposix.system"}


def test_very_many_cut_frames_end_in_a_gap() -> None:
    found = read(op.PROTO(4) + (op.FRAME(3) + op.GLOBAL("abx", "n") + op.POP) * (4 * READINGS) + op.NONE + op.STOP)
    assert {fact.module for fact in found.of(GlobalReference)} == {"abx", "x"}
    assert any("frames end inside an operand" in gap.reason for gap in found.gaps)


def test_the_cut_is_found_wherever_the_window_is() -> None:
    filler = op.BINBYTES(bytes(3 << 20)) + op.POP
    data = framed(len(filler) + 4, filler + NAMES + op.STOP)
    start = 11
    dropped = straddle(BytesSource(data), start, start + len(filler) + 4)
    assert dropped is not None
    assert dropped.begin == start + len(filler) + 1
    assert Window(BytesSource(data), dropped.begin).bytes_at(dropped.begin, 3) == b"abc"
