"""TorchScript archives with source of any kind, torch packages, exported programs and model archives, byte by byte.

Layouts: PyTorch `torch/csrc/jit/serialization/export_module.cpp`, `torch/package`, `torch/export/pt2_archive`, and the
model archiver of TorchServe. What would be run writes to paths that do not exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.builders import natives, torches, zips
from tests.builders.pickles.described import Global, NewObj, PersistentId
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.writer import dumps

PATH = "inert-absent-folder/inert"

CLASS = """class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  weight : Tensor
  training : bool
"""


def module(body: str, *, name: str = "forward", before: str = "", after: str = "") -> bytes:
    """Source of one class with one method, as torch prints it; `before` and `after` stand outside of the class."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{before}{CLASS}  def {name}(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n{lines}{after}".encode()


HONEST = "_0 = torch.linear(x, self.weight)\nreturn torch.relu(_0)"


def script(
    code: bytes | None = None,
    *,
    records: Mapping[str, bytes] | None = None,
    state: object = None,
    constants: bool = True,
) -> bytes:
    """A TorchScript archive (TOR-04, TOR-05) around source for `code/__torch__.py`."""
    held: dict[str, object] = {"training": False} | ({"held": state} if state is not None else {})
    made = {
        "data.pkl": dumps(NewObj(Global("__torch__", "Net"), state=held), 2),
        "byteorder": b"little",
        "code/__torch__.py": module(HONEST) if code is None else code,
        **({"constants.pkl": dumps((), 2)} if constants else {}),
        "version": b"3\n",
    }
    return torches.zip_layout(made | dict(records or {}))


def scripted(body: str, *, name: str = "forward", before: str = "", after: str = "") -> bytes:
    """A TorchScript archive whose one method has this body."""
    return script(module(body, name=name, before=before, after=after))


def old_script(code: bytes | None = None) -> bytes:
    """A TorchScript archive from before 1.4, whose modules are listed in JSON."""
    model = {"protoVersion": "6", "mainModule": {"torchscriptArena": {"key": "code/net.py"}, "name": "Net"}}
    source = b"op_version_set = 1\n" + (module(HONEST) if code is None else code)
    made = {"version": b"1\n", "code/net.py": source, "model.json": json.dumps(model).encode(), "tensors/0": bytes(8)}
    return torches.zip_layout(made, root="net")


def writing() -> bytes:
    """`aten::save` in `forward`."""
    return scripted(f'torch.save(x, "{PATH}")\nreturn x')


def bytecode(*operators: str) -> bytes:
    """The bytecode of the mobile interpreter: its version and one function with its table of operators."""
    table = tuple((name, "", 2) for name in operators)
    function = ("__torch__.Net.forward", (("instructions", (("OP", 0, 0),)), ("operators", table)))
    return dumps((9, function), 2)


def mobile(*operators: str) -> bytes:
    """A `.ptl` file (TOR-23): a script with bytecode beside it."""
    return script(records={"bytecode.pkl": bytecode(*operators)})


# -- torch.package ---------------------------------------------------------------------------------------------------


def package(code: bytes | None = None, *, pickle: bytes | None = None) -> bytes:
    """A torch.package (TOR-08), with a module of code or without any."""
    made = {
        ".data/0.storage": bytes(12),
        "model/model.pkl": packaged_tensor() if pickle is None else pickle,
        **({"net.py": code} if code is not None else {}),
        ".data/extern_modules": b"collections\ntorch._utils\ntorch",
        ".data/python_version": b"3.11.0",
        ".data/version": b"6\n",
        "byteorder": b"little",
    }
    return torches.zip_layout(made, root="pkg")


def packaged_tensor(*, count: int = 3) -> bytes:
    """A pickle whose storage is numbered, as packages do it."""
    return dumps({"w": PersistentId(("storage", Global("torch", "FloatStorage"), 0, "cpu", count))}, 2)


def packaged_reduce(module_: str, name: str, *arguments: object) -> bytes:
    """A persistent id that the importer of a package answers by calling a function."""
    return dumps(PersistentId(("reduce_package", 1, Global(module_, name), arguments)), 2)


# -- torch.export ----------------------------------------------------------------------------------------------------


