"""The Python API: the same names as the commands."""

from __future__ import annotations

import os

from weighbridge.core.errors import UsageError
from weighbridge.engine.scan import ScanRequest
from weighbridge.engine.scan import scan as run
from weighbridge.sandbox.executor import Jailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.report import Report


def scan(
    *targets: str | os.PathLike[str], jobs: int = 0, program: bool = False, full: bool = False, offline: bool = False
) -> Report:
    """Weigh files, directories and references such as ``hf://org/name`` in jailed workers, which have no network.

    ``program`` adds the decompiled programs to the report. Of large remote files only headers and structure are
    fetched, and the verdict is at best inconclusive, unless ``full``; ``offline`` takes what is on this machine. Raises
    AccessError for a target that does not exist, UsageError when there is none. Nothing is loaded or cached.
    """
    if not targets:
        raise UsageError("there is no target to scan")
    request = ScanRequest(targets=tuple(os.fsdecode(target) for target in targets), full=full, offline=offline)
    return run(request, Jailed(jobs=jobs or os.cpu_count() or 1, trace=program))
