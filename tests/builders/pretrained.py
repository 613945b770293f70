"""Directories as transformers writes them, with code of their own; nothing of the library is needed to make them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

CONFIGURATION = """
from transformers import PretrainedConfig

class TinyConfig(PretrainedConfig):
    model_type = "weighed-tiny"

    def __init__(self, width=4, **more):
        self.width = width
        super().__init__(**more)
"""
MODEL = """
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel
from transformers.utils import ModelOutput

from .configuration_tiny import TinyConfig

@dataclass
class TinyOutput(ModelOutput):
    result: torch.Tensor | None = None

class TinyModel(PreTrainedModel):
    config_class = TinyConfig

    def __init__(self, config):
        super().__init__(config)
        self.linear = torch.nn.Linear(config.width, 2)
        self.post_init()

    def forward(self, numbers):
        return TinyOutput(result=self.linear(numbers))
"""


def with_code(folder: Path, first: str = "") -> Path:
    """A model of which the repository brings the classes; ``first`` stands at the head of the model's module."""
    folder.mkdir()
    (folder / "configuration_tiny.py").write_text(CONFIGURATION)
    (folder / "modeling_tiny.py").write_text(first + MODEL)
    own = {"AutoConfig": "configuration_tiny.TinyConfig", "AutoModel": "modeling_tiny.TinyModel"}
    config = {"architectures": ["TinyModel"], "model_type": "weighed-tiny", "width": 4, "auto_map": own}
    (folder / "config.json").write_text(json.dumps(config))
    header = json.dumps({
        "__metadata__": {"format": "pt"},
        "linear.bias": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
        "linear.weight": {"dtype": "F32", "shape": [2, 4], "data_offsets": [8, 40]},
    }).encode()  # fmt: skip
    header += b" " * (-len(header) % 8)
    weights = struct.pack("<10f", *range(10))
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + weights)
    return folder
