"""Loads with ONNX Runtime, which optimises and prepares the graph for its first run, inside the jail only."""

from __future__ import annotations

import mmap
import os
from importlib.util import find_spec

import weighbridge.sandbox.loaders.settings  # noqa: F401  (before the library)
from weighbridge.core.modules import fetch
from weighbridge.sandbox.loaders.child import answering, open_scratch, open_share, prepare
from weighbridge.sandbox.loaders.view import View

__all__ = ["answer", "open_scratch", "open_share", "prepare"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

_library = fetch("onnxruntime")
# The runtime does without the library of the format; then initializers are not shown, and external data is not found.
_formats = [fetch(name) for name in ("onnx", "onnx.numpy_helper") if find_spec("onnx")]


def _load(_: BinaryIO, path: str) -> object:
    options = _library.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    data = _external_data(path)
    if data:
        # The runtime opens such files by way of /proc, which the jail does not have; it takes their bytes as well.
        sizes = [len(content) for content in data.values()]
        options.add_external_initializers_from_files_in_memory(list(data), list(data.values()), sizes)
    return _library.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _external_data(path: str) -> dict[str, memoryview]:
    """Map the files beside the model that hold its tensors, as far as the jail shows them."""
    if not _formats:
        return {}
    found: dict[str, memoryview] = {}
    for tensor in _tensors(_formats[0].load(path, load_external_data=False).graph):
        for entry in tensor.external_data:
            place = os.path.join(os.path.dirname(path), entry.value)
            if entry.key == "location" and entry.value not in found and os.access(place, os.R_OK):
                with open(place, "rb") as file:
                    found[entry.value] = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return found


def _tensors(graph: Any) -> Iterator[Any]:
    """Walk the initializers and constants of a graph and of the graphs in it."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                yield from _tensors(inner)


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
