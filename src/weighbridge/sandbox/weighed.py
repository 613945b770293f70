"""Scans a file, then loads it in the jail: the same bytes, and not those that are known to be malicious."""

from __future__ import annotations

import os
from stat import S_ISREG

from weighbridge.core.errors import AccessError, IntegrityError, UsageError, reason
from weighbridge.core.report import Verdict
from weighbridge.core.values import value
from weighbridge.sandbox.loading import load_in_jail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.report import FileReport
    from weighbridge.sandbox.loading import Bounds, Library, Loading


@value
class Weighed:
    """A scanned file; ``loading`` is missing where the verdict forbade it."""

    scanned: FileReport
    loading: Loading | None


def weigh_and_load(
    path: str,
    library: Library,
    *,
    detonate: bool = False,
    strict: bool = False,
    bounds: Bounds | None = None,
    share: int | None = None,
) -> Weighed:
    """Scan a file on this machine and load it in the jail, unless it is malicious; ``detonate`` loads it all the same.

    Raises AccessError, UsageError and SandboxError before anything is loaded, IntegrityError when the file was not the
    same from beginning to end. The rest as ``load_in_jail``.
    """
    if "://" in path:
        raise UsageError(f"{path!r} is not on this machine", hint="fetch it first: weighbridge pull, or the hub's tool")
    descriptor = _open(path)
    try:
        before = os.fstat(descriptor)
        scanned = scan_file(os.path.abspath(path))
        if _identity(before) != _identity(os.stat(path)):
            raise IntegrityError(f"{path!r} changed while it was weighed", hint="copy it to where nobody writes")
        if scanned.verdict() is Verdict.MALICIOUS and not detonate:
            return Weighed(scanned=scanned, loading=None)
        loading = load_in_jail(descriptor, before.st_size, library, strict=strict, bounds=bounds, share=share)
        if _identity(before) != _identity(os.fstat(descriptor)):
            raise IntegrityError(f"{path!r} changed while it was loaded", hint="copy it to where nobody writes")
        return Weighed(scanned=scanned, loading=loading)
    except OSError as error:
        raise AccessError(f"cannot read {path!r}: {reason(error)}") from None
    finally:
        os.close(descriptor)


def scan_file(path: str) -> FileReport:
    """Weigh one file as ``scan`` does, with every rule and without suppressions."""
    from weighbridge.engine.scan import ScanRequest, scan
    from weighbridge.sandbox.executor import Jailed

    report = scan(ScanRequest(targets=(path,)), Jailed(jobs=1))
    (artifact,) = report.artifacts
    (file,) = artifact.files
    return file


def _open(path: str) -> int:
    """Open a regular file for reading; the child gets this descriptor and no path."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise AccessError(f"cannot open {path!r}: {reason(error)}") from None
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{path!r} is not a file", hint="name one file; scan weighs directories")
    return descriptor


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
