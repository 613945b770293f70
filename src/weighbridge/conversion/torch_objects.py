"""What torch's own callables make of their arguments, as far as weights need them; every other callable is opaque.

Source: ``torch/_utils.py``, ``torch/storage.py``, ``torch/serialization.py`` (``persistent_load``). A view is held
against its storage here, where torch trusts it (CVE-2026-24747).
"""

from __future__ import annotations

from weighbridge.conversion import torch_compounds as compounds
from weighbridge.conversion.inert import (
    Compound,
    EncodedBytes,
    Marked,
    Name,
    Opaque,
    RawBytes,
    Storage,
    Table,
    Unsupported,
    View,
)
from weighbridge.conversion.numpy_objects import PLACED, ArrayLoader
from weighbridge.conversion.torch_dtypes import STORAGES, numbers, width_of
from weighbridge.core.errors import Malformed
from weighbridge.core.source import BytesSource, SubSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from weighbridge.conversion.inert import Value
    from weighbridge.conversion.torch_files import Checkpoint
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.core.source import ByteSource

_LARGEST = 1 << 62
_MODULES = frozenset({"torch", "torch.cuda", "torch.storage"})


class TorchLoader(ArrayLoader):
    """Torch's side of the unpickler; ``storages`` collects what the stream declares, by key."""

    def __init__(
        self, source: ByteSource, base: int | None = 0, *, big_endian: bool = False, unpacked: Unpacked | None = None
    ) -> None:
        super().__init__(source, base, unpacked)
        self.storages: dict[str, Storage] = {}
        self.big_endian = big_endian
        self.stored: Callable[[ByteSource], Checkpoint] | None = None
        """Reads a storage that is pickled as the bytes of a file of torch's own; without it none is."""
        self._parts: dict[Value, tuple[str, Value]] = {}
        """Parts of storages by the keys of their own: torch goes by the first that has a key."""
        self._read: dict[int, tuple[Value, Storage | None]] = {}
        """Those that were read, by the identity of their bytes, which live as long: a stream may name them again."""

    def persistent(self, identity: Value) -> Value:
        """Read ``('storage', class, key, location, count)``, with a part of it in files from before 1.6.

        ``('module', class, file, source)`` of such files gives the class.
        """
        if self.stored is not None:
            return super().persistent(identity)
        parts = identity if isinstance(identity, tuple) else ()
        if parts[:1] == ("module",) and len(parts) == 4:
            return parts[1]
        if parts[:1] != ("storage",) or len(parts) not in {5, 6}:
            raise Malformed("a persistent id is not one of torch's")
        kind, key, count = parts[1], parts[2], parts[4]
        if not isinstance(kind, Name) or kind.module not in _MODULES or kind.name not in STORAGES:
            raise Malformed("a storage has a class that torch does not have")
        if not isinstance(key, str) or not 0 < len(key) <= 256 or type(count) is not int or not 0 <= count < _LARGEST:
            raise Malformed("a storage has no key or no size")
        if key.startswith(PLACED):
            raise Malformed(f"storage {key[:40]!r} has a key that torch does not give")
        storage = Storage(key, STORAGES[kind.name], count, big_endian=self.big_endian)
        declared = self.storages.setdefault(key, storage)
        if (declared.dtype or "uint8", declared.count) != (storage.dtype or "uint8", storage.count):
            raise Malformed(f"storage {key[:40]!r} is declared twice and differently")
        part = parts[5] if len(parts) == 6 else None
        made = storage if part is None else _part(storage, part)
        named = key if part is None else part[0] if isinstance(part, tuple) else ""
        told = key, part
        if not isinstance(named, str) or self._parts.setdefault(named, told) != told:
            raise Malformed(f"a part of storage {key[:40]!r} has a key that something else has")
        return made

    def knows(self, name: Name) -> bool:
        """Tell whether a name is vetted, or a constant or a storage class of torch."""
        key = name.module, name.name
        is_storage = name.module in _MODULES and name.name in STORAGES
        return (
            key in _VETTED
            or (key == _STORED and self.stored is not None)
            or key in _TYPES
            or key == _NESTED
            or is_storage
            or is_plain_name(name)
            or super().knows(name)
        )

    def call(self, called: Name, arguments: tuple[Value, ...]) -> Value:
        """Give what a vetted callable makes of its arguments, an Opaque for any other callable or arguments."""
        key = called.module, called.name
        if key == _STORED and len(arguments) == 1:
            data = arguments[0]
            if id(data) not in self._read:
                self._read[id(data)] = data, self._storage(data)
            _, held = self._read[id(data)]
            return held if held is not None else Opaque(called.dotted)
        make = _VETTED.get(key)
        made = make(arguments) if make is not None else None
        if made is None and (key in _TENSORS or key in _TYPED):
            return Unsupported("a tensor that is made in a way that is not known")
        return made if made is not None else super().call(called, arguments)

    def _storage(self, data: Value) -> Storage | None:
        """Read what ``torch.save`` made of one storage, which ``pickle.dump`` writes for each tensor."""
        content = data.content if isinstance(data, EncodedBytes) else b""
        if self.stored is None or (not isinstance(data, RawBytes) and (not content or self.unpacked is None)):
            return None
        inside = (
            SubSource(self.source, data.offset, data.length) if isinstance(data, RawBytes) else BytesSource(content)
        )
        try:
            found = self.stored(inside)
        except Malformed:
            return None
        self.inner.update(found.named)
        storage = found.root
        if not isinstance(storage, Storage) or storage.key not in found.places or found.rest:
            return None
        begin, size = found.places[storage.key]
        if isinstance(data, RawBytes):
            place = self._address((data.offset + begin, size))
        else:
            place = self._put(content[begin : begin + size])
        key = f"{PLACED}{place[0]}"
        self.places[key] = place
        return Storage(key, storage.dtype, storage.count, storage.first)

    def build(self, target: Value, state: Value, position: int) -> int | None:
        """Keep attributes of a dict for the tensors in them; none at all are no loss, nor are versions of modules."""
        if state is None:
            return position
        if isinstance(target, Table):
            target.attributes = (*target.attributes, state)
            is_told = not isinstance(state, Table) or any(key != "_metadata" for key, _ in state.pairs)
            return None if is_told else position
        return super().build(target, state, position)


