"""Constants of a graph: what a ``TensorProto`` claims against what it holds.

Fields: 1 dtype, 2 tensor_shape, 4 tensor_content, 8 string_val; 5 to 7, 9 to 13, 16 and 17 are values of the other
types.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed
from weighbridge.formats.protobuf import BYTES, VARINT
from weighbridge.formats.tensorflow.messages import DTYPES, inside, shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.formats.protobuf import Field

STRINGS = 4_096
"""Strings of one constant that are looked at; more are words of a vocabulary."""

_WORD = 1 << 63
_RANK = 254  # dimensions; a TensorShape has no room for more


def departures(tensor: Field) -> Iterator[tuple[str, str, bool]]:
    """Yield what is wrong with a tensor: a kind, a detail, and whether a reader's memory depends on it."""
    dtype, dims, unknown, content = 0, list[int](), False, -1
    for part in inside(tensor):
        if part.number == 1 and part.kind == VARINT:
            dtype = part.value
        elif part.number == 2 and part.kind == BYTES:
            dims, unknown = shape(part)
        elif part.number == 4 and part.kind == BYTES:
            content = part.length
    yield from _judged(dtype, dims, unknown, content)


def _judged(dtype: int, dims: list[int], unknown: bool, content: int) -> Iterator[tuple[str, str, bool]]:
    name, width = DTYPES.get(dtype, ("", 0))
    if not name and dtype:
        yield "tensor type", f"there is no type {dtype}", False
    if unknown or len(dims) > _RANK:
        yield "tensor shape", f"a constant of {len(dims)} dimensions, or of an unknown number of them", False
        return
    count = product(dims)
    if count is None:
        yield "shape overflow", f"the product of {str(dims)[:80]} is no number of elements", True
    elif width and content > 0 and count * width != content:
        words = f"{name} {str(dims)[:80]} needs {count * width} bytes, {content} are there"
        yield "tensor size", words, count * width > content


def product(dims: list[int]) -> int | None:
    """Multiply the sizes of a shape; None where one is negative or the product leaves 63 bits, zeros left aside."""
    count = whole = 1
    for dim in dims:
        if dim < 0:
            return None
        count *= dim
        whole *= dim or 1
        if whole >= _WORD:
            return None
    return count


def texts(tensor: Field) -> Iterator[Field]:
    """Yield the strings of a tensor, at most ``STRINGS``; raises Malformed."""
    count = 0
    for part in inside(tensor):
        if part.number == 8 and part.kind == BYTES:
            count += 1
            if count > STRINGS:
                return
            yield part


def contents(tensor: Field) -> Iterator[Field]:
    """Yield the bytes of a tensor as they are written: the content, and strings."""
    for part in inside(tensor):
        if part.number == 4 and part.kind == BYTES:
            yield part
    try:
        yield from texts(tensor)
    except Malformed:
        return
