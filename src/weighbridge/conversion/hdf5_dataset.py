"""One dataset of HDF5 as a tensor: left where it lies in order, else put together in what is unpacked."""

from __future__ import annotations

from math import prod

from weighbridge.conversion.hdf5_chunks import UNDONE, Chunked, swapped
from weighbridge.conversion.hdf5_regions import Grid
from weighbridge.conversion.inert import Storage, Unsupported, View
from weighbridge.conversion.numpy_objects import strides_of
from weighbridge.core.errors import Malformed
from weighbridge.formats.hdf5 import header, messages
from weighbridge.formats.hdf5.elements import element

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.conversion.inert import Value
    from weighbridge.conversion.unpacked import Unpacked
    from weighbridge.formats.hdf5.elements import Element
    from weighbridge.formats.hdf5.header import Message
    from weighbridge.formats.hdf5.image import Fields, Image
    from weighbridge.formats.hdf5.messages import Filter, Layout

_OLD_FILL, _FILL = 4, 5
_LARGEST = 1 << 62
_PIECE = 1 << 20
"""Bytes of a dataset in order that are turned round at a time; whole numbers of every width."""


class Kept:
    """What becomes of a file: places of tensors by storage key, and what is dropped (path, what, reason)."""

    def __init__(self, base: int, unpacked: Unpacked) -> None:
        self.base, self.unpacked = base, unpacked
        self.places: dict[str, tuple[int, int]] = {}
        self.dropped: list[tuple[str, str, str]] = []

    def drop(self, path: str, what: str, reason: str) -> None:
        """List something as dropped."""
        self.dropped.append((path, what, reason))


class Dataset:
    """What the messages of one object say of its elements; an object without a layout is a group."""

    def __init__(self, image: Image, kept: Kept, path: str) -> None:
        self.image, self.kept, self.path = image, kept, path
        self.kind: Element | None = None
        self.extent: tuple[tuple[int, ...], tuple[int | None, ...]] | None = None
        self.layout: Layout | None = None
        self.filters: list[Filter] = []
        self.fill = b""
        self.external = False

    def see(self, message: Message) -> None:
        """Take one message of the header; raises Malformed."""
        body: Fields | None = message.body
        if message.shared:
            body = header.committed(self.image, message.body) if message.kind == header.DATATYPE else None
            if body is None and message.kind in (header.DATATYPE, header.DATASPACE, header.FILTERS, _FILL, _OLD_FILL):
                raise Malformed(f"{self.path}: a message in the heap of shared messages is not read")
        if body is None:
            return
        if message.kind == header.DATATYPE:
            self.kind = element(body)
        elif message.kind == header.DATASPACE:
            self.extent = messages.extent(body)
        elif message.kind == header.LAYOUT:
            self.layout = messages.layout(body)
        elif message.kind == header.FILTERS:
            self.filters = messages.filters(body)
        elif message.kind == _FILL:
            self.fill = messages.fill_value(body)
        elif message.kind == _OLD_FILL and not self.fill:
            self.fill = body.take(body.whole(4))
        elif message.kind == header.EXTERNAL_FILES:
            self.external = True

    def node(self, attributes: dict[str, Value]) -> Value:
        """Give the tensor, why it cannot be one, or None for what is no number. Raises Malformed and OverLimit."""
        layout, kind = self.layout, self.kind
        if layout is None or kind is None:
            raise Malformed(f"{self.path}: a dataset without a type")
        dtype = kind.dtype
        if kind.size == 2 and not dtype and attributes.get("dtype") == "bfloat16":
            dtype = "bfloat16"  # Keras says so beside bytes that h5py has no number for
        if self.extent is None or not (dtype or kind.numeric):
            words = "a dataset without elements" if self.extent is None else f"a dataset of {kind.what}"
            self.kept.drop(self.path, words, "it is no tensor")
            return None
        trouble = self._trouble(layout, kind, dtype)
        if trouble:
            return Unsupported(trouble)
        dims = self.extent[0]
        if prod(dim or 1 for dim in dims) * kind.size >= _LARGEST:
            raise Malformed(f"{self.path}: a shape that overflows")
        address, size = (0, 0) if 0 in dims else self._place(layout, kind, prod(dims) * kind.size)
        key = f"bytes at {address}"
        self.kept.places[key] = address, size
        return View(Storage(key, dtype, prod(dims)), dtype, 0, (dims, strides_of(dims, fortran=False)))

    def _trouble(self, layout: Layout, kind: Element, dtype: str) -> str:
        if not dtype:
            return f"elements are {kind.what}"
        if self.external:
            return "the elements lie in other files, which are not followed"
        if layout.kind == messages.VIRTUAL:
            return "a virtual dataset: the elements lie in others, perhaps in other files"
        other = next((one.number for one in self.filters if one.number not in UNDONE), None)
        if other is not None:
            name = messages.FILTERS.get(other, "a plugin")
            return f"packed by {name} (filter {other}), which is not converted"
        return ""

    def _place(self, layout: Layout, kind: Element, size: int) -> tuple[int, int]:
        """Give the address and length of the elements in order."""
        unpacked = self.kept.unpacked
        if layout.kind == messages.CHUNKED:
            return self._chunked(layout, kind)
        if layout.kind == messages.COMPACT:
            begin, held = layout.start, len(layout.data)
        elif layout.address is None:
            return unpacked.reserve(size, 0, self._fill(kind)), size
        else:
            begin, held = self.image.base + layout.address, size if layout.size is None else layout.size
        if size > held or begin + size > self.image.source.size:
            raise Malformed(f"{self.path}: {size} bytes are needed, which the file does not hold", offset=begin)
        if not kind.swapped or kind.number == 1:
            return self.kept.base + begin, size
        return unpacked.add(self._turned(begin, size, kind.number), size)

    def _chunked(self, layout: Layout, kind: Element) -> tuple[int, int]:
        dims, largest = self.extent or ((), ())
        if len(layout.chunk) != len(dims) or 0 in layout.chunk or not dims:
            raise Malformed(f"{self.path}: chunks of {list(layout.chunk)[:8]} for {len(dims)} dimensions")
        grid = Grid(dims=dims, largest=largest, sides=layout.chunk)
        return Chunked(self.image, layout, grid, kind, self.filters).into(self.kept.unpacked, self._fill(kind))

    def _turned(self, begin: int, size: int, width: int) -> Iterator[bytearray]:
        for at in range(0, size, _PIECE):
            yield swapped(self.image.source.read_at(begin + at, min(_PIECE, size - at)), width)

    def _fill(self, kind: Element) -> bytes:
        """Give the value of elements that were never written; zeros where none is told."""
        if self.fill and len(self.fill) != kind.size:
            raise Malformed(f"{self.path}: a value of {len(self.fill)} bytes fills elements of {kind.size}")
        return bytes(swapped(self.fill, kind.number)) if kind.swapped else self.fill
