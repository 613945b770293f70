"""Compiled models: programs for one runtime or one piece of hardware, which nobody can read.

TensorRT engines begin with ``ftrt`` or ``ptrt``. An engine may carry whole plugin libraries whose constructors run when
it is deserialised (TensorRT developer guide, "plugin shared libraries"), so all of it is searched for native headers.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity, NativeCode
from weighbridge.core.programs import CodeUnit
from weighbridge.core.source import SubSource
from weighbridge.core.when import When
from weighbridge.formats import native
from weighbridge.formats.node import Child, Stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

SEARCHED = 512 << 20
"""Bytes of an engine that are searched for libraries; a search costs about as much as hashing."""

LIBRARIES = 20
"""Libraries that are told one by one."""

_BLOCK = 1 << 20
_OVERLAP = 64
_KINDS = (
    (b"ftrt", "tensorrt engine"), (b"ptrt", "tensorrt engine"), (b"RKNN", "rknn"),
    (b"MNN ", "mnn"),
)  # fmt: skip


def extract(source: ByteSource, node: Node, _bench: Bench) -> Iterator[Yield]:
    """Say that a program is here, and what native code is visible in it."""
    head = source.read_at(0, 4)
    name = next((name for magic, name in _KINDS if head == magic), "compiled model")
    yield Identity(at=node.at(), format=name)
    if name == "tensorrt engine":
        yield CodeUnit(
            at=node.at(), language="machine code for one GPU", carrier="the TensorRT engine", name="", when=When.FLAG
        )
        yield from _libraries(source, node)
    else:
        yield node.gap(GapKind.UNSUPPORTED, f"{name} is recognised, the program in it is not read")


def _libraries(source: ByteSource, node: Node) -> Iterator[Yield]:
    found = 0
    for begin in range(0, min(source.size, SEARCHED), _BLOCK):
        block = source.read_at(begin, _BLOCK + _OVERLAP)
        at = block.find(b"\x7fELF")
        while 0 <= at < _BLOCK:
            offset = begin + at
            what = native.identify(source.read_at(offset, native.HEAD), source.size - offset)
            if what:
                found += 1
                if found > LIBRARIES:
                    return
                yield NativeCode(at=node.at(offset), format=what, where="inside the engine")
                rest = Stored(SubSource(source, offset, source.size - offset))
                yield Child(f"library@{offset}", rest, offset=offset, role="library", quiet=True)
            at = block.find(b"\x7fELF", at + 1)
    if source.size > SEARCHED:
        yield node.gap(GapKind.OVER_LIMIT, f"an engine is searched for libraries up to {SEARCHED} bytes", SEARCHED)
