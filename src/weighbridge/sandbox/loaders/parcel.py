"""Packs an object for the parent: plain data as JSON, tensors as raw bytes in shared memory, the rest described."""

from __future__ import annotations

import mmap
import sys

from weighbridge.sandbox.loaders.outline import class_name
from weighbridge.sandbox.loaders.view import View
from weighbridge.sandbox.unpack import ALIGNMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEEPEST = 64
_MOST_ATTRIBUTES = 1_000


class Packer:
    """Packs one object into a document of ``unpack`` and into the memory behind ``descriptor`` from ``begin`` on.

    With ``exact`` what can only be described is refused with TypeError.
    """

    def __init__(self, descriptor: int, begin: int = 0, *, exact: bool = False) -> None:
        self._memory = mmap.mmap(descriptor, 0)
        self.end = _aligned(begin)
        """Where free memory begins."""
        self.libraries: set[str] = set()
        """Those whose tensors were packed."""
        self._exact = exact
        self._placed: dict[tuple[Any, ...], int] = {}
        self._kept: list[object] = []
        """So that no address is given twice while it stands for a tensor."""
        self._above: set[int] = set()

    def pack(self, found: Any, depth: int = 0) -> dict[str, Any]:
        """Pack an object; raises MemoryError when the shared memory is full."""
        if found is None or type(found) in (bool, str):
            return {"plain": found}
        if type(found) is int:
            return {"int": hex(found)}
        if type(found) is float:
            return {"float": found.hex()}
        if type(found) is complex:
            return {"complex": [found.real.hex(), found.imag.hex()]}
        if isinstance(found, bytes | bytearray):
            return {"bytes": found.hex()}
        tensor = self._torch(found) or self._numpy(found)
        if tensor is not None:
            return tensor
        if depth >= DEEPEST or id(found) in self._above:
            return self._named(found)
        self._above.add(id(found))
        try:
            return self._container(found, depth + 1)
        finally:
            self._above.discard(id(found))

    def _container(self, found: Any, depth: int) -> dict[str, Any]:
        if isinstance(found, dict):
            return {"dict": [[self.pack(key, depth), self.pack(content, depth)] for key, content in found.items()]}
        if type(found).__name__ == "NpzFile" and hasattr(found, "files"):
            return {"dict": [[self.pack(name, depth), self.pack(found[name], depth)] for name in found.files]}
        for kind in (list, tuple, set, frozenset):
            if isinstance(found, kind):
                return {kind.__name__: [self.pack(one, depth) for one in found]}
        if self._exact:
            raise TypeError(class_name(type(found)))
        held = found.held if isinstance(found, View) else getattr(found, "__dict__", None)
        attributes = list(held.items())[:_MOST_ATTRIBUTES] if isinstance(held, dict) else []
        is_named = isinstance(found, type) or (callable(found) and hasattr(found, "__qualname__"))
        if is_named:
            attributes = []
        named = found.named if isinstance(found, View) else found if is_named else type(found)
        return {
            "object": class_name(named),
            "attributes": [[name, self.pack(content, depth)] for name, content in attributes if type(name) is str],
        }

    def _named(self, found: Any, **parts: object) -> dict[str, Any]:
        """Describe an object by the name of its class and what it is made of."""
        if self._exact:
            raise TypeError(class_name(type(found)))
        attributes = [[name, self.pack(part)] for name, part in parts.items()]
        return {"object": class_name(type(found)), "attributes": attributes}

    def _torch(self, found: Any) -> dict[str, Any] | None:
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(found, torch.Tensor | torch.dtype | torch.device):
            return None
        if not isinstance(found, torch.Tensor):
            return self._named(found, name=str(found))
        if found.layout is not torch.strided or found.is_quantized or found.device.type != "cpu":
            return self._named(found, **_parts(torch, found))
        self._kept.append(found)
        place = (found.data_ptr(), tuple(found.shape), found.stride())
        key = ("torch", *place, found.dtype, found.is_conj(), found.is_neg())
        flat = found.detach().resolve_conj().resolve_neg().contiguous().reshape(-1)
        size = flat.numel() * flat.element_size()
        at, is_new = self._place(key, size)
        if is_new and size:
            there = torch.frombuffer(self._memory, dtype=torch.uint8, offset=at, count=size)
            there.copy_(flat.view(torch.uint8))
        return {"torch": str(found.dtype).removeprefix("torch."), "shape": list(found.shape), "at": at}

    def _numpy(self, found: Any) -> dict[str, Any] | None:
        numpy = sys.modules.get("numpy")
        if numpy is None or not isinstance(found, numpy.ndarray | numpy.generic):
            return None
        array = numpy.asarray(found)
        if array.dtype.hasobject or array.dtype.names or array.dtype.subdtype or not array.dtype.itemsize:
            return self._named(found)
        key = ("numpy", array.__array_interface__["data"][0], array.dtype.str, array.shape, array.strides)
        self._kept.append(array)
        at, is_new = self._place(key, array.nbytes)
        if is_new and array.nbytes:
            flat = numpy.ascontiguousarray(array).reshape(-1).view(numpy.uint8)
            numpy.frombuffer(self._memory, dtype=numpy.uint8, offset=at, count=array.nbytes)[:] = flat
        return {"numpy": array.dtype.str, "shape": list(array.shape), "at": at}

    def _place(self, key: tuple[Any, ...], size: int) -> tuple[int, bool]:
        """Find room; what lies at the same address in the same shape is placed once."""
        if key in self._placed and size:
            return self._placed[key], False
        at = self.end
        if at + size > len(self._memory):
            raise MemoryError
        self.end = _aligned(at + size)
        self._placed[key] = at
        self.libraries.add(key[0])
        return at, True


_QUANTIZED = {
    "per_tensor_affine": ("int_repr", "q_scale", "q_zero_point"),
    "per_channel_affine": ("int_repr", "q_per_channel_scales", "q_per_channel_zero_points", "q_per_channel_axis"),
}
_SPARSE = {
    "sparse_coo": ("_indices", "_values"),
    "sparse_csr": ("crow_indices", "col_indices", "values"), "sparse_bsr": ("crow_indices", "col_indices", "values"),
    "sparse_csc": ("ccol_indices", "row_indices", "values"), "sparse_bsc": ("ccol_indices", "row_indices", "values"),
}  # fmt: skip
"""Methods of ``torch.Tensor`` that give what such a tensor is made of."""


def _parts(torch: Any, found: Any) -> dict[str, object]:
    """Take a tensor that no plain memory holds apart into plain tensors and numbers."""
    kind = str(found.layout).removeprefix("torch.")
    methods = _SPARSE.get(kind, ())
    if found.is_quantized:
        kind = str(found.qscheme()).removeprefix("torch.")
        methods = _QUANTIZED.get(kind, ())
    told: dict[str, object] = {"dtype": str(found.dtype), "shape": list(found.shape), "kind": kind}
    if found.device.type != "cpu":
        return told | {"kind": f"on {found.device.type}"}
    with torch.no_grad():
        return told | {method.strip("_"): getattr(found, method)() for method in methods}


def _aligned(at: int) -> int:
    return -(-at // ALIGNMENT) * ALIGNMENT
