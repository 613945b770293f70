"""``weighbridge convert DIR``: the jail looks at each file and plans, then all of the directory is made anew."""

from __future__ import annotations

import os

from weighbridge.cli.console import Progress
from weighbridge.cli.planner import formats_of, nameless_file, planned
from weighbridge.conversion.folders import models, survey
from weighbridge.conversion.folders.convert import Order, convert
from weighbridge.conversion.folders.models import Part
from weighbridge.conversion.folders.survey import Noted
from weighbridge.conversion.sources import RangeSource
from weighbridge.core.errors import AccessError, UsageError, reason
from weighbridge.core.events import Examined, Planned
from weighbridge.core.values import replace
from weighbridge.engine.files import OpenFile, pread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import ExitStack

    from weighbridge.access.local import Found
    from weighbridge.cli.options import Given
    from weighbridge.conversion.folders.convert import ConvertedFolder
    from weighbridge.conversion.folders.models import Model, Twins
    from weighbridge.conversion.folders.survey import Survey

_WEIGHTS = 800
"""Weight files of one directory: all are open at once, since what is planned is what is converted."""


def converted(folder: str, into: str, shard_bytes: int, given: Given) -> ConvertedFolder:
    """Convert a directory into another; raises what ``conversion.folders`` raises."""
    from contextlib import ExitStack

    if given.one("--key"):
        raise UsageError("--key is for one file", hint="convert that file by itself")
    progress = Progress(quiet=given.on("--quiet"))
    with ExitStack() as opened:
        opened.callback(progress.close)
        found = _looked_at(folder)
        read = _Reader(folder, into, opened, lenient=given.on("--partial"))
        kept, twins = models.choose(read.models(found), given.one("--keep"))
        order = Order(
            source=folder,
            target=into,
            models=kept,
            copied=found.copied,
            left=tuple(sorted((*found.left, *read.left, *models.noted(twins)), key=lambda one: one.path)),
            notes=found.notes,
            shard_bytes=shard_bytes,
            partial=given.on("--partial"),
        )
        sizes = [one.size for model in kept for part in model.parts for one in part.plan.tensors]
        progress(Planned(files=len(found.weights), size=sum(sizes)))
        return convert(order, lambda size: progress(Examined(path=folder, size=size, reused=False)))


def compared(folders: tuple[str, ...], given: Given) -> tuple[Twins, ...]:
    """Compare the models of two directories, those for one place with each other."""
    from contextlib import ExitStack

    if given.one("--key"):
        raise UsageError("--key is for one file", hint="compare two files")
    with ExitStack() as opened:
        sides = [
            models.choose(_Reader(one, "", opened, lenient=False).models(_looked_at(one)), given.one("--keep"))[0]
            for one in folders
        ]
        return tuple(models.paired(*sides))


def _looked_at(folder: str) -> Survey:
    walked = list(survey.walk(folder))
    found = survey.sort(folder, walked, formats_of([one for one in walked if not isinstance(one, Noted)]))
    if len(found.weights) > _WEIGHTS:
        raise AccessError(f"{folder!r} has more than {_WEIGHTS} weight files", hint="name the directory of one model")
    return found


class _Reader:
    """Opens and plans the weight files of a directory; what holds no tensors is ``left`` with the reason."""

    def __init__(self, folder: str, into: str, opened: ExitStack, *, lenient: bool) -> None:
        self.folder = folder
        self.place = os.path.dirname(into)
        self.opened = opened
        self.lenient = lenient
        self.left: list[Noted] = []

    def models(self, found: Survey) -> tuple[Model, ...]:
        parts = [part for one in found.weights if (part := self._part(one))]
        return models.models_of(parts, {os.path.relpath(one.path, self.folder): _text(one) for one in found.indexes})

    def _part(self, found: Found) -> Part | None:
        path = os.path.relpath(found.path, self.folder)
        descriptor = _open(found)
        self.opened.callback(os.close, descriptor)
        file = OpenFile(descriptor)
        unpacked = nameless_file(self.place)
        self.opened.callback(unpacked.close)
        try:
            plan = planned(replace(found, descriptor=descriptor, size=file.size), unpacked.fileno())
        except UsageError as other:
            self.left.append(Noted(path=path, words=f"it may hold what runs, and no weights: {_why(other)}"))
            return None
        except AccessError as broken:
            if not self.lenient:
                raise
            self.left.append(Noted(path=path, words=_why(broken)))
            return None
        if not plan.unpacked:
            unpacked.close()
        if not plan.tensors and not plan.unsupported and plan.layout != models.SAFETENSORS:
            self.left.append(Noted(path=path, words="a pickle without tensors"))
            return None
        source = RangeSource(descriptor, unpacked.fileno() if plan.unpacked else None)
        return Part(path=path, file=file, plan=plan, source=source)


def _why(error: AccessError | UsageError) -> str:
    return str(error).rpartition("cannot be converted: ")[2]


def _text(found: Found) -> bytes:
    if found.size > models.INDEX_BYTES:
        raise AccessError(f"{found.path!r} is too long for an index", hint="take it out")
    descriptor = _open(found)
    try:
        return pread(descriptor, 0, found.size)
    finally:
        os.close(descriptor)


def _open(found: Found) -> int:
    try:
        return found.open()
    except OSError as error:
        raise AccessError(f"cannot open {found.path!r}: {reason(error)}", hint="check its rights") from None
