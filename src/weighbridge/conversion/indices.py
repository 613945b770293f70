"""Indices of sparse and nested tensors, held against what they index: a tensor made of wrong ones reads other memory.

Torch itself looks at them only when it is asked to (``torch.sparse.check_sparse_tensor_invariants``). Reading them is
bounded: what is larger than ``CHECKED`` is not looked at.
"""

from __future__ import annotations

from operator import le

from weighbridge.conversion.plan import WIDTHS
from weighbridge.conversion.torch_compounds import LAYOUTS
from weighbridge.conversion.views import content
from weighbridge.core.errors import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from weighbridge.conversion.inert import Compound
    from weighbridge.conversion.plan import Tensor
    from weighbridge.core.source import ByteSource

CHECKED = 32 << 20
"""Bytes of indices of one file that are read."""


class Indices:
    """Checks the compounds of one file; ``source_of`` tells what a tensor lies in."""

    def __init__(self, tensors: Mapping[str, Tensor], source_of: Callable[[Tensor], ByteSource]) -> None:
        self._tensors = tensors
        self._source_of = source_of
        self._left = CHECKED

    def check(self, name: str, found: Compound) -> None:
        """Hold the indices of one tensor against it; raises Malformed for one that leads out of it."""
        parts = {part: self._tensors[f"{name}.{part}"] for part, _ in found.parts if f"{name}.{part}" in self._tensors}
        shape = found.facts.get("shape")
        if found.encoding == "sparse_coo" and isinstance(shape, list):
            self._coordinates(name, parts["indices"], [int(size) for size in shape])
        elif found.encoding in LAYOUTS and isinstance(shape, list):
            block = found.facts.get("block")
            by = [int(size) for size in block] if isinstance(block, list) else [1, 1]
            self._compressed(name, found.encoding, parts, [int(size) for size in shape], by)
        elif found.encoding == "nested":
            self._nested(name, parts)
        elif found.encoding == "jagged":
            self._jagged(name, parts, int(found.facts["ragged_idx"] or 0))  # type: ignore[arg-type]

    def _coordinates(self, name: str, indices: Tensor, shape: list[int]) -> None:
        found, count = self._numbers(indices), indices.shape[1]
        for axis in range(indices.shape[0] if found else 0):
            _within(name, found[axis * count : (axis + 1) * count], shape[axis])

    def _compressed(self, name: str, layout: str, parts: Mapping[str, Tensor], shape: list[int], by: list[int]) -> None:
        starts, others = (parts[part] for part in LAYOUTS[layout])
        batch, stored = len(starts.shape) - 1, others.shape[-1]
        axis = 1 if layout in {"sparse_csr", "sparse_bsr"} else 0
        _within(name, self._numbers(others), shape[batch + axis] // max(1, by[axis]))
        found, row = self._numbers(starts), starts.shape[-1]
        for begin in range(0, len(found), row):
            self._ascending(name, found[begin : begin + row], stored, ends=True)

    def _nested(self, name: str, parts: Mapping[str, Tensor]) -> None:
        sizes, strides = self._numbers(parts["nested_sizes"]), self._numbers(parts["nested_strides"])
        offsets, held = self._numbers(parts["storage_offsets"]), parts["buffer"].count
        rank = parts["nested_sizes"].shape[-1] if len(parts["nested_sizes"].shape) == 2 else 0
        for at, offset in enumerate(offsets if len(sizes) == len(strides) == rank * len(offsets) else ()):
            size, step = (one[at * rank : (at + 1) * rank] for one in (sizes, strides))
            last = offset + sum((count - 1) * stride for count, stride in zip(size, step, strict=True))
            if min((offset, *size, *step)) < 0 or (0 not in size and last >= held):
                raise Malformed(f"a part of nested tensor {name[:80]!r} reaches out of its buffer")

    def _jagged(self, name: str, parts: Mapping[str, Tensor], ragged: int) -> None:
        held = parts["values"].shape[ragged - 1]
        offsets = self._numbers(parts["offsets"])
        self._ascending(name, offsets, held, ends=False)
        lengths = self._numbers(parts["lengths"]) if "lengths" in parts else []
        for begin, length in zip(offsets, lengths, strict=False):
            if length < 0 or begin + length > held:
                raise Malformed(f"a row of jagged tensor {name[:80]!r} reaches out of its values")

    def _ascending(self, name: str, found: list[int], most: int, *, ends: bool) -> None:
        _within(name, found, most + 1)
        if found and (not all(map(le, found, found[1:])) or (ends and (found[0], found[-1]) != (0, most))):
            raise Malformed(f"tensor {name[:80]!r} has rows that do not follow each other")

    def _numbers(self, tensor: Tensor) -> list[int]:
        """Read indices as numbers; none of those that would be too much to read."""
        self._left -= tensor.size
        if self._left < 0:
            return []
        found = content(self._source_of(tensor), tensor, WIDTHS[tensor.dtype])
        return memoryview(found).cast("q" if tensor.dtype == "I64" else "i").tolist() if found else []


def _within(name: str, found: Iterable[int], most: int) -> None:
    if min(found, default=0) < 0 or max(found, default=-1) >= most:
        raise Malformed(f"tensor {name[:80]!r} has an index outside of its {most} places")
