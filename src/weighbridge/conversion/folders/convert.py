"""Makes a directory of safetensors out of one of pickles: all of it, or nothing.

Everything is written into a directory beside the place of the result, which gets its name at the end.
"""

from __future__ import annotations

import os

from weighbridge.conversion import plan as plans
from weighbridge.conversion.carry import Carrier, Item, Written
from weighbridge.conversion.convert import FORMAT, index, shards
from weighbridge.conversion.folders import record
from weighbridge.conversion.folders.config import CONFIG, CONFIG_BYTES, renamed
from weighbridge.conversion.folders.names import file_of, index_of
from weighbridge.conversion.folders.place import NewFolder
from weighbridge.conversion.folders.survey import RECORD, Noted
from weighbridge.conversion.plan import encoded_in
from weighbridge.conversion.safetensors_layout import header_of, ordered
from weighbridge.core.errors import AccessError, IntegrityError, Malformed, UsageError, reason
from weighbridge.core.values import replace, value
from weighbridge.engine.files import pread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from typing import TypeAlias

    from weighbridge.access.local import Found
    from weighbridge.conversion.folders.models import Model, Part
    from weighbridge.conversion.plan import Dropped, Tensor

    _File: TypeAlias = tuple[str, bytes, list[Item]]
    """Path, header, and the tensors behind it."""


@value
class Source:
    """A weight file that was read."""

    path: str
    layout: str
    size: int
    sha256: str


@value
class Made:
    """A model of the result: ``stem`` is its name without a suffix, paths are relative to the directory.

    ``index`` is that of the sources; one that was written is among the ``others``, with the plain data.

    ``encoded`` are tensors that are made of others (``Plan.encoded``), ``repeated`` names of tied weights that were
    written out, and the tensors whose content they repeat.
    """

    stem: str
    index: str
    sources: tuple[Source, ...]
    weights: tuple[Written, ...]
    tensors: tuple[tuple[Tensor, str], ...]
    others: tuple[Written, ...]
    repeated: tuple[tuple[str, str], ...]
    dropped: tuple[Dropped, ...]
    more_dropped: int
    unsupported: tuple[tuple[str, str], ...]
    encoded: tuple[tuple[str, str], ...]


@value
class ConvertedFolder:
    """What became of a directory; all paths below it are relative."""

    source: str
    target: str
    models: tuple[Made, ...]
    copied: tuple[Written, ...]
    changed: tuple[Noted, ...]
    left: tuple[Noted, ...]
    notes: tuple[Noted, ...]
    record: str


@value
class Order:
    """What is to be done: models to convert, files to copy, and what is to be said of the rest."""

    source: str
    target: str
    models: tuple[Model, ...]
    copied: tuple[Found, ...]
    left: tuple[Noted, ...]
    notes: tuple[Noted, ...]
    shard_bytes: int = 0
    partial: bool = False


def convert(order: Order, tell: Callable[[int], None]) -> ConvertedFolder:
    """Convert a directory; ``tell`` is told how many bytes more of tensors are done.

    Raises AccessError for tensors that cannot be converted or a system that refuses, UsageError when the place is
    taken, and IntegrityError when a source changes meanwhile or a result does not read as it was written.
    """
    _refuse(order)
    try:
        with NewFolder(order.target) as place, Carrier(place.create, tell) as carrier:
            made = tuple(_Conversion(model, order.shard_bytes, carrier).run() for model in order.models)
            copied, changed = _copies(order, made, carrier)
            done = ConvertedFolder(
                source=order.source,
                target=order.target,
                models=made,
                copied=copied,
                changed=changed,
                left=order.left,
                notes=order.notes,
                record=RECORD,
            )
            carrier.text(RECORD, record.statement(done))
            place.finish()
    except OSError as error:
        raise AccessError(f"cannot write the result: {reason(error)}", hint="look at the disk and its rights") from None
    return done


def _refuse(order: Order) -> None:
    lost = [
        f"{part.path}: {name}: {why}"
        for model in order.models
        for part in model.parts
        for name, why in part.plan.unsupported
    ]
    if lost and not order.partial:
        raise AccessError(f"tensors cannot be converted: {lost[0]}", hint="--partial goes on without them")
    if not order.models:
        raise AccessError(f"{order.source!r} holds no weights that can be converted", hint="look: weighbridge scan")
    if os.path.lexists(order.target):
        raise UsageError(f"{order.target!r} is there already", hint="remove it, or choose another place: --into")
    inside = os.path.join(os.path.realpath(order.source), "")
    if os.path.join(os.path.realpath(order.target), "").startswith(inside):
        raise UsageError("the result would lie in the directory itself", hint="choose another place: --into")


def _written_out(part: Part) -> Part:
    """Give tied weights a tensor under each of their names: a loader that does not tie them would start afresh.

    Whether a loader ties names is a rule of each class of model, which a configuration can turn off. A second copy
    costs bytes; a name that is missing would be initialised at random.
    """
    named = {one.name: one for one in part.plan.tensors}
    again = tuple(replace(named[kept], name=name) for name, kept in part.plan.aliases)
    plan = replace(part.plan, tensors=part.plan.tensors + again, aliases=())
    try:
        plans.check(plan)
    except Malformed as broken:
        raise AccessError(f"{part.path!r} cannot be converted: {broken}", hint="look: weighbridge scan") from None
    return replace(part, plan=plan)


