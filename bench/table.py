"""A bench run as markdown."""

from __future__ import annotations

from collections.abc import Iterator

from bench.inputs import INPUTS
from bench.results import Results, Row
from bench.targets import REFERENCES, outcomes, reference_of


def line(*cells: object) -> str:
    """One row of a markdown table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def cells_of(row: Row, reference: Row | None) -> str:
    """One tool on one input; a ratio only for a tool that judged the whole input."""
    if not row.runs:
        return line(row.tool, "", "", "", "", row.verdict, 0)
    ratio = f"{row.cpu / reference.cpu:.2f}" if reference and row.judged else ""
    last = row.runs[-1]
    verdict = "done" if row.role == "floor" and row.judged else f"{row.verdict} (exit {last.code})"
    return line(row.tool, f"{row.cpu:.3f}", ratio, f"{row.wall:.3f}", f"{row.peak:.1f}", verdict, len(row.runs))


def markdown(results: Results, machine: dict[str, object]) -> Iterator[str]:
    """The lines of the page: the machine, the targets, one table for each input."""
    yield "# Bench"
    yield ""
    yield " · ".join(f"{key} {value}" for key, value in machine.items())
    yield ""
    yield line("target", "measured", "")
    yield line("---", "---", "---")
    for outcome in outcomes(results):
        yield line(outcome.target, outcome.measured, outcome.word)
    for entry in INPUTS:
        if not (rows := results.of(entry.name)):
            continue
        reference = reference_of(results, entry.name, REFERENCES[entry.name])
        yield ""
        yield f"## {entry.name}: {entry.words}"
        yield ""
        yield line("tool", "CPU s", f"× {REFERENCES[entry.name]}", "wall s", "peak MB", "verdict", "runs")
        yield line("---", "---:", "---:", "---:", "---:", "---", "---:")
        yield from (cells_of(row, reference) for row in rows)
