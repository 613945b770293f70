"""The header of a safetensors file and the order of its tensors, to the byte as the reference implementation writes.

Source: ``serialize`` of the safetensors crate: larger alignments first, then names; the header is padded with spaces to
eight bytes.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from weighbridge.conversion.plan import Tensor

_ORDER = (
    "BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
    "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "C64", "F64", "I64", "U64",
)  # fmt: skip
"""The types as the crate declares them; the last come first in a file."""
_RANKS = {dtype: -at for at, dtype in enumerate(_ORDER)}
_ALIGNMENT = 8

BITS = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6}
"""Types with elements of less than a byte; a plan counts the bytes of their last dimension, a header its elements."""


def ordered(tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
    """Sort tensors as they lie in a file."""
    return tuple(sorted(tensors, key=lambda one: (_RANKS[one.dtype], one.name.encode())))


def header_of(tensors: tuple[Tensor, ...], metadata: Mapping[str, str]) -> bytes:
    """Write the header of tensors that are ``ordered``, with its length before it."""
    entries: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    begin = 0
    for one in tensors:
        shape = one.shape
        if one.dtype in BITS:
            shape = (*shape[:-1], shape[-1] * 8 // BITS[one.dtype])
        entries[one.name] = {"dtype": one.dtype, "shape": shape, "data_offsets": (begin, begin + one.size)}
        begin += one.size
    text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return len(text).to_bytes(8, "little") + text
