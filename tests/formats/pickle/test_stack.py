"""The data half of the machine: stack, marks, memo, lines. What it may hold at once: ``test_memory``."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.pickles import data, program
from tests.builders.pickles import opcodes as op
from tests.effort import is_quick
from tests.formats.pickle.differential import compare
from tests.formats.pickle.reading import run
from weighbridge.core.facts import Call, GlobalReference
from weighbridge.formats.pickle.window import LINE

PAYLOAD = op.GLOBAL("posix", "system") + data(("echo INERT",)) + op.REDUCE
PUTS = [op.BINPUT, op.LONG_BINPUT, op.PUT]
GETS = [op.BINGET, op.LONG_BINGET, op.GET]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
def test_the_memo_holds_what_was_last_put_there(steps: list[tuple[int, int, int]]) -> None:
    """Every road to the memo, in any order of slots, with slots used again (PKL-23, PKL-24)."""
    code, held = b"", {}
    for number, (slot, put, _) in enumerate(steps):
        code += data(f"name{number}") + PUTS[put](slot) + op.POP
        held[slot] = f"name{number}"
    slot, _, get = steps[-1]
    for asked, name in held.items():
        done = run(program(code, data("module"), GETS[get](asked), op.STACK_GLOBAL))
        assert [fact.name for fact in done.of(GlobalReference)] == [name]
    assert run(program(code, GETS[get](max(held) + 1))).reason == f"the memo has no entry {max(held) + 1}"


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(0, 3))
def test_memoize_takes_the_next_slot_as_cpython_counts_them(slots: list[int], extra: int) -> None:
    code = b"".join(data(f"x{slot}") + op.LONG_BINPUT(slot) + op.POP for slot in slots)
    code += data("mine") + op.MEMOIZE + op.POP + (data("other") + op.MEMOIZE + op.POP) * extra
    likely = {0, len(slots), len(set(slots)), max(slots, default=-1) + 1}
    for asked in sorted(likely | {one + 1 for one in likely} | set(slots[-1:])):
        outcome = compare(program(code, data("m"), op.BINGET(asked), op.STACK_GLOBAL))
        assert outcome.machine == outcome.c | outcome.python


def test_marks_hide_what_lies_below_them() -> None:
    for code in (op.POP_MARK, op.TUPLE + op.POP):
        assert run(program(op.NONE, op.MARK, op.NONE, code, op.STOP)).end
    assert "takes more" in run(program(op.NONE, op.MARK, op.REDUCE)).reason
    assert "MARK" in run(program(op.NONE, op.TUPLE)).reason


@pytest.mark.parametrize(
    "spelling", [b"7", b"07", b"000000007", b"0" * 60 + b"7", b" 7", b"7 ", b"\t7\r", b"+7", b"0_7"]
)
def test_memo_indexes_are_read_as_the_unpicklers_read_them(spelling: bytes) -> None:
    """An index that the machine refuses and a loader takes would hide all that follows."""
    stored = data("system") + op.PUT(spelling) + op.POP + data("posix") + op.GET(b"7") + op.STACK_GLOBAL
    fetched = data("system") + op.PUT(b"7") + op.POP + data("posix") + op.GET(spelling) + op.STACK_GLOBAL
    for code in (stored, fetched):
        outcome = compare(program(code))
        assert outcome.machine == outcome.c | outcome.python == {"posix.system"}


@pytest.mark.parametrize("long", [LINE - 1, LINE, LINE + 1, 2 * LINE])
@pytest.mark.parametrize(
    "write",
    [
        lambda n: op.UNICODE(b"a" * n), lambda n: op.UNICODE(b"\\u0041" * (n // 6 + 1)),
        lambda n: op.STRING(b"'" + b"a" * n + b"'"), lambda n: op.INT(b"0x" + b"1" * n),
        lambda n: op.FLOAT(b"0" * n + b"1.5"), lambda n: op.INT(b" " * n + b"7"),
    ],
    ids=["UNICODE", "escapes", "STRING", "INT", "FLOAT", "spaces"],
)  # fmt: skip
def test_a_long_line_hides_nothing(write: object, long: int) -> None:
    stream = program(write(long), op.POP, PAYLOAD, protocol=0)  # type: ignore[operator]
    assert compare(stream).c == {"posix.system"}
    assert [call.name for call in run(stream).of(Call)] == ["system"]


def test_an_index_on_a_line_without_end_is_over_the_limit() -> None:
    """Both unpicklers skip any number of blanks; the machine stops and says so, which is no break of the stream."""
    done = run(program(op.NONE, op.PUT(b" " * LINE + b"7"), PAYLOAD))
    assert "memo index" in done.limit


@settings(deadline=None)
@given(st.binary(max_size=40), st.integers(0, 60))
def test_the_end_of_the_file_inside_a_line(tail: bytes, frame: int) -> None:
    """Outside of a frame the Python unpickler takes an unfinished line and cuts its last byte; inside it refuses."""
    for code in (b"c", b"S'", b"V", b"I", b"i"):
        for stream in (op.PROTO(2) + op.MARK + code + tail, op.PROTO(4) + op.FRAME(frame) + code + tail):
            outcome = compare(stream)
            assert outcome.c | outcome.c_from_file | outcome.python <= outcome.machine
            if outcome.exact:
                assert outcome.machine == outcome.c | outcome.c_from_file | outcome.python


def test_a_finished_run_holds_no_values() -> None:
    done = run(program(op.MARK, (op.EMPTY_TUPLE + op.MEMOIZE) * 10_000, op.LIST))
    machine = done.machine
    held = (machine.stack, machine.memo, machine.kept, machine.sparse, machine.shared, machine.dunders)
    assert sum(map(len, held)) == 0


def test_honest_depths_are_far_from_the_limits() -> None:
    start = time.process_time()
    done = run(program(op.MARK, op.NONE * 500_000, op.TUPLE, op.POP, PAYLOAD))
    assert done.end is not None
    assert is_quick(time.process_time() - start, 5)
