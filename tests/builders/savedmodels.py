"""Saved models of TensorFlow, honest and hostile (TF-01 to TF-09, KER-15).

Paths and hosts are inert: nothing of this is ever loaded.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tests.builders.graphs import (
    STRING,
    asset,
    const,
    function,
    function_def,
    graph,
    held,
    node,
    number,
    numbers,
    saver,
    tensor,
    text,
    with_nodes,
)

INERT = b"/inert-absent/file"


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
