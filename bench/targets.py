"""What Weighbridge must reach, and whether it does in a given run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from bench.inputs import INPUTS
from bench.results import Results, Row

PEER = "fastest complete peer"
MEMORY_MB = 150.0
REPOSITORY_MEMORY_MB = 200.0
COLD_MEMORY_MB = 45.0

# On each input: CPU at most this many times that of the reference, a floor's name or PEER.
CPU_BOUNDS = (
    ("dense", 1.0, "pickle.load"),
    ("objects", 1.0, PEER),
    ("torch", 1.2, "sha256"),
    ("safetensors", 1.2, "sha256"),
    ("many", 0.5, PEER),
    ("tiny", 4.0, "python -c pass"),
    ("repository", 1 / 3, PEER),
    ("shards", 1 / 3, PEER),
    ("shards", 1.2, "sha256"),
)

MEMORY_BOUNDS = {"tiny": COLD_MEMORY_MB, "repository": REPOSITORY_MEMORY_MB, "shards": REPOSITORY_MEMORY_MB}
# What a table of an input is held against; of two references the last.
REFERENCES = {name: reference for name, _, reference in CPU_BOUNDS} | {"forest": "sha256", "poisoned": PEER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One target: what was asked, what was measured; `passed` is None when a side of it was not measured."""

    target: str
    measured: str
    passed: bool | None

    @property
    def word(self) -> str:
        """PASS, FAIL or NOT MEASURED."""
        return {True: "PASS", False: "FAIL", None: "NOT MEASURED"}[self.passed]

    def document(self) -> dict[str, object]:
        """The outcome as JSON holds it."""
        return asdict(self)


def reference_of(results: Results, name: str, reference: str) -> Row | None:
    """The row of this input that is meant: a floor's by its name, or that of the fastest peer."""
    return results.fastest_peer(name) if reference == PEER else results.floor(name, reference)


def outcomes(results: Results) -> Iterator[Outcome]:
    """Every target, in the order of the inputs."""
    for name, bound, reference in CPU_BOUNDS:
        target = f"{name}: CPU at most {bound:.3g} × {reference}"
        ours, other = results.ours(name), reference_of(results, name, reference)
        if ours is None or not ours.judged or other is None:
            yield Outcome(target=target, measured="", passed=None)
        else:
            ratio = ours.cpu / other.cpu
            measured = f"{ours.cpu:.3f} s against {other.cpu:.3f} s of {other.tool}: {ratio:.2f} ×"
            yield Outcome(target=target, measured=measured, passed=ratio <= bound)
    for entry in INPUTS:
        bound = MEMORY_BOUNDS.get(entry.name, MEMORY_MB)
        target = f"{entry.name}: at most {bound:g} MB in the largest process"
        ours = results.ours(entry.name)
        if ours is None or not ours.judged:
            yield Outcome(target=target, measured="", passed=None)
        else:
            yield Outcome(target=target, measured=f"{ours.peak:.1f} MB", passed=ours.peak <= bound)
    for entry in INPUTS:
        wanted = "clean" if entry.honest else "flagged"
        ours = results.ours(entry.name)
        target = f"{entry.name}: verdict {wanted}"
        if ours is None:
            yield Outcome(target=target, measured="", passed=None)
        else:
            yield Outcome(target=target, measured=ours.verdict, passed=ours.verdict == wanted)
