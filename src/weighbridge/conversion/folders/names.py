"""Names of weight files and of their indexes: what libraries look for, before a conversion and after it.

Sources: ``utils/__init__.py`` and ``modeling_utils._add_variant`` of transformers 5.23, ``utils/constants.py`` of peft
0.21 and of diffusers, ``base/modules/module.py`` of sentence-transformers 6.2.
"""

from __future__ import annotations

import re

from weighbridge.core.values import value

SUFFIX = ".safetensors"
_RENAMED = ("pytorch_model", "model")
"""transformers, sentence-transformers and accelerate look for the second name, all others for their own."""
_VARIANTS = frozenset({"model", "diffusion_pytorch_model", "adapter_model"})
"""Names of which a variant, as in ``model.fp16``, is told apart when the index gets its name."""
_SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})")
_INDEX = re.compile(r"(.+)\.(bin|safetensors|pt|pth|ckpt)\.index(\.[A-Za-z0-9_-]+)?\.json")
_TRAINING = re.compile(
    r"training_args\.bin|optimizer[\w-]*\.(pt|bin|pth)|scheduler[\w-]*\.(pt|bin|pth)|scaler[\w-]*\.(pt|bin|pth)"
    r"|rng_state[\w-]*\.pth|random_states[\w-]*\.pkl|.*_optim_states\.pt"
)


@value
class Place:
    """Where a weight file belongs: ``stem`` is that of the result, ``at`` and ``count`` of a shard are 0 of a whole."""

    stem: str
    at: int = 0
    count: int = 0


def place_of(path: str) -> Place:
    """Say where the tensors of a weight file go, by its path."""
    folder, slash, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    found = _SHARD.fullmatch(stem)
    at = count = 0
    if found:
        stem, at, count = found[1], int(found[2]), int(found[3])
    stem = stem if name.endswith(SUFFIX) else _renamed(stem)
    return Place(stem=f"{folder}{slash}{stem}", at=at, count=count)


def indexed(path: str) -> str:
    """Give the stem of the model that an index is of, by the path of the index; empty for any other file."""
    folder, slash, name = path.rpartition("/")
    found = _INDEX.fullmatch(name)
    if not found:
        return ""
    stem = found[1] + (found[3] or "")
    return f"{folder}{slash}{stem if found[2] == 'safetensors' else _renamed(stem)}"


def index_of(stem: str) -> str:
    """Name the index of a model."""
    folder, slash, name = stem.rpartition("/")
    base, dot, variant = name.partition(".")
    if base not in _VARIANTS:
        base, dot, variant = name, "", ""
    return f"{folder}{slash}{base}{SUFFIX}.index{dot}{variant}.json"


def file_of(stem: str, at: int = 0, count: int = 0) -> str:
    """Name a file of a model, or its shard ``at`` of ``count``."""
    return f"{stem}-{at:05}-of-{count:05}{SUFFIX}" if count else f"{stem}{SUFFIX}"


def is_of_training(path: str) -> bool:
    """Tell whether a file holds the state of a training run, by the names of transformers, accelerate and DeepSpeed."""
    return bool(_TRAINING.fullmatch(path.rpartition("/")[2]))


def _renamed(stem: str) -> str:
    old, new = _RENAMED
    return new + stem[len(old) :] if stem == old or stem.startswith(f"{old}.") else stem
