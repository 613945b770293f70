"""Reports of every kind that the renderers must cope with, built by hand; no file is read and no payload is real."""

from __future__ import annotations

from hashlib import sha256

from weighbridge.core.coverage import Gap, GapKind
from weighbridge.core.finding import Confidence, Finding, Harm, RuleInfo, Severity
from weighbridge.core.location import Location
from weighbridge.core.report import ArtifactReport, FileReport, Report, Suppressed
from weighbridge.core.values import replace

# Everything a hostile name can try: terminal escapes, C1 controls, bidi, zero width, line breaks, HTML, tables,
# fences, links, mentions, SARIF placeholders, tags and variation selectors, bytes that are not UTF-8.
ATTACK = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp.exe\u2066\u200b\u2028\r\n## Verdict: clean\n"
    "<script>alert(1)</script><img src=x onerror=alert(1)>'\"|`|```\n```\n[click](http://evil.invalid/)@team #1 {0} %41"
    "\U000e0041\ufe0f\u3164\udcff\udc9b"
)

RULES = (
    RuleInfo(
        id="EXE101",
        slug="system-call-on-load",
        title="Loading runs an operating-system command",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        harm=Harm.EXECUTION,
        finds="A deserialiser resolves a callable such as `os.system` or `__import__` that starts a process.",
        why="The callable runs before any weight is used, with the rights of whoever loads the file.",
        fix="Do not load this file. Ask the publisher for safetensors, or convert it inside the sandbox.",
        cwe=(502, 78),
        atlas=("AML.T0011.000",),
        owasp=("LLM03:2025", "ML06:2023"),
        references=("https://docs.python.org/3/library/pickle.html", "PEP 307"),
        since="0.1",
        positive="pickles:system",
        negative="pickles:plain",
    ),
    RuleInfo(
        id="EXE301",
        slug="unknown-class",
        title="Loading builds an object of an unvetted class",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        harm=Harm.EXECUTION,
        finds="The stream builds an object of a class that is not on the vetted list.",
        why="Code of the class may run while the object is built, and nobody has read that code for this purpose.",
        fix="Read the class, then allow it in the configuration; or ask for weights without custom classes.",
        cwe=(502,),
        atlas=("AML.T0010.003",),
        owasp=("LLM03:2025",),
        references=(),
        since="0.1",
        positive="pickles:custom",
        negative="pickles:plain",
    ),
    RuleInfo(
        id="HID201",
        slug="bytes-after-the-end",
        title="Bytes follow the end of the data",
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        harm=Harm.CONCEALMENT,
        finds="Bytes that no reader of the format needs.",
        why="They are a place to carry something in: {jinja} | pipes | and <tags>.",
        fix="Ask the publisher why they are there.",
        cwe=(),
        atlas=(),
        owasp=("AG01",),
        references=("CVE-2025-1716",),
        since="0.1",
        positive="pickles:tail",
        negative="pickles:plain",
    ),
)


def finding(
    rule: RuleInfo = RULES[0],
    message: str = "The pickle calls posix.system with one argument.",
    *,
    at: Location | None = None,
    evidence: tuple[str, ...] = ("posix.system('echo INERT')",),
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    harm: Harm | None = None,
) -> Finding:
    """Make a finding of a rule."""
    where = Location(member=("archive/data.pkl",), offset=17, length=12) if at is None else at
    return Finding(
        rule=rule.id,
        title=rule.title,
        severity=severity or rule.severity,
        confidence=confidence or rule.confidence,
        harm=harm or rule.harm,
        message=message,
        at=where,
        evidence=evidence,
        fingerprint=sha256(f"{rule.id}{message}{where}".encode(errors="surrogatepass")).hexdigest(),
    )


def file(
    path: str,
    *findings: Finding,
    gaps: tuple[Gap, ...] = (),
    formats: tuple[str, ...] = ("torch.zip", "pickle"),
    size: int | None = 46_827_520,
    program: tuple[str, ...] = (),
    suppressed: tuple[Suppressed, ...] = (),
    readable: bool = True,
) -> FileReport:
    """Make the report of one file."""
    digest = sha256(path.encode(errors="surrogatepass")).hexdigest() if readable else None
    return FileReport(
        path=path,
        size=size,
        sha256=digest,
        formats=formats,
        findings=findings,
        gaps=gaps,
        program=program,
        suppressed=suppressed,
    )


def report(*files: FileReport, ref: str = "models", gaps: tuple[Gap, ...] = ()) -> Report:
    """Make a report of one target."""
    return Report(
        version="0.1.0", rules=f"sha256:{'ab' * 32}", artifacts=(ArtifactReport(ref=ref, files=files, gaps=gaps),)
    )


def gap(reason: str) -> Gap:
    """Make a gap with a reason of its own."""
    return Gap(kind=GapKind.UNPARSED, reason=reason)


def replace_rule(one: Finding, rule: str) -> Finding:
    """Make the finding of another rule."""
    return replace(one, rule=rule)


UNSUPPORTED = Gap(kind=GapKind.UNSUPPORTED, reason="onnx is recognised but not analysed yet")
CUT = Gap(
    kind=GapKind.UNPARSED,
    reason="the stream ends inside an opcode",
    at=Location(member=("archive/data.pkl",), offset=1_048_576),
)
CUSTOM = finding(
    RULES[1],
    "Custom class my_pkg.Net is not on the vetted list.",
    evidence=("my_pkg.Net(…)",),
    at=Location(offset=4, length=20),
)

