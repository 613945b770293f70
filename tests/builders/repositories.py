"""Whole repositories as files by path: an honest one, and one for each way in which files can disagree.

A file with the content ``-> TARGET`` stands for a symbolic link, one whose first line is ``sha256:DIGEST`` for a file
that a store lists with this digest (see ``tests/engine/repositories.py``).
"""

from __future__ import annotations

import json
from hashlib import sha256

from tests.builders import safetensors_files, torches
from tests.builders.pickles.honest import custom_class, numpy_array
from tests.builders.safetensors_files import Tensor, encode

SIZE = 32
CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8, "vocab_size": SIZE,
    "torch_dtype": "float32", "transformers_version": "5.23.0",
}  # fmt: skip
CARD = "---\nlicense: apache-2.0\nbase_model: org/base\nlibrary_name: transformers\n---\n# A small model\n"
TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
WEIGHTS = (
    Tensor(name="model.embed_tokens.weight", shape=(SIZE, 8)),
    Tensor(name="model.norm.weight", shape=(8,)),
)


def text(content: object) -> bytes:
    """A JSON file as libraries write it."""
    return json.dumps(content, indent=2).encode() + b"\n"


def tokenizer(words: int = SIZE) -> bytes:
    """A word-level tokenizer of so many words."""
    vocabulary = {f"word{number}": number for number in range(words)}
    return text({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "word0"},
    })  # fmt: skip


def index(**where: str) -> bytes:
    """An index of shards: the file of each tensor."""
    return text(
        {"metadata": {"total_size": 1}, "weight_map": {name.replace("__", "."): at for name, at in where.items()}}
    )


def adapter(base: str = "org/base", **more: object) -> bytes:
    """The configuration of a LoRA adapter of rank 4."""
    return text({
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base, "r": 4, "lora_alpha": 8,
        "target_modules": ["q_proj"], "modules_to_save": None, "auto_mapping": None, **more,
    })  # fmt: skip


def lora(rank: int = 4, *more: Tensor) -> bytes:
    """The weights of a LoRA adapter."""
    stem = "base_model.model.model.layers.0.self_attn.q_proj"
    return encode([
        Tensor(name=f"{stem}.lora_A.weight", shape=(rank, 8)), Tensor(name=f"{stem}.lora_B.weight", shape=(8, rank)),
        *more,
    ])  # fmt: skip


def honest_named_repository() -> dict[str, bytes]:
    """A transformers model with tokenizer, template and card."""
    return {
        "README.md": CARD.encode(),
        "config.json": text(CONFIG),
        "model.safetensors": encode(WEIGHTS, metadata={"format": "pt"}),
        "tokenizer.json": tokenizer(),
        "tokenizer_config.json": text({"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": TEMPLATE}),
        "chat_template.jinja": TEMPLATE.encode(),
    }


def altered_named_repository() -> dict[str, bytes]:
    """Weights that are not those which the store lists."""
    listed, there = encode(WEIGHTS, metadata={"format": "pt"}), encode(WEIGHTS, metadata={"format": "np"})
    return {"model.safetensors": b"sha256:%s\n%s" % (sha256(listed).hexdigest().encode(), there)}


def unaltered_named_repository() -> dict[str, bytes]:
    """Weights that are those which the store lists."""
    listed = encode(WEIGHTS, metadata={"format": "pt"})
    return {"model.safetensors": b"sha256:%s\n%s" % (sha256(listed).hexdigest().encode(), listed)}


def honest_shards() -> dict[str, bytes]:
    """Two shards and their index."""
    return {
        "model.safetensors.index.json": index(
            model__embed_tokens__weight="model-00001-of-00002.safetensors",
            model__norm__weight="model-00002-of-00002.safetensors",
        ),
        "model-00001-of-00002.safetensors": encode(WEIGHTS[:1]),
        "model-00002-of-00002.safetensors": encode(WEIGHTS[1:]),
    }


