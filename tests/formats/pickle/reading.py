"""Ways to read a stream in these tests: by the machine alone, or as a whole node, children left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from weighbridge.core.coverage import Gap
from weighbridge.core.errors import OverLimit
from weighbridge.core.facts import Fact
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.source import BytesSource
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.formats.pickle.extract import extract
from weighbridge.formats.pickle.host import Host
from weighbridge.formats.pickle.machine import Machine
from weighbridge.formats.pickle.stack import Broken

F = TypeVar("F", bound=Fact)


@dataclass
class Read:
    """What one node gave."""

    facts: list[Fact] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    def of(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if type(fact) is kind]


def read(data: bytes, *, limits: Limits | None = None, node: Node | None = None) -> Read:
    """Read a node as the engine would."""
    bounds, found = limits or Limits(), Read()
    for item in extract(BytesSource(data), node or Node(name="stream"), Bench(bounds, Meter(bounds))):
        if isinstance(item, Child):
            found.children.append(item)
        elif isinstance(item, Gap):
            found.gaps.append(item)
        else:
            found.facts.append(item)
    return found


@dataclass
class Run:
    """One run of the machine: ``reason`` is why it broke, ``limit`` which budget it spent."""

    machine: Machine
    end: int | None = None
    reason: str = ""
    limit: str = ""

    def of(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.machine.ledger.facts() if type(fact) is kind]


def run(data: bytes, *, limits: Limits | None = None, host: Host | None = None, trace: bool = False) -> Run:
    """Run the machine over the stream at the start."""
    node = Node(name="stream", trace=trace)
    done = Run(Machine(BytesSource(data), 0, node, limits or Limits(), host or Host()))
    try:
        done.end = done.machine.run()
    except Broken as broken:
        done.reason = broken.reason
    except OverLimit as spent:
        done.limit = str(spent)
    return done
