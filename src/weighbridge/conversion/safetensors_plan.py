"""The plan of a safetensors file: its header already says where every tensor lies."""

from __future__ import annotations

from weighbridge.conversion.plan import ENCODED, PLAIN_BYTES, TENSORS, WIDTHS, Plan, Tensor, check, notes
from weighbridge.conversion.safetensors_layout import BITS
from weighbridge.core.errors import Malformed
from weighbridge.core.reader import Reader
from weighbridge.formats.safetensors import MAX_HEADER
from weighbridge.formats.strict_json import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.strict_json import JsonValue

_DEPTH = 16


def plan_of(source: ByteSource) -> Plan:
    """Read the header; raises Malformed for what a strict reader would refuse."""
    reader = Reader(source)
    length = reader.u64()
    if length > min(MAX_HEADER, reader.left):
        raise Malformed(f"the header claims {length} bytes")
    document = read_json(reader.exactly(length), depth=_DEPTH)
    header = document.value
    if not isinstance(header, dict) or document.oddities or len(header) > TENSORS:
        raise Malformed("the header is no JSON object, or one that readers read differently")
    metadata = header.pop("__metadata__", {})
    tensors = [_tensor(name, entry, reader.offset) for name, entry in header.items()]
    tensors.sort(key=lambda one: (one.offset, one.size))
    end = reader.offset
    for one in tensors:
        if one.offset != end:
            raise Malformed(f"tensor {one.name[:80]!r} does not begin where the one before it ends")
        end += one.size
    if end != source.size:
        raise Malformed("the tensors do not fill the file")
    names = {one.name for one in tensors}
    texts = metadata.items() if isinstance(metadata, dict) else ()
    aliases = [(name, kept) for name, kept in texts if isinstance(kept, str) and kept in names and name not in names]
    encoded = _notes(metadata, names | {name for name, _ in aliases})
    plan = Plan(layout="safetensors", size=source.size, tensors=tuple(tensors), aliases=tuple(aliases), encoded=encoded)
    check(plan)
    return plan


def _notes(metadata: JsonValue, names: set[str]) -> tuple[tuple[str, str], ...]:
    """Read what this tool wrote of tensors that are made of others; of another's text under that name nothing is kept.

    The metadata of a file are no more than a claim.
    """
    text = metadata.get(ENCODED) if isinstance(metadata, dict) else None
    found = notes(text) if isinstance(text, str) and len(text) <= PLAIN_BYTES else ()
    return tuple((name, note) for name, note in found if name not in names)


def _tensor(name: str, entry: JsonValue, start: int) -> Tensor:
    held = entry if isinstance(entry, dict) else {}
    dtype, shape, span = held.get("dtype"), _whole(held.get("shape")), _whole(held.get("data_offsets"))
    if not isinstance(dtype, str) or dtype not in WIDTHS or len(held) != 3:
        raise Malformed(f"tensor {name[:80]!r} is of a type that is not converted")
    if shape is None or span is None or len(span) != 2:
        raise Malformed(f"tensor {name[:80]!r} has no shape or no place")
    if dtype in BITS:
        if not shape or shape[-1] * BITS[dtype] % 8:
            raise Malformed(f"tensor {name[:80]!r} has a last dimension that does not fill its bytes")
        shape = (*shape[:-1], shape[-1] * BITS[dtype] // 8)
    strides, step = [0] * len(shape), 1
    for at in reversed(range(len(shape))):
        strides[at] = min(step, 1 << 62)
        step *= shape[at]
    made = Tensor(name=name, dtype=dtype, shape=shape, strides=tuple(strides), offset=start + span[0])
    if span[1] - span[0] != made.size:
        raise Malformed(f"tensor {name[:80]!r} needs {made.size} bytes, its place has {span[1] - span[0]}")
    return made


def _whole(found: JsonValue) -> tuple[int, ...] | None:
    if not isinstance(found, list):
        return None
    numbers = tuple(one for one in found if type(one) is int and one >= 0)
    return numbers if len(numbers) == len(found) else None
