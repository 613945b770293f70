"""MLIR as text: modules of StableHLO, read for the kernels that they call by name.

Source: https://mlir.llvm.org/docs/LangRef/ and the StableHLO specification of ``custom_call``. Read line by line;
comments run from ``//`` to the end of their line.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Identity
from weighbridge.core.programs import Operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

FORMAT = "mlir.text"

_BEGINS = (b"module", b"func.func", b"#loc", b"builtin.module", b'"builtin.module"')
_DIALECTS = (b"stablehlo.", b"mhlo.", b"vhlo.", b"func.func")
_CALLS = ("stablehlo.custom_call", "mhlo.custom_call", "vhlo.custom_call")
_GENERIC = "call_target_name"
_TARGETS = 10_000
_LONGEST = 256
_ENDS = frozenset(" \t(){}<>,\"'=:")


def sniff(head: bytes, source: ByteSource) -> str:  # noqa: ARG001  (the signature of all recognisers)
    """Tell whether text is a module with operators of StableHLO or functions."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return FORMAT if begin.startswith(_BEGINS) and any(name in begin for name in _DIALECTS) else ""


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a module as text."""
    yield Identity(at=node.at(), format=FORMAT)
    limit = bench.limits.text_bytes
    if source.size > limit:
        yield node.gap(GapKind.OVER_LIMIT, f"text of more than {limit} bytes is not read to its end", limit)
    found: dict[str, int] = {}
    for line in source.read_at(0, limit).decode("utf-8", "replace").split("\n"):
        if "custom_call" in line and not line.lstrip().startswith("//"):
            for target in _targets(line):
                found[target] = found.get(target, 0) + 1
        if len(found) > _TARGETS:
            yield node.gap(GapKind.OVER_LIMIT, f"more than {_TARGETS} targets of custom calls")
            break
    for target, count in found.items():
        yield Operator(at=node.at(), framework="stablehlo", domain="custom_call", name=target, count=count)


def _targets(line: str) -> Iterator[str]:
    """Find what the calls of a line name: ``@target``, ``@"target"`` or the attribute of the generic form."""
    for call in _CALLS:
        at = line.find(call)
        while at >= 0:
            rest = line[at + len(call) :].lstrip('_v1" \t')
            if rest.startswith("@"):
                yield _name(rest[1:])
            else:
                place = rest.find(_GENERIC)
                mark = rest.find('"', place) if place >= 0 else -1
                yield _name(rest[mark:]) if mark >= 0 else "a target that is not in its line"
            at = line.find(call, at + 1)


def _name(text: str) -> str:
    if text.startswith('"'):
        return text[1:].partition('"')[0][:_LONGEST]
    end = next((place for place, letter in enumerate(text) if letter in _ENDS), len(text))
    return text[: min(end, _LONGEST)]
