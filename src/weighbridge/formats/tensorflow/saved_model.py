"""Saved models, meta graphs and graphs of TensorFlow, in binary form.

Source: ``saved_model.proto``, ``meta_graph.proto``, ``saved_object_graph.proto`` of TensorFlow 2.21. A saved model
holds meta graphs; a meta graph holds a graph, the names of its assets, and since TensorFlow 2 the graph of Python
objects that a load rebuilds, with what each function captures and, for old Keras, its layers as JSON.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Identity
from weighbridge.core.references import Reference, Target
from weighbridge.core.when import When
from weighbridge.formats.protobuf import BYTES, Field, fields
from weighbridge.formats.tensorflow.graph import Graph
from weighbridge.formats.tensorflow.kinds import GRAPH, KERAS, META_GRAPH, SAVED_MODEL, every
from weighbridge.formats.tensorflow.messages import child, entries, inside, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield

OBJECTS = 200_000
"""Objects of an object graph; the largest Keras models have some ten thousand."""

DEPTH = 4
"""Graphs within constants of graphs; honest data sets end at one."""

INNER = 200
"""Constants of one graph that are walked as graphs."""

_ASSETS_KEY = "saved_model_assets"


def extract(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read a protobuf file of TensorFlow; raises Malformed when it is none, or where it breaks."""
    found = every(source)
    if node.name.lower().rpartition("/")[2] == "saved_model.pb" and not found:
        found = (SAVED_MODEL,)  # this name is what a loader opens
    if not found:
        raise Malformed("this is no message of TensorFlow")
    broken: Malformed | OverLimit | None = None
    for kind_of_it in found:
        yield Identity(at=node.at(), format=kind_of_it)
        try:
            yield from walk(kind_of_it, source, 0, Graph(node, bench, located=True))
        except (Malformed, OverLimit) as error:
            broken = broken or error
    if broken is not None:
        raise broken


def walk(found: str, source: ByteSource, base: int, graph: Graph, *, depth: int = 0) -> Iterator[Yield]:
    """Walk a message of a known kind that begins at ``base``; ``graph`` is an empty one for its facts and scope."""
    node, bench = graph.node, graph.bench
    if found == SAVED_MODEL:
        empty = True
        for field in fields(source):
            if field.number == 2 and field.kind == BYTES:
                empty = False
                yield from _meta_graph(field.source, base + field.start, graph.another(), depth)
        if empty:
            raise Malformed("a saved model without a meta graph")
    elif found == META_GRAPH:
        yield from _meta_graph(source, base, graph, depth)
    elif found == GRAPH:
        yield from _graph(source, base, graph, depth)
    elif found == KERAS:
        from weighbridge.formats.tensorflow.keras_metadata import objects

        yield from objects(source, node, bench)


def _graph(source: ByteSource, base: int, graph: Graph, depth: int) -> Iterator[Yield]:
    """Walk a graph that stands alone; raises Malformed, OverLimit after its facts."""
    broken: Malformed | OverLimit | None = None
    try:
        graph.read(source, base)
    except (Malformed, OverLimit) as error:
        broken = error
    yield from graph.tell()
    yield from _within(graph, depth)
    if broken is not None:
        raise broken


def _meta_graph(source: ByteSource, base: int, graph: Graph, depth: int) -> Iterator[Yield]:
    """Walk a meta graph: 2 graph_def, 4 collection_def, 6 asset_file_def, 7 object_graph_def."""
    broken: Malformed | OverLimit | None = None
    objects: list[Field] = []
    try:
        for field in fields(source):
            if field.kind != BYTES:
                continue
            if field.number == 2:
                graph.read(field.source, base + field.start)
            elif field.number == 4:
                yield from _collection(field, graph, base)
            elif field.number == 6:
                yield from _asset(field, graph, base + field.start)
            elif field.number == 7:
                objects.append(field)
        for field in objects:
            yield from _objects(field, graph)
    except (Malformed, OverLimit) as error:
        broken = error
    yield from graph.tell()
    yield from _within(graph, depth)
    if broken is not None:
        raise broken


