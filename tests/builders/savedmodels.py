"""Saved models, graphs and checkpoints of TensorFlow, put together field by field, honest and hostile (TF-01 to TF-12).

Numbers of fields: the ``.proto`` files of TensorFlow 2.21. Paths and hosts are inert: nothing of this is ever loaded.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

FLOAT, INT32, STRING, INT64 = 1, 3, 7, 9
INERT = b"/inert-absent/file"


# -- protobuf -------------------------------------------------------------------------------------------------------


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


def honest_named_pb() -> bytes:
    """A saved model as TensorFlow 2 exports it, with its saver."""
    nodes, functions = saver()
    return with_nodes(*nodes, functions=functions)


def write_file_named_pb() -> bytes:
    """TF-01: the graph writes a file."""
    return with_nodes(const("path", INERT), const("text", b"INERT"), node("drop", "WriteFile", ("path", "text")))


def read_file(path: bytes = INERT) -> bytes:
    """TF-01: the graph reads a file that it names."""
    return with_nodes(const("path", path), node("file", "ReadFile", ("path",)))


def read_what_the_caller_names() -> bytes:
    """The graph reads a file that its caller names."""
    return with_nodes(node("path", "Placeholder", dtype=number(6, STRING)), node("file", "ReadFile", ("path",)))


def acting(op: str, inputs: int, **attributes: bytes) -> bytes:
    """TF-02: an operator whose inputs are all one constant path."""
    return with_nodes(const("path", INERT), node("act", op, ("path",) * inputs, **attributes))


def saver_with_fixed_prefix() -> bytes:
    """TF-02: the honest saver, but its prefix is a constant."""
    nodes, functions = saver("fixed")
    return with_nodes(const("fixed", INERT), *nodes, functions=functions)


def saver_with_escaping_suffix() -> bytes:
    """TF-02: the prefix is the caller's, and what is joined to it climbs out."""
    return with_nodes(
        node("prefix", "Placeholder", dtype=number(6, STRING)),
        const("climb", b"/../../inert-absent"),
        node("joined", "StringJoin", ("prefix", "climb")),
        const("names", b"w"),
        node("save", "SaveV2", ("joined", "names", "names", "weights")),
    )


def saver_by_variable() -> bytes:
    """TF-02: the path goes through a variable."""
    return with_nodes(
        const("path", INERT),
        node("handle", "VarHandleOp", shared_name=text("v")),
        node("assign", "AssignVariableOp", ("handle", "path")),
        node("read", "ReadVariableOp", ("handle", "^assign")),
        const("names", b"w"),
        node("restore", "RestoreV2", ("read", "names", "names")),
    )


def printing(stream: str) -> bytes:
    """TF-02: PrintV2 prints to a stream, or to a file."""
    return with_nodes(const("words", b"INERT"), node("print", "PrintV2", ("words",), output_stream=text(stream)))


def table_from(path: bytes | None, *, as_asset: bool = False) -> bytes:
    """A table that is filled from a file: an asset that the loader places, or a path of the graph's own."""
    source = const("path", path) if path is not None else node("path", "Placeholder", dtype=number(6, STRING))
    more = asset("path:0", "vocab.txt") if as_asset else b""
    nodes = (
        source,
        node("table", "HashTableV2", shared_name=text("hash_table")),
        node("fill", "InitializeTableFromTextFileV2", ("table", "path"), delimiter=text("\t")),
    )
    return with_nodes(*nodes, more=more)


def table_from_variable() -> bytes:
    """TensorFlow 2 keeps the path of an asset in a variable."""
    return with_nodes(
        node("asset_path_initializer", "Placeholder", dtype=number(6, STRING)),
        node("Variable", "VarHandleOp", shared_name=text("Variable")),
        node("Variable/Assign", "AssignVariableOp", ("Variable", "asset_path_initializer")),
        node("ReadVariableOp", "ReadVariableOp", ("Variable", "^Variable/Assign")),
        node("table", "HashTableV2", shared_name=text("hash_table")),
        node("fill", "InitializeTableFromTextFileV2", ("table", "ReadVariableOp"), delimiter=text("\t")),
        more=asset("asset_path_initializer:0", "vocab.txt"),
    )


def captured_path(path: bytes = INERT) -> bytes:
    """TF-02: a function fills a table from its argument, and the object graph binds a constant to it."""
    body = function_def(
        "__inference__initializer_3",
        ("path", "table"),
        (node("fill", "InitializeTableFromTextFileV2", ("table", "path")),),
    )
    objects = held(1, held(9, held(1, "captured"))) + held(1, held(10, b""))
    objects += held(2, held(1, "__inference__initializer_3"), held(2, held(2, bytes([0, 1]))))
    return with_nodes(const("captured", path), functions=[body], more=held(7, objects))


