"""``weighbridge load``: open a file with its real library where it can do no harm, and say what it held and tried."""

from __future__ import annotations

import os

from weighbridge.cli.exit import ERROR, FAIL, INCONCLUSIVE, PASS
from weighbridge.cli.options import Command, Group, Operand, Option
from weighbridge.cli.output import Output, outputs, write
from weighbridge.core.errors import AccessError, IntegrityError, UsageError, reason
from weighbridge.core.report import Verdict
from weighbridge.core.values import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.cli.options import Given
    from weighbridge.core.report import FileReport
    from weighbridge.sandbox.loading import Loading

FORMATS = ("text", "json")
LIBRARIES = ("torch", "joblib", "pickle", "numpy")

COMMAND = Command(
    name="load",
    description="Load a file with its real library in a jail, and show what it holds and what it tried.",
    formats=FORMATS,
    operand=Operand(metavar="FILE", help="a file on this machine", most=1),
    groups=(
        Group(
            title="how it is loaded",
            options=(
                Option(
                    names=("--with",), metavar="LIBRARY", choices=LIBRARIES,
                    help="what loads it, with its unsafe defaults; needed",
                ),
                Option(names=("--trace",), help="show also what honest files do: names and imports"),
                Option(names=("--detonate",), help="load it also when the scan says malicious"),
                Option(names=("--strict",), help="refuse to load when any layer of the jail is missing"),
                Option(
                    names=("--timeout",), metavar="SECONDS", number=True,
                    help="time it may take (default: 60, and more for large files)",
                ),
                Option(
                    names=("--memory",), metavar="MIB", number=True,
                    help="memory it may take (default: 2048 and three times its size)",
                ),
            ),
        ),
    ),
    epilog="""\
exit codes: 0 loaded and nothing was tried, 1 something forbidden was tried or
the file is malicious, 2 an error, 3 it came to no end: time, memory, a crash

examples:
  weighbridge load model.pt --with torch
  weighbridge load sample.pkl --with pickle --trace --detonate --format json
""",
)  # fmt: skip


@value
class Loaded:
    """All that the command has to say; ``loading`` is missing where the scan's verdict forbade it."""

    path: str
    library: str
    scanned: FileReport
    loading: Loading | None

    def code(self) -> int:
        """Choose the exit code: what was tried outweighs how it ended."""
        if self.scanned.verdict() is Verdict.MALICIOUS or self.loading is None or self.loading.attempts:
            return FAIL
        if self.loading.halt is not None:
            return INCONCLUSIVE
        return ERROR if self.loading.failure is not None else PASS


def main(given: Given) -> int:
    """Run the command; returns the exit code."""
    destinations = outputs(given, FORMATS)
    path = given.operands[0]
    if not given.one("--with"):
        raise UsageError("--with is missing", hint=f"say what loads the file: --with {', '.join(LIBRARIES)}")
    if "://" in path:
        raise UsageError(f"{path!r} is not on this machine", hint="fetch it first: weighbridge pull, or the hub's tool")
    descriptor = _open(path)
    try:
        done = _load(path, descriptor, given)
    finally:
        os.close(descriptor)
    for destination in destinations:
        write(_rendered(done, destination, trace=given.on("--trace")), destination)
    return done.code()


def _rendered(done: Loaded, destination: Output, *, trace: bool) -> str:
    if destination.format == "json":
        from weighbridge.cli import load_json

        return load_json.render(done)
    from weighbridge.cli import load_text

    return load_text.render(done, trace=trace)


def _open(path: str) -> int:
    """Open a regular file for reading; the child gets this descriptor and no path."""
    from stat import S_ISREG

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise AccessError(f"cannot open {path!r}: {reason(error)}") from None
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{path!r} is not a file", hint="name one file; scan weighs directories")
    return descriptor


def _load(path: str, descriptor: int, given: Given) -> Loaded:
    """Scan, then load; raises IntegrityError when the file was not the same all the time."""
    from weighbridge.sandbox.loading import Bounds, Library, load_in_jail

    before = _identity(os.fstat(descriptor))
    scanned = _scan(os.path.abspath(path))
    if before != _identity(os.stat(path)):
        raise IntegrityError(f"{path!r} changed while it was weighed", hint="copy it to where nobody writes")
    library = Library(given.one("--with"))
    loading = None
    if scanned.verdict() is not Verdict.MALICIOUS or given.on("--detonate"):
        bounds = Bounds(seconds=float(given.number("--timeout")), memory_bytes=given.number("--memory") << 20)
        loading = load_in_jail(descriptor, before[2], library, strict=given.on("--strict"), bounds=bounds)
        if before != _identity(os.fstat(descriptor)):
            raise IntegrityError(f"{path!r} changed while it was loaded", hint="copy it to where nobody writes")
    return Loaded(path=path, library=library, scanned=scanned, loading=loading)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _scan(path: str) -> FileReport:
    """Weigh the file as ``scan`` does, with every rule."""
    from weighbridge.engine.scan import ScanRequest, scan
    from weighbridge.sandbox.executor import Jailed

    report = scan(ScanRequest(targets=(path,)), Jailed(jobs=1))
    (artifact,) = report.artifacts
    (file,) = artifact.files
    return file
