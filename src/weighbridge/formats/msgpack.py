"""MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) as Flax writes it: a tree of arrays by name.

Flax's extension types (``flax/serialization.py``): 1 an ndarray as (shape, dtype, bytes), 2 a complex number, 3 a numpy
scalar. Large arrays are cut into chunks under ``__msgpack_chunked_array__``. Older versions left a placeholder with a
path for arrays of many processes, which a loader follows.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, TensorDecl
from weighbridge.core.references import Reference, Target
from weighbridge.core.values import value
from weighbridge.core.when import When
from weighbridge.formats import bulk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

DEPTH = 256
"""Containers within each other; networks of Flax end near twenty."""

OBJECTS = 1_000_000
"""Objects of one file; the largest checkpoints list some thousand arrays."""

TEXT = 1 << 12
"""Bytes of a string that are read: a key or a dtype."""

PLACEHOLDER = "//GDAPlaceholder:"
"""What Flax wrote in place of an array that lies elsewhere; a path follows."""

_NDARRAY, _COMPLEX, _SCALAR = 1, 2, 3

_ITEMS = {
    "bool": 1,
    "int4": 1,
    "uint4": 1,
    "bfloat16": 2,
    "float16": 2,
    "float32": 4,
    "float64": 8,
    "complex64": 8,
    "complex128": 16,
}


@value
class Head:
    """The first byte of an object and what follows from it: ``kind``, its content's begin and length, or its items."""

    kind: str
    begin: int
    length: int
    code: int = 0


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether bytes begin as a map whose first key is a printable string, as all Flax files do."""
    try:
        first = read_head(source, 0)
        if first.kind != "map" or not 0 < first.length < OBJECTS:
            return ""
        key = read_head(source, first.begin)
    except Malformed:
        return ""
    text = head[key.begin : key.begin + key.length]
    return (
        "msgpack"
        if key.kind == "str" and 0 < key.length < 256 and text.isascii() and text.decode().isprintable()
        else ""
    )


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Walk one object to its end; raises Malformed and OverLimit. Extension types that Flax lacks are a gap."""
    yield Identity(at=node.at(), format="msgpack")
    waiting: list[list[int]] = [[1, 0]]  # objects left in each open container, and whether the next one is a key
    names: list[str] = []
    offset = count = 0
    foreign: set[int] = set()
    while waiting:
        left, is_map = waiting[-1]
        if not left:
            waiting.pop()
            if names:
                names.pop()
            continue
        count += 1
        if count > OBJECTS:
            raise OverLimit(f"more than {OBJECTS} objects", offset=offset)
        waiting[-1][0] -= 1
        head = read_head(source, offset)
        if head.begin + (head.length if head.kind not in ("map", "array") else 0) > source.size:
            raise Malformed(f"an object claims {head.length} bytes, fewer are left", offset=offset)
        is_key = bool(is_map) and left % 2 == 0
        offset = head.begin
        if head.kind in ("map", "array"):
            if len(waiting) > DEPTH:
                raise Malformed(f"containers nest deeper than {DEPTH}", offset=offset)
            waiting.append([head.length * (2 if head.kind == "map" else 1), int(head.kind == "map")])
            names.append("")
            continue
        offset += head.length
        if head.kind == "str":
            text = source.read_at(head.begin, min(head.length, TEXT)).decode("utf-8", "backslashreplace")
            if is_key and names:
                names[-1] = text
            elif text.startswith(PLACEHOLDER):
                yield Reference(
                    at=node.at(head.begin, head.length), relation="weights", kind=Target.PATH,
                    target=text[len(PLACEHOLDER) :], key="/".join(names), escapes=True, when=When.LOAD,
                )  # fmt: skip
        elif head.kind == "bin" and head.length:
            yield from bulk.probe_heads(source, node, [(head.begin, offset, "/".join(names) or "bytes")], "tensor")
        elif head.kind == "ext" and head.code in (_NDARRAY, _SCALAR):
            yield from _array(source, node, head, "/".join(name for name in names if name))
        elif head.kind == "ext" and head.code != _COMPLEX and head.code not in foreign:
            foreign.add(head.code)
            reason = f"extension type {head.code} means something to its own program only"
            yield node.gap(GapKind.UNSUPPORTED, reason, head.begin, head.length)
    if offset < source.size:
        yield from bulk.unclaimed(
            source, node, bench, offset, source.size, where="tail", after="the MessagePack object"
        )


