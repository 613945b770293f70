"""Keras's own metadata in a saved model: each object with its configuration as JSON.

Source: ``saved_metadata.proto`` of Keras 2: 1 nodes, each with 2 node_id, 3 node_path, 4 identifier, 5 metadata.
What the JSON means is read as every other configuration of Keras is.
"""

from __future__ import annotations

from weighbridge.core.coverage import GapKind
from weighbridge.core.facts import Inconsistency
from weighbridge.core.programs import ConfiguredCall
from weighbridge.core.when import When
from weighbridge.formats.protobuf import BYTES, fields
from weighbridge.formats.strict_json import read_json
from weighbridge.formats.tensorflow.messages import child

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.source import ByteSource
    from weighbridge.formats.node import Bench, Node, Yield


def objects(source: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the configuration of every object; raises Malformed, OverLimit."""
    for field in fields(source):
        if field.number == 1 and field.kind == BYTES:
            bench.meter.spend_member()
            held = child(field, 5)
            if held is not None and held.kind == BYTES and held.length:
                yield from layer(held.source, node, bench)


def layer(text: ByteSource, node: Node, bench: Bench) -> Iterator[Yield]:
    """Read the JSON of one object; raises Malformed, OverLimit."""
    if text.size > bench.limits.json_bytes:
        yield node.gap(GapKind.OVER_LIMIT, f"JSON of more than {bench.limits.json_bytes} bytes is not read")
        return
    document = read_json(text.read_at(0, text.size))
    for odd in document.oddities:
        yield Inconsistency(at=node.at(), what=odd.kind, detail=odd.detail)
    from weighbridge.formats import keras_config

    for told in keras_config.walk(document.value, node, bench, when=When.LOAD):
        # A class that Keras does not know is not looked for: the object is revived from the graph's own functions.
        if not isinstance(told, ConfiguredCall) or told.module:
            yield told
