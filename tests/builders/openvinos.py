"""OpenVINO IR put together as text: honest nets, and one for each way to mislead (OTH-15, WGT-08)."""

from __future__ import annotations

from collections.abc import Sequence

from tests.builders import xmls


def port(number: int, dims: Sequence[int] = (1, 8)) -> str:
    """A port with its dimensions."""
    return f'<port id="{number}" precision="FP32">{"".join(f"<dim>{dim}</dim>" for dim in dims)}</port>'


def layer(
    ident: int,
    kind: str,
    inputs: int = 0,
    *,
    version: str = "opset1",
    data: str = "",
    inside: str = "",
    outputs: int = 1,
    dims: Sequence[int] = (1, 8),
) -> str:
    """A layer: ports 0 to `inputs`, then its outputs."""
    ins = f"<input>{''.join(port(number) for number in range(inputs))}</input>" if inputs else ""
    outs = f"<output>{''.join(port(inputs + number, dims) for number in range(outputs))}</output>" if outputs else ""
    held = f"<data {data}/>" if data else ""
    return (
        f'<layer id="{ident}" name="{kind}_{ident}" type="{kind}" version="{version}">{held}{inside}{ins}{outs}</layer>'
    )


def const(ident: int, shape: str = "8,8", size: int | str = 256, *, offset: int | str = 0, kind: str = "f32") -> str:
    """A constant whose bytes lie in the other file."""
    return layer(ident, "Const", data=f'element_type="{kind}" shape="{shape}" offset="{offset}" size="{size}"')


def net(layers: Sequence[str], edges: Sequence[tuple[int, int, int, int]], doctype: str = "") -> bytes:
    """A net of layers; an edge goes from layer and port to layer and port."""
    lines = "".join(f'<edge from-layer="{a}" from-port="{b}" to-layer="{c}" to-port="{d}"/>' for a, b, c, d in edges)
    body = f'<net name="inert" version="11"><layers>{"".join(layers)}</layers><edges>{lines}</edges></net>'
    return xmls.document(body, doctype)


LAYERS = [
    layer(0, "Parameter", data='shape="?,8" element_type="f32"'),
    const(1),
    layer(2, "MatMul", 2),
    layer(3, "Result", 1, outputs=0),
]
EDGES = [(0, 0, 2, 0), (1, 0, 2, 1), (2, 2, 3, 0)]


def honest() -> bytes:
    """One layer and its weights."""
    return net(LAYERS, EDGES)


def with_const(held: str) -> bytes:
    """The same with other weights."""
    return net([LAYERS[0], held, *LAYERS[2:]], EDGES)


def extension(version: str = "extension", kind: str = "Inert") -> bytes:
    """OTH-15: a layer that a library of its own provides."""
    return net([*LAYERS[:3], layer(4, kind, 1, version=version), LAYERS[3]], [*EDGES[:2], (2, 2, 4, 0), (4, 1, 3, 0)])


def nested_extension() -> bytes:
    """OTH-15: the layer stands in the body of a branch."""
    inner = f"<layers>{layer(0, 'Inert', version='extension')}</layers><edges/>"
    branch = layer(4, "If", 1, version="opset8", inside=f"<then_body>{inner}</then_body><else_body>{inner}</else_body>")
    return net([*LAYERS, branch], EDGES)


def external_entity() -> bytes:
    """OTH-15: an entity that stands for a file of the machine."""
    return net(LAYERS, EDGES, '<!DOCTYPE net [<!ENTITY x SYSTEM "file:///inert/absent">]>')


def bomb() -> bytes:
    """OTH-15: entities that unfold without measure."""
    return xmls.laughs(root="net")


def _selection(compared: int) -> bytes:
    layers = [
        *LAYERS[:3],
        const(4, "2", 16, kind="i64"),
        const(5, "", 4),
        const(6, "1,8", 32),
        layer(7, "ReduceSum", 2, dims=(1,)),
        layer(8, "Greater", 2, dims=(1,)),
        layer(9, "Select", 3),
        LAYERS[3],
    ]
    edges = [*EDGES[:2], (compared, 0 if compared == 0 else 2, 7, 0), (4, 0, 7, 1), (7, 2, 8, 0), (5, 0, 8, 1)]
    return net(layers, [*edges, (8, 2, 9, 0), (6, 0, 9, 1), (2, 2, 9, 2), (9, 3, 3, 0)])


def selection_bypass() -> bytes:
    """WGT-08: a sum of the input decides the answer."""
    return _selection(0)


def threshold() -> bytes:
    """The twin: a sum of what the layer gave decides."""
    return _selection(2)
