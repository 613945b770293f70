"""The whole museum on its way through the front door: laid out as files, converted or detonated, and judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.builders import torches
from tests.e2e.command import environment
from tests.museum.collection import ALL
from tests.museum.exhibit import FORMS
from tests.tracing import strace
from tests.tracing.strace import Allowed, Trace

DRIVER = Path(__file__).with_name("front_door.py")
LOADERS = {
    "pickle": (".pkl", ".pickle"),
    "joblib": (".joblib",),
    "numpy": (".npy", ".npz"),
    "torch": (".pt", ".pth", ".ckpt", ".bin"),
}
"""What loads an exhibit when it is detonated, by its suffix."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One call of the command line: the label of its exhibit, its words, and where its results go."""

    label: str
    words: tuple[str, ...]
    target: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an errand; ``state`` is ``done``, ``refused`` or ``crashed``."""

    errand: Errand
    code: int | str
    out: str
    err: str
    deeds: tuple[tuple[str, ...], ...]

    @property
    def state(self) -> str:
        """Whether it was done, refused in words, or neither."""
        words = self.out + self.err
        if self.code not in {0, 1, 2, 3} or "Traceback" in words or "error of its own" in words:
            return "crashed"
        return "done" if self.out else "refused"

    @property
    def reason(self) -> str:
        """The words of a refusal, without the path."""
        return self.err.partition("\n")[0].removeprefix("weighbridge: ").rpartition("cannot be converted: ")[2]


@dataclass(frozen=True, slots=True)
class Visit:
    """All outcomes of a run; ``trace`` is missing where nothing was traced."""

    folder: Path
    outcomes: tuple[Outcome, ...]
    trace: Trace | None

    def deeds(self) -> list[strace.Deed]:
        """What any process did or tried that is not allowed."""
        assert self.trace is not None
        allowed = Allowed((str(self.folder / "out"), str(self.folder / "outcomes.json")))
        return list(self.trace.deeds(allowed))


def exhibits() -> Iterator[tuple[str, str, bytes]]:
    """Label, name and content of every file of the museum, each content once under a name.

    Pickles come a second time, inside of a checkpoint of torch, where they are a value beside three honest tensors.
    """
    seen = set()
    for exhibit in ALL:
        for form in FORMS:
            name, content = exhibit.file(form)
            name = os.path.basename(name) or "model"
            if (name, content) not in seen:
                seen.add((name, content))
                yield f"{exhibit.label}-{form}", name, content
                if name.endswith(LOADERS["pickle"]) and content.endswith(b"."):
                    poisoned = torches.zip_checkpoint(poisoned=content[:-1])
                    yield f"{exhibit.label}-{form}-carried", "model.pt", poisoned


def conversions(folder: Path, every: int = 1) -> list[Errand]:
    """Lay all exhibits out below a folder, to be converted."""
    errands = []
    for label, path in _laid_out(folder, every, lambda _: True):
        target = folder / "out" / path.parent.name
        words = ("convert", str(path), "--partial", "--into", str(target), "--format", "json")
        errands.append(Errand(label, words, target))
    return errands


def detonations(folder: Path, library: str, every: int = 1) -> list[Errand]:
    """Lay exhibits that a library loads out below a folder, to be loaded in the jail whatever they are."""
    errands = []
    for label, path in _laid_out(folder, every, lambda name: name.endswith(LOADERS[library])):
        words = ("load", str(path), "--with", library, "--detonate", "--timeout", "20", "--format", "json")
        errands.append(Errand(label, words, folder / "out"))
    return errands


def _laid_out(folder: Path, every: int, wanted: Any) -> Iterator[tuple[str, Path]]:
    chosen = [one for one in exhibits() if wanted(one[1])][::every]
    for at, (label, name, content) in enumerate(chosen):
        path = folder / "museum" / f"{at:05}" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        yield label, path


def visit(folder: Path, errands: Sequence[Errand], *more: str, traced: bool) -> Visit:
    """Run all errands in one process, under strace if so asked."""
    asked, given = folder / "errands.json", folder / "outcomes.json"
    asked.write_text(json.dumps([errand.words for errand in errands]))
    command = [sys.executable, "-B", str(DRIVER), str(asked), str(given), *more]
    options: dict[str, Any] = {"env": environment(), "cwd": folder}
    trace = None
    if traced:
        (folder / "trace").mkdir()
        done, trace = strace.run(command, folder / "trace", **options)
    else:
        done = subprocess.run(command, check=False, capture_output=True, **options)
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(given.read_text())
    outcomes = tuple(
        Outcome(errand, one["code"], one["out"], one["err"], tuple(map(tuple, one["deeds"])))
        for errand, one in zip(errands, told, strict=True)
    )
    return Visit(folder, outcomes, trace)
