"""Sparse tensors in checkpoints: whether their indices lie inside the tensor that they are of.

Source: ``torch/_utils.py`` (``_rebuild_sparse_tensor``) and ``torch/sparse``. Kernels take indices as they are: one
that is out of range reads or writes elsewhere (CVE-2025-62164, CVE-2026-56340, CVE-2026-73557; catalogue TOR-22).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable

    from weighbridge.core.source import ByteSource

INDEX_BYTES = 32 << 20
"""Bytes of the indices of one tensor that are looked at, four million of them; they are held in memory at once."""

COO, CSR, CSC, BSR, BSC = (f"torch.sparse_{name}" for name in ("coo", "csr", "csc", "bsr", "bsc"))

FILE_BYTES = 256 << 20
"""Bytes of indices that are looked at in one file; many tensors may share theirs."""

_CODES = {8: "q", 4: "i"}


class Records(dict[str, int]):
    """Sizes of storages by key, which also reads those that lie in the archive as they are.

    ``place`` tells where one begins, None where it does not lie so.
    """

    __slots__ = ("left", "place", "source")

    def __init__(self, sizes: dict[str, int], source: ByteSource, place: Callable[[str], int | None]) -> None:
        super().__init__(sizes)
        self.source = source
        self.place = place
        self.left = FILE_BYTES

    def read(self, key: str, offset: int, length: int) -> bytes | None:
        """Read a part of a storage; None when it is compressed or ends before."""
        start = self.place(key)
        if start is None or offset < 0 or length > min(self.left, self.get(key, 0) - offset):
            return None
        self.left -= length
        found = self.source.read_at(start + offset, length)
        return found if len(found) == length else None


class View:
    """A dense tensor over a storage, in elements of ``item`` bytes."""

    __slots__ = ("item", "key", "offset", "sizes", "strides")

    def __init__(self, key: str, item: int, offset: int, sizes: list[int], strides: list[int]) -> None:
        self.key = key
        self.item = item
        self.offset = offset
        self.sizes = sizes
        self.strides = strides

    def rows(self, records: Records) -> list[array[int]] | None:
        """Read a tensor of whole numbers of one or two dimensions, row by row; None where that is not possible."""
        from array import array

        code = _CODES.get(self.item)
        if code is None or not 1 <= len(self.sizes) <= 2 or 0 in self.sizes:
            return None
        rows, count = (self.sizes if len(self.sizes) == 2 else [1, *self.sizes])[:2]
        down, across = (self.strides if len(self.strides) == 2 else [0, *self.strides])[:2]
        needed = ((rows - 1) * down + (count - 1) * across + 1) * self.item
        content = records.read(self.key, self.offset * self.item, needed) if needed <= INDEX_BYTES else None
        if content is None:
            return None
        numbers = array(code, content)
        if across == 0:
            return [numbers[row * down : row * down + 1] for row in range(rows)]
        return [numbers[row * down : row * down + (count - 1) * across + 1 : across] for row in range(rows)]


def shapes_fit(layout: str, parts: list[View], size: list[int]) -> str:
    """Say what is wrong with the shapes of indices and values, empty if nothing is."""
    if layout == COO:
        indices, values = parts
        if len(indices.sizes) != 2 or not values.sizes or indices.sizes[0] > len(size):
            return f"indices {indices.sizes} and values {values.sizes} are not those of a tensor {size}"
        sparse, count = indices.sizes
        if values.sizes[0] != count or values.sizes[1:] != size[sparse:]:
            return f"{count} indices of {sparse} dimensions have values {values.sizes} in a tensor {size}"
        return ""
    compressed, plain, values = parts
    if len(size) < 2 or not compressed.sizes or not plain.sizes or not values.sizes:
        return f"indices {compressed.sizes} and {plain.sizes} are not those of a tensor {size}"
    if plain.sizes != values.sizes[: len(plain.sizes)]:
        return f"{plain.sizes} indices have values {values.sizes}"
    return ""


def indices_fit(layout: str, parts: list[View], size: list[int], records: Records) -> str | None:
    """Say which index is out of range, empty if none is, None if the indices cannot be read."""
    if layout == COO:
        return _fit(parts[0], size, records)
    rows, columns = (size[-2], size[-1]) if layout in {CSR, BSR} else (size[-1], size[-2])
    compressed, plain, values = parts
    if len(compressed.sizes) != 1:
        return None
    if layout in {CSR, CSC} and compressed.sizes[0] != rows + 1:
        return f"{compressed.sizes[0]} compressed indices for {rows} rows"
    found = compressed.rows(records)
    if found is None:
        return None
    (ends,) = found
    if ends[0] != 0 or ends[-1] != plain.sizes[0] or sorted(ends) != list(ends):
        return f"compressed indices from {ends[0]} to {ends[-1]} do not count {plain.sizes[0]} entries"
    if layout in {BSR, BSC} and len(values.sizes) == 3:
        columns //= max(1, values.sizes[2 if layout == BSR else 1])
    return _fit(plain, [columns], records)


def _fit(view: View, bounds: list[int], records: Records) -> str | None:
    if 0 in view.sizes:
        return ""
    rows = view.rows(records)
    if rows is None:
        return None
    for row, bound in zip(rows, bounds, strict=False):
        least, most = min(row), max(row)
        if least < 0 or most >= bound:
            return f"an index is {least if least < 0 else most} in a dimension of {bound}"
    return ""
