"""What a file of a model is for, by its name and by what the scanner found it to be."""

from __future__ import annotations

from weighbridge.core.report import SIGNATURES

_WEIGHTS = frozenset({
    "safetensors", "gguf", "torch.zip", "torch.legacy", "torch.tar", "torch.script", "pickle", "joblib", "onnx", "hdf5",
    "keras", "tflite", "numpy.npy", "numpy.npz", "coreml", "openvino", "paddle", "executorch", "ggml",
})  # fmt: skip
_WEIGHT_ENDINGS = (
    ".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".h5", ".keras", ".tflite", ".npz", ".npy",
    ".pkl", ".joblib", ".msgpack", ".pb", ".mlmodel", ".pte", ".llamafile",
)  # fmt: skip
_TOKENIZERS = ("tokenizer", "vocab", "merges", "special_tokens", "added_tokens", "spiece", "sentencepiece")
_CODE_ENDINGS = (
    ".py", ".so", ".pyd", ".js", ".sh", ".ipynb", ".dll", ".dylib", ".java", ".rb", ".r", ".pyc", ".pyw", ".pyx", ".c",
    ".cc", ".cpp", ".cu", ".exe", ".bat", ".cmd", ".ps1", ".vbs", ".lnk", ".jar", ".class", ".wasm", ".mjs", ".ts",
    ".lua", ".pl", ".php", ".jl", ".bash", ".zsh", ".command", "dockerfile", "makefile",
)  # fmt: skip
_CODE = frozenset({
    "python", "script", "notebook", "native", "python bytecode", "java class", "windows shortcut", "torch.hubconf",
})  # fmt: skip
_DOCUMENTS = (".md", ".txt", ".rst", ".pdf", ".html", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp")
_DATA_ENDINGS = (".parquet", ".csv", ".jsonl", ".arrow", ".tsv")
_SIGNATURES = (*SIGNATURES, ".asc")
_CONFIG_ENDINGS = (".json", ".yaml", ".yml", ".toml", ".cfg", ".ini")


_PACKED = frozenset({"zip", "tar", "7z", "gzip", "bzip2", "xz", "lzma", "zlib", "lz4", "zstd"})
"""Formats of which one does not know what is in them."""
_PICKLE_ENDINGS = (
    ".bin", ".pt", ".pth", ".pt2", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".nemo", ".mar",
)  # fmt: skip
_RUNNING = frozenset({
    "keras", "hdf5", "torch7", "r", "r.rda", "skops", "tensorflow.saved_model", "tensorflow.graph",
    "tensorflow.meta_graph", "tensorflow.keras_metadata",
})  # fmt: skip
_RUNNING_ENDINGS = (".keras", ".h5", ".hdf5", ".t7", ".rds", ".rda", ".rdata", ".skops", ".pb")
_OBEYED = frozenset({"chat template", "mcp configuration"})


def role(path: str, formats: tuple[str, ...] = ()) -> str:
    """Give the role of a file as the lock names it."""
    name = path.rpartition("/")[2].lower()
    if name.endswith(_SIGNATURES):
        return "signature"
    if name.endswith(_CODE_ENDINGS) or ".so." in name or not _CODE.isdisjoint(formats):
        return "code"
    if name.endswith((".jinja", ".jinja2")) or name.startswith("chat_template"):
        return "template"
    if name.startswith(_TOKENIZERS) or name.endswith((".model", ".tiktoken")):
        return "tokenizer"
    if not _WEIGHTS.isdisjoint(formats) or name.endswith(_WEIGHT_ENDINGS):
        return "weights"
    if name.endswith(_DATA_ENDINGS):
        return "data"
    if name.endswith(_CONFIG_ENDINGS) or "requirements" in formats or name.startswith("requirements"):
        return "config"
    if name.endswith(_DOCUMENTS) or name.startswith(("license", "notice", "readme")):
        return "document"
    return "other"


def is_pickle(formats: tuple[str, ...], path: str) -> bool:
    """Tell whether loading a file of these formats runs a pickle; by its ending where no format tells what is in it."""
    if _PACKED.issuperset(formats):
        return path.lower().endswith(_PICKLE_ENDINGS)
    return any(name.startswith(("pickle", "torch.", "joblib", "dill")) for name in formats)


def can_run(formats: tuple[str, ...], path: str) -> bool:
    """Tell whether loading a file of these formats can run code that it brings: a pickle, a layer of Keras, R."""
    if is_pickle(formats, path):
        return True
    if _PACKED.issuperset(formats):
        return path.lower().endswith(_RUNNING_ENDINGS)
    return not _RUNNING.isdisjoint(formats)


def is_obeyed(role: str, formats: tuple[str, ...]) -> bool:
    """Tell whether a program does what such a file says: code, chat templates, what agents are told to start."""
    return role in {"code", "template"} or not _OBEYED.isdisjoint(formats)
