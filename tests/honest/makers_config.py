"""Honest configurations written by the real libraries: ``FILES`` holds the name of a file and what writes it.

One saved model gives several files; it is made once. The libraries are imported inside: collecting tests must not cost
their import.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[[Path], None]
FILES: list[tuple[str, Write]] = []

MODELS = (
    "bert", "gpt2", "llama", "t5", "vit", "whisper", "clip", "qwen2", "mistral", "gemma2", "deberta-v2", "mixtral",
    "phi3", "falcon", "mamba", "blip-2", "detr", "wav2vec2", "sew", "lightglue", "modernbert", "gpt_oss",
    "qwen2_vl", "llava",
)  # fmt: skip
"""Types of models whose configuration is written, without weights."""

Save = Callable[[Path], Any]


def folder(save: Save, *names: str, label: str) -> None:
    """Register files of what ``save`` writes into a folder."""

    @functools.cache
    def written() -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as place:
            save(Path(place))
            paths = [path for path in Path(place).rglob("*") if path.is_file()]
            return {path.relative_to(place).as_posix(): path.read_bytes() for path in paths}

    FILES.extend(
        (f"{label}/{name}", lambda path, name=name: path.write_bytes(written()[name]))  # type: ignore[misc]
        for name in names
    )


# -- transformers --------------------------------------------------------------------------------------------------


def _configuration(kind: str) -> Save:
    def save(place: Path) -> None:
        from transformers import CONFIG_MAPPING

        CONFIG_MAPPING[kind]().save_pretrained(place)

    return save


for model in MODELS:
    folder(_configuration(model), "config.json", label=model)


def _tiny_llama() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(vocab_size=64, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2)
    )


def _tiny_bert(place: Path | None = None) -> Any:
    from transformers import BertConfig, BertModel

    made = BertModel(
        BertConfig(vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2)
    )
    if place is not None:
        made.save_pretrained(place)
        _tokenizer().save_pretrained(place)
    return made


def _tokenizer() -> Any:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(WordLevel({"[UNK]": 0, "[PAD]": 1, "a": 2, "b": 3}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()  # type: ignore[assignment]
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token="[UNK]", pad_token="[PAD]")


folder(
    lambda place: _tiny_llama().save_pretrained(place, max_shard_size="8KB"),
    "config.json", "generation_config.json", "model.safetensors.index.json", label="sharded",
)  # fmt: skip
folder(lambda place: _tokenizer().save_pretrained(place), "tokenizer_config.json", "tokenizer.json", label="tokenizer")


def _processor(name: str) -> Save:
    def save(place: Path) -> None:
        import transformers

        getattr(transformers, name)().save_pretrained(place)

    return save


for processor in ("WhisperFeatureExtractor", "Wav2Vec2FeatureExtractor", "ClapFeatureExtractor"):
    folder(_processor(processor), "preprocessor_config.json", label=processor)


def _quantised(place: Path) -> None:
    from transformers import BitsAndBytesConfig, LlamaConfig

    made = LlamaConfig()
    made.quantization_config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4").to_dict()
    made.save_pretrained(place)


folder(_quantised, "config.json", label="quantised")


def _adapted(make: Callable[[Any], Any], base: Callable[[], Any]) -> Save:
    def save(place: Path) -> None:
        import peft

        peft.get_peft_model(base(), make(peft)).save_pretrained(place)

    return save


_PEFT: tuple[tuple[str, Callable[[Any], Any], Callable[[], Any]], ...] = (
    ("lora", lambda peft: peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
     _tiny_llama),
    ("lora_regex", lambda peft: peft.LoraConfig(target_modules=r".*\.(q|v)_proj$"), _tiny_llama),
    ("lora_bert", lambda peft: peft.LoraConfig(target_modules="all-linear", use_dora=True), _tiny_bert),
    ("ia3", lambda peft: peft.IA3Config(target_modules=["k_proj", "down_proj"], feedforward_modules=["down_proj"]),
     _tiny_llama),
    ("prompt", lambda peft: peft.PromptTuningConfig(num_virtual_tokens=4, task_type="CAUSAL_LM"), _tiny_llama),
    ("vera", lambda peft: peft.VeraConfig(target_modules=["q_proj"], r=4), _tiny_llama),
)  # fmt: skip
for label, make, base in _PEFT:
    folder(_adapted(make, base), "adapter_config.json", label=label)


# -- sentence-transformers -----------------------------------------------------------------------------------------


def _sentences(place: Path) -> None:
    from sentence_transformers import SentenceTransformer, models

    with tempfile.TemporaryDirectory() as source:
        _tiny_bert(Path(source))
        word: Any = models.Transformer(source)
        pooling: Any = models.Pooling(16)
        dense: Any = models.Dense(16, 8)
        SentenceTransformer(modules=[word, pooling, dense, models.Normalize()], device="cpu").save(str(place))


folder(
    _sentences, "config.json", "modules.json", "config_sentence_transformers.json", "1_Pooling/config.json",
    "2_Dense/config.json", label="sentences",
)  # fmt: skip


def _cross_encoder(place: Path) -> None:
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    with tempfile.TemporaryDirectory() as source:
        small = BertConfig(
            vocab_size=32,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_labels=1,
        )
        BertForSequenceClassification(small).save_pretrained(source)
        _tokenizer().save_pretrained(source)
        CrossEncoder(source, device="cpu").save_pretrained(str(place))


folder(_cross_encoder, "config.json", label="cross_encoder")


# -- Lightning and YAML --------------------------------------------------------------------------------------------


def _hparams(place: Path) -> None:
    from lightning.pytorch.core.saving import save_hparams_to_yaml

    held = {"lr": 1e-3, "layers": [1, 2], "betas": (0.9, 0.99), "name": "net", "nested": {"on": True, "off": None}}
    save_hparams_to_yaml(place / "hparams.yaml", held)


folder(_hparams, "hparams.yaml", label="lightning")


def _dumped(place: Path) -> None:
    import yaml

    shared = {"lr": 0.1, "note": "Grüße"}
    held = {"a": shared, "b": shared, "text": "one\ntwo\n", "when": [1, 2.5, "3", None, False], "empty": {}}
    (place / "settings.yaml").write_text(yaml.safe_dump(held, allow_unicode=True))
    (place / "tuple.yaml").write_text(yaml.dump({"shape": (1, 2)}))


folder(_dumped, "settings.yaml", "tuple.yaml", label="pyyaml")