def _within(graph: Graph, depth: int) -> Iterator[Yield]:
    """Walk the graphs that stand in the constants of a graph; one that breaks keeps none of the others from it."""
    broken: Malformed | OverLimit | None = None
    for number, (name, text) in enumerate(graph.inner):
        if depth >= DEPTH or number >= INNER:
            reason = "graphs within constants of graphs are too many or too deep"
            yield graph.node.gap(GapKind.OVER_LIMIT, reason)
            break
        source = text.source
        scope = f"{graph.path}/{name}".lstrip("/")
        for found in every(source):
            try:
                yield from walk(
                    found, source, 0, Graph(graph.node, graph.bench, located=False, scope=scope), depth=depth + 1
                )
            except (Malformed, OverLimit) as error:
                broken = broken or error
    if broken is not None:
        raise broken


def _asset(field: Field, graph: Graph, base: int) -> Iterator[Yield]:
    """Note an asset: 1 tensor_info (1 name), 2 filename."""
    from weighbridge.formats.containers.paths import escapes

    info = child(field, 1)
    name = text_of(info, 1) if info is not None and info.kind == BYTES else ""
    if name:
        graph.assets.add(name.split(":", 1)[0])
    target = text_of(field, 2)
    yield Reference(
        at=graph.at(base, field.length),
        relation="asset",
        kind=Target.PATH,
        target=target,
        key=name,
        escapes=bool(escapes(target)),
        when=When.LOAD,
    )


def _collection(field: Field, graph: Graph, base: int) -> Iterator[Yield]:
    """Look at a collection for assets: TensorFlow 1 keeps them as ``any_list`` (5) of AssetFileDef (Any: 2 value)."""
    key, content = entries(field)
    if key != _ASSETS_KEY or content is None:
        return
    for part in inside(content):
        if part.number == 5 and part.kind == BYTES:
            for one in inside(part):
                held = child(one, 2) if one.number == 1 and one.kind == BYTES else None
                if held is not None and held.kind == BYTES:
                    yield from _asset(held, graph, base + field.start)


def _objects(field: Field, graph: Graph) -> Iterator[Yield]:
    """Read an object graph: 1 nodes, 2 concrete_functions (map to 2 bound_inputs)."""
    names: list[str] = []
    functions: list[tuple[str, Field]] = []
    for part in fields(field.source):
        if part.number == 1 and part.kind == BYTES:
            if len(names) >= OBJECTS:
                raise OverLimit(f"an object graph of more than {OBJECTS} objects", offset=field.start)
            names.append(_held_by(part))
            yield from _layer(part, graph.node, graph.bench)
        elif part.number == 2 and part.kind == BYTES:
            key, content = entries(part)
            if content is not None and content.kind == BYTES:
                functions.append((key, content))
    for key, content in functions:
        numbers = [number for part in inside(content) if part.number == 2 for number in part.packed()]
        constants = {at: names[number] for at, number in enumerate(numbers) if number < len(names) and names[number]}
        if constants:
            graph.bound.setdefault(key, []).append((len(numbers), constants))


def _held_by(saved: Field) -> str:
    """Name the node of the graph behind a saved object, if it is a constant (9: 1 operation)."""
    for part in inside(saved):
        if part.number == 9 and part.kind == BYTES:
            return text_of(part, 1)
    return ""


def _layer(saved: Field, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the JSON that Keras before TensorFlow 2.5 keeps here: 4 user_object (1 identifier, 3 metadata)."""
    for part in inside(saved):
        if part.number == 4 and part.kind == BYTES and text_of(part, 1).startswith("_tf_keras"):
            held = child(part, 3)
            if held is not None and held.kind == BYTES and held.length:
                from weighbridge.formats.tensorflow.keras_metadata import layer

                yield from layer(held.source, node, bench)