class _Conversion:
    """The conversion of one model. One that is safetensors already is copied to the byte, unless it is divided anew."""

    def __init__(self, model: Model, shard_bytes: int, carrier: Carrier) -> None:
        self.model = model
        self.shard_bytes = shard_bytes
        self.carrier = carrier
        self.is_copied = model.is_safe and not shard_bytes
        self.parts = model.parts if self.is_copied else tuple(map(_written_out, model.parts))

    def run(self) -> Made:
        model, parts = self.model, self.parts
        files, waiting = self._files(), []
        digests: dict[str, Future[str]] = {}
        for path, head, items in files:
            needed = {id(item.source) for item in items}
            for part in parts:  # a source is hashed while it is read for its tensors: it comes from the disk once
                if id(part.source) in needed and part.path not in digests:
                    digests[part.path] = self.carrier.digest(part.file, part.plan.sums)
            waiting.append(self.carrier.write(path, head, items))
        carried = [wait() for wait in waiting]
        weights = tuple(one.written for one in carried)
        sources = tuple(
            Source(
                path=part.path,
                layout=part.plan.layout,
                size=part.plan.size,
                sha256=digests[part.path].result() if part.path in digests else part.file.digest(),
            )
            for part in parts
        )
        for part in parts:
            if change := part.file.change():
                raise IntegrityError(f"{part.path!r}: {change}", hint="convert what nobody writes to")
        if self.is_copied and [one.sha256 for one in sources] != [one.sha256 for one in weights]:
            raise IntegrityError(f"{model.path!r} was not copied as it is", hint="look at the disk")
        tensors = {one.name: one for part in parts for one in part.plan.tensors}
        digested = {name: digest for one in carried for name, digest in one.tensors}
        return Made(
            stem=model.stem,
            index=model.index,
            sources=sources,
            weights=weights,
            tensors=tuple((tensors[name], digested[name]) for name in sorted(tensors)),
            others=(*self._index(weights, files), *self._plain()),
            repeated=() if self.is_copied else tuple(pair for part in model.parts for pair in part.plan.aliases),
            dropped=tuple(one for part in parts for one in part.plan.dropped),
            more_dropped=sum(part.plan.more_dropped for part in parts),
            unsupported=tuple(one for part in parts for one in part.plan.unsupported),
            encoded=self._encoded(),
        )

    def _encoded(self) -> tuple[tuple[str, str], ...]:
        return tuple(one for part in self.parts for one in part.plan.encoded)

    def _files(self) -> list[_File]:
        """Divide the tensors into files: as they came, or anew."""
        if self.is_copied:
            return [(part.path, _head(part), _items(part, part.plan.tensors)) for part in self.parts]
        if self.shard_bytes:
            sources = {one.name: part for part in self.parts for one in part.plan.tensors}
            groups = shards(tuple(one for part in self.parts for one in part.plan.tensors), self.shard_bytes)
            grouped = [[Item(source=sources[one.name].source, tensor=one) for one in ordered(it)] for it in groups]
        else:
            grouped = [_items(part, ordered(part.plan.tensors)) for part in self.parts]
        numbered = len(grouped) if len(grouped) > 1 or (self.model.index and not self.shard_bytes) else 0
        metadata = {**encoded_in(self._encoded()), **FORMAT}
        return [
            (file_of(self.model.stem, at, numbered), header_of(tuple(one.tensor for one in items), metadata), items)
            for at, items in enumerate(grouped, 1)
        ]

    def _index(self, weights: tuple[Written, ...], files: list[_File]) -> Iterator[Written]:
        if self.is_copied and self.model.index:
            yield self.carrier.text(self.model.index, self.model.index_text.decode())
        elif not self.is_copied and (len(files) > 1 or (self.model.index and not self.shard_bytes)):
            groups = tuple(tuple(one.tensor for one in items) for _, _, items in files)
            yield self.carrier.text(index_of(self.model.stem), index(weights, groups))

    def _plain(self) -> Iterator[Written]:
        held = [part.plan.plain for part in self.parts if part.plan.plain]
        for at, text in enumerate(held, 1):
            number = f"-{at:05}" if len(held) > 1 else ""
            yield self.carrier.text(f"{self.model.stem}{number}.plain.json", f"{text}\n")


def _head(part: Part) -> bytes:
    """Give the header of a safetensors file with its length."""
    length = int.from_bytes(part.source.read_at(0, 8), "little")
    return part.source.read_at(0, 8 + length)


def _items(part: Part, tensors: Sequence[Tensor]) -> list[Item]:
    return [Item(source=part.source, tensor=one) for one in tensors]


def _copies(order: Order, models: Sequence[Made], carrier: Carrier) -> tuple[tuple[Written, ...], tuple[Noted, ...]]:
    """Copy what stays as it is, but for configurations that name a file that has another name now."""
    copied, changed = [], []
    for found in order.copied:
        path = os.path.relpath(found.path, order.source)
        descriptor = found.open()
        try:
            text, words = "", ""
            if os.path.basename(path) == CONFIG and found.size <= CONFIG_BYTES:
                text, words = renamed(pread(descriptor, 0, found.size), _new_names(os.path.dirname(path), models))
            if words:
                changed.append(Noted(path=path, words=words))
            copied.append(carrier.text(path, text) if words else carrier.copy(path, descriptor))
        finally:
            os.close(descriptor)
    return tuple(copied), tuple(changed)


def _new_names(folder: str, models: Sequence[Made]) -> dict[str, str]:
    """Map the names of converted files in a directory to the names that a loader takes instead."""
    names = {}
    for made in models:
        if os.path.dirname(made.stem) == folder:
            now = next((one.path for one in made.others if one.path == index_of(made.stem)), made.weights[0].path)
            for path in (*(one.path for one in made.sources), made.index):
                names[os.path.basename(path)] = os.path.basename(now)
    return names