def _part(whole: Storage, part: Value) -> Storage:
    """Read ``(key, offset, count)``, in elements: a storage that is a part of another."""
    if not isinstance(part, tuple) or len(part) != 3:
        raise Malformed("a part of a storage is not described as torch does")
    _, first, count = part
    if type(first) is not int or type(count) is not int or min(first, count) < 0 or first + count > whole.count:
        raise Malformed("a part of a storage reaches past the storage")
    return Storage(whole.key, whole.dtype, count, first, big_endian=whole.big_endian)


def _tensor(arguments: tuple[Value, ...], dtype: Value = "", metadata: Value = None) -> Value:
    """Read ``(storage, offset, sizes, strides, …)``; whether they fit is held against the storage later."""
    storage, offset, sizes, strides, *_ = arguments
    if not isinstance(storage, Storage) or not isinstance(dtype, str) or type(offset) is not int:
        return None
    shape, steps, kind = numbers(sizes), numbers(strides), dtype.removeprefix("torch.") or storage.dtype
    if shape is None or steps is None:
        return None
    view = View(storage, kind, offset, (shape, steps))
    if storage.big_endian and not storage.dtype and width_of(kind) > 1:
        view.trouble = "a big-endian tensor over a storage without a type, which torch's own reader gets wrong"
    return compounds.lazy(view, metadata)


def _tensor_v1(arguments: tuple[Value, ...]) -> Value:
    return _tensor(arguments) if len(arguments) == 4 else None


def _tensor_v2(arguments: tuple[Value, ...]) -> Value:
    return _tensor(arguments, metadata=arguments[6] if len(arguments) > 6 else None) if len(arguments) >= 6 else None


