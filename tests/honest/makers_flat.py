"""Honest files of the formats around FlatBuffers and Arrow, written by the libraries themselves."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[[Path], None]

FILES: list[tuple[str, Write]] = []


def table() -> Any:
    """A table with a column of nearly every type."""
    import numpy as np
    import pyarrow as pa

    count = 50
    numbers = np.arange(count)
    columns: dict[str, Any] = {
        "i": pa.array(numbers, pa.int64()),
        "s": pa.array([None if n % 7 == 0 else f"text {n}" for n in range(count)]),
        "f": pa.array(numbers / 3, pa.float32()),
        "h": pa.array((numbers / 3).astype("float16")),
        "b": pa.array(numbers % 2 == 0),
        "bin": pa.array([b"\x80\x04." for _ in range(count)], pa.binary()),
        "large": pa.array(["x" * n for n in range(count)], pa.large_string()),
        "fixed": pa.array([b"abcd"] * count, pa.binary(4)),
        "list": pa.array([[n, n + 1] for n in range(count)], pa.list_(pa.int32())),
        "vector": pa.array([[1.0, 2.0, 3.0]] * count, pa.list_(pa.float32(), 3)),
        "struct": pa.array([{"a": n, "b": str(n)} for n in range(count)]),
        "map": pa.array([[("k", n)] for n in range(count)], pa.map_(pa.string(), pa.int32())),
        "when": pa.array([datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)] * count),
        "day": pa.array([datetime.date(2026, 1, 2)] * count),
        "time": pa.array([datetime.time(1, 2, 3)] * count),
        "span": pa.array([datetime.timedelta(seconds=n) for n in range(count)]),
        "dec": pa.array([decimal.Decimal("1.50")] * count),
        "cat": pa.array(["u", "v"] * (count // 2)).dictionary_encode(),
        "none": pa.nulls(count),
    }
    return pa.table(columns)


def _ipc(*, stream: bool, compression: str | None = None, **more: Any) -> Write:
    def write(path: Path) -> None:
        import pyarrow as pa

        held = table()
        for name, column in more.items():
            held = held.append_column(name, column(pa))
        options = pa.ipc.IpcWriteOptions(compression=compression)
        opened = pa.ipc.new_stream if stream else pa.ipc.new_file
        with opened(str(path), held.schema, options=options) as writer:
            writer.write_table(held, max_chunksize=20)

    return write


def _union(pa: Any) -> Any:
    kinds, values = pa.array([0, 1] * 25, pa.int8()), [pa.array(range(50)), pa.array([1.5] * 50)]
    return pa.UnionArray.from_sparse(kinds, values)


def _dense(pa: Any) -> Any:
    kinds, places = pa.array([0, 1] * 25, pa.int8()), pa.array([n // 2 for n in range(50)], pa.int32())
    return pa.UnionArray.from_dense(kinds, places, [pa.array(range(25)), pa.array(["x"] * 25)])


def _runs(pa: Any) -> Any:
    return pa.RunEndEncodedArray.from_arrays([20, 50], pa.array([1, 2]))


def _view(pa: Any) -> Any:
    return pa.array(["a long text that a view does not hold itself" * 2] * 50, pa.string_view())


_MORE = {"union": _union, "dense": _dense, "runs": _runs, "view": _view}
for codec in (None, "lz4", "zstd"):
    FILES.append((f"ipc_{codec}.arrow", _ipc(stream=False, compression=codec, **_MORE)))
    FILES.append((f"stream_{codec}.arrow", _ipc(stream=True, compression=codec, **_MORE)))


def _feather(compression: str) -> Write:
    def write(path: Path) -> None:
        from pyarrow import feather

        feather.write_feather(table(), str(path), compression=compression)

    return write


FILES.extend((f"table_{codec}.feather", _feather(codec)) for codec in ("uncompressed", "lz4", "zstd"))


def _parquet(**options: Any) -> Write:
    def write(path: Path) -> None:
        from pyarrow import parquet

        parquet.write_table(table().drop_columns(["h"]), str(path), row_group_size=20, **options)

    return write


FILES.extend(
    (f"table_{codec}.parquet", _parquet(compression=codec))
    for codec in ("none", "snappy", "gzip", "brotli", "zstd", "lz4")
)
FILES.append(("indexed.parquet", _parquet(write_page_index=True, write_page_checksum=True)))
FILES.append(("second_version.parquet", _parquet(version="2.6", data_page_version="2.0", use_dictionary=False)))


def honest(name: str) -> Callable[[Write], Write]:
    """Register a file."""
    return lambda write: FILES.append((name, write)) or write  # type: ignore[func-returns-value]


@honest("frame.parquet")
def _(path: Path) -> None:
    import pandas

    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"], "t": pandas.to_datetime(["2026-01-01", "2026-01-02"])})
    frame["c"] = pandas.Categorical(["u", "v"])
    frame.to_parquet(path)


@honest("frame.feather")
def _(path: Path) -> None:
    import pandas

    pandas.DataFrame({"a": [1.5, 2], "b": ["x", None]}).to_feather(path)


@honest("extension_types.parquet")
def _(path: Path) -> None:
    import numpy
    import pyarrow as pa
    from pyarrow import parquet

    held = pa.table({
        "id": pa.array([bytes(16)] * 3, pa.uuid()),
        "image": pa.FixedShapeTensorArray.from_numpy_ndarray(numpy.ones((3, 2, 2), "float32")),
        "json": pa.array(["{}", "[]", "1"], pa.json_()),
    })  # fmt: skip
    metadata = {b"huggingface": b'{"info": {"features": {"a": {"dtype": "int64", "_type": "Value"}}}}'}
    parquet.write_table(held.replace_schema_metadata(metadata), str(path))


@honest("empty.arrow")
def _(path: Path) -> None:
    import pyarrow as pa

    held = pa.table({"a": pa.array([], pa.int32()), "s": pa.array([], pa.string())})
    with pa.ipc.new_file(str(path), held.schema) as writer:
        writer.write_table(held)


@honest("tensor.arrow")
def _(path: Path) -> None:
    import numpy
    import pyarrow as pa

    # A schema comes first in every stream that readers of tables open; a bare tensor message does not.
    held = pa.table({"t": pa.FixedShapeTensorArray.from_numpy_ndarray(numpy.zeros((4, 3), "int16"))})
    with pa.ipc.new_stream(str(path), held.schema) as writer:
        writer.write_table(held)
