"""What ``torch.load`` adds to the unpickler: storages by persistent id, and tensors rebuilt over them.

Source: ``torch/serialization.py`` and ``torch/_utils.py``. Sizes, strides and offsets are checked against the storages
here because older loaders trust them (CVE-2026-24747, CVE-2025-62164; catalogue PKL-12, TOR-07, TOR-22).
"""

from __future__ import annotations

from weighbridge.formats.numpy_host import NumpyHost
from weighbridge.formats.pickle.abstract import Box, Global, Made, Persistent, gathered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from weighbridge.core.limits import Limits
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Node
    from weighbridge.formats.pickle.abstract import Value
    from weighbridge.formats.pickle.machine import Machine

ITEM_SIZES = {
    "DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
    "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1, "ComplexDoubleStorage": 16,
    "ComplexFloatStorage": 8, "QUInt8Storage": 1, "QInt8Storage": 1, "QInt32Storage": 4, "QUInt4x2Storage": 1,
    "QUInt2x4Storage": 1, "UntypedStorage": 1, "TypedStorage": 1,
}  # fmt: skip
"""Bytes per element of each storage class (``torch/storage.py``)."""

_MODULES = frozenset({"torch", "torch.cuda", "torch.storage"})
_REBUILDERS = frozenset({
    ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor_v3"),
    ("torch._utils", "_rebuild_qtensor"),
})  # fmt: skip


class Storage:
    """A storage as a persistent id declares it."""

    __slots__ = ("count", "item", "key")

    def __init__(self, key: str, item: int, count: int) -> None:
        self.key = key
        self.item = item
        self.count = count


class TorchHost(NumpyHost):
    """Follows torch's loader; ``storages`` collects what the stream declares, by key."""

    watched = NumpyHost.watched | _REBUILDERS

    def __init__(self, source: ByteSource, limits: Limits, node: Node, records: Mapping[str, int] | None) -> None:
        super().__init__(source, limits, node)
        self.records = records
        self.storages: dict[str, Storage] = {}

    def persistent(self, machine: Machine, identity: Value, at: int) -> Value | None:
        """Read ``('storage', class, key, location, count)``, or ``('module', class, file, source)`` of old files.

        A storage gives its description, a module the class itself.
        """
        if self.node.role == "torch.tar" and isinstance(identity, int):
            return Persistent()  # the number of a tensor or storage of the same archive
        parts = identity.items if isinstance(identity, Box) and identity.kind == "tuple" else []
        tag = machine.constants.short_text(parts[0]) if parts and isinstance(parts[0], int) else ""
        if tag == "module" and len(parts) == 4:
            return parts[1]
        if tag == "reduce_package" and self.node.role == "torch.package":
            return self._reduced(machine, parts[1:], at)
        if tag != "storage" or len(parts) not in {5, 6}:
            return None
        kind, key, count = parts[1], parts[2], parts[4]
        if not isinstance(kind, Global) or kind.module not in _MODULES or kind.name not in ITEM_SIZES:
            return None
        if not isinstance(key, int) or not isinstance(count, int):
            return None
        text, number = machine.constants.short_text(key), machine.constants.scalar(count)
        if self.node.role == "torch.package":  # it numbers its storages
            text = text or str(machine.constants.scalar(key))
        if isinstance(number, bool) or not isinstance(number, int) or not text:
            return None
        storage = Storage(text, ITEM_SIZES[kind.name], number)
        self._check_record(storage, at)
        self.storages.setdefault(text, storage)
        return Persistent(storage)

    def _reduced(self, machine: Machine, parts: list[Value], at: int) -> Value | None:
        """Follow ``("reduce_package", id, function, arguments)``: the importer of a package calls the function."""
        if len(parts) not in {2, 3} or not isinstance(parts[-1], Box):
            return None
        callee, arguments = parts[-2], gathered([Persistent(), *parts[-1].items])
        machine.ledger.call(at, "REDUCE", callee, arguments, ())
        if isinstance(callee, Global):
            callee.called = True
        return Made(callee if isinstance(callee, Global) else None)

    def _check_record(self, storage: Storage, at: int) -> None:
        if storage.count < 0:
            self.problem(at, "storage size", f"storage {storage.key!r} has {storage.count} elements")
        elif "/" in storage.key or "\\" in storage.key or storage.key in {".", ".."}:
            self.problem(at, "storage key", f"storage key {storage.key!r} is a path")
        elif self.records is not None:
            held = self.records.get(storage.key)
            if held is None:
                self.problem(
                    at, "storage record", f"storage {storage.key!r} has no record in the archive", memory=False
                )
            elif held < storage.count * storage.item:
                detail = (
                    f"storage {storage.key!r} is declared with {storage.count * storage.item} bytes and holds {held}"
                )
                self.problem(at, "storage size", detail)

    def called(self, machine: Machine, callee: Global, arguments: Box, made: Made, at: int) -> None:
        """Check that a tensor lies inside its storage."""
        super().called(machine, callee, arguments, made, at)
        items = arguments.items
        if len(items) < 4 or not isinstance(items[0], Persistent) or not isinstance(items[0].note, Storage):
            return
        storage, offset = items[0].note, self._numbers(machine, [items[1]])
        sizes, strides = (self._numbers(machine, box.items) if isinstance(box, Box) else None for box in items[2:4])
        if callee.name == "_rebuild_tensor_v3" or offset is None or sizes is None or strides is None:
            return
        if len(sizes) != len(strides) or min((*sizes, *strides, *offset), default=0) < 0:
            self.problem(at, "tensor layout", f"sizes {sizes} and strides {strides} cannot be")
            return
        last = offset[0] + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
        if 0 not in sizes and last >= storage.count:
            detail = f"a tensor reaches element {last} of storage {storage.key!r}, which has {storage.count}"
            self.problem(at, "tensor layout", detail)

    def _numbers(self, machine: Machine, items: list[Value]) -> list[int] | None:
        found = [machine.constants.scalar(item) if isinstance(item, int) else None for item in items]
        numbers = [number for number in found if isinstance(number, int) and not isinstance(number, bool)]
        return numbers if len(numbers) == len(items) else None