def _array(source: ByteSource, node: Node, head: Head, name: str) -> Iterator[Yield]:
    """Read an ndarray: an array of shape, dtype and bytes inside the extension."""
    outer = read_head(source, head.begin)
    if outer.kind != "array" or outer.length != 3:
        raise Malformed("an ndarray is not three things", offset=head.begin)
    listed = read_head(source, outer.begin)
    if listed.kind != "array" or listed.length > 64:
        raise Malformed("an ndarray has no shape", offset=outer.begin)
    offset, shape = listed.begin, []
    for _ in range(listed.length):
        number = read_head(source, offset)
        if number.kind != "int":
            raise Malformed("a dimension is no whole number", offset=offset)
        shape.append(number.code)
        offset = number.begin
    kind = read_head(source, offset)
    dtype = source.read_at(kind.begin, min(kind.length, TEXT)).decode("utf-8", "backslashreplace")
    data = read_head(source, kind.begin + kind.length)
    at = node.at(data.begin, data.length)
    yield TensorDecl(at=at, name=name, dtype=dtype, shape=tuple(shape))
    width = _ITEMS.get(dtype) or (
        int(dtype[-2:]) // 8 if dtype[-2:].isdigit() else int(dtype[-1:]) // 8 if dtype[-1:].isdigit() else 0
    )
    count = width
    for extent in shape:
        count *= extent
    if min(shape, default=0) < 0 or (width and count != data.length):
        detail = f"`{name}`: {dtype} {shape} needs {count} bytes, {data.length} are there"
        yield Inconsistency(at=at, what="tensor size", detail=detail, memory=False)
    if data.length:
        yield from bulk.probe_heads(source, node, [(data.begin, data.begin + data.length, name)], "tensor")


def read_head(source: ByteSource, offset: int) -> Head:
    """Read what stands at ``offset``; raises Malformed where it breaks off. Whole numbers are in ``code``."""
    lead = source.read_at(offset, 18)
    if not lead:
        raise Malformed("an object is missing", offset=offset)
    code = lead[0]
    if code <= 0x7F or code >= 0xE0:
        return Head(kind="int", begin=offset + 1, length=0, code=code if code <= 0x7F else code - 256)
    if code <= 0x8F:
        return Head(kind="map", begin=offset + 1, length=code & 15)
    if code <= 0x9F:
        return Head(kind="array", begin=offset + 1, length=code & 15)
    if code <= 0xBF:
        return Head(kind="str", begin=offset + 1, length=code & 31)
    kind, width = _TABLE[code]
    if not kind:
        raise Malformed(f"byte {code:#x} begins nothing", offset=offset)
    body = lead[1 : 1 + width]
    if len(body) < width:
        raise Malformed("an object breaks off", offset=offset)
    number = int.from_bytes(body, "big")
    if kind == "int":
        signed = code >= 0xD0
        return Head(kind=kind, begin=offset + 1 + width, length=0, code=int.from_bytes(body, "big", signed=signed))
    if kind in ("nil", "float"):
        return Head(kind=kind, begin=offset + 1 + width, length=0)
    if kind == "fixext":
        return Head(
            kind="ext", begin=offset + 2, length=1 << (code - 0xD4), code=int.from_bytes(lead[1:2], "big", signed=True)
        )
    if kind == "ext":
        tag = int.from_bytes(lead[1 + width : 2 + width], "big", signed=True)
        return Head(kind=kind, begin=offset + 2 + width, length=number, code=tag)
    return Head(kind=kind, begin=offset + 1 + width, length=number)


_TABLE: dict[int, tuple[str, int]] = {
    0xC0: ("nil", 0), 0xC1: ("", 0), 0xC2: ("nil", 0), 0xC3: ("nil", 0), 0xC4: ("bin", 1), 0xC5: ("bin", 2),
    0xC6: ("bin", 4), 0xC7: ("ext", 1), 0xC8: ("ext", 2), 0xC9: ("ext", 4), 0xCA: ("float", 4), 0xCB: ("float", 8),
    0xCC: ("int", 1), 0xCD: ("int", 2), 0xCE: ("int", 4), 0xCF: ("int", 8), 0xD0: ("int", 1), 0xD1: ("int", 2),
    0xD2: ("int", 4), 0xD3: ("int", 8), 0xD4: ("fixext", 1), 0xD5: ("fixext", 1), 0xD6: ("fixext", 1),
    0xD7: ("fixext", 1), 0xD8: ("fixext", 1), 0xD9: ("str", 1), 0xDA: ("str", 2), 0xDB: ("str", 4),
    0xDC: ("array", 2), 0xDD: ("array", 4), 0xDE: ("map", 2), 0xDF: ("map", 4),
}  # fmt: skip
