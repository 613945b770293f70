"""Configurations: every notation reads any bytes, and the walk over what it gives holds no matter what stands there."""

from __future__ import annotations

from fuzz import seeds
from fuzz.target import Target

_READS = (
    ("json", "config.json"),
    ("json", "adapter_config.json"),
    ("json", "model.safetensors.index.json"),
    ("yaml", "model_config.yaml"),
    ("yaml.bare", "model_config"),
    ("git.config", "config"),
    ("cfg", "config.cfg"),
    ("pbtxt", "config.pbtxt"),
)

TARGET = Target(name="configs", seeds=seeds.config_texts, reads=_READS)
