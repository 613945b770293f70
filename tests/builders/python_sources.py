"""Python source of models: as honest repositories have it, and with one thing in it that does not belong there."""

from __future__ import annotations

import base64
import zlib

HONEST = '''"""PyTorch model of a small transformer."""

import math
from typing import Optional, Tuple

import torch
import torch.nn.functional as F
from torch import nn
from transformers import PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.utils import is_flash_attn_2_available, logging

from .configuration_small import SmallConfig

if is_flash_attn_2_available():
    from flash_attn import flash_attn_func

try:
    from einops import rearrange
except ImportError:
    rearrange = None

logger = logging.get_logger(__name__)
ACT2FN = {"gelu": F.gelu, "silu": F.silu}


class SmallAttention(nn.Module):
    def __init__(self, config: SmallConfig, layer_idx: Optional[int] = None):
        super().__init__()
        self.head_dim = config.hidden_size // config.num_heads
        self.q_proj = nn.Linear(config.hidden_size, config.hidden_size, bias=False)
        self.act = ACT2FN[config.hidden_act]

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, Optional[torch.Tensor]]:
        weights = torch.matmul(x, x.transpose(-1, -2)) / math.sqrt(self.head_dim)
        return self.q_proj(self.act(weights @ x)), None


class SmallForCausalLM(PreTrainedModel):
    config_class = SmallConfig

    @classmethod
    def load_old(cls, path):
        state = torch.load(path, map_location="cpu", weights_only=True)
        model = cls(SmallConfig())
        model.load_state_dict(state)
        return model

    @torch.no_grad()
    def generate_one(self, input_ids):
        return CausalLMOutputWithPast(logits=self(input_ids))
'''


def source(*lines: str, honest: str = HONEST) -> bytes:
    """The honest source with lines added at its end."""
    return (honest + "\n" + "\n".join(lines) + "\n" if lines else honest).encode()


def honest_named_py() -> bytes:
    """A modeling file as repositories with custom code have it."""
    return source()


def shell_at_import_named_py() -> bytes:
    """REP-16: a command as soon as the module is imported."""
    return source("import os", "os.system('echo INERT')")


def packed(text: str = "import os\nos.system('echo INERT')") -> str:
    """Source text as obfuscators pack it: compressed, in base64."""
    return base64.b64encode(zlib.compress(text.encode())).decode()


def packed_exec_named_py() -> bytes:
    """Text that is unpacked and executed."""
    return source("import base64, zlib", f"exec(zlib.decompress(base64.b64decode('{packed()}')))")
