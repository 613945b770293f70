"""What is fuzzed: one module a target, each with ``TARGET``."""

from __future__ import annotations

from importlib import import_module

from fuzz.target import Target

NAMES = (
    "differential", "spoilt_streams", "pickles", "zips", "tars", "sevenzips", "streams", "npys", "safetensors",
    "json_texts", "configs", "ggufs", "templates", "tokenizers", "tensorflow", "flat_models", "arrows",
    "flexbuffers", "torch_scripts", "tensorizers", "hdf5", "marshals", "sources", "onnx", "coreml", "paddle",
    "sentencepiece", "xmls", "classical", "trees", "msgpacks", "media", "proses", "programs", "signatures", "files",
)  # fmt: skip
"""``files`` is the whole examination; the others are single readers, and the two differential ones."""


def load(name: str) -> Target:
    """Import a target."""
    found: Target = import_module(f"fuzz.targets.{name}").TARGET
    return found
