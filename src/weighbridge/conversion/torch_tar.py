"""Checkpoints of torch before 0.1.10: a tar archive of storages, of tensors over them, and of a pickle over those.

Source: ``torch/serialization.py`` (``legacy_load`` in ``_legacy_load``), ``torch/csrc/serialization.cpp``
(``THPStorage_readFileRaw``). Of several members of one name torch takes the last; here a name has one member.
"""

from __future__ import annotations

from weighbridge.conversion.inert import Name, Storage, View
from weighbridge.conversion.torch_dtypes import RANK, STORAGES, width_of
from weighbridge.conversion.torch_files import Checkpoint
from weighbridge.conversion.torch_objects import TorchLoader
from weighbridge.conversion.unpickler import Unpickler
from weighbridge.core.errors import Malformed
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.reader import Reader
from weighbridge.formats.containers.tar import extract
from weighbridge.formats.node import Bench, Child, Node, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.flatten import Places
    from weighbridge.conversion.inert import Value
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.core.source import ByteSource, SubSource

_NEEDED = ("storages", "tensors", "pickle")
_OWN = (*_NEEDED, "sys_info")
_MOST = 1_000_000
"""Storages, tensors and views of a file."""


def members_of(source: ByteSource) -> dict[str, SubSource] | None:
    """List the members of a tar archive if they are those of a checkpoint; None for another archive.

    Raises Malformed for a broken one, or one with two members of a name that torch reads.
    """
    limits = Limits()
    found: dict[str, SubSource] = {}
    for one in extract(source, Node(name=""), Bench(limits, Meter(limits))):
        if isinstance(one, Child):
            if one.name in found and one.name in _OWN:
                raise Malformed(f"two members have the name {one.name[:80]!r}", offset=one.offset or 0)
            if isinstance(one.content, Stored):
                found[one.name] = one.content.source  # type: ignore[assignment]
    return found if all(name in found for name in _NEEDED) else None


def read_tar(source: ByteSource, members: dict[str, SubSource], unpacked: Unpacked) -> Checkpoint:
    """Read a checkpoint; raises Malformed for storages or tensors that are not whole or contradict each other."""
    loader = _TarLoader(source, 0, unpacked=unpacked)
    named: dict[str, bool] = {}
    storages = _Stream(members["storages"], loader, named)
    rest = storages.storages()
    tensors = _Stream(members["tensors"], loader, named)
    rest += tensors.tensors()
    content = members["pickle"]
    inside = _TarLoader(content, content.start, unpacked=unpacked)
    inside.known = loader.known
    unpickler = Unpickler(content, 0, inside)
    root = unpickler.load()
    named.update(unpickler.named)
    places: Places = loader.places | inside.places
    return Checkpoint(
        root=root,
        source=content,
        places=places,
        named=named,
        rest=rest + content.size - unpickler.position,
        others=tuple(name for name in members if name not in _OWN),
    )


class _TarLoader(TorchLoader):
    """A loader to which persistent ids are the keys of storages and tensors that were read before."""

    def __init__(self, source: ByteSource, base: int, *, unpacked: Unpacked) -> None:
        super().__init__(source, base, unpacked=unpacked)
        self.known: dict[int, Storage | View] = {}

    def persistent(self, identity: Value) -> Value:
        """Give what has a key; of a class with its source, the class."""
        if isinstance(identity, tuple) and identity:
            return identity[0]
        text = str(identity) if type(identity) in {str, int} else ""
        key = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
        if key not in self.known:
            raise Malformed("a persistent id names no storage and no tensor")
        return self.known[key]

    def knows(self, name: Name) -> bool:
        """Tell whether a name is vetted, or a class of tensors of that time."""
        return _storage_of(name) in STORAGES or super().knows(name)


class _Stream:
    """A member in which pickles and numbers take turns."""

    def __init__(self, source: SubSource, loader: _TarLoader, named: dict[str, bool]) -> None:
        self.reader = Reader(source)
        self.source = source
        self.loader = loader
        self.named = named

    def storages(self) -> int:
        """Read storages, and views of storages; gives how many bytes are left."""
        for _ in range(self._count()):
            key, _, kind = self._three()
            dtype = STORAGES.get(kind.name, "") if isinstance(kind, Name) and kind.module == "torch" else ""
            count, width = self.reader.i64(), width_of(dtype)
            if not width or not 0 <= count <= self.reader.left // width:
                raise Malformed("a storage is of no known type, or longer than the file", offset=self.reader.offset)
            place = f"storage {key}"
            self._learn(key, Storage(place, dtype, count))
            self.loader.places[place] = self.source.start + self.reader.offset, count * width
            self.reader.offset += count * width
        views = self._pickle()
        for view in views if isinstance(views, list) else ():
            self._view(view)
        return self.reader.left

    def tensors(self) -> int:
        """Read tensors; gives how many bytes are left."""
        for _ in range(self._count()):
            key, of, _ = self._three()
            storage = self.loader.known.get(of) if type(of) is int else None
            rank = self.reader.u32()
            self.reader.offset += 4  # the number of dimensions once had eight bytes
            if not isinstance(storage, Storage) or rank > RANK:
                raise Malformed("a tensor has no storage or no shape", offset=self.reader.offset)
            sizes, strides = (tuple(self.reader.i64() for _ in range(rank)) for _ in range(2))
            self._learn(key, View(storage, storage.dtype, self.reader.i64(), (sizes, strides)))
        return self.reader.left

    def _view(self, given: Value) -> None:
        if not isinstance(given, tuple) or len(given) != 4:
            raise Malformed("a view of a storage is not described as torch does")
        key, of, first, count = given
        whole = self.loader.known.get(of) if type(of) is int else None
        if not isinstance(whole, Storage) or type(first) is not int or type(count) is not int:
            raise Malformed("a view of a storage is not described as torch does")
        if min(first, count) < 0 or first + count > whole.count:
            raise Malformed("a part of a storage reaches past the storage")
        self._learn(key, Storage(whole.key, whole.dtype, count, whole.first + first))

    def _learn(self, key: Value, found: Storage | View) -> None:
        if type(key) is not int or key in self.loader.known or len(self.loader.known) >= _MOST:
            raise Malformed("a storage or a tensor has no key of its own", offset=self.reader.offset)
        self.loader.known[key] = found

    def _count(self) -> int:
        count = self._pickle()
        if type(count) is not int or not 0 <= count <= _MOST:
            raise Malformed("a member does not begin with a number", offset=self.reader.offset)
        return count

    def _three(self) -> tuple[Value, Value, Value]:
        found = self._pickle()
        if not isinstance(found, tuple) or len(found) != 3:
            raise Malformed("a storage or a tensor is not described as torch does", offset=self.reader.offset)
        return found

    def _pickle(self) -> Value:
        unpickler = Unpickler(self.source, self.reader.offset, self.loader)
        found = unpickler.load()
        self.reader.offset = unpickler.position
        self.named.update(unpickler.named)
        return found


def _storage_of(name: Name) -> str:
    return name.name.replace("Tensor", "Storage") if name.module == "torch" else ""