def uncaptured_path() -> bytes:
    """The same with an asset in place of the constant."""
    body = function_def(
        "__inference__initializer_3",
        ("path", "table"),
        (node("fill", "InitializeTableFromTextFileV2", ("table", "path")),),
    )
    objects = held(1, held(5, number(1, 0))) + held(1, held(10, b""))
    objects += held(2, held(1, "__inference__initializer_3"), held(2, held(2, bytes([0, 1]))))
    return with_nodes(functions=[body], more=held(7, objects) + asset("captured:0", "vocab.txt"))


def writing_function(name: str = "branch") -> bytes:
    """A function that writes a file."""
    nodes = (
        const("path", INERT),
        const("text", b"INERT"),
        node("drop", "WriteFile", ("path:output:0", "text:output:0")),
    )
    return function_def(name, ("x",), nodes)


def in_library() -> bytes:
    """TF-03: the operator hides in a function that nothing calls."""
    return with_nodes(functions=[writing_function()])


def in_branch() -> bytes:
    """TF-03: the operator hides in a branch."""
    call = node("choose", "If", ("x", "x"), then_branch=function("branch"), else_branch=function("branch"))
    return with_nodes(call, functions=[writing_function()])


def honest_branch() -> bytes:
    """A branch that only computes."""
    call = node("choose", "If", ("x", "x"), then_branch=function("branch"), else_branch=function("branch"))
    body = function_def("branch", ("x",), (node("double", "AddV2", ("x", "x")),), ("double:z:0",))
    return with_nodes(call, functions=[body])


def in_constant(*, times: int = 1) -> bytes:
    """TF-03: a graph that writes a file stands in a constant, from which a data set is made at run time."""
    inner = graph((const("path", INERT), const("text", b"INERT"), node("drop", "WriteFile", ("path", "text"))))
    for _ in range(times - 1):
        inner = graph((const("graph", inner), node("data", "DatasetFromGraph", ("graph",))))
    return with_nodes(const("graph", inner), node("data", "DatasetFromGraph", ("graph",)))


def in_attribute() -> bytes:
    """TF-03: a graph that writes a file stands in the text of an attribute."""
    inner = graph((const("path", INERT), const("text", b"INERT"), node("drop", "WriteFile", ("path", "text"))))
    return with_nodes(node("engine", "NoOp", _serialized=text(inner)))


def python_function(op: str = "PyFunc") -> bytes:
    """TF-05: the graph calls Python by a token."""
    return with_nodes(node("call", op, ("x",), token=text("pyfunc_0")))


def opaque(op: str = "XlaCallModule") -> bytes:
    """TF-09: a compiled program."""
    return with_nodes(node("engine", op, ("x",), module=text(b"ML\xefR" + b"INERT" * 4)))


def custom_op() -> bytes:
    """TF-06: an operator that only a library of its own provides."""
    return with_nodes(node("mine", "InertAbsentOp", ("x",)))


def asset_path(filename: str = "../../inert-absent.txt") -> bytes:
    """TF-07: an asset outside of the model."""
    return with_nodes(more=asset("path:0", filename))


def asset_in_collection(filename: str = "/inert-absent.txt") -> bytes:
    """TF-07: the same, as TensorFlow 1 wrote it."""
    inner = held(1, held(1, "path:0")) + held(2, filename)
    anys = held(5, held(1, held(1, "type.googleapis.com/tensorflow.AssetFileDef"), held(2, inner)))
    return with_nodes(more=held(4, held(1, "saved_model_assets"), held(2, anys)))


def tensor_of(dims: Sequence[int], content: bytes = b"\0" * 24) -> bytes:
    """TF-08: a constant whose shape is not that of its content."""
    return with_nodes(numbers("lie", dims, content))


def recursive_function() -> bytes:
    """TF-08: a function that calls itself (CVE-2022-23591)."""
    body = function_def("again", ("x",), (node("call", "PartitionedCall", ("x",), f=function("again")),))
    return with_nodes(node("call", "PartitionedCall", ("x",), f=function("again")), functions=[body])


def unknown_type() -> bytes:
    """TF-08: a constant of a type that there is not."""
    return with_nodes(node("odd", "Const", value=held(8, tensor(77, (1,)))))


def old_keras_layer(config: object) -> bytes:
    """KER-15: Keras before TensorFlow 2.5 keeps its layers in the object graph."""
    user = held(1, "_tf_keras_layer") + held(3, json.dumps(config))
    return with_nodes(more=held(7, held(1, held(4, user))))


LAMBDA = {"class_name": "Lambda", "config": {"name": "inert", "function": ["4wAAAA==", None, None]}}
DENSE = {"class_name": "Dense", "config": {"name": "dense", "units": 3}}


