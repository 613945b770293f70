"""Which message a protobuf file holds: a saved model, a meta graph or a graph. Decided by structure alone.

A message says nothing of its type. A graph is told by nodes that have a name and the name of an operator, or by a
library of functions; a meta graph by the graph in it, a saved model by the meta graphs in it.
"""

from __future__ import annotations

from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.formats.protobuf import BYTES, VARINT, fields
from weighbridge.formats.tensorflow.messages import inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.core.source import ByteSource
    from weighbridge.formats.protobuf import Field

SAVED_MODEL = "tensorflow.saved_model"
META_GRAPH = "tensorflow.meta_graph"
GRAPH = "tensorflow.graph"
KERAS = "tensorflow.keras_metadata"
FINGERPRINT = "tensorflow.fingerprint"

_LOOKED_AT = 200  # fields at the beginning of a message that decide; honest ones decide at the first
_NAME = 400  # bytes of the name of a node or operator; the longest honest names have some 200
_OPERATOR = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_>./-")


def sniff(_head: bytes, source: ByteSource) -> str:
    """Name the message that the bytes hold; empty for none of TensorFlow's."""
    if source.size < 4:
        return ""
    try:
        return kind(source)
    except (Malformed, OverLimit):
        return ""


def kind(source: ByteSource) -> str:
    """Decide by the first fields; raises Malformed where the message breaks."""
    if _is_fingerprint(source):
        return FINGERPRINT
    numbered = False
    for count, field in enumerate(fields(source)):
        if count >= _LOOKED_AT:
            break
        numbered |= field.number == 1 and field.kind == VARINT
        if field.number == 1 and field.kind == BYTES:
            if _is_node(field):
                return GRAPH
            if _is_keras(field):
                return KERAS
            if not count and _is_meta_info(field) and _holds(source, 2, is_graph):
                return META_GRAPH
        elif field.number == 2 and field.kind == BYTES:
            if _is_meta_graph(field):
                return SAVED_MODEL
            if _is_library(field):
                return GRAPH
            if not numbered and is_graph(field):  # a CoreML model has a number there
                return META_GRAPH
    return ""


def every(source: ByteSource) -> tuple[str, ...]:
    """Name all messages that the bytes can be read as: one file may be a graph, a meta graph and a saved model at once.

    Unlike ``kind`` this goes through all fields; it stops where the message breaks.
    """
    found: dict[str, None] = dict.fromkeys([FINGERPRINT] if _is_fingerprint(source) else [])
    try:
        for field in fields(source):
            if field.kind != BYTES or field.number > 2:
                continue
            for name, number, is_one in _SIGNS:
                if field.number == number and name not in found and is_one(field):
                    found[name] = None
    except Malformed:
        pass
    return tuple(found)


def _holds(source: ByteSource, number: int, is_one: object) -> bool:
    for count, field in enumerate(fields(source)):
        if count >= _LOOKED_AT:
            return False
        if field.number == number and field.kind == BYTES and callable(is_one) and is_one(field):
            return True
    return False


def is_graph(field: Field) -> bool:
    """Tell whether a field holds a graph (1: node, 2: library, 4: versions)."""
    try:
        for count, part in enumerate(inside(field)):
            if count >= _LOOKED_AT:
                return False
            if part.kind != BYTES:
                continue
            if part.number == 1 and _is_node(part):
                return True
            if part.number == 2 and _is_library(part):
                return True
    except Malformed:
        pass
    return False


def _is_node(field: Field) -> bool:
    """A node: 1 name, 2 op, 3 input, 4 device, 5 attr."""
    name = operator = False
    try:
        for count, part in enumerate(inside(field)):
            if part.number == 1 and part.kind == BYTES:
                name = 0 < part.length <= _NAME and part.read(_NAME).isascii() and part.text().isprintable()
            elif part.number == 2 and part.kind == BYTES:
                text = part.read(_NAME)
                operator = 0 < part.length <= _NAME and not text[:1].isdigit() and _OPERATOR.issuperset(text)
            elif part.kind != BYTES and part.number <= 5:
                return False
            if count >= _LOOKED_AT or (name and operator and part.number >= 3):
                break
    except Malformed:
        return False
    return name and operator


def _is_library(field: Field) -> bool:
    """A library: 1 function, whose 1 is a signature (1: name) and 3 are nodes."""
    try:
        for function in inside(field):
            if function.number != 1 or function.kind != BYTES:
                return False
            return any(part.number == 3 and part.kind == BYTES and _is_node(part) for part in inside(function))
    except Malformed:
        pass
    return False


def _is_meta_graph(field: Field) -> bool:
    """A meta graph: 1 information about it, 2 the graph."""
    try:
        return any(part.number == 2 and part.kind == BYTES and is_graph(part) for part in inside(field))
    except Malformed:
        return False


def _is_meta_info(field: Field) -> bool:
    try:
        return all(part.number <= 8 for part in inside(field))
    except Malformed:
        return False


def _is_keras(field: Field) -> bool:
    """One object of Keras's metadata: 2 node id, 3 path, 4 identifier, 5 metadata as JSON."""
    try:
        return any(part.number == 4 and part.read(4) == b"_tf_" for part in inside(field) if part.kind == BYTES)
    except Malformed:
        return False


def _is_fingerprint(source: ByteSource) -> bool:
    """The fingerprint of a saved model: numbers, a version (6) and an id of digits (7)."""
    if source.size > 256:
        return False
    seen = {}
    try:
        for field in fields(source):
            seen[field.number] = field
    except Malformed:
        return False
    if not {1, 2, 6} <= seen.keys() or seen.keys() - set(range(1, 8)):
        return False
    return all(field.kind == (BYTES if number > 5 else VARINT) for number, field in seen.items())


_SIGNS = (
    (GRAPH, 1, _is_node),
    (KERAS, 1, _is_keras),
    (GRAPH, 2, _is_library),
    (META_GRAPH, 2, is_graph),
    (SAVED_MODEL, 2, _is_meta_graph),
)
