"""Honest GGUF files, tokenizers and templates, written by gguf-py, tokenizers and transformers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.builders.chat_templates import HONEST, LLAMA_31_TOOLS, QWEN_TOOLS

Write = Callable[[Path], None]
FILES: list[tuple[str, Write]] = []


def honest(name: str) -> Callable[[Write], Write]:
    """Register a file."""
    return lambda write: FILES.append((name, write)) or write  # type: ignore[func-returns-value]


# -- GGUF ----------------------------------------------------------------------------------------------------------


def _writer(path: Path, architecture: str = "llama", **words: Any) -> Any:
    import gguf

    return gguf.GGUFWriter(str(path), architecture, **words)


def _finish(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _model(path: Path, **words: Any) -> Any:
    import numpy

    writer = _writer(path, **words)
    writer.add_name("inert")
    writer.add_block_count(2)
    writer.add_context_length(2048)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length([128, 256])
    writer.add_head_count(4)
    writer.add_head_count_kv([4, 2])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(16)
    writer.add_file_type(1)
    writer.add_quantization_version(2)
    writer.add_tags(["text-generation", "inert"])
    writer.add_languages(["en", "ar"])
    writer.add_tensor("token_embd.weight", numpy.ones((33, 64), "float32"))
    writer.add_tensor("blk.0.attn_norm.weight", numpy.ones(7, "float32"))
    writer.add_tensor("blk.0.attn_q.weight", numpy.ones((64, 64), "float16"))
    return writer


@honest("model.gguf")
def _(path: Path) -> None:
    _finish(_model(path))


@honest("big_endian.gguf")
def _(path: Path) -> None:
    import gguf

    _finish(_model(path, endianess=gguf.GGUFEndian.BIG))


@honest("aligned.gguf")
def _(path: Path) -> None:
    writer = _model(path)
    writer.add_custom_alignment(4096)
    _finish(writer)


@honest("every_value.gguf")
def _(path: Path) -> None:
    writer = _model(path)
    for name, content in (
        ("uint8", 1), ("int8", -1), ("uint16", 1), ("int16", -1), ("uint32", 1), ("int32", -1), ("float32", 1.5),
        ("uint64", 1), ("int64", -1), ("float64", 1.5), ("bool", True), ("string", "a word, 权重 and a license: https://x.y"),
    ):  # fmt: skip
        getattr(writer, f"add_{name}")(f"inert.{name}", content)
    for name, items in (
        ("texts", ["a", "", "b" * 300]),
        ("numbers", list(range(5000))),
        ("floats", [0.5]),
        ("truths", [True]),
    ):
        writer.add_array(f"inert.{name}", items)
    writer.add_array("inert.nested", [[1, 2], [3]])
    _finish(writer)


def _vocabulary(path: Path, size: int = 600) -> Any:
    writer = _model(path)
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{code:02X}>" for code in range(256))]
    tokens += [f"▁word{number}" for number in range(size - len(tokens))]
    kinds = [2, 3, 3, *[6] * 256, *[1] * (size - 259)]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(number) for number in range(size)])
    writer.add_token_types(kinds)
    writer.add_token_merges(["▁ w", "o r", "r d"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(True)
    return writer


@honest("vocabulary.gguf")
def _(path: Path) -> None:
    writer = _vocabulary(path)
    writer.add_chat_template(
        [{"name": "default", "template": LLAMA_31_TOOLS}, {"name": "tool_use", "template": QWEN_TOOLS}]
    )
    _finish(writer)


@honest("large_vocabulary.gguf")
def _(path: Path) -> None:
    _finish(_vocabulary(path, 32_000))


@honest("character_map.gguf")
def _(path: Path) -> None:
    writer = _vocabulary(path)
    writer.add_precompiled_charsmap((8).to_bytes(4, "little") + bytes(24))
    _finish(writer)


def _quantised(kind: str) -> Write:
    def write(path: Path) -> None:
        import gguf
        import numpy

        number = gguf.GGMLQuantizationType[kind]
        block, size = gguf.GGML_QUANT_SIZES[number]
        writer = _writer(path)
        data = numpy.random.default_rng(0).integers(0, 255, (3, size * 2), dtype=numpy.uint8)
        writer.add_tensor("a.weight", data, raw_dtype=number)
        writer.add_tensor("b.weight", numpy.ones(block, "float32"))
        _finish(writer)

    return write


QUANTISED = (
    "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS",
    "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "IQ1_M", "TQ1_0", "TQ2_0", "MXFP4",
)  # fmt: skip
FILES.extend((f"{kind.lower()}.gguf", _quantised(kind)) for kind in QUANTISED)


@honest("whole_numbers.gguf")
def _(path: Path) -> None:
    import numpy

    writer = _writer(path)
    for kind in ("int8", "int16", "int32", "int64", "float64", "float16"):
        writer.add_tensor(kind, numpy.ones((4, 3), kind))
    _finish(writer)


@honest("adapter.gguf")
def _(path: Path) -> None:
    import numpy

    writer = _writer(path)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 16.0)
    writer.add_tensor("blk.0.attn_q.weight.lora_a", numpy.ones((8, 64), "float32"))
    writer.add_tensor("blk.0.attn_q.weight.lora_b", numpy.ones((64, 8), "float32"))
    _finish(writer)


@honest("control.gguf")
def _(path: Path) -> None:
    import numpy

    writer = _writer(path, "controlvector")
    writer.add_string("controlvector.model_hint", "llama")
    writer.add_uint32("controlvector.layer_count", 2)
    for layer in (1, 2):
        writer.add_tensor(f"direction.{layer}", numpy.ones(64, "float32"))
    _finish(writer)


@honest("mmproj.gguf")
def _(path: Path) -> None:
    import numpy

    writer = _writer(path, "clip")
    writer.add_type("mmproj")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_uint32("clip.vision.image_size", 336)
    writer.add_uint32("clip.vision.patch_size", 14)
    writer.add_uint32("clip.vision.block_count", 24)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_tensor("v.patch_embd.weight", numpy.ones((4, 3, 14, 14), "float32"))
    _finish(writer)


@honest("model-00001-of-00002.gguf")
def _(path: Path) -> None:
    writer = _model(path)
    writer.add_uint16("split.no", 0)
    writer.add_uint16("split.count", 2)
    writer.add_int32("split.tensors.count", 5)
    _finish(writer)


# -- templates -----------------------------------------------------------------------------------------------------


def _text(content: str) -> Write:
    return lambda path: path.write_text(content, encoding="utf-8") and None


for label, template in HONEST.items():
    FILES.append((f"chat_template_{label}.jinja", _text(template)))
    FILES.append((f"{label}_tokenizer_config.json", _text(json.dumps({"chat_template": template}))))
FILES.append(("chat_template.json", _text(json.dumps({"chat_template": QWEN_TOOLS}))))


# -- tokenizers ----------------------------------------------------------------------------------------------------

CORPUS = ("the quick brown fox jumps over the lazy dog", "pack my box with five dozen liquor jugs", "日本語 текст") * 20


def _trained(kind: str) -> Any:
    import tokenizers
    from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

    if kind == "bytelevel":
        made = tokenizers.Tokenizer(models.BPE())
        made.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(
                tokenizers.Regex(
                    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
                    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
                ),
                "isolated",
            ),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ])  # fmt: skip
        made.decoder = decoders.ByteLevel()
        made.post_processor = processors.ByteLevel(trim_offsets=False)
        trainer: Any = trainers.BpeTrainer(vocab_size=400, special_tokens=["<|endoftext|>"], show_progress=False)
    elif kind == "bpe":
        made = tokenizers.Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
        made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        made.decoder = decoders.Sequence([
            decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0),
        ])  # fmt: skip
        trainer = trainers.BpeTrainer(vocab_size=200, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False)
    elif kind == "wordpiece":
        made = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))  # type: ignore[call-arg]
        made.normalizer = normalizers.BertNormalizer()
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        made.decoder = decoders.WordPiece()
        marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=marks, show_progress=False)
    elif kind == "wordlevel":
        made = tokenizers.Tokenizer(models.WordLevel(unk_token="<unk>"))
        made.pre_tokenizer = pre_tokenizers.Whitespace()
        trainer = trainers.WordLevelTrainer(special_tokens=["<unk>", "<pad>"], show_progress=False)
    else:
        made = tokenizers.Tokenizer(models.Unigram())
        made.normalizer = normalizers.Sequence([
            normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
            normalizers.StripAccents(), normalizers.Replace(tokenizers.Regex(" {2,}"), " "),
        ])  # fmt: skip
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        made.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=80, special_tokens=["<s>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
        )
    made.train_from_iterator(CORPUS, trainer)
    if kind == "wordpiece":
        marks_by_id = [(mark, made.token_to_id(mark)) for mark in ("[CLS]", "[SEP]")]
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=marks_by_id
        )
    if kind == "unigram":
        made.post_processor = processors.RobertaProcessing(
            ("</s>", made.token_to_id("</s>")), ("<s>", made.token_to_id("<s>"))
        )
    made.add_tokens(["extra", "  "])
    return made


KINDS = ("bytelevel", "bpe", "wordpiece", "wordlevel", "unigram")


def _tokenizer(kind: str) -> Write:
    return lambda path: _trained(kind).save(str(path))


FILES.extend((f"{kind}_tokenizer.json", _tokenizer(kind)) for kind in KINDS)


def _saved(kind: str, name: str) -> Write:
    def write(path: Path) -> None:
        import tempfile

        from transformers import PreTrainedTokenizerFast

        made = PreTrainedTokenizerFast(
            tokenizer_object=_trained(kind), bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>"
        )
        made.chat_template = QWEN_TOOLS
        with tempfile.TemporaryDirectory() as folder:
            made.save_pretrained(folder)
            path.write_bytes((Path(folder) / name).read_bytes())

    return write


SAVED = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
FILES.extend((name, _saved("bpe", name)) for name in SAVED)


def _model_files(kind: str, number: int) -> Write:
    def write(path: Path) -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path.write_bytes(Path(_trained(kind).model.save(folder)[number]).read_bytes())

    return write


FILES.extend((
    ("vocab.json", _model_files("bytelevel", 0)),
    ("merges.txt", _model_files("bytelevel", 1)),
    ("vocab.txt", _model_files("wordpiece", 0)),
))  # fmt: skip


@honest("special_tokens_map.json")
def _(path: Path) -> None:
    entry = {"content": "<s>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    path.write_text(
        json.dumps({"bos_token": entry, "unk_token": "<unk>", "additional_special_tokens": ["<extra_id_0>"]})
    )


@honest("added_tokens.json")
def _(path: Path) -> None:
    path.write_text(json.dumps({"<|im_start|>": 151644, "<|im_end|>": 151645}))


@honest("qwen.tiktoken")
def _(path: Path) -> None:
    from base64 import b64encode

    path.write_bytes(b"".join(b64encode(bytes([code])) + b" %d\n" % code for code in range(256)))


@honest("Modelfile")
def _(path: Path) -> None:
    path.write_text(
        "# an honest Modelfile\nFROM ./model.gguf\nPARAMETER temperature 0.7\nPARAMETER stop \"<|im_end|>\"\n"
        'TEMPLATE """{{ if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}{{ range .Messages }}'
        '{{ if eq .Role "user" }}<|im_start|>user\n{{ .Content }}<|im_end|>\n{{ else if eq .Role "assistant" }}'
        '<|im_start|>assistant\n{{ .Content }}<|im_end|>\n{{ end }}{{ end }}<|im_start|>assistant\n"""\n'
        "SYSTEM You are a helpful assistant and never give medical advice.\nADAPTER ./adapter.gguf\n"
        'LICENSE """Apache License 2.0 https://www.apache.org/licenses/"""\n'
    )  # fmt: skip


@honest("manifest.json")
def _(path: Path) -> None:
    layers = [
        {"mediaType": f"application/vnd.ollama.image.{kind}", "digest": "sha256:" + "0a" * 32, "size": 10}
        for kind in ("model", "template", "params")
    ]
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": "sha256:" + "ff" * 32, "size": 4}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}
    path.write_text(json.dumps({**manifest, "config": config, "layers": layers}))
