"""The machine against both of CPython's unpicklers over generated streams, and the readings of cut frames."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.formats.pickle.differential import check, compare
from tests.formats.pickle.streams import stream
from tests.sampling import IS_WHOLE


@settings(max_examples=4_000 if IS_WHOLE else 1_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(min_size=2, max_size=60))
def test_all_three_readers_resolve_the_same_names(choices: bytes) -> None:
    check(stream(choices))


def test_the_generator_makes_streams_worth_comparing() -> None:
    outcomes = [compare(stream(bytes([step % 251, *range(step % 97, step % 97 + 40)]))) for step in range(400)]
    assert sum(bool(outcome.c) for outcome in outcomes) > 100
    assert sum(outcome.end is not None for outcome in outcomes) > 50
    assert sum(outcome.exact for outcome in outcomes) > 200


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_frame_that_ends_inside_a_name_has_two_readings(cut: int) -> None:
    """``Modules/_pickle.c`` drops what a frame still holds of a line; from memory the line is whole."""
    data = b"\x80\x04\x95" + cut.to_bytes(8, "little") + b"calpha\nbeta\n."
    outcome = compare(data)
    assert outcome.c <= outcome.machine
    assert outcome.c_from_file <= outcome.machine
    assert "alpha.beta" in outcome.c


def test_the_dropped_reading_is_another_name() -> None:
    outcome = compare(b"\x80\x04\x95" + (4).to_bytes(8, "little") + b"cabcposix\nsystem\n.")
    assert outcome.c == {"abcposix.system"}
    assert outcome.c_from_file == {"posix.system"}
    assert outcome.machine == {"abcposix.system", "posix.system"}


def test_an_index_behind_a_zero_byte_is_read_by_c_alone() -> None:
    """``PyLong_FromString`` ends at the byte, ``int`` refuses it; fuzzing found a name that neither of them reached."""
    assert check(b"Np0\x00junk\ncalpha\nbeta\n.").machine == {"alpha.beta"}
    python_alone = b"csystem\ncommands\n]}\x92"
    assert not check(python_alone + b"p0\x00junk\ncalpha\nbeta\n.").exact


def test_a_name_without_the_end_of_its_line_is_read_by_python_alone() -> None:
    by_c_alone = b"I5\x00\n0"  # the Python unpickler reads no zero byte in an integer
    outcome = check(by_c_alone + b"cmodule\nname.")
    assert not outcome.exact
    assert check(b"cmodule\nname.").python == {"module.name"}
