"""TensorProto: what a tensor says about itself, held against the bytes that it has; and the files that it names.

Sources: ``onnx.proto``; ``docs/ExternalData.md``; CVE-2022-25882, CVE-2024-27318 (paths), CVE-2026-34445 (keys).
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.facts import TensorDecl
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.onnx import schema
from weighbridge.formats.onnx.program import Constant
from weighbridge.formats.paths import escapes
from weighbridge.formats.protobuf import BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.onnx.ledger import Ledger
    from weighbridge.formats.protobuf import Field

FEW = 64
"""Elements of a constant that are kept: shapes, axes, thresholds and trigger tokens are not longer."""

RANK = 64
"""Dimensions of a tensor; numpy and torch end there."""

KEYS = frozenset({"location", "offset", "length", "checksum", "basepath"})
"""Keys of external data; ONNX Runtime also writes some that begin with ``prepacked``."""

IN_MEMORY = "_ORT_MEM_ADDR_"
"""Part of the locations by which ONNX Runtime marks an address of its own memory; no file has a use for them."""

_WORD = 1 << 63
_CONTINUED = bytes(range(0x80, 0x100))
_PIECE = 1 << 20
_TEXT = 4_096
_HEAD = 16  # bytes below which nothing can begin
_FORMATS = {1: "f", 2: "B", 3: "b", 4: "H", 5: "h", 6: "i", 7: "q", 9: "?", 10: "e", 11: "d", 12: "I", 13: "Q"}


class Tensor:
    """A TensorProto as far as it is read."""

    __slots__ = ("dims", "entries", "external", "field", "held", "kind", "name", "raw", "typed")

    def __init__(self, field: Field) -> None:
        self.field = field
        self.name = ""
        self.dims: list[int] = []
        self.kind = 0
        self.external = False
        self.entries: list[tuple[str, str]] = []
        self.raw: Field | None = None
        self.typed: dict[int, list[Field]] = {}
        self.held: dict[int, int] = {}


def read(field: Field, ledger: Ledger, label: str, *, declare: bool) -> tuple[str, Constant]:
    """Read a tensor, tell the ledger about it, and give its name and what is known of its content."""
    tensor = Tensor(field)
    for part in ledger.known(field, schema.TENSOR, "TensorProto"):
        _part(tensor, part, ledger)
    name = tensor.name or label
    shape = tuple(tensor.dims) if len(tensor.dims) <= RANK else ()
    kind, bits = schema.TYPES.get(tensor.kind, ("", 0))
    raw = tensor.raw
    at = ledger.node.at(raw.start, raw.length) if raw is not None else ledger.node.at(field.start, field.length)
    if declare:
        ledger.bench.meter.spend_member()
        ledger.facts.append(TensorDecl(at=at, name=name, dtype=kind or str(tensor.kind), shape=shape))
    if raw is not None and raw.length >= _HEAD:
        ledger.stretches.append((raw.start, raw.end, name))
    count = 1
    for dim in tensor.dims:
        count *= dim
    if len(tensor.dims) > RANK:
        ledger.wrong("shape", f"{ledger.short(name)} has {len(tensor.dims)} dimensions", field)
    elif any(dim < 0 for dim in tensor.dims):
        ledger.wrong(
            "shape", f"{ledger.short(name)} has a negative dimension: {ledger.short(shape)}", field, memory=True
        )
    elif _overflows(tensor.dims, bits):
        words = f"the shape of {ledger.short(name)} overflows 64 bits: {ledger.short(shape)}"
        ledger.wrong("shape overflow", words, field, memory=True)
    elif not kind:
        ledger.unknown_types[tensor.kind] = ledger.unknown_types.get(tensor.kind, 0) + 1
    elif tensor.external or tensor.entries:
        _external(tensor, ledger, name, (count * bits + 7) // 8)
    else:
        _extent(tensor, ledger, name, count, bits)
    numbers = _numbers(tensor, count) if 0 <= count <= FEW and not tensor.external else None
    return name, Constant(max(count, 0), numbers, shape)


def _part(tensor: Tensor, part: Field, ledger: Ledger) -> None:
    number = part.number
    if number == 1:
        tensor.dims += [dim - (1 << 64) if dim >> 63 else dim for dim in part.packed(10 * (RANK + 1) * 2)]
    elif number == 2:
        tensor.kind = part.signed()
    elif number == 8:
        tensor.name = part.text(_TEXT)
    elif number == 9:
        if tensor.raw is not None:
            ledger.wrong("repeated field", "raw_data appears twice in one tensor", part)
        tensor.raw = part
    elif number == 14:
        tensor.external = part.value == 1
    elif number == 13:
        tensor.entries.append(ledger.pair(part))
    elif number in (12, 16):
        ledger.note(part, is_pair=number == 16)
    elif number in (4, 5, 6, 7, 10, 11):
        parts = tensor.typed.setdefault(number, [])
        if len(parts) <= FEW:
            parts.append(part)
        tensor.held[number] = tensor.held.get(number, 0) + _held(part)


def _held(part: Field) -> int:
    """Count the numbers of a typed field."""
    if part.kind != BYTES or part.number == 6:
        return 1
    if part.number == 4:
        return part.length // 4
    if part.number == 10:
        return part.length // 8
    source, found = part.source, 0
    for start in range(0, part.length, _PIECE):
        found += len(source.read_at(start, _PIECE).translate(None, _CONTINUED))
    return found


def _overflows(dims: list[int], bits: int) -> bool:
    product = bits or 8
    for dim in dims:
        product *= dim or 1
        if product >= 8 * _WORD:
            return 0 not in dims
    return False


def _extent(tensor: Tensor, ledger: Ledger, name: str, count: int, bits: int) -> None:
    """Compare what type and shape ask for with what is there."""
    field, each = schema.TYPED[tensor.kind]
    share = schema.PACKED_IN_BYTES.get(tensor.kind, 1)
    if tensor.raw is not None:
        held, needed, unit = tensor.raw.length, (count * bits + 7) // 8, "bytes"
        if tensor.kind == schema.STRING:
            ledger.wrong("tensor data", f"the strings of {ledger.short(name)} lie in raw_data", tensor.field)
            return
        if tensor.held:
            ledger.wrong("tensor data", f"{ledger.short(name)} holds its data twice", tensor.field)
    else:
        held, needed, unit = tensor.held.get(field, 0), -(-count // share) * each, "numbers"
        if not held and needed:
            ledger.wrong("tensor data", f"{ledger.short(name)} has a shape and no data", tensor.field)
            return
    if held != needed:
        words = (
            f"{ledger.short(name)}: {schema.TYPES[tensor.kind][0]} {ledger.short(tuple(tensor.dims))} needs {needed} "
        )
        ledger.wrong("tensor size", f"{words}{unit}, {held} are there", tensor.field, memory=needed > held)


def _external(tensor: Tensor, ledger: Ledger, name: str, needed: int) -> None:
    entries = dict(tensor.entries)
    location = entries.get("location", "")
    if len(entries) != len(tensor.entries):
        ledger.wrong("external data", f"{ledger.short(name)} gives a key of its external data twice", tensor.field)
    if not tensor.external:
        ledger.wrong("external data", f"{ledger.short(name)} names a file and is not external", tensor.field)
    if tensor.raw is not None and tensor.raw.length:
        ledger.wrong("external data", f"{ledger.short(name)} is external and holds data", tensor.field)
    for key in entries:
        if key not in KEYS and not key.startswith("prepacked"):
            words = f"{ledger.short(name)} has external data with an unknown key {ledger.short(key)}"
            ledger.wrong("external data key", words, tensor.field)
    if IN_MEMORY in location:
        words = f"{ledger.short(name)} names an address in the memory of its reader"
        ledger.wrong("memory address", words, tensor.field, memory=True)
    if not location:
        ledger.wrong("external data", f"{ledger.short(name)} is external and names no file", tensor.field)
        return
    begin, length = _whole(entries.get("offset", "0")), _whole(entries.get("length", str(needed)))
    if begin is None or length is None or begin + length >= _WORD:
        words = f"{ledger.short(name)} begins at {ledger.short(entries.get('offset', ''))} of its file and has "
        words += f"{ledger.short(entries.get('length', ''))} bytes"
        ledger.wrong("external data", words, tensor.field, memory=True)
    elif length != needed and tensor.kind != schema.STRING:
        words = f"{ledger.short(name)} needs {needed} bytes and is given {length} of its file"
        ledger.wrong("external data", words, tensor.field, memory=needed > length)
    if location not in ledger.files and len(ledger.files) < ledger.MOST:
        ledger.files.add(location)
        at = ledger.node.at(tensor.field.start, tensor.field.length)
        ledger.facts.append(external(at, location, name))


def external(at: object, location: str, key: str, relation: str = "external_data") -> Reference:
    """A file that a load reads."""
    return Reference(
        at=at,  # type: ignore[arg-type]
        relation=relation,
        kind=Target.PATH,
        target=location,
        key=key,
        escapes=escapes(location),
        when=When.LOAD,
    )


def _whole(text: str) -> int | None:
    """Read a whole number as it may stand in external data; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _numbers(tensor: Tensor, count: int) -> tuple[float, ...] | None:
    """Read the numbers of a small tensor."""
    code = _FORMATS.get(tensor.kind)
    if code is None:
        return None
    if tensor.raw is not None:
        layout = Struct(f"<{count}{code}")
        content = tensor.raw.read(layout.size)
        return layout.unpack(content) if len(content) == layout.size else None
    field, _ = schema.TYPED[tensor.kind]
    if tensor.held.get(field, 0) != count or tensor.kind == 10:
        return None
    found: list[float] = []
    for part in tensor.typed.get(field, ()):
        if field in (4, 10):
            if part.kind != BYTES:
                found.append(part.number_f32() if field == 4 else part.number_f64())
                continue
            width = 4 if field == 4 else 8
            content = part.read(width * FEW)
            found += Struct(f"<{len(content) // width}{'f' if field == 4 else 'd'}").unpack_from(content)
        else:
            found += [number - (1 << 64) if number >> 63 else number for number in part.packed()]
    return tuple(found)


def floats(part: Field) -> tuple[float, ...]:
    """Read a packed field of a few floats."""
    content = part.read(4 * FEW)
    found: tuple[float, ...] = Struct(f"<{len(content) // 4}f").unpack_from(content)
    return found
