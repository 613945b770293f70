"""Carries a plan out: tensors into safetensors files, plain data beside them, and a record of what was done.

Everything is written under other names, read again and compared, and gets its names at the end: the weights first, the
record last. When something fails, nothing is left.
"""

from __future__ import annotations

import os
from errno import ENOSYS, EOPNOTSUPP, EPERM

from weighbridge.conversion import record
from weighbridge.conversion.carry import Carrier, Item
from weighbridge.conversion.plan import WIDTHS, encoded_in
from weighbridge.conversion.safetensors_layout import header_of, ordered
from weighbridge.conversion.sources import RangeSource
from weighbridge.conversion.views import blocks
from weighbridge.core.errors import AccessError, IntegrityError, UsageError, reason
from weighbridge.core.values import value
from weighbridge.reports.neutral import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO

    from weighbridge.conversion.carry import Carried, Written
    from weighbridge.conversion.plan import Plan, Tensor
    from weighbridge.engine.files import OpenFile

SUFFIX = ".safetensors"
FORMAT = {"format": "pt"}
"""Metadata by which transformers knows that tensors are those of torch; a safetensors file may say another."""
_SHOWN = 3
_NAME_SHOWN = 80
"""Columns of a name in a refusal."""


@value
class Target:
    """Where the result goes: ``stem`` is a path without a suffix.

    ``shard_bytes`` bounds the tensors of one file, 0 does not. ``partial`` goes on without tensors that cannot be
    converted.
    """

    stem: str
    shard_bytes: int = 0
    partial: bool = False


@value
class Converted:
    """What was done: digests of the source, of the files written, and of every tensor by name.

    ``others`` are the index of several files and the plain data, where there are any; ``plain`` is the path of these.
    """

    source: str
    sha256: str
    plan: Plan
    weights: tuple[Written, ...]
    tensors: tuple[tuple[str, str], ...]
    others: tuple[Written, ...]
    plain: str
    record: str


def convert(
    file: OpenFile, path: str, plan: Plan, target: Target, tell: Callable[[int], None], *, unpacked: int | None = None
) -> Converted:
    """Convert a file, opened before it was planned, by its plan; ``tell`` is told how many bytes more are done.

    ``unpacked`` is the descriptor of what was unpacked when it was planned.
    Raises AccessError for tensors that cannot be converted or a system that refuses, UsageError when a result is there
    already, and IntegrityError when the file changes meanwhile or a result does not read as it was written.
    """
    _refuse_losses(plan, target)
    unfinished = _Unfinished()
    source = RangeSource(file.descriptor, unpacked)
    try:
        made = _Conversion(file, source, plan, target, files=unfinished, tell=tell).run(path)
        unfinished.finish()
    except OSError as error:
        raise AccessError(f"cannot write the result: {reason(error)}", hint="look at the disk and its rights") from None
    finally:
        unfinished.discard()
    return made


def _refuse_losses(plan: Plan, target: Target) -> None:
    if plan.unsupported and not target.partial:
        shown = "; ".join(f"{shorten(name, _NAME_SHOWN)}: {why}" for name, why in plan.unsupported[:_SHOWN])
        more = f"; and {len(plan.unsupported) - _SHOWN} more" if len(plan.unsupported) > _SHOWN else ""
        raise AccessError(f"tensors cannot be converted: {shown}{more}", hint="--partial goes on without them")
    if not plan.tensors:
        raise AccessError("the file has no tensors that can be converted", hint="look at it with: weighbridge scan")


