"""Adapters and their configuration."""

from __future__ import annotations

from weighbridge.core.facts import MetadataEntry, TensorDecl
from weighbridge.core.finding import Confidence, Harm, Match, RuleInfo, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from weighbridge.core.repository import FileOutline, Repository
    from weighbridge.rules.vocabulary.standing import Vocabulary

INFO = RuleInfo(
    id="TRU707",
    slug="adapter-weights",
    title="An adapter holds more than it says",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    harm=Harm.CONCEALMENT,
    finds=(
        "The weights of an adapter hold tensors that its configuration does not allow, or ranks that it does not state."
    ),
    why=("Whole layers can be exchanged under the name of a small adapter."),
    fix="Ask the publisher what the tensors are for.",
    cwe=(345,),
    atlas=("AML.T0018.002",),
    owasp=("LLM03:2025", "ML06:2023"),
    references=("https://huggingface.co/docs/peft/developer_guides/checkpoint",),
    since="0.1",
    positive="repositories:swollen_adapter_named_repository",
    negative="repositories:honest_named_repository",
)


def survey(repository: Repository, _words: Vocabulary) -> Iterator[tuple[str, Match]]:
    """Compare the tensors of an adapter with what its configuration allows."""
    for files in repository.folders().values():
        settings = {entry.key: entry.text for file in files for entry in file.of(MetadataEntry) if entry.key in KEYS}
        if "config.r" not in settings:
            continue
        for file in files:
            if file.name.startswith("adapter_model."):
                yield from _strangers(file, settings)


def _strangers(file: FileOutline, settings: dict[str, str]) -> Iterator[tuple[str, Match]]:
    listed = settings.get("config.modules_to_save", "").strip("[]").replace('"', "")
    saved = tuple(name.strip() for name in listed.split(",") if name.strip() not in ("", "null"))
    rank = settings["config.r"]
    for tensor in file.of(TensorDecl):
        if "lora_A" in tensor.name and tensor.shape and rank.isdigit() and int(rank) not in tensor.shape:
            if settings.get("config.rank_pattern", "{}") in ("{}", "null"):
                message = f"`{tensor.name}` has the shape {list(tensor.shape)}, the configuration says rank {rank}"
                yield file.path, Match(message=message, fact=tensor)
                return
        elif "lora_" not in tensor.name and not any(f".{name}." in tensor.name for name in (*saved, *EMBEDDINGS)):
            message = f"`{tensor.name}` is no part of an adapter and is not in modules_to_save"
            yield file.path, Match(message=message, fact=tensor)
            return


KEYS = frozenset({"config.r", "config.modules_to_save", "config.rank_pattern"})
EMBEDDINGS = ("embed_tokens", "lm_head", "wte", "word_embeddings", "base_layer")
"""Layers that peft saves by itself when the vocabulary was changed."""
