"""File names: what they hide from people, and programs in archives that only their name gives away.

A name alone proves nothing about content; it tells what a double click does, and what people are made to believe.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.facts import Fact
    from weighbridge.formats.node import Node

RUNNING = frozenset({
    "exe", "scr", "com", "pif", "cpl", "msi", "msix", "dll", "lnk", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse",
    "wsf", "wsh", "hta", "jar", "sh", "bash", "command", "app", "desktop", "apk", "reg", "scf", "url", "py", "pyw",
})  # fmt: skip
"""Extensions that a system or a person starts."""

SHOWING = frozenset({
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "md", "rtf", "csv", "html", "jpg", "jpeg", "png", "gif",
    "bmp", "svg", "mp3", "mp4", "wav", "avi", "safetensors", "gguf", "onnx", "bin", "pt", "pth", "ckpt", "h5", "keras",
    "npz", "npy", "pkl", "json", "yaml", "yml", "parquet", "tflite", "model", "zip",
})  # fmt: skip
"""Extensions of data and documents, which nobody expects to run."""

_TEMPLATES = frozenset({"sh", "bash", "py", "js", "reg", "url"})
"""Extensions behind another one for honest reasons (``config.json.py``): not told."""

_PACKAGES = frozenset({
    "numpy", "torch", "torchvision", "transformers", "tensorflow", "keras", "sklearn", "scipy", "pandas", "safetensors",
    "huggingface_hub", "tokenizers", "accelerate", "diffusers", "peft", "datasets", "lightgbm", "xgboost", "joblib",
    "dill", "cloudpickle", "onnx", "onnxruntime", "yaml", "requests", "einops", "sentencepiece", "skops", "jax", "flax",
    "os", "sys", "io", "re", "json", "pickle", "copyreg", "builtins", "collections", "functools", "importlib", "struct",
    "subprocess", "zipfile", "hashlib", "pathlib", "threading", "base64", "ctypes", "codecs", "_codecs", "encodings",
})  # fmt: skip
"""Packages and modules that loaders import: a file of that name in the directory of a program comes first."""

_TURNS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u2800\u3164\u115f\u1160"
_DOTS = "\u2024\ufe52\uff0e\u3002\u0701\u0702"
_ARCHIVES = {
    "whl": "Python wheel", "egg": "Python egg", "jar": "Java archive", "war": "Java archive", "apk": "Android package",
}  # fmt: skip

LONGEST = 200
"""Characters of a name that people see."""


def tells(node: Node, formats: tuple[str, ...]) -> Iterator[Fact]:
    """Yield what the name of a node hides, and what kind of program it makes of an archive."""
    name = node.name.replace("\\", "/").rpartition("/")[2]
    parts = name.lower().split(".")
    kind = parts[-1].strip()
    how = "" if name.isascii() else _unseen(name)
    if not how and len(parts) > 2 and kind in RUNNING - _TEMPLATES and parts[-2].strip() in SHOWING:
        how = "double"
    elif not how and kind in RUNNING and "    " in name:
        how = "blank"
    if not how and not node.member and len(parts) == 2 and kind == "py" and parts[0] in _PACKAGES:
        how = "shadow"
    if how:
        from weighbridge.core.texts import MisleadingName

        yield MisleadingName(at=node.at(), how=how, shown=_visible(name), kind=kind)
    if kind in _ARCHIVES and "zip" in formats:
        from weighbridge.core.programs import CodeUnit
        from weighbridge.core.when import When

        yield CodeUnit(at=node.at(), language="package", carrier=_ARCHIVES[kind], name=name[:LONGEST], when=When.FLAG)


def _unseen(name: str) -> str:
    if any(sign in name for sign in _TURNS):
        return "direction"
    if any(sign in name for sign in _UNSEEN):
        return "unseen"
    return "look-alike" if any(sign in name for sign in _DOTS) else ""


def _visible(name: str) -> str:
    return "".join(sign if sign.isascii() and sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in name[:LONGEST])