def honest_adapter() -> dict[str, bytes]:
    """A LoRA adapter and its card."""
    return {"README.md": CARD.encode(), "adapter_config.json": adapter(), "adapter_model.safetensors": lora()}


def shadowed_package_named_repository() -> dict[str, bytes]:
    """PKL-37: the repository ships the package that its pickle names."""
    return {"numpy.py": b'raise RuntimeError("inert")\n', "model.pkl": numpy_array()}


def package_in_the_way_named_repository() -> dict[str, bytes]:
    """PKL-37: the repository ships a package of its own under the name of a library; no pickle asks for it."""
    return {"torch/__init__.py": b"VALUE = 1\n", "model.safetensors": encode(WEIGHTS)}


def code_beside_pickle_named_repository() -> dict[str, bytes]:
    """PKL-36: the class of the pickle is in a module beside it."""
    return {"inert_model.py": b"class Net:\n    pass\n", "model.pkl": custom_class("inert_model", "Net")}


def missing_code_named_repository() -> dict[str, bytes]:
    """REP-01: the configuration names a module that is not there."""
    return {
        "config.json": text(CONFIG | {"auto_map": {"AutoModel": "modeling_inert.InertModel"}}),
        "model.safetensors": encode(WEIGHTS),
    }


def duplicate_tensor_named_repository() -> dict[str, bytes]:
    """SAF-09: two shards hold the same tensor."""
    return honest_shards() | {"model-00002-of-00002.safetensors": encode(WEIGHTS)}


def twin_formats_named_repository() -> dict[str, bytes]:
    """REP-27: a pickled checkpoint of other shapes beside the safetensors file."""
    other = torches.zip_checkpoint((torches.Tensor(name="layer.weight", shape=(4, 3)),))
    return {"model.safetensors": safetensors_files.honest(), "pytorch_model.bin": other}


def vocabulary_size_named_repository() -> dict[str, bytes]:
    """REP-12: the tokenizer gives ids beyond the embedding."""
    return honest_named_repository() | {"tokenizer.json": tokenizer(SIZE + 8)}


def swollen_adapter_named_repository() -> dict[str, bytes]:
    """WGT-12: an adapter that brings a whole layer along."""
    layer = Tensor(name="base_model.model.model.layers.0.mlp.down_proj.weight", shape=(8, 8))
    return honest_adapter() | {"adapter_model.safetensors": lora(4, layer)}


def template_copies_named_repository() -> dict[str, bytes]:
    """GGU-03: two templates of one name."""
    return honest_named_repository() | {"chat_template.jinja": TEMPLATE.replace(": ", " - ").encode()}


def card_claims_named_repository() -> dict[str, bytes]:
    """REP-09: the card and the adapter name different bases."""
    return honest_adapter() | {"adapter_config.json": adapter("inert-org/other")}


def dtype_claim_named_repository() -> dict[str, bytes]:
    """SAF-06: the same bytes under a type of whole numbers."""
    flipped = [Tensor(name=one.name, shape=one.shape, dtype="I32") for one in WEIGHTS[:1]]
    return honest_named_repository() | {"model.safetensors": encode(flipped)}


def two_graphs_named_repository() -> dict[str, bytes]:
    """TF-04: both forms of a SavedModel."""
    from tests.builders import savedmodels

    return {"saved_model.pb": savedmodels.honest_named_pb(), "saved_model.pbtxt": b"saved_model_schema_version: 1\n"}


def linked_data_named_repository() -> dict[str, bytes]:
    """ONX-03: the external data of a graph is a link out of the repository."""
    from tests.builders import onnxes

    return {"model.onnx": onnxes.external_data_named_onnx(), "model.onnx.data": b"-> /inert-absent/secret"}


def colliding_names_named_repository() -> dict[str, bytes]:
    """REP-30: two names that differ in case."""
    return {"model.safetensors": encode(WEIGHTS), "Model.safetensors": encode(WEIGHTS)}