def _tensor_v3(arguments: tuple[Value, ...]) -> Value:
    if len(arguments) < 7:
        return None
    return _tensor(arguments, _dtype(arguments[6]), metadata=arguments[7] if len(arguments) > 7 else None)


def _dtype(given: Value) -> Value:
    return given.name if isinstance(given, Name) and given.module == "torch" else given


def _parameter(arguments: tuple[Value, ...]) -> Value:
    held = arguments[0] if arguments else None
    if not isinstance(held, Marked | View | Compound | Unsupported):
        return None
    state = arguments[3] if len(arguments) > 3 else None
    return Marked(held, "", _copied(state)) if _is_told(state) else held


def _from_type(arguments: tuple[Value, ...]) -> Value:
    """Read ``(function, type, arguments, state)``: a tensor, with attributes or of a subclass."""
    if len(arguments) < 3 or not isinstance(arguments[0], Name) or not isinstance(arguments[2], tuple):
        return None
    make, kind = _TENSORS.get((arguments[0].module, arguments[0].name)), arguments[1]
    held = make(arguments[2]) if make is not None else None
    if held is None or not isinstance(kind, Name):
        return None
    state = arguments[3] if len(arguments) > 3 else None
    if (kind.module, kind.name) == _NESTED and isinstance(held, Compound):
        return held  # its attributes are its parts once more
    is_own = (kind.module, kind.name) in _TYPES
    return Marked(held, "" if is_own else kind.dotted, _copied(state)) if _is_told(state) or not is_own else held


def _copied(state: Value) -> Value:
    """Give attributes as they are now: torch sets them one by one, whatever becomes of their dict."""
    if isinstance(state, tuple):
        return tuple(Table(list(part.pairs)) if isinstance(part, Table) else part for part in state)
    return Table(list(state.pairs)) if isinstance(state, Table) else state


def _is_told(state: Value) -> bool:
    """Tell whether a state holds attributes: a dict, or a pair of it and one of slots."""
    parts = state if isinstance(state, tuple) else (state,)
    return any(part is not None and not (isinstance(part, Table) and not part.pairs) for part in parts)


def _on_device(arguments: tuple[Value, ...]) -> Value:
    """Read ``(tensor or array, dtype, device, …)``, as devices write them whose memory is not saved."""
    if len(arguments) != 4 or not isinstance(arguments[0], View):
        return None
    held = arguments[0]
    if held.trouble:
        return Unsupported(held.trouble)
    if held.dtype == _dtype(arguments[1]):
        return held
    return Unsupported(f"a tensor of type {held.dtype} that is another's once it is loaded")


def _meta(arguments: tuple[Value, ...]) -> Value:
    sizes = numbers(arguments[1]) if len(arguments) > 1 else None
    return (
        Unsupported(f"a tensor on the meta device, which has no values: {_dtype(arguments[0])} {list(sizes)[:8]}")
        if (sizes is not None and isinstance(_dtype(arguments[0]), str))
        else None
    )


def _ordered(arguments: tuple[Value, ...]) -> Value:
    if not arguments:
        return Table()
    if len(arguments) > 1 or not isinstance(arguments[0], list | tuple):
        given = arguments[0] if len(arguments) == 1 else None
        return Table(list(given.pairs)) if isinstance(given, Table) else None
    pairs = [(item[0], item[1]) for item in arguments[0] if isinstance(item, list | tuple) and len(item) == 2]
    return Table(pairs) if len(pairs) == len(arguments[0]) else None


def _default(arguments: tuple[Value, ...]) -> Value:
    return Table() if len(arguments) < 2 else None


def _size(arguments: tuple[Value, ...]) -> Value:
    return tuple(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], list | tuple) else None


def _list(arguments: tuple[Value, ...]) -> Value:
    if not arguments:
        return []
    return list(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], list | tuple) else None


def _device(arguments: tuple[Value, ...]) -> Value:
    kind, *number = arguments or (None,)
    return ":".join(map(str, (kind, *number))) if isinstance(kind, str) and len(number) < 2 else None