def node(target: str, *texts: str) -> dict[str, object]:
    """A node of an exported graph."""
    given = [{"name": "x", "arg": {"as_string": text}, "kind": 1} for text in texts]
    return {"target": target, "inputs": given, "outputs": [{"as_tensor": {"name": "y"}}], "metadata": {}}


def program(
    *nodes: dict[str, object],
    expression: str = "Add(Mul(Integer(2), Symbol('s77', positive=True, integer=True)), Integer(1))",
) -> bytes:
    """The JSON of an exported program."""
    graph = {"inputs": [], "outputs": [], "nodes": [node("torch.ops.aten.relu.default"), *nodes]}
    sizes = {"sizes": [{"as_expr": {"expr_str": expression, "hint": {"as_int": 3}}}]}
    return json.dumps({
        "graph_module": {"graph": graph | {"tensor_values": {"x": sizes}}},
        "opset_version": {"aten": 10}, "range_constraints": {}, "schema_version": {"major": 8, "minor": 8},
    }).encode()  # fmt: skip


def payload(path: str, **changed: object) -> dict[str, object]:
    """An entry of a table of payloads: three floats."""
    meta = {"dtype": 7, "sizes": [{"as_int": 3}], "strides": [{"as_int": 1}], "storage_offset": {"as_int": 0}}
    return {"path_name": path, "is_param": True, "use_pickle": False, "tensor_meta": meta | changed}


def exported(
    model: bytes | None = None,
    *,
    config: Mapping[str, object] | None = None,
    records: Mapping[str, bytes] | None = None,
) -> bytes:
    """A `.pt2` archive (TOR-09, TOR-10)."""
    table = {"w": payload("weight_0")} if config is None else dict(config)
    made = {
        "data/weights/weight_0": bytes(12),
        "data/weights/model_weights_config.json": json.dumps({"config": table}).encode(),
        "models/model.json": program() if model is None else model,
        "archive_format": b"pt2",
        "archive_version": b"0",
        ".data/version": b"6\n",
        "byteorder": b"little",
    }
    return torches.zip_layout(made | dict(records or {}), root="model")


def old_export(part: str, content: bytes) -> bytes:
    """A `.pt2` from before 2.8: parts in an ordinary zip, three of them given to `torch.load`."""
    parts = {
        f"serialized_{name}.pt": torches.zip_checkpoint() for name in ("state_dict", "constants", "example_inputs")
    }
    held = {"serialized_exported_program.json": program(), **parts, f"serialized_{part}.pt": content, "version": b"8.2"}
    return zips.plain(held)


def pickled_weight(weight: bytes) -> bytes:
    """A `.pt2` whose weight is unpickled without restriction (CVE-2026-4538)."""
    return exported(config={"w": payload("weight_0") | {"use_pickle": True}}, records={"data/weights/weight_0": weight})


def compiled(name: str = "model.so", content: bytes | None = None) -> bytes:
    """A `.pt2` with what AOTInductor compiled."""
    made = natives.elf() if content is None else content
    return exported(records={f"data/aotinductor/model/{name}": made})


# -- TorchServe ------------------------------------------------------------------------------------------------------


def manifest(**model: object) -> bytes:
    """The manifest of a model archive."""
    named = {"modelName": "inert", "serializedFile": "model.pt", "handler": "image_classifier", "modelVersion": "1.0"}
    return json.dumps({"runtime": "python", "model": named | model, "archiverVersion": "0.12.0"}).encode()


def served(members: Mapping[str, bytes] | None = None, **model: object) -> bytes:
    """A `.mar` file (TOR-16)."""
    held = {"MAR-INF/MANIFEST.json": manifest(**model), "model.pt": torches.zip_checkpoint()}
    return zips.plain(held | dict(members or {}))


# -- distributed checkpoints ------------------------------------------------------------------------------------------


def distributed(*items: bytes) -> bytes:
    """A `.distcp` file: archives one behind the other."""
    return b"".join(items or (torches.zip_checkpoint(), torches.zip_checkpoint(pickle=plain_data(2))))


# -- what rules name as their examples --------------------------------------------------------------------------------


def pickled_weight_named_pt2() -> bytes:
    """An export whose one weight is an honest pickle."""
    return pickled_weight(torches.zip_checkpoint())
