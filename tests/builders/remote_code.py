"""Source files of models as honest repositories with custom code have them: each in the style of a real family."""

from __future__ import annotations

CONFIGURATION = '''# coding=utf-8
"""Small model configuration"""
from typing import Any, Dict, List, Optional

from transformers.configuration_utils import PretrainedConfig
from transformers.utils import logging

logger = logging.get_logger(__name__)

SMALL_PRETRAINED_CONFIG_ARCHIVE_MAP: Dict[str, str] = {}


class SmallConfig(PretrainedConfig):
    model_type = "small"
    keys_to_ignore_at_inference = ["past_key_values"]
    attribute_map = {"num_attention_heads": "n_head"}

    def __init__(self, vocab_size=32000, rope_scaling: Optional[Dict[str, Any]] = None, hidden_size=64, **kw):
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.rope_scaling = rope_scaling
        self._rope_scaling_validation()
        super().__init__(**kw)

    def _rope_scaling_validation(self):
        if self.rope_scaling is None:
            return
        if not isinstance(self.rope_scaling, dict) or len(self.rope_scaling) != 2:
            raise ValueError(f"`rope_scaling` must be a dictionary, got {self.rope_scaling}")
'''

TOKENIZATION = '''"""Tokenization classes in the style of sentencepiece models."""
import json
import os
import unicodedata
from functools import lru_cache
from shutil import copyfile
from typing import List, Optional, Tuple

import regex as re
import sentencepiece as spm
from transformers.tokenization_utils import AddedToken, PreTrainedTokenizer

VOCAB_FILES_NAMES = {"vocab_file": "tokenizer.model"}
PAT = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+"""


@lru_cache()
def bytes_to_unicode():
    bs = list(range(ord("!"), ord("~") + 1)) + list(range(ord("\\u00a1"), ord("\\u00ac") + 1))
    cs = bs[:]
    n = 0
    for b in range(2**8):
        if b not in bs:
            bs.append(b)
            cs.append(2**8 + n)
            n += 1
    return dict(zip(bs, [chr(n) for n in cs]))


class SmallTokenizer(PreTrainedTokenizer):
    vocab_files_names = VOCAB_FILES_NAMES

    def __init__(self, vocab_file, **kwargs):
        self.vocab_file = vocab_file
        self.sp_model = spm.SentencePieceProcessor()
        self.sp_model.Load(vocab_file)
        with open(os.path.join(os.path.dirname(vocab_file), "extra.json"), encoding="utf-8") as handle:
            self.extra = json.load(handle)
        self.pat = re.compile(PAT)
        super().__init__(**kwargs)

    def __getstate__(self):
        state = self.__dict__.copy()
        state["sp_model"] = None
        return state

    def save_vocabulary(self, save_directory: str, filename_prefix: Optional[str] = None) -> Tuple[str]:
        out = os.path.join(save_directory, (filename_prefix + "-" if filename_prefix else "") + "tokenizer.model")
        if os.path.abspath(self.vocab_file) != os.path.abspath(out):
            copyfile(self.vocab_file, out)
        return (out,)
'''

FLASH = '''"""Attention with optional kernels, in the style of models that came before their support in transformers."""
import importlib.metadata
import math
import os
import warnings
from functools import partial
from typing import Optional, Union

import torch
import torch.utils.checkpoint
from torch import nn
from torch.nn import CrossEntropyLoss

try:
    from flash_attn import flash_attn_func, flash_attn_varlen_func
    from flash_attn.bert_padding import index_first_axis, pad_input, unpad_input
except ImportError:
    flash_attn_func, flash_attn_varlen_func = None, None

try:
    from einops import rearrange, repeat
except ImportError:
    rearrange = None
    repeat = None

SUPPORT_CUDA = torch.cuda.is_available()
SUPPORT_BF16 = SUPPORT_CUDA and torch.cuda.is_bf16_supported()
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

torch._C._jit_set_profiling_mode(False)


@torch.jit.script
def bias_dropout_add(x: torch.Tensor, bias: torch.Tensor, prob: float) -> torch.Tensor:
    return nn.functional.dropout(x + bias, p=prob, training=True)


def _get_activation(name):
    return getattr(nn.functional, name)


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm = RMSNorm(config.hidden_size)
        self.act = _get_activation(config.act)
        if config.use_flash_attn and flash_attn_func is None:
            warnings.warn("flash_attn is not installed: `pip install flash-attn`")

    def forward(self, x, past=None):
        if self.training:
            x = torch.utils.checkpoint.checkpoint(self.norm, x)
        query = x.view(*x.shape[:-1], -1, 8)
        return self.act(query) / math.sqrt(query.size(-1))

    @torch.inference_mode()
    def chat(self, tokenizer, text: str, history=None, **kwargs):
        history = history or []
        inputs = tokenizer.apply_chat_template(history + [{"role": "user", "content": text}], return_tensors="pt")
        return tokenizer.decode(self.generate(inputs.to(self.device), **kwargs)[0])


def convert(path: Union[str, os.PathLike]):
    """Convert an old checkpoint."""
    state = torch.load(path, map_location="cpu")
    return {key.replace("module.", ""): value for key, value in state.items()}
'''

