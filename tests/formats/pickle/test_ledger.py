"""What the machine saw, counted: nothing is lost, nothing is told twice, nothing grows without bound."""

from __future__ import annotations

import collections
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.pickles import data, program
from tests.builders.pickles import opcodes as op
from tests.formats.pickle.reading import run
from weighbridge.core.facts import (
    Call,
    ExtensionCode,
    GlobalReference,
    ItemChange,
    LoaderDisagreement,
    Origin,
    OutOfBandBuffer,
    PersistentId,
    ResourceClaim,
    StateChange,
    UnresolvedName,
)
from weighbridge.core.limits import Limits
from weighbridge.formats.pickle.ledger import DISAGREEMENTS, RECORDS

MADE = op.GLOBAL("my_pkg", "Net") + op.EMPTY_TUPLE + op.NEWOBJ
ARGUMENTS = st.sampled_from([None, True, 1, 300, -5, 0.5, "a", "b", b"x", [1], ["a"], (), (1, "a"), {}, {"k": 1}])


@given(st.lists(st.tuples(st.sampled_from(["one", "two", "three"]), st.lists(ARGUMENTS, max_size=3)), max_size=40))
def test_counts_are_the_numbers_of_calls(uses: list[tuple[str, list[object]]]) -> None:
    code = [op.GLOBAL("my_pkg", name) + data(tuple(arguments)) + op.REDUCE + op.POP for name, arguments in uses]
    done = run(program(*code, op.NONE))
    assert done.end is not None
    calls = collections.Counter({name: 0 for name, _ in uses})
    for call in done.of(Call):
        calls[call.name] += call.count
    assert calls == collections.Counter(name for name, _ in uses)
    assert done.machine.ledger.calls == len(uses)
    assert {fact.name: fact.count for fact in done.of(GlobalReference)} == calls


@given(st.integers(1, 300), st.integers(1, 4))
def test_equal_objects_are_one_fact_of_each_kind(count: int, protocol: int) -> None:
    done = run(pickle.dumps([collections.OrderedDict(a=step) for step in range(count)], protocol))
    assert [call.count for call in done.of(Call)] == [count]
    assert [change.count for change in done.of(ItemChange)] == [count]


def test_a_second_state_of_the_same_object_is_another_thing() -> None:
    states = run(program(MADE, data({"a": 1}), op.BUILD, data({"a": 1}), op.BUILD)).of(StateChange)
    assert [(state.repeated, state.count) for state in states] == [(False, 1), (True, 1)]


def test_dunder_keys_are_found_at_both_places_of_a_state() -> None:
    plain, slots = {"__setstate__": 1, "width": 3}, (None, {"__reduce__": 1})
    for state, key in ((plain, "__setstate__"), (slots, "__reduce__")):
        (change,) = run(program(MADE, data(state), op.BUILD)).of(StateChange)
        assert change.dunder_keys == (key,)


@pytest.mark.parametrize(
    ("code", "fact", "count"),
    [
        (op.NEXT_BUFFER + op.POP, OutOfBandBuffer, 3),
        (data("id") + op.BINPERSID + op.POP, PersistentId, 3),
        (op.GLOBAL("a", "b") + data("k") + data(1) + op.SETITEM + op.POP, ItemChange, 3),
        (op.GLOBAL("a", "b") + data(1) + op.APPEND + op.POP, ItemChange, 3),
        (MADE + data({"k": 1}) + op.BUILD + op.POP, StateChange, 3),
    ],
)  # fmt: skip
def test_what_repeats_is_counted(code: bytes, fact: type, count: int) -> None:
    (found,) = run(program(code * 3, op.NONE, protocol=5)).of(fact)
    assert found.count == count


def test_what_has_no_count_is_told_once() -> None:
    computed = op.NONE + op.BINPERSID + data("x") + op.STACK_GLOBAL + op.POP
    done = run(program((op.EXT1(7) + op.POP) * 3, computed * 3, op.NONE))
    assert [fact.code for fact in done.of(ExtensionCode)] == [7]
    assert [(fact.module, fact.name) for fact in done.of(UnresolvedName)] == [("", "x")]


