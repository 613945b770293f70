"""``tokenizer.json`` and its relatives: honest ones, and one function for each way to change what is said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

VOCABULARY = {"<unk>": 0, "<s>": 1, "</s>": 2, "▁": 3, "a": 4, "b": 5, "ab": 6, "good": 7, "bad": 8}


def added(content: str, number: object, *, special: bool = True) -> dict[str, object]:
    """One added token."""
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": content, **flags, "special": special}


MARKS = (added("<unk>", 0), added("<s>", 1), added("</s>", 2))


def build(
    *,
    vocabulary: object = None,
    marks: Sequence[object] = MARKS,
    model: Mapping[str, object] | None = None,
    **stages: object,
) -> bytes:
    """A tokenizer of the kind of Llama 2; stages by their name."""
    document: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": list(marks),
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
            ],
        },
        "pre_tokenizer": None,
        "post_processor": template(),
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": {
            "type": "BPE",
            "unk_token": "<unk>",
            "vocab": VOCABULARY if vocabulary is None else vocabulary,
            "merges": ["a b"],
            **(model or {}),
        },
    }
    return json.dumps({**document, **stages}, ensure_ascii=False).encode()


def template(name: str = "<s>", ids: Sequence[int] = (1,), tokens: Sequence[str] = ("<s>",)) -> dict[str, object]:
    """A post-processor that puts a mark before a text."""
    return {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": name, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {name: {"id": name, "ids": list(ids), "tokens": list(tokens)}},
    }


def replacing(pattern: str, content: str, *, regex: bool = False) -> dict[str, object]:
    """A step that replaces."""
    return {"type": "Replace", "pattern": {"Regex" if regex else "String": pattern}, "content": content}


def splitting(pattern: str) -> dict[str, object]:
    """A step that splits by a regular expression."""
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def honest_named_json() -> bytes:
    """A tokenizer that only handles blanks and marks."""
    return build()


def rewriting_decoder_named_json() -> bytes:
    """REP-13: a decoder that puts another address into what the model says."""
    return build(decoder=replacing("docs.python.org", "inert.invalid/docs"))


def swapped_ids() -> bytes:
    """REP-12: two texts have one id."""
    return build(vocabulary={**VOCABULARY, "bad": 7})


def config(**fields: object) -> bytes:
    """A ``tokenizer_config.json``."""
    common = {"tokenizer_class": "LlamaTokenizerFast", "bos_token": "<s>", "model_max_length": 1e30}
    return json.dumps({**common, **fields}).encode()
