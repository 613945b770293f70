"""Symbols of MXNet (``-symbol.json``): a graph as a list of nodes.

Source: ``src/nnvm/legacy_json_util.cc`` and ``3rdparty/tvm/nnvm/src/pass/saveload_json.cc`` of MXNet 1.9: ``nodes``
with ``op``, ``name``, ``attrs`` (older: ``attr``, ``param``), ``inputs`` as indices, and ``subgraphs``;
``arg_nodes``; ``heads``.
"""

from __future__ import annotations

from weighbridge.core.facts import Identity, Inconsistency
from weighbridge.core.programs import Operator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.strict_json import JsonValue

FORMAT = "mxnet.symbol"

_TELLING = {
    "Custom": ("op_type",), "_npi_Custom": ("op_type",), "_CustomFunction": ("op_type",),
    "_Native": ("info",), "_NDArray": ("info",),
    "_cvimread": ("filename",), "_npi_cvimread": ("filename",),
}  # fmt: skip
"""Operators that act outside of the graph, and the attributes that say on what."""

_SHOWN = 200


def inspect(document: JsonValue, _source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Yield the operators of a symbol and of the symbols within it."""
    if not isinstance(document, dict) or not isinstance(document.get("nodes"), list):
        return
    yield Identity(at=node.at(), format=FORMAT)
    uses: dict[tuple[str, tuple[str, ...]], int] = {}
    wrong = 0
    graphs: list[dict[str, JsonValue]] = [document]
    while graphs:
        graph = graphs.pop()
        nodes = graph.get("nodes")
        if not isinstance(nodes, list):
            continue
        for entry in nodes:
            bench.meter.spend_member()
            if not isinstance(entry, dict):
                continue
            key = _use(entry)
            if key[0] != "null":  # a variable
                uses[key] = uses.get(key, 0) + 1
            below = entry.get("subgraphs")
            graphs += [one for one in below if isinstance(one, dict)] if isinstance(below, list) else []
            for number in _indices(entry.get("inputs")):
                wrong += not 0 <= number < len(nodes)
        for name in ("arg_nodes", "heads"):
            for number in _indices(graph.get(name)):
                wrong += not 0 <= number < len(nodes)
    for (op, constants), count in uses.items():
        yield Operator(at=node.at(), framework="mxnet", domain="", name=op, constants=constants, count=count)
    if wrong:
        detail = f"{wrong} references lead to nodes that are not there"
        yield Inconsistency(at=node.at(), what="node index", detail=detail, memory=True)


def _use(entry: dict[str, JsonValue]) -> tuple[str, tuple[str, ...]]:
    op = entry.get("op")
    name = op if isinstance(op, str) else str(op)
    found = []
    for table in ("attrs", "attr", "param"):
        held = entry.get(table)
        for key in _TELLING.get(name, ()) if isinstance(held, dict) else ():
            assert isinstance(held, dict)
            if key in held:
                found.append(str(held[key])[:_SHOWN])
    return name, tuple(found)


def _indices(found: JsonValue) -> Iterator[int]:
    """Yield the node index of each entry: a number, or the first of ``[node, output, version]``."""
    for item in found if isinstance(found, list) else ():
        first = item[0] if isinstance(item, list) and item else item
        if isinstance(first, int):
            yield first
