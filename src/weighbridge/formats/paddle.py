"""PaddlePaddle: programs (``.pdmodel``, ``__model__``) and combined parameters (``.pdiparams``, ``__params__``).

Source: ``framework.proto`` and ``lod_tensor.cc`` of Paddle 3.3. A program is a protobuf message of blocks of operators;
parameters are one tensor after the other, each with its type and shape before its data. The older ``.pdparams`` and
``.pdopt`` are pickles and read as such.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, TensorDecl
from weighbridge.core.source import SubSource
from weighbridge.formats import bulk
from weighbridge.formats.onnx.ledger import Ledger
from weighbridge.formats.protobuf import BYTES, FIXED32, FIXED64, VARINT, fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.protobuf import Field

PROGRAM, PARAMETERS = "paddle", "paddle.parameters"

TYPES: dict[int, tuple[str, int]] = {
    0: ("BOOL", 1), 1: ("INT16", 2), 2: ("INT32", 4), 3: ("INT64", 8), 4: ("FP16", 2), 5: ("FP32", 4), 6: ("FP64", 8),
    19: ("SIZE_T", 8), 20: ("UINT8", 1), 21: ("INT8", 1), 22: ("BF16", 2), 23: ("COMPLEX64", 8), 24: ("COMPLEX128", 16),
    32: ("FP8_E4M3FN", 1), 33: ("FP8_E5M2", 1),
}  # fmt: skip
"""Name and bytes of an element for each type that a stored tensor can have."""

DESCRIPTION = 4_096
"""Bytes of a tensor's description; a shape of 64 dimensions has 700."""
LEVELS = 16
"""Levels of detail of a tensor; nested sequences have two."""

_NAME = 1_024
_WORD = 1 << 63
_LOOKED_AT = 16
_TEXTS = 4
_SHORT = 120
_PROGRAM = dict.fromkeys((1, 4, 5), (BYTES,))
_BLOCK = {1: (VARINT,), 2: (VARINT,), 3: (BYTES,), 4: (BYTES,), 5: (VARINT,)}
_OPERATOR = {1: (BYTES,), 2: (BYTES,), 3: (BYTES,), 4: (BYTES,), 5: (VARINT,)}
_ATTRIBUTE = (
    {2: (VARINT,), 3: (VARINT,), 4: (FIXED32,), 6: (VARINT, BYTES), 7: (FIXED32, BYTES), 10: (VARINT,)}
    | {11: (VARINT, BYTES), 12: (VARINT,), 13: (VARINT,), 14: (VARINT, BYTES), 15: (VARINT, BYTES)}
    | {16: (FIXED64, BYTES), 19: (FIXED64,)} | dict.fromkeys((1, 5, 8, 17, 18, 20, 21), (BYTES,))
)  # fmt: skip
_VARIABLE = {1: (BYTES,), 2: (BYTES,), 3: (VARINT,), 4: (VARINT,), 5: (VARINT,), 6: (VARINT,), 7: (BYTES,)}
_TELLING = ("path", "file", "dir", "url", "host", "endpoint", "callable", "module", "func")
"""Parts of the names of attributes that say where an operator reaches out to."""


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether bytes are a program (blocks with an index and a parent, operators or variables) or parameters."""
    if head[:1] == b"\0":
        return PARAMETERS if _is_parameters(head, source) else ""
    try:
        for field in fields(source, most=_LOOKED_AT):
            if field.kind != BYTES or field.number not in _PROGRAM:
                return ""
            if field.number == 1:
                return PROGRAM if _is_block(field) else ""
    except (Malformed, OverLimit):
        return ""
    return ""


def _is_block(block: Field) -> bool:
    seen: set[int] = set()
    try:
        for part in block.fields(most=_LOOKED_AT):
            if part.kind not in _BLOCK.get(part.number, ()):
                return False
            if part.number in {3, 4}:
                table, wanted = (_VARIABLE, {1, 2}) if part.number == 3 else (_OPERATOR, {3})
                inner = list(part.fields())
                known = all(one.kind in table.get(one.number, ()) for one in inner)
                return known and wanted <= {one.number for one in inner} and seen >= {1, 2}
            seen.add(part.number)
    except (Malformed, OverLimit):
        pass
    return False


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a program; raises Malformed and OverLimit."""
    yield Identity(at=node.at(), format=PROGRAM)
    ledger = Ledger(source, node, bench, PROGRAM)
    trouble: Malformed | OverLimit | None = None
    try:
        for field in fields(source):
            if field.kind not in _PROGRAM.get(field.number, ()):
                ledger.unknown(field, "ProgramDesc")
            elif field.number == 1:
                yield from _block(field, ledger)
            yield from ledger.drained()
    except (Malformed, OverLimit) as error:
        trouble = error
    yield from ledger.operators(set())
    yield from ledger.drained()
    yield from ledger.remainder()
    if trouble is not None:
        raise trouble


def _block(field: Field, ledger: Ledger) -> Iterator[Yield]:
    scope = "block"
    for part in ledger.known(field, _BLOCK, "BlockDesc"):
        if part.number == 1:
            scope = f"block {part.value}"
        elif part.number == 3:
            _variable(part, ledger)
        elif part.number == 4:
            _operator(part, ledger, scope)
        yield from ledger.drained()


