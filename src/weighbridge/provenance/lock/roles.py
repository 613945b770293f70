"""What a file of a model is for, by its name and by what the scanner found it to be."""

from __future__ import annotations

_WEIGHTS = frozenset({
    "safetensors", "gguf", "torch.zip", "torch.legacy", "torch.tar", "torch.script", "pickle", "joblib", "onnx", "hdf5",
    "keras", "tflite", "numpy.npy", "numpy.npz", "coreml", "openvino", "paddle", "executorch", "ggml",
})  # fmt: skip
_WEIGHT_ENDINGS = (
    ".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".h5", ".keras", ".tflite", ".npz", ".npy",
    ".pkl", ".joblib", ".msgpack", ".pb", ".mlmodel", ".pte", ".llamafile",
)  # fmt: skip
_TOKENIZERS = ("tokenizer", "vocab", "merges", "special_tokens", "added_tokens", "spiece", "sentencepiece")
_CODE_ENDINGS = (".py", ".so", ".pyd", ".js", ".sh", ".ipynb", ".dll", ".dylib", ".java", ".rb", ".r", ".pyc")
_DOCUMENTS = (".md", ".txt", ".rst", ".pdf", ".html", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp")
_DATA_ENDINGS = (".parquet", ".csv", ".jsonl", ".arrow", ".tsv")
_SIGNATURES = (".sig", ".sigstore", ".sigstore.json", ".asc")
_CONFIG_ENDINGS = (".json", ".yaml", ".yml", ".toml", ".cfg", ".ini")


def role(path: str, formats: tuple[str, ...] = ()) -> str:
    """Give the role of a file as the lock names it."""
    name = path.rpartition("/")[2].lower()
    if name.endswith(_SIGNATURES):
        return "signature"
    if name.endswith(_CODE_ENDINGS):
        return "code"
    if name.endswith((".jinja", ".jinja2")) or name.startswith("chat_template"):
        return "template"
    if name.startswith(_TOKENIZERS) or name.endswith((".model", ".tiktoken")):
        return "tokenizer"
    if not _WEIGHTS.isdisjoint(formats) or name.endswith(_WEIGHT_ENDINGS):
        return "weights"
    if name.endswith(_DATA_ENDINGS):
        return "data"
    if name.endswith(_CONFIG_ENDINGS):
        return "config"
    if name.endswith(_DOCUMENTS) or name.startswith(("license", "notice", "readme")):
        return "document"
    return "other"


def is_pickle(formats: tuple[str, ...], path: str) -> bool:
    """Tell whether loading a file of these formats runs a pickle; by its ending where no format is known."""
    if formats:
        return any(name.startswith(("pickle", "torch.", "joblib", "dill")) for name in formats)
    return path.lower().endswith((".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib"))