IMAGES = '''"""Image processor: pictures come from a path, an address or bytes."""
import base64
from io import BytesIO

import numpy as np
import requests
from PIL import Image
from torchvision import transforms
from torchvision.transforms.functional import InterpolationMode
from transformers.image_processing_utils import BaseImageProcessor

IMAGENET_MEAN = (0.485, 0.456, 0.406)


def load_image(source):
    if isinstance(source, str) and source.startswith("http"):
        return Image.open(requests.get(source, stream=True, timeout=10).raw)
    if isinstance(source, str) and source.startswith("data:image"):
        return Image.open(BytesIO(base64.b64decode(source.split(",", 1)[1])))
    return Image.open(source).convert("RGB")


def build_transform(size):
    return transforms.Compose([
        transforms.Lambda(lambda img: img.convert("RGB") if img.mode != "RGB" else img),
        transforms.Resize((size, size), interpolation=InterpolationMode.BICUBIC),
        transforms.ToTensor(),
        transforms.Normalize(mean=IMAGENET_MEAN, std=(0.229, 0.224, 0.225)),
    ])


class SmallImageProcessor(BaseImageProcessor):
    model_input_names = ["pixel_values"]

    def preprocess(self, images, **kwargs):
        return {"pixel_values": np.stack([build_transform(8)(load_image(one)) for one in images])}


if __name__ == "__main__":
    import subprocess
    print(SmallImageProcessor())
'''

PIPELINE = '''"""A pipeline of diffusers with its own scheduler."""
import inspect
from dataclasses import dataclass
from typing import Callable, List, Optional

import torch
from diffusers import DiffusionPipeline
from diffusers.utils import BaseOutput, is_xformers_available, logging, replace_example_docstring

logger = logging.get_logger(__name__)

EXAMPLE_DOC_STRING = """
    Examples:
        ```py
        >>> pipe = SmallPipeline.from_pretrained("org/small", trust_remote_code=True)
        ```
"""


@dataclass
class SmallOutput(BaseOutput):
    images: List[torch.Tensor]


class SmallPipeline(DiffusionPipeline):
    def __init__(self, unet, scheduler):
        super().__init__()
        self.register_modules(unet=unet, scheduler=scheduler)

    @torch.no_grad()
    @replace_example_docstring(EXAMPLE_DOC_STRING)
    def __call__(self, steps: int = 20, callback: Optional[Callable[[int, torch.Tensor], None]] = None):
        accepts_eta = "eta" in set(inspect.signature(self.scheduler.step).parameters.keys())
        sample = torch.randn(1, 3, 8, 8)
        for step in self.progress_bar(range(steps)):
            sample = self.scheduler.step(self.unet(sample, step), step, sample, **({"eta": 0.0} if accepts_eta else {}))
            if callback is not None:
                callback(step, sample)
        return SmallOutput(images=list(sample))
'''

ALL = {
    "configuration_small.py": CONFIGURATION,
    "tokenization_small.py": TOKENIZATION,
    "modeling_small.py": FLASH,
    "image_processing_small.py": IMAGES,
    "pipeline.py": PIPELINE,
}
"""File name and text of each."""