CLEAN = report(file("models/a.safetensors", formats=("safetensors",)), file("models/b.safetensors"))
MALICIOUS = report(
    file(
        "models/pytorch_model.bin",
        finding(),
        CUSTOM,
        program=("from posix import system", "_0 = system('echo INERT')", "result = _0"),
    )
)
SUSPICIOUS = report(file("models/net.pt", CUSTOM, finding(RULES[2], "12 bytes follow the end.", evidence=())))
INCONCLUSIVE = report(
    file("models/cut.pt", gaps=(CUT,)), file("models/model.onnx", gaps=(UNSUPPORTED,), formats=("onnx",))
)
UNREADABLE = report(
    file("models/locked.pt", gaps=(Gap(kind=GapKind.UNREAD, reason="permission denied"),), size=None, readable=False),
    gaps=(Gap(kind=GapKind.CRASHED, reason="the directory changed while it was read"),),
)
SUPPRESSED = report(
    file("models/known.pt", suppressed=(Suppressed(finding=CUSTOM, reason="read by the platform team, until 2027-01"),))
)
MEMORY = report(
    file(
        "models/tensor.safetensors",
        finding(
            RULES[2],
            "The header promises more bytes than the file has.",
            severity=Severity.HIGH,
            confidence=Confidence.HIGH,
            harm=Harm.MEMORY_CORRUPTION,
        ),
    )
)
HOSTILE = report(
    file(
        f"models/{ATTACK}",
        finding(
            message=f"calls {ATTACK}", at=Location(member=(ATTACK, ATTACK), offset=3), evidence=(ATTACK, ATTACK * 9)
        ),
        replace(CUSTOM, rule="X\x1b[2J<i>\udcff", title="{} \x1b[2J <b> \u202e\udcff", fingerprint=ATTACK),
        gaps=(Gap(kind=GapKind.UNPARSED, reason=ATTACK, at=Location(member=(ATTACK,))),),
        formats=(ATTACK,),
        program=(ATTACK,),
        suppressed=(Suppressed(finding=finding(RULES[1], ATTACK, evidence=(ATTACK,)), reason=ATTACK),),
    ),
    ref=ATTACK,
    gaps=(Gap(kind=GapKind.UNREAD, reason=ATTACK),),
)
LONG_NAMES = report(
    file(
        f"models/{'very-long-directory-name/' * 12}{'x' * 300}.bin",
        finding(evidence=("A" * 900,), at=Location(member=("deep/" * 80 + "data.pkl", "权重" * 60), offset=9)),
        gaps=(Gap(kind=GapKind.OVER_LIMIT, reason="R" * 400),),
    ),
    file(f"models/{'权重模型' * 40}.pt", CUSTOM),
)
EMPTY = report()
MIXED = report(
    *MALICIOUS.artifacts[0].files,
    *SUSPICIOUS.artifacts[0].files,
    *INCONCLUSIVE.artifacts[0].files,
    *SUPPRESSED.artifacts[0].files,
    *(file(f"models/shard-{number:05}-of-00008.safetensors", formats=("safetensors",)) for number in range(1, 9)),
)
MANY_FINDINGS = report(
    file(
        "models/zoo.pkl",
        *(
            finding(RULES[1], f"Custom class zoo.C{number} is not vetted.", at=Location(offset=number))
            for number in range(500)
        ),
        finding(evidence=tuple(f"line {number}" for number in range(100))),
    )
)
THOUSANDS = report(
    *(file(f"models/bad-{number:04}.bin", finding()) for number in range(700)),
    *(file(f"models/odd-{number:04}.bin", CUSTOM, gaps=(CUT,)) for number in range(300)),
    *(file(f"models/half-{number:04}.onnx", gaps=(UNSUPPORTED,)) for number in range(500)),
    *(file(f"models/good-{number:04}.pt") for number in range(500)),
)
TARGETS = Report(
    version="0.1.0",
    rules=f"sha256:{'cd' * 32}",
    artifacts=(
        ArtifactReport(ref="hf://org/model@main", files=(file("pytorch_model.bin", finding()),)),
        ArtifactReport(ref="/srv/models/one.pt", files=(file("/srv/models/one.pt"),)),
        ArtifactReport(ref="here/two.pt", files=(file("two.pt", CUSTOM),)),
    ),
    plugins=("acme-rules 1.2",),
)

CLAIMED = "ab" * 32
REMOTE = report(
    replace(
        file("hf://org/name@0123456789abcdef0123456789abcdef01234567/model.safetensors"),
        sha256=None,
        claimed_sha256=CLAIMED,
        gaps=(gap("all but 98,304 of 16,060,556,616 bytes: headers and structure only; --full reads all"),),
    ),
    ref="hf://org/name@0123456789abcdef0123456789abcdef01234567",
)
ALL = {
    "clean": CLEAN,
    "malicious": MALICIOUS,
    "suspicious": SUSPICIOUS,
    "inconclusive": INCONCLUSIVE,
    "unreadable": UNREADABLE,
    "suppressed": SUPPRESSED,
    "memory": MEMORY,
    "hostile": HOSTILE,
    "long_names": LONG_NAMES,
    "empty": EMPTY,
    "mixed": MIXED,
    "many_findings": MANY_FINDINGS,
    "thousands": THOUSANDS,
    "targets": TARGETS,
    "remote": REMOTE,
}
