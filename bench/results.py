"""What a bench run found: one row for each tool or floor on each input."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from bench.measure import Run
from bench.peers import JUDGED


class Role(StrEnum):
    """What a row stands for."""

    FLOOR = "floor"
    OURS = "weighbridge"
    PEER = "peer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Every run of one command on one input, and the verdict of the last; a tool that could not start has no runs."""

    input: str
    tool: str
    role: Role
    command: tuple[str, ...]
    verdict: str
    runs: tuple[Run, ...]

    @property
    def cpu(self) -> float:
        """Median CPU seconds, user and system, of the whole process tree."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def wall(self) -> float:
        """Median seconds on the clock."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def peak(self) -> float:
        """Median peak resident memory of the largest process, in MB of 10^6 bytes."""
        return statistics.median(run.peak for run in self.runs) / 1e6

    @property
    def judged(self) -> bool:
        """Whether the tool looked at the whole input: only then does its cost compare."""
        return bool(self.runs) and self.verdict in JUDGED

    def document(self) -> dict[str, object]:
        """The row as JSON holds it; what the tool wrote is left out."""
        runs = [{key: value for key, value in asdict(run).items() if key != "output"} for run in self.runs]
        medians = {"cpu": self.cpu, "wall": self.wall, "peak_mb": self.peak} if self.runs else {}
        return {
            "input": self.input,
            "tool": self.tool,
            "role": self.role,
            "command": list(self.command),
            "verdict": self.verdict,
            **medians,
            "runs": runs,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All rows of one run of the bench."""

    rows: tuple[Row, ...]

    def of(self, name: str) -> tuple[Row, ...]:
        """The rows of one input."""
        return tuple(row for row in self.rows if row.input == name)

    def ours(self, name: str) -> Row | None:
        """Weighbridge's row on an input, if it was measured."""
        return next((row for row in self.of(name) if row.role is Role.OURS and row.runs), None)

    def floor(self, name: str, tool: str) -> Row | None:
        """A floor's row on an input, if it was measured and did its work."""
        return next((row for row in self.of(name) if row.role is Role.FLOOR and row.tool == tool and row.judged), None)

    def fastest_peer(self, name: str) -> Row | None:
        """The peer with the least CPU among those that judged the whole input."""
        return fastest(row for row in self.of(name) if row.role is Role.PEER and row.judged)


def fastest(rows: Iterable[Row]) -> Row | None:
    """The row with the least CPU."""
    return min(rows, key=lambda row: row.cpu, default=None)
