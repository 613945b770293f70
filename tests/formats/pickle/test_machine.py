"""What the machine reports: names, calls, changes, in the words of the stream."""

from __future__ import annotations

import collections
import pickle

import pytest

from tests.builders import pickles
from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import Call, Fact, GlobalReference, ItemChange, Origin, StateChange, UnresolvedName
from weighbridge.core.limits import Limits
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Node
from weighbridge.formats.pickle.host import Host
from weighbridge.formats.pickle.machine import Machine
from weighbridge.formats.pickle.stack import Broken


def run(data: bytes, limits: Limits | None = None, *, trace: bool = False) -> Machine:
    """Run a stream to its end, wherever that is."""
    made = Machine(BytesSource(data), 0, Node(name="stream", trace=trace), limits or Limits(), Host())
    try:
        made.run()
    except Broken as broken:
        made.broken = broken.reason  # type: ignore[attr-defined]
    return made


def facts(data: bytes) -> list[Fact]:
    return list(run(data).ledger.facts())


def only(kind: type, data: bytes) -> list[Fact]:
    return [fact for fact in facts(data) if type(fact) is kind]


@pytest.mark.parametrize("via", ["global", "stack_global", "inst", "obj", "memo"])
def test_a_call_is_the_same_by_every_road(via: str) -> None:
    data = pickles.pickled_call(pickles.SHELL, protocol=4, via=via)
    (call,) = only(Call, data)
    assert isinstance(call, Call)
    assert (call.module, call.name, call.origin) == ("posix", "system", Origin.GLOBAL)
    assert [argument.text for argument in call.arguments] == ["echo INERT"]


def test_python_2_names_are_mapped_below_protocol_3_only() -> None:
    for protocol, expected in ((2, "subprocess"), (3, "commands")):
        (name,) = only(GlobalReference, b"\x80" + bytes([protocol]) + b"ccommands\ngetoutput\n.")
        assert isinstance(name, GlobalReference)
        assert name.module == expected
        assert name.written == ("commands.getoutput" if protocol == 2 else "")


def test_a_name_made_by_a_call_cannot_be_known() -> None:
    (name,) = only(UnresolvedName, pickles.hostile_calls.computed_name())
    assert isinstance(name, UnresolvedName)


def test_equal_calls_are_counted() -> None:
    data = pickle.dumps([collections.OrderedDict(a=step) for step in range(500)], 4)
    (call,) = only(Call, data)
    (items,) = only(ItemChange, data)
    assert isinstance(call, Call)
    assert isinstance(items, ItemChange)
    assert call.count == items.count == 500


def test_calls_with_other_literals_are_told_apart() -> None:
    data = b"\x80\x04]("
    for codec in (b"latin1", b"rot13"):
        data += b"c_codecs\nencode\n\x8c\x01x\x8c" + bytes([len(codec)]) + codec + b"\x86R"
    calls = only(Call, data + b"e.")
    assert [call.arguments[1].text for call in calls if isinstance(call, Call)] == ["latin1", "rot13"]


def test_a_literal_cannot_hide_behind_variety() -> None:
    data = b"\x80\x04]("
    for step in range(40):
        data += b"c_codecs\nencode\n\x8c\x01x\x8c\x04" + b"%04d" % step + b"\x86R"
    data += b"c_codecs\nencode\n\x8c\x01x\x8c\x06latin1\x86R"
    last = [call for call in only(Call, data + b"e.") if isinstance(call, Call)][-1]
    assert last.count > 1
    assert last.arguments[1].truncated, "what stands for many calls must not look like one literal"


def test_state_that_replaces_methods_is_seen() -> None:
    changes = [fact for fact in facts(pickles.hostile_calls.double_build()) if isinstance(fact, StateChange)]
    assert any("__setstate__" in fact.dunder_keys for fact in changes)


def test_getattr_of_a_name_is_a_name() -> None:
    data = b"\x80\x04cbuiltins\ngetattr\ncos\npath\n\x8c\x04join\x86R."
    names = {(fact.module, fact.name) for fact in only(GlobalReference, data) if isinstance(fact, GlobalReference)}
    assert ("os", "path.join") in names
    assert not only(Call, data)


def test_calling_a_partial_is_calling_its_function() -> None:
    data = b"\x80\x04cfunctools\npartial\ncmy_pkg\nmake\n\x85R)R."
    calls = [(fact.module, fact.name) for fact in only(Call, data) if isinstance(fact, Call)]
    assert ("my_pkg", "make") in calls


def test_budgets_end_a_run() -> None:
    with pytest.raises(OverLimit):
        run(b"\x80\x04" + b"N\x94" * 2_000_000 + b".", Limits(memo=1_000))
    with pytest.raises(OverLimit):
        run(b"(" * 3_000_000, Limits(marks=1_000))


def test_containers_beyond_the_budget_are_over_approximated() -> None:
    data = pickle.dumps([collections.OrderedDict(a=step, b=[step]) for step in range(300)], 4)
    narrow = run(data, Limits(containers_in_memo=10))
    wide = run(data)
    assert narrow.position == wide.position == len(data)
    assert [type(fact) for fact in narrow.ledger.facts()] == [type(fact) for fact in wide.ledger.facts()]


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"\x80\x04.", "takes more than the stack holds"),
        (b"\x80\x04h\x05.", "the memo has no entry 5"),
        (b"\x80\x06N.", "protocol 6"),
        (b"\x80\x04NR.", "takes more"),
        (b"\x80\x04K\x01)R.", "calls what cannot be called"),
        (b"\x80\x04N\xff.", "is not an opcode"),
        (b"\x80\x04X\xff\x00\x00\x00ab", "inside a constant"),
        (b"\x80\x04N", "without STOP"),
    ],
)
def test_breaks_have_reasons(stream: bytes, reason: str) -> None:
    assert reason in run(stream).broken  # type: ignore[attr-defined]


def test_the_program_reads_like_python() -> None:
    program = [text for _, text in run(pickles.posix_system(), trace=True).ledger.program or ()]
    assert program == ["from posix import system", "_1 = posix.system('echo INERT')"]
