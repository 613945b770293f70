"""The whole examination of a file, from sniffing to findings, and every report of it."""

from __future__ import annotations

from zlib import crc32

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
NAMES = (
    "model.bin", "model.pkl", "model.pt", "model.npy", "model.safetensors", "model.zip", "config.json", "config.yaml",
    "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "model.gguf", "saved_model.pb", "model.tflite",
    "model.h5", "model.keras", "model.onnx", "model.mlmodel", "model.pdmodel", "model.xml", "model.py", "setup.sh",
    "requirements.txt", "README.md", "notebook.ipynb", ".mcp.json", "checkpoint", "model.msgpack", "page.html",
)  # fmt: skip
"""Names that add readers; the input picks one."""


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


def beyond(data: bytes) -> None:
    """Examine under a name that the input's checksum picks, so that its bytes are free and a replay picks the same."""
    examined(data, NAMES[crc32(data) % len(NAMES)])


TARGET = Target(name="files", seeds=lambda: (made for _, made in seeds.named_files()), beyond=beyond, repaired=repaired)
