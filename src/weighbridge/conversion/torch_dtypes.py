"""Types of elements and storages of torch, and which of safetensors' types holds each.

Source: ``torch/storage.py``, ``torch/_utils.py``; the types of safetensors are those of its crate, version 0.8.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.conversion.inert import Value

DTYPES = {
    "bool": ("BOOL", 1), "uint8": ("U8", 1), "int8": ("I8", 1), "int16": ("I16", 2), "uint16": ("U16", 2),
    "int32": ("I32", 4), "uint32": ("U32", 4), "int64": ("I64", 8), "uint64": ("U64", 8), "float16": ("F16", 2),
    "bfloat16": ("BF16", 2), "float32": ("F32", 4), "float64": ("F64", 8), "complex64": ("C64", 8),
    "float8_e5m2": ("F8_E5M2", 1), "float8_e4m3fn": ("F8_E4M3", 1), "float8_e8m0fnu": ("F8_E8M0", 1),
    "float8_e5m2fnuz": ("F8_E5M2FNUZ", 1), "float8_e4m3fnuz": ("F8_E4M3FNUZ", 1), "float4_e2m1fn_x2": ("F4", 1),
}  # fmt: skip
"""Types of torch that safetensors 0.8 has: its own name for each, and bytes per element."""

STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
    "ByteStorage": "uint8", "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128", "QUInt8Storage": "quint8", "QInt8Storage": "qint8",
    "QInt32Storage": "qint32", "QUInt4x2Storage": "quint4x2", "QUInt2x4Storage": "quint2x4", "UntypedStorage": "",
    "TypedStorage": "",
}  # fmt: skip
"""Type of each storage class (``torch/storage.py``); those without one hold bytes."""

CARRIERS = {
    "complex128": ("float64", 2), "complex32": ("float16", 2), "bits8": ("uint8", 1), "bits1x8": ("uint8", 1),
    "bits2x4": ("uint8", 1), "bits4x2": ("uint8", 1), "bits16": ("uint16", 1),
}  # fmt: skip
"""Types that safetensors does not have: the type that carries their bytes, and how many of it make an element."""

QUANTIZED = {"quint8": "uint8", "qint8": "int8", "qint32": "int32", "quint4x2": "uint8", "quint2x4": "uint8"}
"""Types of quantised tensors: the type of the whole numbers in them; the last two hold several in each."""

RANK = 64
"""Dimensions; torch and numpy end there."""


def width_of(dtype: str) -> int:
    """Give the bytes of an element of a type of torch; 0 for one that is not known."""
    carrier, count = CARRIERS.get(dtype, (QUANTIZED.get(dtype, dtype), 1))
    return DTYPES[carrier][1] * count if carrier in DTYPES else 0


def numbers(given: Value) -> tuple[int, ...] | None:
    """Read a tuple of whole numbers; None when it is something else."""
    if not isinstance(given, tuple) or len(given) > RANK:
        return None
    found = tuple(item for item in given if type(item) is int)
    return found if len(found) == len(given) else None
