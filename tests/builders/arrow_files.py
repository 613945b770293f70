"""Arrow streams and files byte by byte: one column of four numbers, and one lie in each hostile file."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from tests.builders.flatbuffer_files import Built, L, T, V, build

Pairs = Mapping[str, bytes]
ROWS = 4
VALUES = struct.pack("<4i", 1, 2, 3, 4)
END = b"\xff\xff\xff\xff\0\0\0\0"


def _pairs(entries: Pairs | None) -> L | None:
    # A string of bytes: metadata holds whatever somebody puts there.
    if not entries:
        return None
    return L([T({0: key, 1: V("B", value + b"\0", f"value {key}")}) for key, value in entries.items()])


def schema(field: Pairs | None = None, whole: Pairs | None = None) -> T:
    """A schema of one column of 32-bit integers, with metadata of the column and of the schema."""
    column = T({0: "a", 1: ("b", 1), 2: ("B", 2), 3: T({0: ("i", 32), 1: ("b", 1)}), 6: _pairs(field)}, "field")
    return T({1: L([column], "fields"), 2: _pairs(whole)}, "schema")


def _without_zeros(made: Built) -> bytes:
    """Take the byte that ends a string out of the length of each value."""
    for place, at in made.places.items():
        if place.startswith("value "):
            (length,) = struct.unpack_from("<I", made.content, at)
            struct.pack_into("<I", made.content, at, length - 1)
    return bytes(made.content)


def message(kind: int, header: T, body: bytes = b"", *, claimed: int | None = None) -> bytes:
    """A message with its body."""
    made = build(T({0: ("h", 4), 1: ("B", kind), 2: header, 3: ("q", len(body) if claimed is None else claimed)}))
    content = _without_zeros(made)
    return struct.pack("<Ii", 0xFFFF_FFFF, len(content)) + content + body


def batch(
    *, rows: int = ROWS, nulls: int = 0, offset: int = 0, length: int = len(VALUES), columns: int = 1,
    claimed: int | None = None,
) -> bytes:  # fmt: skip
    """A record batch of one column: no validity, four numbers."""
    header = T({
        0: ("q", rows),
        1: V("qq", [(rows, nulls)] * columns),
        2: V("qq", [(0, 0), (offset, length)]),
    })  # fmt: skip
    return message(3, header, VALUES, claimed=claimed)


def stream(*, field: Pairs | None = None, whole: Pairs | None = None, rows: bytes | None = None) -> bytes:
    """A stream: the schema, a batch, the end."""
    return message(1, schema(field, whole)) + (batch() if rows is None else rows) + END


def file(
    *, field: Pairs | None = None, whole: Pairs | None = None, rows: bytes | None = None,
    footer_field: Pairs | None = None, offset: int | None = None, footer_size: int | None = None,
) -> bytes:  # fmt: skip
    """A file: magic, the messages, the footer with the schema once more and the place of the batch."""
    head = b"ARROW1\0\0" + message(1, schema(field, whole))
    held = batch() if rows is None else rows
    metadata = len(held) - len(VALUES)
    block = (len(head) if offset is None else offset, metadata, len(VALUES))
    again = schema(field if footer_field is None else footer_field, whole)
    footer = _without_zeros(build(T({0: ("h", 4), 1: again, 2: V("qqq", []), 3: V("qqq", [block])})))
    size = len(footer) if footer_size is None else footer_size
    return head + held + END + footer + struct.pack("<i", size) + b"ARROW1"


def honest() -> bytes:
    """A file of one column."""
    return file()


def honest_arrow() -> bytes:
    """An honest file, by the name that gives the extension."""
    return honest()


def buffer_beyond_body() -> bytes:
    """A buffer that is said to lie two gigabytes behind its body."""
    return stream(rows=batch(offset=1 << 31))


def column_longer_than_buffer() -> bytes:
    """A column of a million numbers in sixteen bytes."""
    return stream(rows=batch(rows=1_000_000))


def negative_rows() -> bytes:
    """A batch of minus four rows."""
    return stream(rows=batch(rows=-4))


def more_nulls_than_values() -> bytes:
    """A column with more nulls than values."""
    return stream(rows=batch(nulls=900))


def too_few_columns() -> bytes:
    """A batch without the column that the schema has."""
    return stream(rows=batch(columns=0))


def negative_body() -> bytes:
    """A body of minus eight bytes."""
    return stream(rows=batch(claimed=-8))


def block_beyond_file() -> bytes:
    """A footer that places a batch behind the file."""
    return file(offset=1 << 40)


def block_is_no_message() -> bytes:
    """A footer that places a batch where no message begins."""
    return file(offset=16)


def footer_beyond_file() -> bytes:
    """A footer of a gigabyte."""
    return file(footer_size=1 << 30)


def two_schemas() -> bytes:
    """A footer with another schema than the stream."""
    return file(footer_field={"note": b"only in the footer, where readers of files look"})


def extension(name: str, metadata: bytes) -> dict[str, bytes]:
    """The metadata of a column of an extension type."""
    return {"ARROW:extension:name": name.encode(), "ARROW:extension:metadata": metadata}


def pickled_type(pickle: bytes, name: str = "arrow.py_extension_type", *, as_file: bool = True) -> bytes:
    """A column whose type PyArrow before 14.0.1 unpickled (CVE-2023-47248)."""
    held = extension(name, pickle)
    return file(field=held) if as_file else stream(field=held)


def pickled_column() -> bytes:
    """A column whose values Ray unpickles."""
    return file(field=extension("ray.data.arrow_pickled_object", b""))
