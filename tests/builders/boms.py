"""Repositories for bills of materials: a model with an adapter, data sets, a metric and a base that is pinned."""

from __future__ import annotations

from tests.builders import ggufs
from tests.builders.repositories import adapter, honest_named_repository, lora

BASE_COMMIT = "c0ffee" + "0" * 34
CARD = b"""---
license: apache-2.0
base_model: org/base
library_name: transformers
pipeline_tag: text-generation
language: [en, de]
datasets: [org/letters]
co2_eq_emissions: {emissions: 1200, source: codecarbon, training_type: fine-tuning, hardware_used: 1 card}
model-index:
- name: small
  results:
  - task: {type: text-generation}
    dataset: {type: org/bench, name: Bench, config: main, split: test}
    metrics:
    - {type: accuracy, value: 41.2, name: Accuracy}
---
# A small model

![a badge](https://example.invalid/badge.svg)

It sorts letters by the hand that wrote them.

## Intended uses

Sorting letters.

## Bias, Risks, and Limitations

It knows two languages.

## Ethical Considerations

[More Information Needed]

## Training procedure

One pass over the letters.
"""
SUPPLEMENT = b"""author = "Jo Doe <jo@example.invalid>"

[model]
supplier = "Example Ltd"
version = "2.1"

[components."adapter:.#adapter/"]
supplier = "Example Ltd"
version = "1"

[components."model:hf://org/base@c0ffee0000000000000000000000000000000000"]
supplier = "Org"

[components."dataset:hf://datasets/org/letters"]
supplier = "Org"
version = "3"

[components."dataset:hf://datasets/org/bench"]
supplier = "Org"
version = "1"

[components."library:transformers"]
supplier = "Hugging Face"
"""


def model_with_adapter() -> dict[str, bytes]:
    """A transformers model with card, tokenizer, templates, GGUF, remote code, and an adapter in a folder."""
    return honest_named_repository() | {
        "README.md": CARD,
        "small.gguf": ggufs.templated("{{ messages[0]['content'] }}"),
        "modeling_small.py": b"VALUE = 1\n",
        "adapter/adapter_config.json": adapter("org/base", revision=BASE_COMMIT),
        "adapter/adapter_model.safetensors": lora(),
    }
