"""The bare unpickler's host: it adds nothing to the stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.builders.pickles import data, program
from tests.builders.pickles import opcodes as op
from tests.formats.pickle.reading import run
from weighbridge.core.facts import PersistentId
from weighbridge.formats.pickle.abstract import Box, Global, Made
from weighbridge.formats.pickle.host import Host
from weighbridge.formats.pickle.machine import Machine

if TYPE_CHECKING:
    from weighbridge.formats.pickle.abstract import Value

WATCHED = ("my_pkg", "Wrapper")
MADE = op.GLOBAL(*WATCHED) + op.EMPTY_TUPLE + op.NEWOBJ


class Recording(Host):
    """Notes what it is told; a wrapper that is built takes ``skipped`` bytes of the stream."""

    watched = frozenset({WATCHED})

    def __init__(self, skipped: int = 0) -> None:
        self.skipped = skipped
        self.calls: list[tuple[str, str]] = []
        self.builds: list[int] = []
        self.constants: list[tuple[int, int, int, bytes]] = []

    def constant(self, opcode: int, offset: int, length: int, piece: bytes) -> None:
        self.constants.append((opcode, offset, length, piece))

    def persistent(self, machine: Machine, identity: Value, at: int) -> Value | None:
        return Box("list", []) if isinstance(identity, int) else None

    def called(self, machine: Machine, callee: Global, arguments: Box, made: Made, at: int) -> None:
        self.calls.append((callee.module, callee.name))

    def built(self, machine: Machine, made: Made, state: Value, position: int) -> int:
        self.builds.append(position)
        return position + self.skipped


def test_the_bare_host_knows_no_persistent_id_and_goes_on_where_it_was() -> None:
    bare = Host()
    done = run(program(data("id"), op.BINPERSID, MADE, data({}), op.BUILD), host=bare)
    assert [fact.known for fact in done.of(PersistentId)] == [False]
    assert bare.watched == frozenset()
    assert done.end == done.machine.source.size


def test_watched_names_are_told_and_others_are_not() -> None:
    host = Recording()
    run(program(op.GLOBAL("my_pkg", "Other"), op.EMPTY_TUPLE, op.REDUCE, MADE, data({}), op.BUILD), host=host)
    assert host.calls == [WATCHED]
    assert len(host.builds) == 1


def test_a_host_may_take_bytes_out_of_the_stream() -> None:
    host = Recording(skipped=5)
    done = run(program(MADE, data({}), op.BUILD + b"\xff\xff\xff\xff\xff", op.POP, data(7)), host=host)
    assert done.end == done.machine.source.size


def test_a_frame_ends_where_a_host_takes_bytes() -> None:
    """joblib's loader reads arrays past the frame, so the rest of the frame's length says nothing any more."""
    body = MADE + data({}) + op.BUILD
    stream = op.PROTO(4) + op.FRAME(len(body)) + body + b"\xff" * 5 + op.POP + data(7) + op.STOP
    done = run(stream, host=Recording(skipped=5))
    assert done.end == len(stream)
    assert done.machine.dropped is None


def test_a_host_may_say_what_an_id_stands_for() -> None:
    done = run(program(data("id"), op.BINPERSID, data(1), op.APPEND), host=Recording())
    assert [fact.known for fact in done.of(PersistentId)] == [True]
    assert done.end


def test_long_constants_are_shown_once_with_their_beginning() -> None:
    host = Recording()
    stream = program(data("short"), op.POP, data("t" * 3_000), op.POP, data(b"b" * 3_000), op.POP, op.UNICODE("v" * 90))
    run(stream, host=host)
    shown = [(length, stream[offset : offset + len(piece)] == piece) for _, offset, length, piece in host.constants]
    assert shown == [(3_000, True), (3_000, True), (90, True)]
