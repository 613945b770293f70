"""Whole repositories: many small models of what people really keep beside weights, and one large model in shards.

Everything in them is honest, so whatever a tool finds is a false alarm. Written with the standard library alone.
"""

from __future__ import annotations

import json
import pickle
import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bench.tensors import state_dict_of

MODELS = 1_000
FILES = 10
"""Files of one model: 10,000 in all."""
WORDS = 900
WIDTH = 48
SHARDS = 8
SHARD_BYTES = 512 << 20
SHARD_TENSORS = 32

TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' }}\n{{ message['content'] | trim }}\n{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
CARD = """---
license: apache-2.0
base_model: example/base
library_name: transformers
tags: [text-generation, example]
---
# Example model {number}

Fine-tuned on a public data set of short stories. Evaluation on held-out stories is in the table.

| metric | value |
| --- | --- |
| loss | {loss:.3f} |

```python
from transformers import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained("example/model-{number}")
```
"""
SOURCE = '''"""Turns the rows of a table into prompts."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import nn


class Head(nn.Module):
    """A projection with dropout."""

    def __init__(self, width: int = {width}) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.dropout = nn.Dropout(0.1)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.linear(self.dropout(hidden))


def rows(path: str) -> list[dict]:
    return json.loads(Path(path).read_text())
'''


def write_repository(path: Path, seed: int) -> None:
    """A folder of 1,000 small models, each with the ten files of a usual repository."""
    path.mkdir()
    random_ = random.Random(seed)
    for number in range(MODELS):
        folder = path / f"model-{number:04}"
        folder.mkdir()
        for name, content in _model(number, random_):
            (folder / name).write_bytes(content)


def write_shards(path: Path, seed: int) -> None:
    """A 4 GB checkpoint: safetensors shards with their index, configuration and card."""
    path.mkdir()
    where = {}
    for shard in range(SHARDS):
        name = f"model-{shard + 1:05}-of-{SHARDS:05}.safetensors"
        names = [f"model.layers.{shard * SHARD_TENSORS + index}.mlp.weight" for index in range(SHARD_TENSORS)]
        where.update(dict.fromkeys(names, name))
        _write_shard(path / name, names, random.Random(seed + shard))
    index = {"metadata": {"total_size": SHARDS * SHARD_BYTES}, "weight_map": where}
    (path / "model.safetensors.index.json").write_bytes(_json(index))
    (path / "config.json").write_bytes(_json(_config(0)))
    (path / "README.md").write_text(CARD.format(number=0, loss=1.5))


def _write_shard(path: Path, names: list[str], random_: random.Random) -> None:
    size = SHARD_BYTES // len(names)
    header: dict[str, dict[str, object]] = {
        name: {"dtype": "BF16", "shape": [size // 2048, 1024], "data_offsets": [index * size, (index + 1) * size]}
        for index, name in enumerate(names)
    }
    with path.open("wb") as file:
        file.write(_safetensors_header(header))
        for _ in names:
            # The exponents of bfloat16 weights around 0.01, the low byte as good as random.
            low = random_.randbytes(size // 2)
            values = bytearray(size)
            values[::2] = low
            values[1::2] = low.translate(_HIGH)
            file.write(values)


_HIGH = bytes(0x3C if code & 1 else 0xBC for code in range(256))


def _model(number: int, random_: random.Random) -> Iterator[tuple[str, bytes]]:
    words = [f"w{random_.randrange(1 << 32):x}{index}" for index in range(WORDS)]
    yield "README.md", CARD.format(number=number, loss=random_.random() * 3).encode()
    yield "config.json", _json(_config(number))
    yield "generation_config.json", _json({"bos_token_id": 1, "eos_token_id": 2, "max_length": 512, "do_sample": True})
    yield "tokenizer.json", _tokenizer(words)
    yield "tokenizer_config.json", _json({"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": TEMPLATE})
    yield "special_tokens_map.json", _json({"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"})
    yield "model.safetensors", _safetensors(random_)
    yield "pytorch_model.bin", _checkpoint(random_)
    yield "data.pkl", pickle.dumps({"labels": words[:50], "scores": [random_.random() for _ in range(200)]}, 4)
    yield "prepare.py", SOURCE.replace("{width}", str(WIDTH)).encode()


def _config(number: int) -> dict[str, object]:
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": WIDTH,
        "intermediate_size": 4 * WIDTH, "num_attention_heads": 4, "num_hidden_layers": 2 + number % 3,
        "vocab_size": WORDS, "torch_dtype": "float32", "rms_norm_eps": 1e-6, "transformers_version": "5.23.0",
    }  # fmt: skip


def _json(content: object) -> bytes:
    return json.dumps(content, indent=2).encode() + b"\n"


def _tokenizer(words: list[str]) -> bytes:
    return _json({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": {word: at for at, word in enumerate(words)}, "unk_token": words[0]},
    })  # fmt: skip


def _values(count: int, random_: random.Random) -> bytes:
    return struct.pack(f"<{count}f", *(random_.gauss(0, 0.02) for _ in range(count)))


def _safetensors_header(tensors: dict[str, dict[str, object]]) -> bytes:
    encoded = json.dumps({"__metadata__": {"format": "pt"}, **tensors}, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    return struct.pack("<Q", len(encoded)) + encoded


def _safetensors(random_: random.Random) -> bytes:
    size = WIDTH * WIDTH * 4
    entry: dict[str, object] = {"dtype": "F32", "shape": [WIDTH, WIDTH], "data_offsets": [0, size]}
    return _safetensors_header({"head.linear.weight": entry}) + _values(WIDTH * WIDTH, random_)


def _checkpoint(random_: random.Random) -> bytes:
    from io import BytesIO

    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", state_dict_of(["head.linear.weight"], (WIDTH, WIDTH)))
        archive.writestr("archive/byteorder", b"little")
        archive.writestr("archive/data/0", _values(WIDTH * WIDTH, random_))
        archive.writestr("archive/version", b"3\n")
    return held.getvalue()