def keras_metadata(config: object) -> bytes:
    """KER-15: ``keras_metadata.pb``."""
    layer = number(2, 1) + held(3, "root.layer-0") + held(4, "_tf_keras_layer") + held(5, json.dumps(config))
    root = number(2, 0) + held(3, "root") + held(4, "_tf_keras_model") + held(5, json.dumps({"name": "model"}))
    return held(1, root) + held(1, layer)


# -- text -----------------------------------------------------------------------------------------------------------

_QUOTED = '"/inert-absent/file"'


def text_form(body: str = "") -> bytes:
    """TF-04: a saved model in text form with more nodes."""
    return f"""saved_model_schema_version: 1
meta_graphs {{
  meta_info_def {{ tags: "serve" stripped_op_list {{ op {{ name: "MatMul" is_commutative: false }} }} }}
  graph_def {{
    node {{ name: "x" op: "Placeholder" attr {{ key: "dtype" value {{ type: DT_FLOAT }} }} }}
    node {{ name: "y" op: "Softmax" input: "x" attr {{ key: "T" value {{ type: DT_FLOAT }} }} }}
    {body}
    versions {{ producer: 2129 }}
  }}
}}
""".encode()


TEXT_WRITES = f"""
    node {{ name: "path" op: "Const" attr {{ key: "value" value {{ tensor {{ dtype: DT_STRING
      tensor_shape {{ }} string_val: {_QUOTED} }} }} }} }}
    node {{ name: "drop" op: "WriteFile" input: "path" input: "path" }}
"""
TEXT_WRITES_ODDLY = f"""
    # node {{ name: "x" op: "NoOp" }}
    node: < name: 'path' op: "Con" 'st', attr: < key: "value"; value < tensor < dtype: 7
      string_val: ['/inert\\x2dabsent/file', {_QUOTED}] > > > >
    node [{{ name: "drop" op: "Write\\106ile" input: ["path", "path"] }}];
"""


# -- checkpoints ----------------------------------------------------------------------------------------------------


def crc32c(data: bytes) -> int:
    """CRC-32C, bit by bit, masked as LevelDB does."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def block(entries: Sequence[tuple[bytes, bytes]], kind: int = 0) -> bytes:
    """A block of a sorted table with its trailer; nothing is shared between keys."""
    content = b"".join(varint(0) + varint(len(key)) + varint(len(held)) + key + held for key, held in entries)
    content += struct.pack("<II", 0, 1) + bytes([kind])
    return content + struct.pack("<I", crc32c(content))


def table(entries: Sequence[tuple[bytes, bytes]], *, kind: int = 0, between: bytes = b"") -> bytes:
    """A sorted table of one data block."""
    data, meta = block(entries, kind), block([])
    data_at, meta_at = 0, len(data) + len(between)
    last = entries[-1][0] if entries else b""
    index = block([(last, varint(data_at) + varint(len(data) - 5))])
    footer = varint(meta_at) + varint(len(meta) - 5) + varint(meta_at + len(meta)) + varint(len(index) - 5)
    return data + between + meta + index + footer.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def entry(dtype: int, dims: Sequence[int], shard: int = 0, offset: int = 0, size: int = 0) -> bytes:
    """A BundleEntryProto."""
    made = number(1, dtype) + held(2, shape(dims)) + (number(3, shard) if shard else b"")
    return made + (number(4, offset) if offset else b"") + number(5, size) + varint(6 << 3 | 5) + b"\0" * 4


HEADER = (b"", number(1, 1) + held(3, number(1, 1)))
HONEST_INDEX = (
    HEADER,
    (b"_CHECKPOINTABLE_OBJECT_GRAPH", entry(STRING, (), 0, 48, 220)),
    (b"b/.ATTRIBUTES/VARIABLE_VALUE", entry(FLOAT, (3,), 0, 0, 12)),
    (b"w/.ATTRIBUTES/VARIABLE_VALUE", entry(FLOAT, (3, 3), 0, 12, 36)),
)


def index(*entries: tuple[bytes, bytes], kind: int = 0, between: bytes = b"") -> bytes:
    """The index of a checkpoint: the honest one with further entries."""
    return table((*HONEST_INDEX, *entries), kind=kind, between=between)


def false_crc() -> bytes:
    """TF-12: the checksum of a block is false."""
    made = bytearray(index())
    made[40] ^= 1
    return bytes(made)


def state(path: str = "ckpt-2") -> bytes:
    """A checkpoint state."""
    return f'model_checkpoint_path: "{path}"\nall_model_checkpoint_paths: "ckpt-1"\n'.encode()


def record(data: bytes = b"INERT") -> bytes:
    """A TFRecord."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", crc32c(length)) + data + struct.pack("<I", crc32c(data))
