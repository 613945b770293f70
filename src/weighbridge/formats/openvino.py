"""OpenVINO IR: layers, ports and edges in XML; weights as raw bytes in a ``.bin`` file beside it.

Source: documentation of OpenVINO 2026, "Model representation" and "Operation sets"; IR versions 10 and 11. A layer of
a version ``opsetN`` is part of the runtime; any other needs a library that the program adds. The bytes of constants lie
in the other file, so only what the XML says about them is held against itself.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity, Inconsistency, MetadataEntry, TensorDecl
from weighbridge.core.programs import Operator
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.onnx.program import Constant, Program, Step
from weighbridge.formats.onnx.selection import bypasses
from weighbridge.formats.text.xml_file import END, START

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield
    from weighbridge.formats.text.xml_file import Event, XmlReader

FORMAT = "openvino"

LAYERS = 200_000
"""Layers that are kept for questions about the graph; language models have some 10,000."""

BITS = (
    {"undefined": 0, "dynamic": 0, "string": 0, "boolean": 8, "bf16": 16, "f16": 16, "f32": 32, "f64": 64, "nf4": 4}
    | {"i4": 4, "i8": 8, "i16": 16, "i32": 32, "i64": 64, "u1": 1, "u2": 2, "u3": 3, "u4": 4, "u6": 6, "u8": 8}
    | {"u16": 16, "u32": 32, "u64": 64, "f4e2m1": 4, "f8e4m3": 8, "f8e5m2": 8, "f8e8m0": 8}
)
"""Bits of an element for each type of OpenVINO 2026."""

_WORD = 1 << 63
_SHOWN = 8
_TEXTS = 4
_SHORT = 120

_OPERATORS = {
    "Select": "Where", "Convert": "Cast", "Multiply": "Mul", "Subtract": "Sub", "Divide": "Div", "Maximum": "Max",
    "Minimum": "Min", "LogicalAnd": "And", "LogicalOr": "Or", "LogicalNot": "Not", "LogicalXor": "Xor",
    "Convolution": "Conv", "GroupConvolution": "Conv", "ConvolutionBackpropData": "ConvTranspose",
    "GroupConvolutionBackpropData": "ConvTranspose", "ShapeOf": "Shape", "FloorMod": "Mod", "Clamp": "Clip",
    "LSTMSequence": "LSTM", "LSTMCell": "LSTM", "GRUSequence": "GRU", "GRUCell": "GRU", "RNNSequence": "RNN",
    "ScatterNDUpdate": "ScatterND", "ScatterElementsUpdate": "ScatterElements", "ScatterUpdate": "Scatter",
    "StridedSlice": "Slice", "VariadicSplit": "Split", "LessEqual": "LessOrEqual", "GreaterEqual": "GreaterOrEqual",
    "ReLU": "Relu", "Ceiling": "Ceil", "Power": "Pow", "IsNaN": "IsNaN", "IsInf": "IsInf",
}  # fmt: skip
"""Operators that ONNX has under another name."""


class _Layer:
    __slots__ = ("at", "attributes", "bodies", "domain", "ident", "inputs", "kind", "maps", "name", "outputs")

    def __init__(self, event: Event) -> None:
        held = event.attributes
        self.at = event.offset
        self.ident = held.get("id", "")
        self.name = held.get("name", "")
        self.kind = held.get("type", "")
        version = held.get("version", "")
        self.domain = "" if version.startswith("opset") and version[5:].isdigit() else version or "no version"
        self.attributes: dict[str, str] = {}
        self.inputs: dict[str, list[int]] = {}
        self.outputs: dict[str, list[int]] = {}
        self.bodies: dict[str, _Body] = {}
        self.maps: dict[str, list[tuple[bool, str, str]]] = {}


class _Use:
    """How often an operator is used, and where first."""

    __slots__ = ("count", "layer", "scope")

    def __init__(self, layer: _Layer, scope: str) -> None:
        self.layer = layer
        self.scope = scope
        self.count = 0


class _Body:
    """The net or a body inside a layer."""

    __slots__ = ("edges", "layers", "scope")

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.layers: dict[str, _Layer] = {}
        self.edges: dict[tuple[str, str], tuple[str, str]] = {}


def inspect(root: Event, reader: XmlReader, source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:  # noqa: ARG001
    """Read a net behind its root element; raises Malformed and OverLimit."""
    yield Identity(at=node.at(), format=FORMAT)
    net = _Net(node, bench)
    trouble: Malformed | OverLimit | None = None
    try:
        yield from net.read(reader)
    except (Malformed, OverLimit) as error:
        trouble = error
    yield from net.conclude()
    if node.name.lower().endswith(".xml"):
        # The net names no file: readers take the weights from the one that goes by the same name.
        yield Reference(
            at=node.at(), relation="external_data", kind=Target.PATH, target=f"{node.name[:-4]}.bin", when=When.LOAD
        )
    if trouble is not None:
        raise trouble


class _Net:
    def __init__(self, node: Node, bench: Bench) -> None:
        self.node, self.bench = node, bench
        self.body = _Body("net")
        self.layers = 0
        self.uses: dict[tuple[str, str], _Use] = {}
        self.told: dict[str, int] = {}

    def read(self, reader: XmlReader) -> Iterator[Yield]:
        """Follow the elements; layers hold bodies that hold layers."""
        bodies, layers, side, port = [self.body], list[_Layer](), "", list[int]()
        for event in reader:
            name = event.local
            layer = layers[-1] if layers else None
            if event.kind == START:
                if name == "layer":
                    layers.append(_Layer(event))
                    yield from self._layer(layers[-1], bodies[-1])
                elif layer is None:
                    yield from self._outside(event, bodies[-1])
                elif name.endswith("body"):
                    layer.bodies[name] = _Body(f"{bodies[-1].scope}/{layer.name}/{name}")
                    bodies.append(layer.bodies[name])
                elif name == "edge":
                    _edge(event, bodies[-1])
                elif name == "data":
                    layer.attributes = event.attributes
                elif name.endswith("port_map"):
                    side = name
                elif name in {"input", "output"} and "external_port_id" in event.attributes:
                    entry = (
                        name == "input",
                        event.attributes["external_port_id"],
                        event.attributes.get("internal_layer_id", ""),
                    )
                    layer.maps.setdefault(side, []).append(entry)
                elif name in {"input", "output"}:
                    side = name
                elif name == "port":
                    port = []
                    (layer.inputs if side == "input" else layer.outputs)[event.attributes.get("id", "")] = port
                elif name == "dim":
                    port.append(1)
            elif event.kind == END:
                if name == "layer" and layers:
                    yield from self._whole(layers.pop())
                elif name.endswith("body") and len(bodies) > 1:
                    bodies.pop()
            elif port and event.text.strip().lstrip("-").isdigit():
                port[-1] = int(event.text.strip()[:20])

    def _outside(self, event: Event, body: _Body) -> Iterator[Yield]:
        if event.local == "edge":
            _edge(event, body)
        elif "value" in event.attributes:
            self.bench.meter.spend_member()
            key = event.attributes.get("name", event.local)
            yield MetadataEntry(at=self.node.at(event.offset), key=key, text=event.attributes["value"])

    def _layer(self, layer: _Layer, body: _Body) -> Iterator[Yield]:
        self.layers += 1
        if self.layers <= LAYERS:
            if layer.ident in body.layers:
                yield from self._wrong("layer", f"two layers have the id {layer.ident[:40]}", layer)
            body.layers[layer.ident] = layer
        elif self.layers == LAYERS + 1:
            yield self.node.gap(GapKind.OVER_LIMIT, f"more than {LAYERS} layers: what they select is not followed")
        use = self.uses.get((layer.domain, layer.kind))
        if use is None:
            self.uses[layer.domain, layer.kind] = use = _Use(layer, body.scope)
        use.count += 1

    def _whole(self, layer: _Layer) -> Iterator[Yield]:
        """See a layer with everything that belongs to it."""
        if layer.kind != "Const" and "offset" not in layer.attributes:
            return
        self.bench.meter.spend_member()
        held = layer.attributes
        dtype, dims = held.get("element_type", ""), _shape(held.get("shape", ""))
        yield TensorDecl(at=self.node.at(layer.at), name=layer.name, dtype=dtype, shape=dims)
        offset, size = _whole(held.get("offset", "")), _whole(held.get("size", ""))
        words = (
            f"{layer.name[:80]!r} lies at {held.get('offset', '')[:30]!r} and has {held.get('size', '')[:30]!r} bytes"
        )
        if offset is None or size is None or offset + size >= _WORD:
            yield from self._wrong("weights", words, layer, memory=True)
            return
        bits, count = BITS.get(dtype), 1
        if bits is None:
            yield self.node.gap(GapKind.UNSUPPORTED, f"elements of the type {dtype[:40]!r} are not known", layer.at)
            return
        for dim in dims:
            count *= dim
        if any(dim < 0 for dim in dims) or count >= _WORD:
            yield from self._wrong(
                "shape overflow", f"{layer.name[:80]!r} has the shape {dims[:8]}", layer, memory=True
            )
        elif bits and bits not in {3, 6} and size != (needed := (count * bits + 7) // 8):
            # Types of three and six bits are stored in groups of their own.
            words = f"{layer.name[:80]!r}: {dtype} {dims[:8]} needs {needed} bytes, {size} are given"
            yield from self._wrong("tensor size", words, layer, memory=needed > size)

    def _wrong(self, what: str, detail: str, layer: _Layer, *, memory: bool = False) -> Iterator[Yield]:
        count = self.told[what] = self.told.get(what, 0) + 1
        if count <= _SHOWN:
            yield Inconsistency(at=self.node.at(layer.at), what=what, detail=detail, memory=memory)

    def conclude(self) -> Iterator[Yield]:
        """Yield what the whole net tells."""
        for what, count in self.told.items():
            if count > _SHOWN:
                yield Inconsistency(at=self.node.at(), what=what, detail=f"{count - _SHOWN} more")
        for (domain, kind), use in self.uses.items():
            texts = [f"{key}={text}"[:_SHORT] for key, text in use.layer.attributes.items()]
            yield Operator(
                at=self.node.at(use.layer.at),
                framework=FORMAT,
                domain=domain,
                name=kind,
                scope=use.scope,
                constants=tuple(texts[:_TEXTS]) if domain else (),
                count=use.count,
            )
        yield from bypasses(_program(self.body), {}, self.node, FORMAT)


def _edge(event: Event, body: _Body) -> None:
    ends = event.attributes
    if len(body.edges) < 4 * LAYERS:
        target = (ends.get("to-layer", ""), ends.get("to-port", ""))
        body.edges[target] = (ends.get("from-layer", ""), ends.get("from-port", ""))


def _shape(text: str) -> tuple[int, ...]:
    """Read ``2, 3``; what is not fixed, or no number, is -1."""
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    return tuple(int(part) if part.isdigit() and len(part) < 20 else -1 for part in parts)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


# -- the net as a program -------------------------------------------------------------------------------------------


def _program(body: _Body) -> Program:
    """Translate layers into steps: a value is called after the layer and port that give it."""
    program = Program(body.scope)
    for layer in body.layers.values():
        inputs = [
            _value(body, *body.edges[layer.ident, port]) for port in layer.inputs if (layer.ident, port) in body.edges
        ]
        outputs = [_value(body, layer.ident, port) for port in layer.outputs]
        if layer.kind == "Parameter":
            for name in outputs:
                program.inputs[name] = _shape(layer.attributes.get("shape", ""))
        elif layer.kind == "Const":
            for name in outputs:
                count = 1
                for dim in _shape(layer.attributes.get("shape", "")):
                    count *= max(dim, 1)
                program.constants[name] = Constant(count)
        elif layer.kind == "Result":
            program.outputs += inputs
        else:
            program.steps.append(_step(layer, inputs, outputs, body))
    return program


def _value(body: _Body, layer: str, port: str) -> str:
    return f"{body.scope}:{layer}:{port}"


def _step(layer: _Layer, inputs: list[str], outputs: list[str], body: _Body) -> Step:
    numbers: dict[str, tuple[float, ...]] = {}
    op = _OPERATORS.get(layer.kind, layer.kind)
    if layer.kind == "Convert" and layer.attributes.get("destination_type") == "boolean":
        numbers["to"] = (9,)
    elif op == "Slice":
        before, after = (next(iter(ports.values()), []) for ports in (layer.inputs, layer.outputs))
        ones = after.count(1) - before.count(1) + (len(before) - len(after))
        numbers |= {"starts": (0,) * ones, "ends": (1,) * ones}
    elif op == "Clip":
        top = layer.attributes.get("max", "")
        numbers["max"] = (float(top) if top.replace(".", "", 1).isdigit() else 1e9,)
    bodies = {}
    for name, inner in layer.bodies.items():
        bodies[name] = _inside(layer, name, inner, body)
    if bodies and op != "If":
        op = "Body"
    return Step(op, inputs, outputs, domain=layer.domain, name=layer.name, numbers=numbers, bodies=bodies)


def _inside(layer: _Layer, name: str, inner: _Body, body: _Body) -> Program:
    """Translate a body: its parameters are what the map of its ports says, its outputs in the order of the layer's."""
    program = _program(inner)
    entries = layer.maps.get(name.replace("body", "port_map"), [])
    results: dict[str, str] = {}
    for is_input, outer, inside in entries:
        found = inner.layers.get(inside)
        if found is None:
            continue
        if is_input and (layer.ident, outer) in body.edges:
            given = _value(body, *body.edges[layer.ident, outer])
            names = [_value(inner, inside, port) for port in found.outputs]
            program.steps[:0] = [Step("Identity", (given,), names)]
            for one in names:
                program.inputs.pop(one, None)
        elif not is_input:
            results[outer] = next(
                (_value(inner, *inner.edges[inside, p]) for p in found.inputs if (inside, p) in inner.edges), ""
            )
    program.inputs.clear()
    program.outputs = [results.get(port, "") for port in layer.outputs]
    return program
