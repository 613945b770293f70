"""Keys that tell what their value is: ``embedding_model``, ``--model-name-or-path``, ``LLM_MODEL``."""

from __future__ import annotations

import re

from weighbridge.inventory.application.facts import Call
from weighbridge.inventory.application.references import Kind
from weighbridge.inventory.application.terms import Choice, Joined, Sequence, Text, Variable
from weighbridge.inventory.application.vocabulary.names import (
    ADAPTER_KEYS,
    DATASET_KEYS,
    MODEL_KEYS,
    TOKENIZER_KEYS,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.terms import Span, Term

_KINDS = ((MODEL_KEYS, Kind.MODEL), (TOKENIZER_KEYS, Kind.TOKENIZER), (ADAPTER_KEYS, Kind.ADAPTER),
          (DATASET_KEYS, Kind.DATASET))  # fmt: skip
_ENDS = (
    (re.compile(r"(?:^|_)model(?:_name|_id|_name_or_path|_path|_repo)?$"), Kind.MODEL),
    (re.compile(r"(?:^|_)models$"), Kind.MODEL),
    (re.compile(r"_tokenizer(?:_name)?$"), Kind.TOKENIZER),
    (re.compile(r"_(?:adapter|lora)$"), Kind.ADAPTER),
    (re.compile(r"_dataset(?:_name)?$"), Kind.DATASET),
)


def kind_of(key: str) -> Kind | None:
    """Say what a key holds by its name; None for keys that tell nothing."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower().replace("-", "_").rpartition(".")[2]
    for names, kind in _KINDS:
        if name in names:
            return kind
    return next((kind for pattern, kind in _ENDS if pattern.search(name)), None)


def by_key(key: str, term: Term, at: Span, where: str, more: tuple[tuple[str, Term], ...] = ()) -> list[Call]:
    """Give the call for a value under a telling key, none where the key tells nothing or the value is no text."""
    kind = kind_of(key)
    if kind is None or not isinstance(term, Text | Variable | Joined | Choice | Sequence):
        return []
    return [Call(loader=f"key {kind}", callable=where[:200], given=(("subject", term), *more), at=at)]
