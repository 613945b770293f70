"""What ``jax.export`` serialises: a FlatBuffer without a mark of its own, with a module of StableHLO in it.

Source: jax/_src/export/serialization.fbs of JAX 0.9. The module is handed on; so is the data that types of somebody's
own keep beside the tree of arguments.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, MetadataEntry
from weighbridge.core.source import SubSource
from weighbridge.formats import bulk
from weighbridge.formats.flatbuffers import FlatBuffer, Table, verify
from weighbridge.formats.mlir import MAGIC
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

FORMAT = "jax.export"

SCHEMA = {
    "Exported": (
        "2 s t:Tree vt:Value t:Tree vt:Value 2 vt:Sharding vt:Sharding vs vt:Effect vt:Effect vt:Check v1 2 v2 1 "
        "t:Exported 4 vt:Value vt:Mesh vt:Named v4 v4 v4 v4 s"
    ),
    "Tree": "1 vt:Tree vs s v1",
    "Value": "1 vs 1 1",
    "Sharding": "1 v1 t:Named",
    "Named": "t:Mesh t:Spec s 4",
    "Mesh": "v4 vs v1 t:Device",
    "Device": "s 4 s",
    "Spec": "vt:Axis vs vs",
    "Axis": "vs",
    "Effect": "s",
    "Check": "1 s",
}
"""An exported function, table by table."""

_NAME, _IN, _OUT, _CHECKS, _MODULE, _VJP = 1, 2, 4, 12, 13, 17
_ROOT_BY = 1_024
_FEWEST, _MOST = 14, 64  # fields of the root: the module is the fourteenth
_DERIVATIVES = 16
_TREES = 100_000


def sniff(head: bytes, source: ByteSource) -> str:
    """Tell whether bytes are a FlatBuffer whose root holds a module where an exported function has it."""
    root = int.from_bytes(head[:4], "little")
    if root % 4 or not 8 <= root <= min(_ROOT_BY, len(head) - 4):
        return ""
    vtable = root - int.from_bytes(head[root : root + 4], "little", signed=True)
    length = int.from_bytes(head[vtable : vtable + 2], "little") if 4 <= vtable < root else 0
    if not 4 + 2 * _FEWEST <= length <= 4 + 2 * _MOST:
        return ""
    table = FlatBuffer(SubSource(source, 0, source.size)).root()
    module = None if table is None else table.vector(_MODULE, 1)
    return FORMAT if module is not None and module.read(4) == MAGIC else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read an exported function; raises Malformed when it is none, OverLimit for too many tables."""
    if not sniff(source.read_at(0, 4_096), source):
        raise Malformed("this is nothing that jax.export has written")
    yield Identity(at=node.at(), format=FORMAT)
    buffer = FlatBuffer(source)
    exported = verify(buffer, SCHEMA, "Exported")
    yield from buffer.lies(node)
    if not buffer.is_sound():
        yield node.gap(GapKind.UNPARSED, "not all parts of the export lie where its offsets say")
    number = 0
    while exported is not None:
        yield from _function(exported, node, source, number)
        number += 1
        if number > _DERIVATIVES:
            raise OverLimit(f"more than {_DERIVATIVES} derivatives of a function", offset=exported.at)
        exported = exported.table(_VJP)
    if buffer.is_sound():
        yield from buffer.unread(source, node, bench)
        yield from bulk.behind(source, node, bench, buffer.reach, "the export")


def _function(exported: Table, node: Node, source: ByteSource, number: int) -> Iterator[Yield]:
    """Read one function: its name, the checks that its author has turned off, its module."""
    yield MetadataEntry(at=node.at(exported.at), key="function", text=exported.text(_NAME, 256))
    for check in exported.tables(_CHECKS, "a check"):
        if check is not None:
            yield MetadataEntry(at=node.at(check.at), key="disabled check", text=check.text(1, 256) or "platform")
    module = exported.vector(_MODULE, 1)
    if module is not None and module.count:
        content = SubSource(source, module.start, module.count)
        name = "module" if not number else f"module of derivative {number}"
        yield Child(name, Stored(content), offset=module.start, role="stablehlo")
    trees = [tree for tree in (exported.table(_IN), exported.table(_OUT)) if tree is not None]
    seen = 0
    while trees:
        tree = trees.pop()
        seen += 1
        if seen > _TREES:
            raise OverLimit(f"a tree of arguments with more than {_TREES} parts", offset=tree.at)
        held = tree.vector(4, 1)
        if held is not None and held.count:
            name = f"data of {tree.text(3, 80)}"
            yield Child(name, Stored(SubSource(source, held.start, held.count)), offset=held.start, quiet=True)
        trees += [below for below in tree.tables(1, "a tree") if below is not None]
