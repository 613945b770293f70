"""Whole repositories as the real libraries write them: one function each, given an empty folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[[Path], None]

CARD = """---
license: apache-2.0
base_model: example/base
library_name: transformers
pipeline_tag: text-generation
tags: [example]
---
# A small model

Trained for an hour on public stories. See `config.json` for its size.

```python
from transformers import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained("example/small")
```
"""
TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
WORDS = [f"word{number}" for number in range(60)]
CUSTOM_MODEL = '''"""A model of its own, loaded with ``trust_remote_code=True``."""

import torch
from torch import nn
from transformers import PreTrainedModel

from .configuration_small import SmallConfig


class SmallModel(PreTrainedModel):
    config_class = SmallConfig

    def __init__(self, config):
        super().__init__(config)
        self.linear = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, hidden_states, **kwargs):
        return torch.relu(self.linear(hidden_states))
'''
CUSTOM_CONFIG = '''"""The configuration of a model of its own."""

from transformers import PretrainedConfig


class SmallConfig(PretrainedConfig):
    model_type = "small"

    def __init__(self, hidden_size=8, **kwargs):
        self.hidden_size = hidden_size
        super().__init__(**kwargs)
'''


def tokenizer() -> Any:
    """A word-level tokenizer with special tokens and a chat template."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: at for at, word in enumerate(["<unk>", "<s>", "</s>", "<pad>", *WORDS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="<pad>",
        chat_template=TEMPLATE,
    )  # fmt: skip


def llama() -> Any:
    """A causal language model of two layers."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(LlamaConfig(
        vocab_size=64, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=64,
    ))  # fmt: skip


def transformers_model(folder: Path) -> None:
    """A causal language model with tokenizer, template, card and attributes of git-LFS."""
    llama().save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    (folder / "README.md").write_text(CARD)
    (folder / ".gitattributes").write_text("*.safetensors filter=lfs diff=lfs merge=lfs -text\n")


def transformers_shards(folder: Path) -> None:
    """The same in several shards."""
    llama().save_pretrained(folder, max_shard_size="8KB")
    tokenizer().save_pretrained(folder)


def bert_classifier(folder: Path) -> None:
    """A classifier of another family."""
    from transformers import BertConfig, BertForSequenceClassification

    BertForSequenceClassification(BertConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, num_labels=3
    )).save_pretrained(folder)  # fmt: skip
    tokenizer().save_pretrained(folder)


def sentence_transformer(folder: Path) -> None:
    """An embedding model as sentence-transformers keeps it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel

    inner = folder / "inner"
    BertModel(BertConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )).save_pretrained(inner)  # fmt: skip
    tokenizer().save_pretrained(inner)
    transformer = Transformer(str(inner))
    model = SentenceTransformer(modules=[transformer, Pooling(16), Normalize()], device="cpu")
    model.save(str(folder / "saved"))


def peft_adapter(folder: Path) -> None:
    """A LoRA adapter."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    model = get_peft_model(llama(), config)
    model.peft_config["default"].base_model_name_or_path = "example/base"
    model.save_pretrained(folder)


def sklearn_with_skops(folder: Path) -> None:
    """A pipeline as skops and as joblib, with requirements."""
    import joblib
    import skops.io
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

    model = make_pipeline(StandardScaler(), LogisticRegression()).fit([[0.0, 1.0], [1.0, 0.0]], [0, 1])
    skops.io.dump(model, folder / "model.skops")
    joblib.dump(model, folder / "model.joblib")
    (folder / "requirements.txt").write_text("scikit-learn==1.9.1\njoblib>=1.4\n")
    (folder / "README.md").write_text("---\nlibrary_name: sklearn\nlicense: mit\n---\n# A pipeline\n")


def keras_model(folder: Path) -> None:
    """A network in all three of Keras' formats."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    model = keras.Sequential([
        keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3, activation="relu"), keras.layers.Flatten(),
        keras.layers.Dropout(0.1), keras.layers.Dense(3, activation="softmax"),
    ])  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy")
    model.save(folder / "model.keras")
    model.save(folder / "model.h5")
    model.save_weights(folder / "model.weights.h5")


def onnx_model(folder: Path) -> None:
    """A graph with its weights in a file beside it."""
    import numpy
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(numpy.full((64, 32), 0.5, dtype=numpy.float32), "weight")
    node = helper.make_node("MatMul", ["x", "weight"], ["y"])
    graph = helper.make_graph(
        [node], "small", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 32])], [weight],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    onnx.save_model(
        model, str(folder / "model.onnx"), save_as_external_data=True, location="model.onnx.data", size_threshold=0
    )
    (folder / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}\n')


def gguf_model(folder: Path) -> None:
    """A GGUF file with a tokenizer and a template, and the card of a quantiser."""
    import gguf
    import numpy

    writer = gguf.GGUFWriter(str(folder / "small.Q8_0.gguf"), "llama")
    writer.add_name("small")
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_head_count(2)
    writer.add_feed_forward_length(32)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(["<unk>", "<s>", "</s>", *WORDS])
    writer.add_token_scores([0.0] * (len(WORDS) + 3))
    writer.add_token_types([2, 3, 3] + [1] * len(WORDS))
    writer.add_chat_template(TEMPLATE)
    values = numpy.linspace(-1, 1, 64 * 32, dtype=numpy.float32).reshape(64, 32)
    writer.add_tensor("token_embd.weight", values)
    packed = gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("output.weight", packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    (folder / "README.md").write_text(CARD)


def custom_code(folder: Path) -> None:
    """A repository whose model needs its own code."""
    import json

    llama().save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {
        "AutoConfig": "configuration_small.SmallConfig", "AutoModel": "modeling_small.SmallModel",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    (folder / "modeling_small.py").write_text(CUSTOM_MODEL)
    (folder / "configuration_small.py").write_text(CUSTOM_CONFIG)
    (folder / "README.md").write_text(CARD)


HONEST: tuple[Write, ...] = (
    transformers_model, transformers_shards, bert_classifier, sentence_transformer, peft_adapter, sklearn_with_skops,
    keras_model, onnx_model, gguf_model,
)  # fmt: skip