class _Unfinished:
    """Files that do not have their names yet, in the order in which they will get them."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, str]] = []

    def create(self, path: str) -> FileIO:
        """Begin a file; raises UsageError when its name is taken."""
        if os.path.lexists(path):
            raise _taken(path)
        part = f"{path}.{os.urandom(4).hex()}.part"
        file = open(part, "x+b", buffering=0)  # noqa: SIM115  (the caller closes it)
        self._parts.append((part, path))
        return file

    def finish(self) -> None:
        """Give all files their names; those that have one already lose it when another cannot get its own."""
        for at, (part, path) in enumerate(self._parts):
            _give_name(part, path)
            self._parts[at] = path, path
        for folder in {os.path.dirname(path) or os.curdir for _, path in self._parts}:
            opened = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(opened)  # a name is on the disk only once its directory is
            finally:
                os.close(opened)
        self._parts.clear()

    def discard(self) -> None:
        """Remove everything that was not finished."""
        for part, _ in self._parts:
            if os.path.lexists(part):
                os.unlink(part)
        self._parts.clear()


def _give_name(part: str, path: str) -> None:
    """Give a file its name, unless something has got that name meanwhile; raises UsageError and OSError.

    A link never replaces anything (link(2)). Some file systems have none.
    """
    try:
        os.link(part, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        if error.errno not in (EPERM, EOPNOTSUPP, ENOSYS):
            raise
        os.replace(part, path)
    else:
        os.unlink(part)


def _taken(path: str) -> UsageError:
    return UsageError(f"{path!r} is there already", hint="remove it, or choose another place: --into")


class _Conversion:
    """One conversion under way."""

    def __init__(
        self,
        whole: OpenFile,
        source: RangeSource,
        plan: Plan,
        target: Target,
        *,
        files: _Unfinished,
        tell: Callable[[int], None],
    ) -> None:
        self.whole = whole
        self.source = source
        self.plan = plan
        self.target = target
        self.files = files
        self.tell = tell

    def run(self, path: str) -> Converted:
        with Carrier(self.files.create, self.tell) as carrier:
            digest = carrier.digest(self.whole, self.plan.sums)
            groups = shards(self.plan.tensors, self.target.shard_bytes)
            waiting = [self._write(carrier, at, len(groups), group) for at, group in enumerate(groups)]
            carried = [wait() for wait in waiting]
            sha256 = digest.result()
            change = self.whole.change()
            if change:
                raise IntegrityError(change, hint="convert a file that nobody writes to")
            weights = tuple(one.written for one in carried)
            others = []
            if len(groups) > 1:
                others.append(carrier.text(f"{self.target.stem}{SUFFIX}.index.json", index(weights, groups)))
            plain = f"{self.target.stem}.plain.json" if self.plan.plain else ""
            if plain:
                others.append(carrier.text(plain, f"{self.plan.plain}\n"))
            made = Converted(
                source=path,
                sha256=sha256,
                plan=self.plan,
                weights=weights,
                tensors=tuple(sorted(pair for one in carried for pair in one.tensors)),
                others=tuple(others),
                plain=plain,
                record=f"{self.target.stem}.convert.json",
            )
            carrier.text(made.record, record.statement(made))
        return made

    def _write(self, carrier: Carrier, at: int, count: int, group: tuple[Tensor, ...]) -> Callable[[], Carried]:
        path = f"{self.target.stem}{f'-{at + 1:05}-of-{count:05}' if count > 1 else ''}{SUFFIX}"
        items = [Item(source=self.source, tensor=one) for one in ordered(group)]
        return carrier.write(path, header_of(ordered(group), self._metadata(group)), items)

    def _metadata(self, group: tuple[Tensor, ...]) -> dict[str, str]:
        """Give the metadata of a file: its own, and aliases as safetensors' own ``save_model`` notes them.

        Every file says how tensors that are made of others are made.
        """
        names = {one.name for one in group}
        aliases = {name: kept for name, kept in self.plan.aliases if kept in names}
        return {**FORMAT, **dict(self.plan.metadata), **aliases, **encoded_in(self.plan.encoded)}


def digest_of(source: RangeSource, tensor: Tensor) -> str:
    """Give the SHA-256 of a tensor's bytes in row-major order."""
    from hashlib import sha256

    digest = sha256()
    for block in blocks(source.of(tensor), tensor, WIDTHS[tensor.dtype]):
        digest.update(block)
    return digest.hexdigest()


def shards(tensors: tuple[Tensor, ...], most: int) -> tuple[tuple[Tensor, ...], ...]:
    """Divide tensors, in their order, into files of at most ``most`` bytes; a larger tensor has a file of its own."""
    groups: list[list[Tensor]] = [[]]
    size = 0
    for one in tensors:
        if groups[-1] and most and size + one.size > most:
            groups.append([])
            size = 0
        groups[-1].append(one)
        size += one.size
    return tuple(tuple(group) for group in groups)


def index(weights: tuple[Written, ...], groups: tuple[tuple[Tensor, ...], ...]) -> str:
    """Write the index of a sharded model as transformers reads it."""
    import json

    places = {
        one.name: os.path.basename(file.path) for file, group in zip(weights, groups, strict=True) for one in group
    }
    total = sum(one.size for group in groups for one in group)
    return json.dumps({"metadata": {"total_size": total}, "weight_map": dict(sorted(places.items()))}, indent=2) + "\n"
