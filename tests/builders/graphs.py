"""Messages of protobuf, and graphs and saved models of TensorFlow made of them, field by field.

Numbers of fields: the ``.proto`` files of TensorFlow 2.21. Nothing of this is ever loaded.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

FLOAT, INT32, STRING, INT64 = 1, 3, 7, 9


def varint(number: int) -> bytes:
    """A varint; negative numbers as two's complement of 64 bits."""
    number &= (1 << 64) - 1
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])


def number(field: int, value: int) -> bytes:
    """A field with a varint."""
    return varint(field << 3) + varint(value)


def held(field: int, *parts: bytes | str) -> bytes:
    """A field with bytes, text or a message."""
    content = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return varint(field << 3 | 2) + varint(len(content)) + content


def group(field: int, content: bytes = b"") -> bytes:
    """A group: the old way to nest, of which only the end tag tells the length."""
    return varint(field << 3 | 3) + content + varint(field << 3 | 4)


# -- graphs ---------------------------------------------------------------------------------------------------------


def shape(dims: Sequence[int]) -> bytes:
    """A TensorShapeProto."""
    return b"".join(held(2, number(1, dim)) for dim in dims)


def tensor(dtype: int, dims: Sequence[int] = (), *, content: bytes = b"", texts: Sequence[bytes] = ()) -> bytes:
    """A TensorProto."""
    made = number(1, dtype) + held(2, shape(dims))
    return made + (held(4, content) if content else b"") + b"".join(held(8, text) for text in texts)


def attribute(key: str, value: bytes) -> bytes:
    """An entry of a node's attributes: ``value`` is an AttrValue."""
    return held(5, held(1, key), held(2, value))


def text(value: bytes | str) -> bytes:
    """An AttrValue with text."""
    return held(2, value)


def function(name: str) -> bytes:
    """An AttrValue with a function."""
    return held(10, held(1, name))


def node(name: str, op: str, inputs: Sequence[str] = (), **attributes: bytes) -> bytes:
    """A NodeDef."""
    made = held(1, name) + held(2, op) + b"".join(held(3, one) for one in inputs)
    return made + b"".join(attribute(key, value) for key, value in attributes.items())


def const(name: str, *texts: bytes) -> bytes:
    """A constant of text: one string, or a list of them."""
    dims = () if len(texts) == 1 else (len(texts),)
    return node(name, "Const", dtype=number(6, STRING), value=held(8, tensor(STRING, dims, texts=texts)))


def numbers(name: str = "weights", dims: Sequence[int] = (2, 3), content: bytes | None = None) -> bytes:
    """A constant of float32."""
    made = struct.pack("<6f", *range(6)) if content is None else content
    return node(name, "Const", dtype=number(6, FLOAT), value=held(8, tensor(FLOAT, dims, content=made)))


def placeholder(name: str = "x") -> bytes:
    """An input."""
    return node(name, "Placeholder", dtype=number(6, FLOAT), shape=held(7, shape((-1, 2))))


def function_def(name: str, arguments: Sequence[str], nodes: Sequence[bytes], results: Sequence[str] = ()) -> bytes:
    """A FunctionDef."""
    signature = held(1, name) + b"".join(held(2, held(1, one)) for one in arguments)
    made = held(1, signature) + b"".join(held(3, one) for one in nodes)
    return made + b"".join(held(4, held(1, f"out{at}"), held(2, one)) for at, one in enumerate(results))


def graph(nodes: Sequence[bytes], functions: Sequence[bytes] = ()) -> bytes:
    """A GraphDef."""
    made = b"".join(held(1, one) for one in nodes)
    library = b"".join(held(1, one) for one in functions)
    return made + (held(2, library) if library else b"") + held(4, number(1, 2129))


COMPUTING = (
    placeholder(),
    numbers(),
    node("product", "MatMul", ("x", "weights"), T=number(6, FLOAT)),
    node("y", "Softmax", ("product",), T=number(6, FLOAT)),
)
"""An honest graph."""


def asset(tensor_name: str, filename: str) -> bytes:
    """A field of a MetaGraphDef with an AssetFileDef."""
    return held(6, held(1, held(1, tensor_name)), held(2, filename))


def meta_graph(graph_def: bytes, more: bytes = b"") -> bytes:
    """A MetaGraphDef."""
    return held(1, held(4, "serve"), held(5, "2.21.0")) + held(2, graph_def) + more


def saved_model(graph_def: bytes, more: bytes = b"") -> bytes:
    """A SavedModel with one meta graph."""
    return number(1, 1) + held(2, meta_graph(graph_def, more))


def with_nodes(*nodes: bytes, functions: Sequence[bytes] = (), more: bytes = b"") -> bytes:
    """A saved model of the honest graph and further nodes."""
    return saved_model(graph((*COMPUTING, *nodes), functions), more)


def saver(prefix: str = "saver_filename") -> tuple[list[bytes], list[bytes]]:
    """Nodes and functions by which TensorFlow 2 saves and restores variables under a prefix that its caller gives."""
    save = function_def(
        "__inference__traced_save_1",
        ("file_prefix", "value"),
        (
            node("StaticRegexFullMatch", "StaticRegexFullMatch", ("file_prefix",), pattern=text("^s3://.*")),
            const("Const", b".part"),
            const("Const_1", b"_temp/part"),
            node("Select", "Select", ("StaticRegexFullMatch:output:0", "Const:output:0", "Const_1:output:0")),
            node("StringJoin", "StringJoin", ("file_prefix", "Select:output:0")),
            node("ShardedFilename", "ShardedFilename", ("StringJoin:output:0", "shard:output:0", "num:output:0")),
            const("SaveV2/tensor_names", b"w", b"_CHECKPOINTABLE_OBJECT_GRAPH"),
            node("SaveV2", "SaveV2", ("ShardedFilename:filename:0", "SaveV2/tensor_names:output:0", "value")),
            node("prefixes", "Pack", ("ShardedFilename:filename:0", "^SaveV2")),
            node("MergeV2Checkpoints", "MergeV2Checkpoints", ("prefixes:output:0", "file_prefix")),
            node("Identity", "Identity", ("file_prefix", "^MergeV2Checkpoints")),
        ),
        ("Identity:output:0",),
    )
    restore = function_def(
        "__inference__traced_restore_2",
        ("file_prefix",),
        (
            const("RestoreV2/tensor_names", b"w"),
            node("RestoreV2", "RestoreV2", ("file_prefix", "RestoreV2/tensor_names:output:0")),
            node("Identity", "Identity", ("file_prefix", "^RestoreV2")),
        ),
        ("Identity:output:0",),
    )
    nodes = [
        node("saver_filename", "Placeholder", dtype=number(6, STRING)),
        const("object_graph", held(1, held(1, number(1, 1), held(2, "root")))),
        node("save", "StatefulPartitionedCall", (prefix, "object_graph"), f=function("__inference__traced_save_1")),
        node("restore", "StatefulPartitionedCall", (prefix,), f=function("__inference__traced_restore_2")),
    ]
    return nodes, [save, restore]
