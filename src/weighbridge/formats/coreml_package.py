"""Packages of CoreML (``.mlpackage``): the manifest that names their files, and the blob file of weights.

Sources: ``ModelPackage.cpp`` and ``MILBlob/Blob/StorageFormat.hpp`` of coremltools 9.0. A blob file has a header of 64
bytes, and for each blob 64 bytes of metadata and its data, both aligned to 64.
"""

from __future__ import annotations

from struct import Struct

from weighbridge.core.errors import Malformed
from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats import bulk
from weighbridge.formats.paths import escapes
from weighbridge.formats.strict_json import pairs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

WEIGHTS = "coreml.weights"

_ALIGNED = 64
_SENTINEL = b"\xef\xbe\xad\xde"
_HEADER, _BLOB = Struct("<II"), Struct("<4sIQQQ")
_TYPES = frozenset(range(1, 16))


def inspect(document: JsonValue, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Read a manifest: the files that the package is made of."""
    entries = document.get("itemInfoEntries") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(entries, dict):
        return
    yield Identity(at=node.at(), format="coreml.manifest")
    known: set[str] = set()
    for key, entry in pairs_of(entries):
        bench.meter.spend_member()
        known.add(key)
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str):
            yield Inconsistency(at=node.at(), what="manifest", detail=f"the item {key[:80]!r} has no path")
            continue
        yield Reference(
            at=node.at(), relation="sub_model", kind=Target.PATH, target=path, key=f"itemInfoEntries.{key[:80]}.path",
            escapes=escapes(path), when=When.LOAD,
        )  # fmt: skip
    root = document.get("rootModelIdentifier")
    if not isinstance(root, str) or root not in known:
        yield Inconsistency(at=node.at(), what="manifest", detail="the root model is none of the items")


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether bytes begin as a blob file: version 2, an empty rest of the header, the mark of the first blob."""
    begins = head[4:8] == b"\x02\0\0\0" and not head[8:_ALIGNED].strip(b"\0")
    return WEIGHTS if begins and source.size > _ALIGNED and head[_ALIGNED : _ALIGNED + 4] == _SENTINEL else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a blob file; raises Malformed where a blob has no mark."""
    yield Identity(at=node.at(), format=WEIGHTS)
    head = source.read_at(0, _ALIGNED)
    if len(head) < _ALIGNED:
        raise Malformed("the file ends inside its header")
    count, _ = _HEADER.unpack_from(head)
    spans: list[tuple[int, int, str]] = []
    begin = _ALIGNED
    for number in range(count):
        bench.meter.spend_member()
        head = source.read_at(begin, _BLOB.size)
        if len(head) < _BLOB.size or head[:4] != _SENTINEL:
            raise Malformed(f"blob {number} of {count} has no mark", offset=begin)
        _, dtype, size, offset, _ = _BLOB.unpack(head)
        at = node.at(begin, _ALIGNED)
        if dtype not in _TYPES:
            yield Inconsistency(at=at, what="blob", detail=f"blob {number} has the type {dtype}, which nobody defined")
        if offset + size > source.size or offset < begin + _ALIGNED:
            words = f"blob {number} lies at {offset} with {size} bytes, the file has {source.size}"
            yield Inconsistency(at=at, what="blob", detail=words, memory=True)
            return
        if offset > begin + _ALIGNED:
            yield from bulk.unclaimed(
                source, node, bench, begin + _ALIGNED, offset, where="gap", after=f"metadata of blob {number}"
            )
        spans.append((offset, offset + size, f"blob {number}"))
        end = offset + size
        begin = end + -end % _ALIGNED
        padding = source.read_at(end, begin - end)
        if padding.strip(b"\0"):
            yield from bulk.unclaimed(source, node, bench, end, begin, where="gap", after=f"blob {number}")
    if begin < source.size:
        yield from bulk.unclaimed(source, node, bench, begin, source.size, where="tail", after="the last blob")
    yield from bulk.probe_heads(source, node, spans, "tensor")
