"""What the machine saw: names, calls, state and item changes, counted by kind of use and turned into facts.

A stream of 200,000 equal objects gives a handful of facts: calls of one callable with arguments of the same kinds are
one record with a count. Two calls are the same only if no contract on arguments could tell them apart.
"""

from __future__ import annotations

from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import (
    Argument,
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
from weighbridge.core.values import replace
from weighbridge.formats.pickle.abstract import DATA, ITEMS_KEPT, Box, Global, Made, Persistent
from weighbridge.formats.pickle.describe import Describer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Fact
    from weighbridge.core.location import Location
    from weighbridge.formats.node import Node
    from weighbridge.formats.pickle.abstract import Value
    from weighbridge.formats.pickle.constants import Constants

RECORDS = 4_000
"""Different uses of one kind in a stream; the richest honest files (pipelines of a hundred steps) have some 500."""

DISAGREEMENTS = 20
"""Places where loaders disagree that are reported one by one."""


class Record:
    """One distinct use and how often it occurs."""

    __slots__ = ("at", "count", "fact")

    def __init__(self, at: int, fact: Fact) -> None:
        self.at = at
        self.count = 1
        self.fact = fact


class Ledger:
    """Everything one stream does, in the order in which it first does it."""

    def __init__(self, constants: Constants, node: Node, *, start: int) -> None:
        self.node = node
        self.describe = Describer(constants)
        self.names: dict[tuple[str, str, str], Global] = {}
        self.records: dict[object, Record] = {}
        self.disagreements = 0
        self.calls = 0
        self.start = start
        self.program: list[tuple[int, str]] | None = [] if node.trace else None

    def _place(self, at: int) -> Location:
        return self.node.at(at)

    def _count(self, key: object, at: int) -> bool:
        """Count a use that is known already; False for a new one."""
        record = self.records.get(key)
        if record is None:
            if len(self.records) >= RECORDS:
                raise OverLimit(f"a stream does more than {RECORDS} different things", offset=at)
            return False
        record.count += 1
        return True

    # -- what the machine tells ---------------------------------------------------------------------------------------

    def resolved(self, name: Global, at: int) -> None:
        """A name was resolved."""
        key = (name.module, name.name, name.written)
        if key not in self.names:
            if len(self.names) >= RECORDS:
                raise OverLimit(f"a stream resolves more than {RECORDS} different names", offset=at)
            self.names[key] = name
        if self.program is not None and name.count == 1:
            self._line(at, f"from {name.module} import {name.name}")

    def unresolved(self, at: int, module: str, name: str) -> None:
        """A name is computed by the stream."""
        key = ("unresolved", module, name)
        if not self._count(key, at):
            fact = UnresolvedName(at=self._place(at), opcode="STACK_GLOBAL", module=module, name=name)
            self.records[key] = Record(at, fact)
        self._line(at, f"import a computed name: {module or '?'}.{name or '?'}")

    def extension(self, at: int, code: int) -> None:
        """A name comes from the registry of extension codes."""
        if not self._count(("extension", code), at):
            self.records["extension", code] = Record(at, ExtensionCode(at=self._place(at), code=code))
        self._line(at, f"copyreg extension {code}")

    def call(self, at: int, opcode: str, callee: Value, arguments: Box, keywords: tuple[str, ...]) -> None:
        """Something is called."""
        self.calls += 1
        caller: object = callee
        if isinstance(callee, Global):
            origin, module, name = Origin.GLOBAL, callee.module, callee.name
        else:
            origin, module, name = origin_of(callee)
            caller = (origin, module, name)
        mark = self.describe.mark
        self.describe.begin()
        marks = [mark(item, module, name, place) for place, item in enumerate(arguments.items)]
        key = (opcode, caller, arguments.length > ITEMS_KEPT, arguments.kind, keywords, *marks)
        record = self.records.get(key)
        if record is not None:
            record.count += 1
        elif not self._count(key, at):
            described = self.describe.all(arguments.items, marks)
            if arguments.length > len(arguments.items):
                described += (Argument(kind="unknown", text="…", truncated=True),)
            self.records[key] = Record(at, Call(
                at=self._place(at), opcode=opcode, origin=origin, module=module, name=name,
                arguments=described, keywords=keywords,
            ))  # fmt: skip
        if self.program is not None:
            inside = ", ".join(
                [self.describe.text(item) for item in arguments.items] + [f"{word}=…" for word in keywords]
            )
            self._line(at, f"{self.describe.text(callee)}({inside})")

    def made(self, made: Made) -> None:
        """Number what the last call returned, for the program."""
        if self.program is not None:
            made.number = self.calls
            self.program[-1] = (self.program[-1][0], f"_{made.number} = {self.program[-1][1]}")

    def build(self, at: int, target: Value, state: Value) -> None:
        """BUILD sets a state."""
        origin, module, name = origin_of(target)
        dunders: tuple[str, ...] = ()
        for part in (state, *(state.items if isinstance(state, Box) and state.kind == "tuple" else ())):
            dunders += part.dunders if isinstance(part, Box) else ()
        repeated = (
            isinstance(target, Made) and target.built > 0 and target is not (target.maker and target.maker.shared)
        )
        self.describe.begin()
        key = ("BUILD", origin, module, name, self.describe.shape(state), dunders, repeated)
        if not self._count(key, at):
            self.describe.begin()
            self.records[key] = Record(at, StateChange(
                at=self._place(at), origin=origin, module=module, name=name,
                state=self.describe.argument(state), dunder_keys=dunders, repeated=repeated,
            ))  # fmt: skip
        if self.program is not None:
            self._line(at, f"{self.describe.text(target)}.__setstate__({self.describe.text(state)})")

    def change(self, at: int, opcode: str, target: Value, keys: list[Value]) -> None:
        """Items are set on what is no container of the stream."""
        origin, module, name = origin_of(target)
        key = (opcode, origin, module, name)
        if not self._count(key, at):
            texts = tuple(self.describe.text(item) for item in keys[:8])
            self.records[key] = Record(at, ItemChange(
                at=self._place(at), opcode=opcode, origin=origin, module=module, name=name, keys=texts,
            ))  # fmt: skip
        if self.program is not None:
            inside = ", ".join(self.describe.text(item) for item in keys[:8])
            self._line(
                at, f"{self.describe.text(target)}[{inside}] = …" if keys else f"{self.describe.text(target)}.append(…)"
            )

    def persistent(self, at: int, identity: Value, *, known: bool) -> None:
        """A persistent id is handed to the loader."""
        self.describe.begin()
        key = ("persistent", known, self.describe.shape(identity))
        if not self._count(key, at):
            self.describe.begin()
            fact = PersistentId(at=self._place(at), value=self.describe.argument(identity), known=known)
            self.records[key] = Record(at, fact)
        if self.program is not None:
            self._line(at, f"persistent_load({self.describe.text(identity)})")

    def buffer(self, at: int) -> None:
        """An out-of-band buffer is asked for."""
        if not self._count("buffer", at):
            self.records["buffer"] = Record(at, OutOfBandBuffer(at=self._place(at)))

    def disagree(self, at: int, what: str, *, benign: bool = False) -> None:
        """Loaders read the same bytes differently."""
        self.disagreements += 1
        if self.disagreements <= DISAGREEMENTS and not self._count(("disagree", what), at):
            self.records["disagree", what] = Record(
                at, LoaderDisagreement(at=self._place(at), what=what, benign=benign)
            )

    def claim(self, at: int, claimed: int, left: int, what: str = "constant") -> None:
        """A constant or the memo is announced larger than the file."""
        fact = ResourceClaim(at=self._place(at), what=what, claimed=claimed, limit=left, unit="bytes")
        self.records["claim", at] = Record(at, fact)

    def _line(self, at: int, text: str) -> None:
        if self.program is not None and len(self.program) < RECORDS:
            self.program.append((at, text))

    # -- what comes out ---------------------------------------------------------------------------------------------

    def facts(self) -> Iterator[Fact]:
        """Yield all facts in the order of the stream."""
        found: list[tuple[int, Fact]] = [
            (name.first, GlobalReference(
                at=self._place(name.first), module=name.module, name=name.name, opcode=name.opcode,
                written=name.written, count=name.count, called=name.called and not (name.looks_up and name.idle),
            ))
            for name in self.names.values()
        ]  # fmt: skip
        for record in self.records.values():
            counted = record.count > 1 and "count" in type(record.fact).__annotations__
            found.append((record.at, replace(record.fact, count=record.count) if counted else record.fact))
        for _, fact in sorted(found, key=lambda pair: pair[0]):
            yield fact


def origin_of(value: Value) -> tuple[Origin, str, str]:
    """Tell where a value comes from and the name that it goes back to."""
    if isinstance(value, Global):
        return Origin.GLOBAL, value.module, value.name
    if isinstance(value, Made) and value.maker is not None:
        return Origin.RESULT, value.maker.module, value.maker.name
    if isinstance(value, Persistent):
        return Origin.PERSISTENT, "", ""
    if isinstance(value, DATA):
        return Origin.DATA, "", ""
    return Origin.UNKNOWN, "", ""