@pytest.mark.parametrize(
    ("target", "origin", "name"),
    [
        (op.GLOBAL("a", "b"), Origin.GLOBAL, "b"), (MADE, Origin.RESULT, "Net"),
        (op.NONE + op.BINPERSID, Origin.PERSISTENT, ""), (op.EXT1(1), Origin.UNKNOWN, ""),
    ],
)  # fmt: skip
def test_changes_say_what_they_change(target: bytes, origin: Origin, name: str) -> None:
    done = run(program(target, data("k"), data(1), op.SETITEM, data({"s": 1}), op.BUILD))
    (item,), (state,) = done.of(ItemChange), done.of(StateChange)
    assert (item.origin, item.name, item.keys) == (origin, name, ("'k'",))
    assert (state.origin, state.name) == (origin, name)


def test_disagreements_are_told_one_by_one_up_to_a_bound() -> None:
    few = run(program(*(op.INT(b"0x%x" % step) + op.POP for step in range(5)), op.NONE))
    many = run(program(*(op.INT(b"0x%x" % step) + op.POP for step in range(1_000)), op.NONE))
    assert len(few.of(LoaderDisagreement)) == 5
    assert len(many.of(LoaderDisagreement)) == DISAGREEMENTS
    assert many.machine.ledger.disagreements == 1_000


def test_a_constant_that_claims_more_than_there_is_is_told() -> None:
    done = run(op.PROTO(4) + op.BINBYTES8(b"abc", length=1 << 40))
    (claim,) = done.of(ResourceClaim)
    assert (claim.claimed, claim.limit, claim.unit) == (1 << 40, 3, "bytes")


def test_facts_come_in_the_order_of_the_stream() -> None:
    done = run(program(op.EXT1(1), op.GLOBAL("a", "b"), data(()), op.REDUCE, data("id"), op.BINPERSID, op.NEXT_BUFFER))
    offsets = [fact.at.offset for fact in done.machine.ledger.facts()]
    assert offsets == sorted(offset for offset in offsets if offset is not None)
    assert len(offsets) == 5


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (b"".join(op.GLOBAL("a", f"n{step}") + op.POP for step in range(RECORDS + 10)), "different names"),
        (b"".join(op.EXT2(step + 1) + op.POP for step in range(RECORDS + 10)), "different things"),
    ],
)  # fmt: skip
def test_too_many_different_uses_end_the_run_and_stay_told(code: bytes, wanted: str) -> None:
    done = run(program(code, op.NONE))
    assert wanted in done.limit
    assert len(list(done.machine.ledger.facts())) == RECORDS


def test_the_program_is_bounded_and_only_kept_when_it_is_asked_for() -> None:
    stream = program((op.GLOBAL("a", "b") + data(()) + op.REDUCE + op.POP) * (2 * RECORDS), op.NONE)
    assert run(stream).machine.ledger.program is None
    lines = run(stream, trace=True).machine.ledger.program
    assert lines is not None
    assert len(lines) == RECORDS


def test_the_program_shows_every_kind_of_thing() -> None:
    stream = program(
        op.GLOBAL("my_pkg", "Net"), data((1,)), op.REDUCE, data({"a": 1}), op.BUILD, data("k"), data(1), op.SETITEM,
        data(2), op.APPEND, op.POP, data("id"), op.BINPERSID, op.POP, op.EXT1(7), op.POP,
        op.GLOBAL("a", "b"), data("x"), op.STACK_GLOBAL,
    )  # fmt: skip
    assert [text for _, text in run(stream, trace=True).machine.ledger.program or ()] == [
        "from my_pkg import Net",
        "_1 = my_pkg.Net(1)",
        "_1.__setstate__({'a': 1})",
        "_1['k'] = …",
        "_1.append(…)",
        "persistent_load('id')",
        "copyreg extension 7",
        "from a import b",
        "import a computed name: ?.x",
    ]


def test_dunder_keys_are_found_among_very_many_underscores() -> None:
    many = data([f"__label__{number}" for number in range(100)]) + op.POP
    state = (
        op.MARK + op.UNICODE("__class__") + data(1) + data("__setstate__") + data(2) + data("width") + data(3) + op.DICT
    )
    for limits in (Limits(), Limits(containers_in_memo=20)):
        (change,) = run(program(many, MADE, state, op.BUILD, many), limits=limits).of(StateChange)
        assert change.dunder_keys == ("__class__", "__setstate__")
