"""Loads a directory with transformers with ``trust_remote_code=True`` and ``weights_only=False``, in the jail only."""

from __future__ import annotations

import os
from typing import NamedTuple

import weighbridge.sandbox.loaders.settings  # noqa: F401  (before the library)
from weighbridge.core.modules import fetch
from weighbridge.sandbox.loaders.child import answering, open_scratch, open_share, prepare
from weighbridge.sandbox.loaders.view import View

__all__ = ["Pretrained", "answer", "open_scratch", "open_share", "prepare"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

_library = fetch("transformers")
fetch("transformers.modeling_utils")
fetch("transformers.models.auto")

_FACTS = ("model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
          "max_position_embeddings", "dtype", "auto_map", "quantization_config")  # fmt: skip
_TOKENIZERS = ("tokenizer_config.json", "tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model")


class Pretrained(NamedTuple):
    """What a directory holds; ``tokenizer`` is None where there is none."""

    model: Any
    tokenizer: Any


def _load(_: BinaryIO, path: str) -> object:
    local = {"trust_remote_code": True, "local_files_only": True}
    config = _library.AutoConfig.from_pretrained(path, **local)
    model = _class_for(config).from_pretrained(path, config=config, weights_only=False, **local)
    has_tokenizer = any(os.path.exists(os.path.join(path, name)) for name in _TOKENIZERS)
    tokenizer = _library.AutoTokenizer.from_pretrained(path, **local) if has_tokenizer else None
    return Pretrained(model, tokenizer)


def _class_for(config: Any) -> Any:
    """Choose the class as its users do: the repository's own, the architecture that it names, else the base model."""
    own = [name for name in getattr(config, "auto_map", None) or () if str(name).startswith("AutoModel")]
    if own:
        return getattr(_library, own[0])
    for name in getattr(config, "architectures", None) or ():
        found = getattr(_library, str(name), None)
        if isinstance(found, type) and issubclass(found, _library.PreTrainedModel):
            return found
    return _library.AutoModel


def _show(found: Pretrained) -> object:
    config = found.model.config
    facts = {name: getattr(config, name, None) for name in _FACTS}
    held: dict[str, object] = {
        "config": View(type(config), {name: _plain(fact) for name, fact in facts.items() if fact is not None}),
        "parameters": found.model.state_dict(),
    }
    if found.tokenizer is not None:
        held["tokenizer"] = View(type(found.tokenizer), {"vocab_size": len(found.tokenizer)})
    return View(type(found.model), held)


def _plain(fact: object) -> object:
    return fact if isinstance(fact, bool | int | float | str | list | dict) else str(fact)


answer = answering(_load, _show)