def _operator(field: Field, ledger: Ledger, scope: str) -> None:
    kind, texts = "", list[str]()
    for part in ledger.known(field, _OPERATOR, "OpDesc"):
        if part.number == 3:
            kind = part.text(_NAME)
        elif part.number == 4:
            name = ""
            held: list[Field] = []
            for inner in ledger.known(part, _ATTRIBUTE, "OpDesc.Attr"):
                if inner.number == 1:
                    name = inner.text(_NAME)
                elif inner.number in {5, 8} and len(held) < _TEXTS:
                    held.append(inner)
            if name == "op_callstack":
                for inner in held:
                    ledger.note(inner)
            elif held and len(texts) < _TEXTS and any(word in name for word in _TELLING):
                texts += [f"{name}={one.text(_NAME)}"[:_SHORT] for one in held if one.length]
    ledger.operator("", kind, scope, tuple(texts[:_TEXTS]), field)


def _variable(field: Field, ledger: Ledger) -> None:
    """See a variable; one that is kept between runs and is a dense tensor is a weight."""
    name, kind, kept = "", None, False
    for part in ledger.known(field, _VARIABLE, "VarDesc"):
        if part.number == 1:
            name = part.text(_NAME)
        elif part.number == 2:
            kind = part
        elif part.number == 3:
            kept = bool(part.value)
    if not kept or kind is None:
        return
    for part in kind.fields():
        for inner in part.fields() if part.number == 3 and part.kind == BYTES else ():
            if inner.number == 1 and inner.kind == BYTES:
                dtype, dims = _description(inner.fields())
                ledger.bench.meter.spend_member()
                at = ledger.node.at(field.start, field.length)
                shown = TYPES.get(dtype, (str(dtype), 0))[0]
                ledger.facts.append(TensorDecl(at=at, name=name, dtype=shown, shape=dims))


def _description(parts: Iterator[Field]) -> tuple[int, tuple[int, ...]]:
    """Read a TensorDesc: type and dimensions."""
    dtype, dims = -1, list[int]()
    for part in parts:
        if part.number == 1 and part.kind == VARINT:
            dtype = part.value
        elif part.number == 2 and part.kind in {VARINT, BYTES}:
            dims += [dim - (1 << 64) if dim >> 63 else dim for dim in part.packed(DESCRIPTION)]
    return dtype, tuple(dims[:64])


# -- parameters ------------------------------------------------------------------------------------------------------

_U32, _U64 = Struct("<I"), Struct("<Q")


def _is_parameters(head: bytes, source: ByteSource) -> bool:
    """Tell whether bytes begin with a tensor: versions 0, few levels, a short description of a known type."""
    try:
        _, _, (dtype, dims) = _head(source, 0)
    except (Malformed, OverLimit):
        return False
    return head[4:5] != b"" and dtype in TYPES and all(0 <= dim < _WORD for dim in dims)


def _head(source: ByteSource, begin: int) -> tuple[int, int, tuple[int, tuple[int, ...]]]:
    """Read what stands before the data of a tensor: where the description lies, where data begin, type and shape."""
    if _u32(source, begin) != 0:
        raise Malformed("a tensor of a version that is not 0", offset=begin)
    levels, at = _u64(source, begin + 4), begin + 12
    if levels > LEVELS:
        raise Malformed(f"a tensor of {levels} levels", offset=begin + 4)
    for _ in range(levels):
        length = _u64(source, at)
        if length > source.size - at - 8:
            raise Malformed(f"a level of {length} bytes", offset=at)
        at += 8 + length
    if _u32(source, at) != 0:
        raise Malformed("a tensor of a version that is not 0", offset=at)
    length = _u32(source, at + 4)
    if not 0 < length <= DESCRIPTION or length > source.size - at - 8:
        raise Malformed(f"a description of {length} bytes", offset=at + 4)
    start = at + 8
    return start, start + length, _description(fields(SubSource(source, start, length)))


def _u32(source: ByteSource, offset: int) -> int:
    raw = source.read_at(offset, 4)
    if len(raw) < 4:
        raise Malformed("the file ends inside a tensor", offset=offset)
    number: int = _U32.unpack(raw)[0]
    return number


def _u64(source: ByteSource, offset: int) -> int:
    raw = source.read_at(offset, 8)
    if len(raw) < 8:
        raise Malformed("the file ends inside a tensor", offset=offset)
    number: int = _U64.unpack(raw)[0]
    return number


def parameters(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read combined parameters tensor by tensor; raises Malformed where none begins."""
    yield Identity(at=node.at(), format=PARAMETERS)
    spans: list[tuple[int, int, str]] = []
    begin, number = 0, 0
    while begin < source.size:
        bench.meter.spend_member()
        try:
            start, data, (dtype, dims) = _head(source, begin)
        except Malformed:
            if not number:
                raise
            yield from bulk.unclaimed(source, node, bench, begin, source.size, where="tail", after="the last tensor")
            break
        name, width = TYPES.get(dtype, (str(dtype), 0))
        size = width
        for dim in dims:
            size *= dim
        yield TensorDecl(at=node.at(data, max(0, size)), name=f"tensor {number}", dtype=name, shape=dims)
        at = node.at(start, data - start)
        if not width:
            raise Malformed(f"tensor {number} is of type {dtype}, whose size is not known", offset=start)
        if any(dim < 0 for dim in dims) or size > source.size - data:
            words = f"tensor {number}: {name} {dims[:8]} needs {size} bytes, {source.size - data} are there"
            yield Inconsistency(at=at, what="tensor size", detail=words, memory=True)
            break
        spans.append((data, data + size, f"tensor {number}"))
        begin, number = data + size, number + 1
    yield from bulk.probe_heads(source, node, spans, "tensor")
