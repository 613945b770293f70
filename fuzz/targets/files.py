"""The whole examination of a file, from sniffing to findings, and every report of it."""

from __future__ import annotations

from fuzz import seeds
from fuzz.bounds import LIMITS
from fuzz.repair import repaired
from fuzz.target import Target
from weighbridge.core.report import ArtifactReport, FileReport, Report
from weighbridge.core.source import BytesSource
from weighbridge.engine.examine import Examination, examine
from weighbridge.engine.judge import Judge
from weighbridge.engine.wire import Answer, dumps, loads
from weighbridge.reports import FORMATS, render
from weighbridge.rules.catalog import RuleSet, all_infos

RULES = RuleSet()
NAMES = ("model.bin", "model.pkl", "model.pt", "model.npy", "model.safetensors", "model.zip")


def examined(data: bytes, name: str) -> Examination:
    """Examine, and hold that a worker's answer comes back as it was sent and that every report can be written."""
    found = examine(BytesSource(data), name, limits=LIMITS, judge=Judge(RULES), trace=name.endswith(".pt"), strict=True)
    sent = Answer(
        size=len(data), sha256="0" * 64, formats=found.formats, findings=found.findings, gaps=found.gaps,
        program=found.program, version="0",
    )  # fmt: skip
    assert loads(dumps(sent).encode()) == sent
    file = FileReport(
        path=name, size=len(data), sha256="0" * 64, formats=found.formats, findings=found.findings, gaps=found.gaps,
        program=found.program,
    )  # fmt: skip
    report = Report(version="0", rules="sha256:0", artifacts=(ArtifactReport(ref=name, files=(file,)),))
    for form in FORMATS:
        render(form, report, all_infos(), verbose=True).encode()
    return found


def one(data: bytes) -> None:
    """Examine under a name that the last byte picks."""
    examined(data, NAMES[data[-1] % len(NAMES) if data else 0])


TARGET = Target(name="files", seeds=lambda: (made for _, made in seeds.named_files()), one=one, repaired=repaired)
