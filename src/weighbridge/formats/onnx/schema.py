"""The messages of ONNX 1.23: numbers and wire kinds of their fields. Source: ``onnx/onnx.proto`` (IR version 13).

A repeated number may also come packed, so NUMBERS stands for VARINT or BYTES, FLOATS for FIXED32 or BYTES …
"""

from __future__ import annotations

from weighbridge.formats.protobuf import BYTES, FIXED32, FIXED64, VARINT

_V, _B, _F = (VARINT,), (BYTES,), (FIXED32,)
_NUMBERS, _FLOATS, _DOUBLES = (VARINT, BYTES), (FIXED32, BYTES), (FIXED64, BYTES)

MODEL = {1: _V, 5: _V} | dict.fromkeys((2, 3, 4, 6, 7, 8, 14, 20, 25, 26), _B)
GRAPH = dict.fromkeys((1, 2, 5, 10, 11, 12, 13, 14, 15, 16), _B)
NODE = dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 8, 9, 10), _B)
ATTRIBUTE = (
    {2: _F, 3: _V, 7: _FLOATS, 8: _NUMBERS, 20: _V}
    | dict.fromkeys((1, 4, 5, 6, 9, 10, 11, 13, 14, 15, 21, 22, 23), _B)
)  # fmt: skip
TENSOR = (
    {1: _NUMBERS, 2: _V, 4: _FLOATS, 5: _NUMBERS, 7: _NUMBERS, 10: _DOUBLES, 11: _NUMBERS, 14: _V}
    | dict.fromkeys((3, 6, 8, 9, 12, 13, 16), _B)
)  # fmt: skip
SPARSE = {1: _B, 2: _B, 3: _NUMBERS}
FUNCTION = dict.fromkeys((1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14), _B) | {2: _V, 3: _V}
"""``since_version`` and ``status`` were fields 2 and 3 of early functions."""
TRAINING = dict.fromkeys((1, 2, 3, 4), _B)
VALUE_INFO = dict.fromkeys((1, 2, 3, 4), _B)
PAIR = {1: _B, 2: _B}
OPSET = {1: _B, 2: _V}
ANNOTATION = {1: _B, 2: _B}

TYPES: dict[int, tuple[str, int]] = {
    1: ("FLOAT", 32), 2: ("UINT8", 8), 3: ("INT8", 8), 4: ("UINT16", 16), 5: ("INT16", 16), 6: ("INT32", 32),
    7: ("INT64", 64), 8: ("STRING", 0), 9: ("BOOL", 8), 10: ("FLOAT16", 16), 11: ("DOUBLE", 64), 12: ("UINT32", 32),
    13: ("UINT64", 64), 14: ("COMPLEX64", 64), 15: ("COMPLEX128", 128), 16: ("BFLOAT16", 16), 17: ("FLOAT8E4M3FN", 8),
    18: ("FLOAT8E4M3FNUZ", 8), 19: ("FLOAT8E5M2", 8), 20: ("FLOAT8E5M2FNUZ", 8), 21: ("UINT4", 4), 22: ("INT4", 4),
    23: ("FLOAT4E2M1", 4), 24: ("FLOAT8E8M0", 8), 25: ("UINT2", 2), 26: ("INT2", 2), 27: ("FLOAT6E2M3", 6),
    28: ("FLOAT6E3M2", 6),
}  # fmt: skip
"""Name and bits of an element for each data type."""

FLOAT, INT32, INT64, STRING, BOOL, DOUBLE = 1, 6, 7, 8, 9, 11

TYPED: dict[int, tuple[int, int]] = (
    {1: (4, 1), 14: (4, 2), 8: (6, 1), 7: (7, 1), 11: (10, 1), 15: (10, 2), 12: (11, 1), 13: (11, 1)}
    | dict.fromkeys((2, 3, 4, 5, 6, 9, 10, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28), (5, 1))
)  # fmt: skip
"""For each data type the field that holds it when ``raw_data`` does not, and numbers for one element."""

PACKED_IN_BYTES = {21: 2, 22: 2, 23: 2, 25: 4, 26: 4}
"""Elements that share one number of ``int32_data``."""
