"""What ``torch.load`` adds to the unpickler: storages by persistent id, and tensors rebuilt over them.

Source: ``torch/serialization.py`` and ``torch/_utils.py``. Sizes, strides and offsets are checked against the storages
here because older loaders trust them (CVE-2026-24747, CVE-2025-62164; catalogue PKL-12, TOR-07, TOR-22).
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import TensorDecl
from weighbridge.formats.numpy_host import NumpyHost
from weighbridge.formats.pickle.abstract import Box, Global, Made, Persistent, gathered
from weighbridge.formats.torch_sparse import BSC, BSR, COO, CSC, CSR, Records, View, indices_fit, shapes_fit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weighbridge.core.coverage import Gap
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

TENSORS = 50_000
"""Tensors of one pickle that are told by name and shape; the largest checkpoints have some ten thousand."""

_MODULES = frozenset({"torch", "torch.cuda", "torch.storage"})
_REBUILDERS = frozenset({
    ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor_v3"),
    ("torch._utils", "_rebuild_qtensor"), ("torch._utils", "_rebuild_parameter"),
    ("torch._utils", "_rebuild_sparse_tensor"), ("torch._utils", "_rebuild_sparse_csr_tensor"),
    ("torch.serialization", "_get_layout"), ("torch", "Size"),
})  # fmt: skip
DTYPE_SIZES = (
    dict.fromkeys(("uint8", "int8", "bool", "float8_e5m2", "float8_e4m3fn", "float8_e5m2fnuz", "float8_e4m3fnuz"), 1)
    | dict.fromkeys(("uint16", "int16", "float16", "bfloat16"), 2)
    | dict.fromkeys(("uint32", "int32", "float32", "complex32"), 4)
    | dict.fromkeys(("uint64", "int64", "float64", "complex64"), 8)
    | {"complex128": 16}
)
"""Bytes per element of the types that ``_rebuild_tensor_v3`` is given."""


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
        self.sparse: list[tuple[str, list[View], list[int], int]] = []
        self.tensors: list[TensorDecl] = []

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
        """Check that a tensor lies inside its storage, and the indices of a sparse one inside of it."""
        super().called(machine, callee, arguments, made, at)
        items = arguments.items
        name = callee.name
        if name == "_get_layout" and items and isinstance(items[0], int):
            made.note = machine.constants.short_text(items[0])
        elif name == "Size" and items and isinstance(items[0], Box):
            made.note = self._numbers(machine, items[0].items)
        elif name == "_rebuild_parameter" and items and isinstance(items[0], Made):
            made.note = items[0].note
            self._declare(machine, made.note, at)
        elif name in {"_rebuild_sparse_tensor", "_rebuild_sparse_csr_tensor"} and len(items) == 2:
            self._sparse(machine, items, at)
        elif len(items) >= 4 and isinstance(items[0], Persistent) and isinstance(items[0].note, Storage):
            item = self._element(items[6]) if name == "_rebuild_tensor_v3" and len(items) > 6 else items[0].note.item
            made.note = self._dense(machine, items, item, at)
            self._declare(machine, made.note, at)

    def _declare(self, machine: Machine, view: object, at: int) -> None:
        """Take note of a tensor that is about to be put into a dict: the text below it on the stack is its key."""
        key = machine.stack[-1] if machine.stack else None
        name = machine.constants.short_text(key) if isinstance(key, int) else ""
        if isinstance(view, View) and name and len(self.tensors) < TENSORS:
            shape = tuple(view.sizes)
            self.tensors.append(TensorDecl(at=self.node.at(at), name=name, dtype=f"{view.item} bytes", shape=shape))

    def _dense(self, machine: Machine, items: list[Value], item: int, at: int) -> View | None:
        storage, offset = items[0].note, self._numbers(machine, [items[1]])  # type: ignore[union-attr]
        assert isinstance(storage, Storage)
        sizes, strides = (self._shape(machine, given) for given in items[2:4])
        if not item or offset is None or sizes is None or strides is None:
            return None
        if len(sizes) != len(strides) or min((*sizes, *strides, *offset), default=0) < 0:
            self.problem(at, "tensor layout", f"sizes {sizes} and strides {strides} cannot be")
            return None
        last = offset[0] + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
        held = storage.count * storage.item // item
        if 0 not in sizes and last >= held:
            detail = f"a tensor reaches element {last} of storage {storage.key!r}, which has {held}"
            self.problem(at, "tensor layout", detail)
            return None
        return View(storage.key, item, offset[0], sizes, strides)

    def _element(self, kind: Value) -> int:
        """Give the bytes of an element of a type such as ``torch.uint16``; 0 if it is not known."""
        return DTYPE_SIZES.get(kind.name, 0) if isinstance(kind, Global) and kind.module == "torch" else 0

    def _sparse(self, machine: Machine, items: list[Value], at: int) -> None:
        layout = items[0].note if isinstance(items[0], Made) else None
        given = items[1].items if isinstance(items[1], Box) else []
        count = {COO: 2, CSR: 3, CSC: 3, BSR: 3, BSC: 3}.get(layout) if isinstance(layout, str) else None
        if count is None or not isinstance(layout, str) or len(given) <= count:
            return
        size = self._shape(machine, given[count])
        parts = [part.note for part in given[:count] if isinstance(part, Made) and isinstance(part.note, View)]
        if size is None or len(parts) != count:
            return
        wrong = "a size is negative" if min(size, default=0) < 0 else shapes_fit(layout, parts, size)
        if wrong:
            self.problem(at, "sparse indices", wrong)
        else:
            self.sparse.append((layout, parts, size, at))

    def unchecked(self, records: Mapping[str, int], offset: int) -> Iterator[Gap]:
        """Look at the indices of all sparse tensors, as far as their storages can be read; what remains is a gap."""
        unread = 0
        for layout, parts, size, at in self.sparse:
            wrong = indices_fit(layout, parts, size, records) if isinstance(records, Records) else None
            unread += wrong is None
            if wrong:
                self.problem(at, "sparse indices", wrong)
        if unread:
            reason = f"the indices of {unread} sparse tensors are compressed or too many to be checked"
            yield self.node.gap(GapKind.OVER_LIMIT, reason, offset)

    def _shape(self, machine: Machine, given: Value) -> list[int] | None:
        """Read a tuple of whole numbers, or the ``torch.Size`` around one."""
        if isinstance(given, Made):
            return given.note if isinstance(given.note, list) else None
        if not isinstance(given, Box) or given.length != len(given.items):
            return None
        return self._numbers(machine, given.items)

    def _numbers(self, machine: Machine, items: list[Value]) -> list[int] | None:
        found = [machine.constants.scalar(item) if isinstance(item, int) else None for item in items]
        numbers = [number for number in found if isinstance(number, int) and not isinstance(number, bool)]
        return numbers if len(numbers) == len(items) else None
