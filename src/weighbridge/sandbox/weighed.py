"""Scans a file or directory, then loads it in the jail: the same bytes, and none that are known to be malicious."""

from __future__ import annotations

import os
from stat import S_ISDIR, S_ISREG

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import AccessError, IntegrityError, UsageError, reason
from weighbridge.core.references import Reference
from weighbridge.core.report import ArtifactReport, Verdict
from weighbridge.core.values import replace, value
from weighbridge.sandbox.lay import identity, lay_of
from weighbridge.sandbox.loading import BY_PATH, Library, Place, load_in_jail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.report import FileReport
    from weighbridge.engine.wire import Answer
    from weighbridge.sandbox.loading import Bounds, Call, Loading

_EXTERNAL = "external_data"
_TAKES = {Library.KERAS: (S_ISREG, S_ISDIR), Library.TRANSFORMERS: (S_ISDIR,)}
"""What a library loads where that is not a file only. Keras also reads the directory that an archive of its unpacks to.
"""


@value
class Weighed:
    """What was scanned; ``loading`` is missing where the verdict forbade it."""

    scanned: ArtifactReport
    loading: Loading | None


def weigh_and_load(
    path: str,
    library: Library,
    *,
    detonate: bool = False,
    strict: bool = False,
    bounds: Bounds | None = None,
    share: int | None = None,
    call: Call | None = None,
) -> Weighed:
    """Scan what lies on this machine and load it in the jail, unless it is malicious; with ``detonate`` all the same.

    Raises AccessError, UsageError and SandboxError before anything is loaded, IntegrityError when the files were not
    the same from beginning to end. The rest as ``load_in_jail``.
    """
    if "://" in path:
        raise UsageError(f"{path!r} is not on this machine", hint="fetch it first: weighbridge pull, or the hub's tool")
    descriptor = _open(path, library)
    try:
        lay = lay_of(os.path.abspath(path))
        if not lay.is_folder and identity(os.fstat(descriptor)) not in [mark for _, mark in lay.marks]:
            raise IntegrityError(f"{path!r} changed while it was opened", hint="copy it to where nobody writes")
        scanned, beside = scan_files(lay.path)
        lay.check("weighed")
        if beside:
            lay = lay_of(lay.path, beside)
            scanned = replace(scanned, files=(*scanned.files, *_scan_beside(beside)))
            lay.check("weighed")
        if scanned.verdict() is Verdict.MALICIOUS and not detonate:
            return Weighed(scanned=scanned, loading=None)
        place = Place(path=lay.path, readable=lay.readable) if library in BY_PATH else None
        loading = load_in_jail(
            descriptor, lay.size, library, strict=strict, bounds=bounds, share=share, place=place, call=call
        )
        lay.check("loaded")
        return Weighed(scanned=scanned, loading=loading)
    except OSError as error:
        raise AccessError(f"cannot read {path!r}: {reason(error)}") from None
    finally:
        os.close(descriptor)


def scan_files(path: str) -> tuple[ArtifactReport, tuple[str, ...]]:
    """Weigh a file, or all below a directory, as ``scan`` does, with every rule and without suppressions.

    Gives also the paths of files beside a single file that its loader reads too: external data of its tensors.
    """
    from weighbridge.engine.scan import ScanRequest, scan
    from weighbridge.sandbox.executor import Jailed

    named: list[str] = []

    def learn(_: str, answer: Answer) -> None:
        named.extend(
            fact.target
            for fact in answer.outline
            if isinstance(fact, Reference) and fact.relation == _EXTERNAL and not fact.escapes
        )

    report = scan(ScanRequest(targets=(path,)), Jailed(jobs=1), learn=learn)
    (artifact,) = report.artifacts
    if os.path.isdir(path):
        return artifact, ()
    folder = os.path.dirname(path)
    beside = (os.path.normpath(os.path.join(folder, name)) for name in named)
    return artifact, tuple(sorted({one for one in beside if _is_plain(one, folder)}))


def _scan_beside(paths: tuple[str, ...]) -> tuple[FileReport, ...]:
    """Weigh files that a model claims as bytes of its tensors: any bytes will do, so a missing format is no gap."""
    found = []
    for path in paths:
        (file,) = scan_files(path)[0].files
        if not file.formats:
            gaps = tuple(gap for gap in file.gaps if gap.kind is not GapKind.UNSUPPORTED)
            file = replace(file, gaps=gaps, formats=("external data",))
        found.append(file)
    return tuple(found)


def _is_plain(path: str, folder: str) -> bool:
    """Tell whether a path is a regular file below a directory, with no link on the way."""
    return path == os.path.realpath(path) and path.startswith(os.path.join(folder, "")) and os.path.isfile(path)


def _open(path: str, library: Library) -> int:
    """Open what is loaded for reading; of a directory, which the library opens itself, nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise AccessError(f"cannot open {path!r}: {reason(error)}") from None
    status = os.fstat(descriptor)
    kinds = _TAKES.get(library, (S_ISREG,))
    if not any(is_kind(status.st_mode) for is_kind in kinds):
        os.close(descriptor)
        what = "file" if S_ISREG in kinds else "directory"
        hint = "scan weighs directories; transformers loads them" if what == "file" else "name the directory with it"
        raise UsageError(f"{path!r} is not a {what}", hint=f"{library} loads a {what}; {hint}")
    if S_ISREG(status.st_mode):
        return descriptor
    os.close(descriptor)
    return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
