"""Parquet files byte by byte: one column of four numbers, and one lie in each hostile file."""

from __future__ import annotations

import base64
import struct

from tests.builders.arrow_files import ROWS, VALUES, Pairs, extension, message, schema


def _varint(number: int) -> bytes:
    out = bytearray()
    number &= (1 << 64) - 1
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def _zigzag(number: int) -> bytes:
    return _varint((number << 1) ^ (number >> 63))


def _text(text: bytes) -> bytes:
    return _varint(len(text)) + text


def struct_of(*fields: tuple[int, int, bytes]) -> bytes:
    """A struct in the compact protocol: number, type and encoded value of each field in order."""
    out, before = b"", 0
    for number, kind, value in fields:
        out += bytes(((number - before) << 4 | kind,)) + value
        before = number
    return out + b"\0"


def list_of(kind: int, items: list[bytes]) -> bytes:
    """A short list."""
    return bytes((len(items) << 4 | kind,)) + b"".join(items)


I32, I64, TEXT, LIST, STRUCT = 5, 6, 8, 9, 12


def parquet(
    *, metadata: Pairs | None = None, start: int = 4, size: int = len(VALUES), children: int = 1, rows: int = ROWS,
    path: str = "", column_metadata: Pairs | None = None, footer_size: int | None = None, columns: int = 1,
    copied: bytes = b"",
) -> bytes:  # fmt: skip
    """A Parquet file of one column; what lies in its chunk is not looked at."""
    root = struct_of((4, TEXT, _text(b"schema")), (5, I32, _zigzag(children)))
    leaf = struct_of((1, I32, _zigzag(1)), (3, I32, _zigzag(0)), (4, TEXT, _text(b"a")))
    pairs = [
        [struct_of((1, TEXT, _text(key.encode())), (2, TEXT, _text(value))) for key, value in (held or {}).items()]
        for held in (metadata, column_metadata)
    ]
    inner = struct_of(
        (1, I32, _zigzag(1)), (2, LIST, list_of(I32, [_zigzag(0)])), (3, LIST, list_of(TEXT, [_text(b"a")])),
        (4, I32, _zigzag(0)), (5, I64, _zigzag(rows)),
        (6, I64, _zigzag(size)), (7, I64, _zigzag(size)), (8, LIST, list_of(STRUCT, pairs[1])),
        (9, I64, _zigzag(start)),
    )  # fmt: skip
    chunk = struct_of(
        *([(1, TEXT, _text(path.encode()))] if path else []),
        (2, I64, _zigzag(4 + len(VALUES) if copied else 4)),
        (3, STRUCT, inner),
    )
    group = struct_of((1, LIST, list_of(STRUCT, [chunk] * columns)), (2, I64, _zigzag(size)), (3, I64, _zigzag(rows)))
    footer = struct_of(
        (1, I32, _zigzag(2)), (2, LIST, list_of(STRUCT, [root, leaf])), (3, I64, _zigzag(rows)),
        (4, LIST, list_of(STRUCT, [group])), (5, LIST, list_of(STRUCT, pairs[0])), (6, TEXT, _text(b"by hand")),
    )  # fmt: skip
    length = len(footer) if footer_size is None else footer_size
    return b"PAR1" + VALUES + copied + footer + struct.pack("<I", length) + b"PAR1"


def repeated_metadata(more: bytes = b"") -> bytes:
    """A file as parquet-mr and early Arrow wrote it: the metadata of a column stands behind it once more."""
    return parquet(copied=struct_of((2, I64, _zigzag(4 + len(VALUES)))) + more)


def honest_parquet() -> bytes:
    """An honest file of one column."""
    return parquet()


def arrow_schema(field: Pairs | None = None) -> bytes:
    """A schema of Arrow as Parquet holds it."""
    return base64.b64encode(message(1, schema(field)))


def pickled_type(pickle: bytes, name: str = "arrow.py_extension_type") -> bytes:
    """A Parquet file with a column whose type some libraries unpickle (CVE-2023-47248, CVE-2026-41486)."""
    return parquet(metadata={"ARROW:schema": arrow_schema(extension(name, pickle))})


def column_beyond_file() -> bytes:
    """A column chunk behind the end of the file."""
    return parquet(start=1 << 40)


def column_overflow() -> bytes:
    """A column chunk of minus sixteen bytes."""
    return parquet(size=-16)


def more_children() -> bytes:
    """A schema whose root has more children than there are elements."""
    return parquet(children=70_000)


def negative_rows() -> bytes:
    """A row group of minus four rows."""
    return parquet(rows=-4)


def fewer_columns() -> bytes:
    """A row group without the column that the schema has."""
    return parquet(columns=0)


def column_elsewhere(path: str = "../../etc/inert") -> bytes:
    """A column chunk in another file."""
    return parquet(path=path)


def footer_beyond_file() -> bytes:
    """A footer of a gigabyte."""
    return parquet(footer_size=1 << 30)
