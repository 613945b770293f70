"""Keys of GGUF metadata: their grammar, the types that the specification gives them, the ranges that readers bear.

Sources: docs/gguf.md of ggml, the constants of gguf-py 0.17 and the limits of llama.cpp (``LLAMA_MAX_LAYERS``,
``LLAMA_MAX_EXPERTS``).
"""

from __future__ import annotations

from weighbridge.formats.gguf import types
from weighbridge.formats.gguf.told import short, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.gguf.told import Told

_STRING = (types.STRING,)
_U32 = (types.UINT32,)
_WHOLE = (types.UINT32, types.INT32, types.UINT64)
_TEXTS = ((types.ARRAY, types.STRING),)

KNOWN: dict[str, tuple[int | tuple[int, int], ...]] = {
    **dict.fromkeys(
        ("general.architecture", "general.name", "general.author", "general.version", "general.organization",
         "general.description", "general.license", "general.license.name", "general.license.link", "general.basename",
         "general.finetune", "general.size_label", "general.type", "general.quantized_by", "general.url",
         "general.source.url", "general.repo_url", "tokenizer.ggml.model", "tokenizer.ggml.pre",
         "tokenizer.huggingface.json", "tokenizer.rwkv.world", "tokenizer.chat_template", "adapter.type"),
        _STRING,
    ),
    "general.alignment": _U32,
    "general.quantization_version": _U32,
    "general.file_type": _U32,
    "general.tags": _TEXTS,
    "general.languages": (*_STRING, *_TEXTS),
    "tokenizer.chat_templates": _TEXTS,
    "tokenizer.ggml.tokens": _TEXTS,
    "tokenizer.ggml.merges": _TEXTS,
    "tokenizer.ggml.added_tokens": _TEXTS,
    "tokenizer.ggml.scores": ((types.ARRAY, types.FLOAT32),),
    "tokenizer.ggml.token_type": ((types.ARRAY, types.INT32), (types.ARRAY, types.UINT32)),
    "tokenizer.ggml.precompiled_charsmap": ((types.ARRAY, types.UINT8), (types.ARRAY, types.INT8)),
    "split.no": (types.UINT16,),
    "split.count": (types.UINT16,),
    "split.tensors.count": (types.INT32,),
}  # fmt: skip
"""The types that a key may have; an array by its own type and that of its elements."""

_POINTED = frozenset(
    f"tokenizer.ggml.{name}" for name in ("tokens", "merges", "scores", "token_type", "precompiled_charsmap")
)
"""Arrays whose elements llama.cpp takes by pointer, as the type that it expects."""

RANGES: dict[str, tuple[int, int]] = {
    "block_count": (0, 512),
    "expert_count": (0, 512),
    "expert_used_count": (0, 512),
    "context_length": (0, (1 << 31) - 1),
    "embedding_length": (0, 1 << 20),
    "vocab_size": (0, 1 << 24),
    "attention.head_count": (0, 1 << 14),
    "attention.head_count_kv": (0, 1 << 14),
    "attention.key_length": (0, 1 << 16),
    "attention.value_length": (0, 1 << 16),
    "rope.dimension_count": (0, 1 << 16),
    "feed_forward_length": (0, 1 << 24),
    "vision.image_size": (1, 1 << 14),
    "vision.patch_size": (1, 1 << 12),
}
"""Least and greatest value of hyper-parameters, by the end of their key: engines size their arrays by them."""

_WHOLE_ENDS = ("block_count", "context_length", "embedding_length")


class Keys:
    """Holds every key against the grammar and against those before it."""

    __slots__ = ("_seen", "_told")

    def __init__(self, told: Told) -> None:
        self._told = told
        self._seen: dict[str, str] = {}

    def name(self, raw: bytes) -> str:
        """Judge a key; gives it as text."""
        key = text_of(raw)
        if not raw:
            self._told.wrong("key", "a key is empty")
        elif b"\0" in raw:
            words = f"{short(key)} has a NUL: readers in C see another key than the others"
            self._told.wrong("key with NUL", words)
        elif not (raw.isascii() and key.isprintable()) or " " in key:
            self._told.wrong("key", f"{short(key)} is not printable ASCII without blanks")
        once = key.partition("\0")[0].casefold()
        if once in self._seen:
            self._told.wrong("duplicate key", f"{short(key)} repeats {short(self._seen[once])}")
        self._seen.setdefault(once, key)
        return key


def check_type(told: Told, key: str, kind: int, element: int) -> None:
    """Hold the type of a value against what readers of the key expect."""
    plain = key.partition("\0")[0]
    allowed: tuple[int | tuple[int, int], ...] | None = KNOWN.get(plain)
    if allowed is None:
        if plain.startswith("tokenizer.chat_template."):
            allowed = _STRING
        elif plain.startswith("tokenizer.ggml.") and plain.endswith("_token_id"):
            allowed = _WHOLE
        elif plain.startswith("tokenizer.ggml.add_"):
            allowed = (types.BOOL,)
        elif plain.endswith(_WHOLE_ENDS) and plain.count(".") == 1:
            allowed = _WHOLE
        else:
            return
    if kind in allowed or (kind, element) in allowed:
        return
    found = f"an array of {types.named(element)}" if kind == types.ARRAY else types.named(kind)
    memory = plain in _POINTED and (kind != types.ARRAY or not _as_wide(element, allowed))
    told.wrong("metadata type", f"{short(key)} is {found}", memory=memory)


def _as_wide(element: int, allowed: tuple[int | tuple[int, int], ...]) -> bool:
    """Tell whether elements are at least as wide as those that a reader takes them for."""
    wanted = [one[1] for one in allowed if isinstance(one, tuple)]
    if types.STRING in wanted or element not in types.SIZES:
        return False
    return types.SIZES[element] >= max(types.SIZES[one] for one in wanted)


def check_range(told: Told, key: str, number: float) -> None:
    """Hold a hyper-parameter against what engines bear."""
    for ending, (least, most) in RANGES.items():
        if key.endswith(f".{ending}"):
            if not least <= number <= most:
                told.wrong("hyper-parameter", f"{short(key)} is {number:g}, beyond {least} to {most}")
            return
