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
    "torch.hubconf": "weighbridge.formats.torch_hub",
    "tensorizer": "weighbridge.formats.tensorizer",
    # -- keras and HDF5
    "hdf5": "weighbridge.formats.hdf5.extract",
    # -- FlatBuffers, Arrow, Parquet
    "tflite": "weighbridge.formats.tflite",
    "arrow": "weighbridge.formats.arrow",
    "parquet": "weighbridge.formats.parquet",
    "jax.export": "weighbridge.formats.jax_export",
    "mlir": "weighbridge.formats.mlir",
    "mlir.text": "weighbridge.formats.mlir_text",
    "catboost": "weighbridge.formats.catboost",
    "executorch": "weighbridge.formats.executorch",
    "executorch.data": "weighbridge.formats.executorch",
    # -- ONNX, CoreML, Paddle, OpenVINO
    "paddle": "weighbridge.formats.paddle",
    "paddle.parameters": "weighbridge.formats.paddle:parameters",
    "sentencepiece": "weighbridge.formats.sentencepiece",
    "coreml": "weighbridge.formats.coreml",
    "coreml.weights": "weighbridge.formats.coreml_package",
    "onnx": "weighbridge.formats.onnx.model",
    "xml": "weighbridge.formats.text.xml_file",
    # -- TensorFlow
    "mxnet.params": "weighbridge.formats.mxnet.params",
    "tensorflow.text": "weighbridge.formats.tensorflow.pbtxt",
    "tensorflow.checkpoint": "weighbridge.formats.tensorflow.checkpoint",
    "tensorflow.checkpoint.data": "weighbridge.formats.tensorflow.checkpoint:shard",
    "tensorflow.checkpoint.state": "weighbridge.formats.tensorflow.state",
    "tfrecord": "weighbridge.formats.tensorflow.records",
    "tensorflow graph": "weighbridge.formats.tensorflow.saved_model",
    "tensorflow.saved_model": "weighbridge.formats.tensorflow.saved_model",
    "tensorflow.meta_graph": "weighbridge.formats.tensorflow.saved_model",
    "tensorflow.graph": "weighbridge.formats.tensorflow.saved_model",
    "tensorflow.keras_metadata": "weighbridge.formats.tensorflow.saved_model",
    "tensorflow.fingerprint": "weighbridge.formats.tensorflow.saved_model",
    # -- GGML, templates, tokenizers
    "gguf": "weighbridge.formats.gguf.extract",
    "ggml": "weighbridge.formats.ggml_legacy",
    "ape": "weighbridge.formats.llamafile",
    "jinja": "weighbridge.formats.text.jinja_file",
    "vocabulary": "weighbridge.formats.text.vocabulary_file",
    "bpe.merges": "weighbridge.formats.text.vocabulary_file:merges",
    "tiktoken": "weighbridge.formats.text.vocabulary_file:tiktoken",
    "modelfile": "weighbridge.formats.text.modelfile",
    # -- trees and classical models
    # -- msgpack, engines, MXNet, MLflow
    "msgpack": "weighbridge.formats.msgpack",
    "tensorrt engine": "weighbridge.formats.engines",
    "rknn": "weighbridge.formats.engines",
    # -- Python, notebooks, requirements
    "python": "weighbridge.formats.text.python_source",
    "python path configuration": "weighbridge.formats.text.python_source:path_lines",
    "requirements": "weighbridge.formats.text.requirements",
    "project file": "weighbridge.formats.text.project_files",
    "conda environment": "weighbridge.formats.text.conda",
    "python bytecode": "weighbridge.formats.program_files",
    "java class": "weighbridge.formats.program_files",
    "windows shortcut": "weighbridge.formats.program_files",
    "script": "weighbridge.formats.text.script",
    "python.bare": "weighbridge.formats.text.python_source:bare",
    # -- JSON, YAML, configurations
    "yaml": "weighbridge.formats.text.yaml_file",
    "yaml.bare": "weighbridge.formats.text.yaml_file:bare",
    "cfg": "weighbridge.formats.text.cfg_file",
    "pbtxt": "weighbridge.formats.text.pbtxt_file",
    "mlflow.pickle_module": "weighbridge.formats.text.pickle_module",
    "json": "weighbridge.formats.text.json_file",
    # -- prose, agents, media
    "markdown": "weighbridge.formats.text.markdown",
    "pdf": "weighbridge.formats.pdf",
    "svg": "weighbridge.formats.text.markup_page",
    "html": "weighbridge.formats.text.markup_page",
    "png": "weighbridge.formats.media",
    "jpeg": "weighbridge.formats.media",
    "gif": "weighbridge.formats.media",
    "riff": "weighbridge.formats.media",
    "ogg": "weighbridge.formats.media",
    "flac": "weighbridge.formats.media",
    "mp3": "weighbridge.formats.media",
    "mp4": "weighbridge.formats.media",
    "font": "weighbridge.formats.media",
    "git-lfs pointer": "weighbridge.formats.git_lfs",
    "git.config": "weighbridge.formats.text.git_config",
    "gitmodules": "weighbridge.formats.text.gitmodules",
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
