"""Plans of conversions out of jailed workers: the pickle is read there, here only numbers within bounds arrive."""

from __future__ import annotations

import os

from weighbridge.conversion import plan as plans
from weighbridge.core.errors import AccessError, Malformed, UsageError, reason
from weighbridge.core.limits import Limits
from weighbridge.sandbox.executor import gap_of
from weighbridge.sandbox.policy import JailPolicy
from weighbridge.sandbox.pool import JailedPool
from weighbridge.sandbox.tasks import PoolTask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import FileIO

    from weighbridge.access.local import Found
    from weighbridge.conversion.plan import Plan

ANSWERS = "weighbridge.conversion.planning"


def planned(file: Found, unpacked: int, key: str = "") -> Plan:
    """Plan the conversion of a file; raises AccessError, UsageError and SandboxError.

    ``unpacked`` is the descriptor of an empty file, into which the worker puts what does not lie raw in the first.
    """
    if len(key) > plans.NAME_LENGTH:
        raise UsageError("--key is too long", hint="give the keys on the way, joined by dots")
    limits = Limits()
    most = min(limits.expanded_bytes, max(limits.ratio_floor, file.size * limits.ratio))
    task = PoolTask(
        key=0, request=key.encode("utf-8", "backslashreplace"), open=file.open, size=file.size, share=unpacked
    )
    with JailedPool(
        workers=1,
        policy=JailPolicy(scratch_bytes=most),
        deadline=lambda size: limits.seconds + size / limits.bytes_per_second,
        answer_module=ANSWERS,
    ) as pool:
        result = next(iter(pool.run([task])))
    if result.answer is None:
        assert result.failure is not None
        raise AccessError(f"{file.path!r} cannot be converted: {gap_of(result.failure).reason}", hint=_HINT)
    if result.answer.startswith(b'{"refused"'):
        _refused(file.path, result.answer)
    try:
        return plans.loads(result.answer, file.size, os.fstat(unpacked).st_size)
    except Malformed as broken:
        raise AccessError(f"{file.path!r} cannot be converted: {broken}", hint=_HINT) from None


def formats_of(files: Sequence[Found]) -> dict[str, tuple[str, ...]]:
    """Name the formats of files, by their paths; raises AccessError and SandboxError."""
    from weighbridge.conversion.folders import sorting

    limits = Limits()
    tasks = [
        PoolTask(key=at, request=one.name.encode("utf-8", "backslashreplace"), open=one.open, size=sorting.READ)
        for at, one in enumerate(files)
    ]
    found = {}
    with JailedPool(
        workers=1,
        policy=JailPolicy(),
        deadline=lambda _: limits.seconds,
        answer_module="weighbridge.conversion.folders.sorting",
    ) as pool:
        for result in pool.run(tasks):
            path = files[result.key].path
            if result.answer is None:
                assert result.failure is not None
                raise AccessError(f"{path!r} cannot be converted: {gap_of(result.failure).reason}", hint=_HINT)
            try:
                found[path] = sorting.loads(result.answer)
            except Malformed as broken:
                raise AccessError(f"{path!r} cannot be converted: {broken}", hint=_HINT) from None
    return found


def nameless_file(folder: str | None = None) -> FileIO:
    """Open a file without a name to unpack into, on the disk of a folder that may not be there yet; else a scratch one.

    Raises UsageError where nothing can be written.
    """
    from tempfile import TemporaryFile

    while folder and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    try:
        return TemporaryFile(dir=os.curdir if folder == "" else folder, buffering=0)
    except OSError as error:
        where = "a directory for temporary files" if folder is None else repr(folder or os.curdir)
        raise UsageError(f"cannot write to {where}: {reason(error)}", hint="choose another place") from None


_HINT = "weighbridge scan tells more about the file"


def _refused(path: str, answer: bytes) -> None:
    import json

    try:
        found = json.loads(answer)
        kind, words, hint = (str(found[name])[:2_000] for name in ("refused", "words", "hint"))
    except (ValueError, KeyError, TypeError, RecursionError):
        kind, words, hint = "content", "the worker's refusal does not fit its schema", ""
    error = UsageError if kind == "usage" else AccessError
    raise error(f"{path!r} cannot be converted: {words}", hint=hint or _HINT)
