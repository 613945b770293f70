"""Which module reads which format; a module is imported when its format first appears."""

from __future__ import annotations

from weighbridge.core.modules import fetch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.node import Extract

_MODULES = {
    "pickle": "weighbridge.formats.pickle.extract",
    "torch.legacy": "weighbridge.formats.torch_legacy",
    "joblib.zfile": "weighbridge.formats.joblib_zfile",
    "numpy.npy": "weighbridge.formats.numpy",
    "safetensors": "weighbridge.formats.safetensors",
    "zip": "weighbridge.formats.archives",
    "tar": "weighbridge.formats.torch_tar",
    "torch.tar.storages": "weighbridge.formats.torch_tar:storages",
    "torch.tar.tensors": "weighbridge.formats.torch_tar:tensors",
    "7z": "weighbridge.formats.containers.sevenz",
    "gzip": "weighbridge.formats.containers.streams",
    "bzip2": "weighbridge.formats.containers.streams",
    "xz": "weighbridge.formats.containers.streams",
    "lzma": "weighbridge.formats.containers.streams",
    "zlib": "weighbridge.formats.containers.streams",
    "lz4": "weighbridge.formats.containers.streams",
    "zstd": "weighbridge.formats.containers.streams",
    "native": "weighbridge.formats.executable",
    "text": "weighbridge.formats.text.plain",
    # -- torch
    # -- keras and HDF5
    "hdf5": "weighbridge.formats.hdf5.extract",
    # -- FlatBuffers, Arrow, Parquet
    # -- ONNX, CoreML, Paddle, OpenVINO
    # -- TensorFlow
    # -- GGML, templates, tokenizers
    # -- trees and classical models
    # -- msgpack, engines, MXNet, MLflow
    # -- Python, notebooks, requirements
    # -- JSON, YAML, configurations
    "json": "weighbridge.formats.text.json_file",
    # -- prose, agents, media
}


def is_analysed(name: str) -> bool:
    """Tell whether there is a reader for a format, or whether it is only recognised."""
    return name in _MODULES


def extractor(name: str) -> Extract:
    """Find the reader of a format."""
    module, _, function = _MODULES[name].partition(":")
    found: Extract = getattr(fetch(module), function or "extract")
    return found


def formats() -> tuple[str, ...]:
    """Name every format that has a reader."""
    return tuple(_MODULES)
