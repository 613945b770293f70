"""What the walk needs of TensorFlow's messages: a small one is read once into memory, a large one field by field.

Source: the ``.proto`` files under ``tensorflow/core/framework`` and ``tensorflow/core/protobuf`` of TensorFlow 2.21;
numbers of fields are written beside their names.
"""

from __future__ import annotations

from weighbridge.core.source import BytesSource, SubSource
from weighbridge.formats.protobuf import BYTES, START_GROUP, VARINT, Field, fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = 1 << 16
"""Bytes of a message that are read at once; nearly every node of a graph is shorter."""

TEXT = 4_096
"""Bytes of a name or constant that are kept; a path is no longer on any system."""

DTYPES: dict[int, tuple[str, int]] = {
    1: ("float32", 4), 2: ("float64", 8), 3: ("int32", 4), 4: ("uint8", 1), 5: ("int16", 2), 6: ("int8", 1),
    7: ("string", 0), 8: ("complex64", 8), 9: ("int64", 8), 10: ("bool", 1), 11: ("qint8", 1), 12: ("quint8", 1),
    13: ("qint32", 4), 14: ("bfloat16", 2), 15: ("qint16", 2), 16: ("quint16", 2), 17: ("uint16", 2),
    18: ("complex128", 16), 19: ("float16", 2), 20: ("resource", 0), 21: ("variant", 0), 22: ("uint32", 4),
    23: ("uint64", 8), 24: ("float8_e5m2", 1), 25: ("float8_e4m3fn", 1), 26: ("float8_e4m3fnuz", 1),
    27: ("float8_e4m3b11fnuz", 1), 28: ("float8_e5m2fnuz", 1), 29: ("int4", 1), 30: ("uint4", 1), 31: ("int2", 1),
    32: ("uint2", 1),
}  # fmt: skip
"""``DataType``: a name, and the bytes of one element or 0 where it has no fixed size."""


def inside(field: Field) -> Iterator[Field]:
    """Yield the fields of the message that a field holds; raises Malformed."""
    if field.kind != BYTES:
        return iter(())
    if field.length <= SMALL:
        return _small(field.read(SMALL))
    return fields(field.source)


def _small(held: bytes) -> Iterator[Field]:
    """Yield the fields of a message in memory, as ``protobuf.fields`` would: graphs have a million of them."""
    source, at, size = BytesSource(held), 0, len(held)
    while at < size:
        offset, tag = at, held[at]
        length = held[at + 1] if at + 1 < size else 0x80
        if tag > 0x7F or tag & 7 != BYTES or tag < 8 or length > 0x7F or at + 2 + length > size:
            # Whatever is not the short form that nearly every field has is read in the long way, to its errors.
            for field in fields(SubSource(source, offset, size - offset)):
                start, length, at = offset + field.start, field.length, offset + field.end
                place = offset + field.offset
                yield Field(source, field.number, field.kind, place, start, length, field.value)
                if field.kind != START_GROUP:
                    break
            else:
                at = size  # only the long way knows where a group ends
        else:
            at += 2 + length
            yield Field(source, tag >> 3, BYTES, offset=offset, start=offset + 2, length=length)


def child(field: Field, number: int) -> Field | None:
    """Find the last field of a number: in protobuf the last one counts."""
    found = None
    for one in inside(field):
        if one.number == number:
            found = one
    return found


def text_of(field: Field, number: int) -> str:
    """Read a text field of a message; empty if it is not there."""
    found = child(field, number)
    return found.text(TEXT) if found is not None and found.kind == BYTES else ""


def entries(field: Field) -> tuple[str, Field | None]:
    """Read one entry of a map with text keys: key (1) and value (2)."""
    key, value = "", None
    for one in inside(field):
        if one.number == 1 and one.kind == BYTES:
            key = one.text(TEXT)
        elif one.number == 2:
            value = one
    return key, value


def shape(field: Field, most: int = 256) -> tuple[list[int], bool]:
    """Read a ``TensorShapeProto``: the sizes of its dimensions (2 dim, 1 size), and whether it has no rank (3)."""
    dims, unknown = list[int](), False
    for one in inside(field):
        if one.number == 2 and one.kind == BYTES:
            size = 0
            for part in inside(one):
                if part.number == 1 and part.kind == VARINT:
                    size = part.signed()
            if len(dims) < most:
                dims.append(size)
        elif one.number == 3 and one.kind == VARINT:
            unknown = bool(one.value)
    return dims, unknown