def _layout(arguments: tuple[Value, ...]) -> Value:
    """Read ``torch.serialization._get_layout('torch.sparse_coo')``."""
    name = arguments[0] if len(arguments) == 1 else None
    known = isinstance(name, str) and name.startswith("torch.") and name[6:] in compounds.CONSTANTS
    return Name("torch", name[6:]) if known and isinstance(name, str) else None


_U = "torch._utils"
_NESTED = "torch.nested._internal.nested_tensor", "NestedTensor"
_TENSORS: dict[tuple[str, str], Callable[[tuple[Value, ...]], Value]] = {
    (_U, "_rebuild_tensor"): _tensor_v1,
    (_U, "_rebuild_tensor_v2"): _tensor_v2,
    (_U, "_rebuild_tensor_v3"): _tensor_v3,
    (_U, "_rebuild_parameter"): _parameter,
    (_U, "_rebuild_parameter_with_state"): _parameter,
    (_U, "_rebuild_qtensor"): compounds.quantized,
    (_U, "_rebuild_sparse_tensor"): compounds.sparse,
    (_U, "_rebuild_sparse_csr_tensor"): compounds.sparse,
    (_U, "_rebuild_nested_tensor"): compounds.nested,
    (_NESTED[0], "_rebuild_njt"): compounds.jagged,
    (_U, "_rebuild_meta_tensor_no_storage"): _meta,
    (_U, "_rebuild_device_tensor_from_numpy"): _on_device,
    (_U, "_rebuild_device_tensor_from_cpu_tensor"): _on_device,
    (_U, "_rebuild_xla_tensor"): _on_device,
    (_U, "_rebuild_wrapper_subclass"): lambda _: Unsupported("a wrapper of a class of its own, which has no values"),
}
_STORED = "torch.storage", "_load_from_bytes"
_TYPED = frozenset({("torch._tensor", "_rebuild_from_type_v2"), ("torch._tensor", "_rebuild_from_type")})
_VETTED = {
    **_TENSORS,
    **dict.fromkeys(_TYPED, _from_type),
    ("collections", "OrderedDict"): _ordered,
    ("collections", "defaultdict"): _default,
    ("builtins", "dict"): _ordered,
    ("builtins", "list"): _list,
    ("builtins", "set"): _list,
    ("builtins", "frozenset"): _list,
    ("torch", "Size"): _size,
    ("torch", "device"): _device,
    ("torch.serialization", "_get_layout"): _layout,
}

_TYPES = frozenset({("torch", "Tensor"), ("torch.nn.parameter", "Parameter"), ("torch.nn.parameter", "Buffer")})


def is_plain_name(name: Name) -> bool:
    """Tell whether a global is a constant of torch that plain data can hold by its name, such as ``torch.float16``."""
    return name.module == "torch" and (width_of(name.name) > 0 or name.name in compounds.CONSTANTS)


def span_of(view: View, item: int) -> tuple[int, int]:
    """Give the first byte of a view in its storage's record and the one behind its last; raises Malformed.

    Strides and sizes must not be negative, nor lead out of the storage.
    """
    storage = view.storage
    if len(view.shape) != len(view.strides) or min((*view.shape, *view.strides, view.offset)) < 0:
        raise Malformed(f"sizes {_few(view.shape)} and strides {_few(view.strides)} cannot be")
    held = storage.count * (width_of(storage.dtype) or 1)
    base = storage.first * (width_of(storage.dtype) or 1)
    begin = view.offset * item
    if 0 in view.shape:
        return base, base
    last = view.offset + sum((size - 1) * stride for size, stride in zip(view.shape, view.strides, strict=True))
    if (last + 1) * item > held:
        raise Malformed(f"a tensor reaches byte {(last + 1) * item} of storage {storage.key[:40]!r}, which has {held}")
    return base + begin, base + (last + 1) * item


def _few(numbers: tuple[int, ...]) -> str:
    words = str(numbers)
    return words if len(words) <= 80 else f"{words[:80]}…"
