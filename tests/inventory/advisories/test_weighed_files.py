from __future__ import annotations

from tests.inventory.advisories.lineages import SEEN
from weighbridge.core.finding import Confidence, Finding, Harm, Severity
from weighbridge.core.location import Location
from weighbridge.core.report import ArtifactReport, FileReport, Report
from weighbridge.inventory.advisories.weighed_files import Found, WeighedFile, of_graph, of_report
from weighbridge.inventory.assembly import Assembly
from weighbridge.inventory.graph import Field, Kind


def test_a_scan_tells_what_is_in_files_by_their_paths_below_the_target() -> None:
    finding = Finding(
        rule="EXE130", title="t", severity=Severity.HIGH, confidence=Confidence.HIGH, harm=Harm.EXECUTION,
        message="Lambda", at=Location(), evidence=(), fingerprint="f",
    )  # fmt: skip
    files = tuple(
        FileReport(path=path, size=1, sha256=None, formats=("keras",), findings=(finding,), gaps=())
        for path in ("models/a/m.keras", "models/a")
    )
    report = Report(version="1", rules="", artifacts=(ArtifactReport(ref="models/a", files=files),))
    whole, alone = of_report(report)
    assert whole == WeighedFile(path="m.keras", formats=("keras",), findings=(Found(rule="EXE130", message="Lambda"),))
    assert alone.path == "models/a", "the target itself"


def test_a_bill_tells_formats_and_not_what_is_in_files() -> None:
    assembly = Assembly()
    root = assembly.component("model:.", Kind.MODEL)
    for name, formats in (("a.keras", ("zip", "keras")), ("b.txt", ())):
        id_ = assembly.component(f"file:{name}", Kind.FILE)
        assembly.claim(id_, Field.NAME, name, SEEN)
        for form in formats:
            assembly.claim(id_, Field.FORMAT, form, SEEN)
    (found,) = of_graph(assembly.finish(root))
    assert (found.path, set(found.formats), found.judged) == ("a.keras", {"keras", "zip"}, False)
