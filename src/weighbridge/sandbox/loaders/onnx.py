"""Loads with ONNX Runtime, which optimises and prepares the graph for its first run, inside the jail only."""

from __future__ import annotations

import os
from importlib.util import find_spec

import weighbridge.sandbox.loaders.settings  # noqa: F401  (before the library)
from weighbridge.core.modules import fetch
from weighbridge.sandbox.loaders.child import answering, open_scratch, open_share, prepare
from weighbridge.sandbox.loaders.view import View

__all__ = ["answer", "open_scratch", "open_share", "prepare"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

_library = fetch("onnxruntime")
# The runtime does without the library of the format; initializers are not shown then.
_formats = [fetch(name) for name in ("onnx", "onnx.numpy_helper") if find_spec("onnx")]


def _load(_: BinaryIO, path: str) -> object:
    options = _library.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return _library.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _show(session: Any) -> object:
    about = session.get_modelmeta()
    said = {"producer": about.producer_name, "graph": about.graph_name, "domain": about.domain}
    held: dict[str, object] = {name: content for name, content in said.items() if content}
    if about.custom_metadata_map:
        held["metadata"] = dict(about.custom_metadata_map)
    held["inputs"] = {one.name: f"{one.type} {one.shape}" for one in session.get_inputs()}
    held["outputs"] = {one.name: f"{one.type} {one.shape}" for one in session.get_outputs()}
    initializers = _initializers(session._model_path)
    if initializers:
        held["initializers"] = initializers
    return View(type(session), held)


def _initializers(path: str) -> dict[str, object]:
    if not _formats:
        return {}
    onnx, arrays = _formats
    found = onnx.load(path, load_external_data=False).graph.initializer
    return {one.name: arrays.to_array(one, base_dir=os.path.dirname(path)) for one in found}


answer = answering(_load, _show)
