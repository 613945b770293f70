"""Fields of the Hugging Face libraries that bring code along or fetch it, and what a graph of models is made from.

``auto_map`` names classes in files of the repository, or in another one before two dashes; they run with
``trust_remote_code=True``. An attention implementation with the form of a repository is fetched as a compiled kernel.
A private or nested field may do the same without being asked (CVE-2026-4372, CVE-2026-5241, CVE-2025-66448).
"""

from __future__ import annotations

from weighbridge.core.facts import Inconsistency, MetadataEntry
from weighbridge.core.programs import Permission
from weighbridge.core.references import Target
from weighbridge.core.when import When
from weighbridge.formats.config.tree import is_repository, short, spelled, strings, text_of
from weighbridge.formats.containers import paths
from weighbridge.formats.strict_json import pairs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.formats.config.called import Look
    from weighbridge.formats.config.survey import Survey
    from weighbridge.formats.config.tree import Table, Trail
    from weighbridge.formats.strict_json import JsonValue


def auto_map(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in the classes that a repository brings along, or takes from another."""
    texts = (
        [text for _, item in pairs_of(found) for text in strings(item)] if isinstance(found, dict) else strings(found)
    )
    for text in texts:
        _own_class(survey, key, spelled(trail, key), text)


def custom_pipelines(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in pipelines of somebody's own; each names its class as ``auto_map`` does."""
    for name, item in pairs_of(found) if isinstance(found, dict) else ():
        if isinstance(item, dict):
            for text in strings(item.get("impl")):
                _own_class(survey, key, f"{spelled(trail, key)}.{short(name)}", text)


def _own_class(survey: Survey, field: str, key: str, text: str) -> None:
    repository, dashes, name = text.rpartition("--")
    module = name.rpartition(".")[0] or name
    if dashes:
        survey.foreign("remote_code", key, repository, When.FLAG)
    elif paths.escapes(module):
        survey.refer("remote_code", Target.PATH, text, key, When.FLAG, escapes=True)
    else:
        survey.code(f"code of this repository, named by {field}:", f"{module}.py", When.FLAG)


def permission(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in a switch that the file throws on behalf of its reader, whatever kind of truth value it is."""
    text = text_of(found).strip().lower()
    if not isinstance(found, bool | int | str) or text not in (_TRUE if _GUARDS[key] else _FALSE):
        return
    survey.fact(Permission(at=survey.at, name=key, key=spelled(trail, key), text=text_of(found), when=survey.when))


_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def kernel(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in an attention implementation that is a repository of compiled code."""
    for text in strings(found):
        name = text.rpartition("|")[2].strip()
        repository = name.partition(":")[0].partition("@")[0]
        if is_repository(repository):
            survey.foreign("kernel", spelled(trail, key), name.partition(":")[0], survey.when)
        elif "/" in name:
            survey.code(key, name, survey.when)
        elif key[0] == "_" and name not in _ATTENTION:
            survey.code(key, name, When.FLAG)


_ATTENTION = frozenset({
    "", "eager", "sdpa", "flash_attention_2", "flash_attention_3", "flash_attention_4", "flex_attention",
    "paged_attention", "sdpa_paged", "eager_paged",
})  # fmt: skip


def custom(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in a pipeline or a generation loop of somebody's own (CVE-2026-44513, CVE-2026-80047)."""
    relation = "custom_generate" if key == "custom_generate" else "custom_pipeline"
    for text in strings(found):
        if is_repository(text):
            survey.foreign(relation, spelled(trail, key), text, When.FLAG)
        elif text:
            survey.code(key, text, When.FLAG)


def class_name(survey: Survey, _trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in a pipeline class of the repository: ``[module, class]`` in place of a name."""
    if isinstance(found, list):
        survey.code(key, ".".join(strings(found)), When.FLAG)


def mapping(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in PEFT's ``auto_mapping``, whose library is imported by name."""
    if isinstance(found, dict):
        library, name = found.get("parent_library"), found.get("base_model_class")
        if isinstance(library, str) and library:
            survey.call("peft", spelled(trail, key), f"{library}.{name}", When.LOAD)


def type_hint(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in the class of a part of a modular pipeline, as ``[library, class]``."""
    if isinstance(found, list) and len(list(strings(found))) == len(found) == len(_LIBRARY_CLASS):
        survey.call("diffusers", spelled(trail, key), ".".join(strings(found)), When.LOAD)


_LIBRARY_CLASS = ("library", "class")


def base_model(survey: Survey, trail: Trail, _table: Table, key: str, found: JsonValue) -> None:
    """Take in which other model this one needs or came from."""
    relation = "base_model" if key in _BASES else "sub_model"
    for text in strings(found):
        if is_repository(text):
            survey.refer(relation, Target.REPOSITORY, text, spelled(trail, key), None)


# -- whole documents -----------------------------------------------------------------------------------------------


def pipeline(survey: Survey, document: JsonValue) -> None:
    """Take in the parts of a diffusers pipeline: each is ``[library, class]``, imported and built by a load."""
    if not isinstance(document, dict) or "_class_name" not in document:
        return
    for key, found in pairs_of(document):
        if key[:1] != "_" and isinstance(found, list) and len(found) in (2, 3):
            library, name = found[:2]
            if isinstance(library, str) and isinstance(name, str) and library:
                survey.call("diffusers", key, f"{library}.{name}", When.LOAD)


def shards(survey: Survey, document: JsonValue) -> None:
    """Take in an index of shards: plain names of files beside it, all of one format (CVE-2026-69112)."""
    if not isinstance(document, dict) or "weight_map" not in document:
        return
    found = document["weight_map"]
    if not isinstance(found, dict):
        survey.fact(Inconsistency(at=survey.at, what="shard index", detail="weight_map is not an object"))
        return
    ending = ".safetensors" if ".safetensors.index" in survey.name else ""
    names: dict[str, None] = {}
    for tensor, name in pairs_of(found):
        if isinstance(name, str):
            names[name] = None
            survey.fact(MetadataEntry(at=survey.at, key=f"shard:{tensor}", text=short(name)))
        else:
            survey.fact(Inconsistency(at=survey.at, what="shard index", detail=f"{short(tensor)} is in no named file"))
            break
    for name in names:
        escapes = not name or bool(paths.escapes(name) or paths.disguises(name))
        kind = Target.URL if "://" in name else Target.PATH
        survey.refer("shard", kind, name, "weight_map", When.LOAD, escapes=escapes)
    kinds = {_ending(name) for name in names}
    if len(kinds) > 1 or (ending and kinds != {ending} and names):
        words = ", ".join(sorted(short(kind) or "no ending" for kind in kinds))
        survey.fact(Inconsistency(at=survey.at, what="shards of another format", detail=f"the index names {words}"))


def _ending(name: str) -> str:
    stem, dot, ending = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    return dot + ending.lower() if stem else ""


def described(survey: Survey, document: JsonValue) -> None:
    """Take in what relates this configuration to weights, tokenizers and other models."""
    if not survey.model or not isinstance(document, dict):
        return
    for prefix, found in (("config", document), ("config.text_config", document.get("text_config"))):
        if isinstance(found, dict):
            for key in _DESCRIBING & found.keys():
                survey.fact(MetadataEntry(at=survey.at, key=f"{prefix}.{key}", text=text_of(found[key])))


_DESCRIBING = frozenset({
    "model_type", "architectures", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
    "num_key_value_heads", "intermediate_size", "torch_dtype", "dtype", "tie_word_embeddings",
    "quantization_config", "modules_to_save", "rank_pattern",
    "max_position_embeddings",
    "bos_token_id", "eos_token_id", "pad_token_id", "transformers_version", "_name_or_path", "base_model_name_or_path",
    "peft_type", "task_type", "r", "lora_alpha", "tokenizer_class", "processor_class", "_class_name", "auto_map",
})  # fmt: skip

_BASES = frozenset({"base_model_name_or_path", "_name_or_path", "base_model", "name_or_path"})
_GUARDS: dict[str, bool] = {
    "trust_remote_code": True,
    "allow_pickle": True,
    "allow_dangerous_deserialization": True,
    "trust_repo": True,
    "weights_only": False,
    "safe_mode": False,
}
"""Switches that guard against code, each with the position that lets it in."""

BY_KEY: dict[str, Look] = {
    "auto_map": auto_map,
    **dict.fromkeys(_GUARDS, permission),
    **dict.fromkeys(("attn_implementation", "_attn_implementation", "_attn_implementation_internal"), kernel),
    **dict.fromkeys(("custom_pipeline", "custom_generate"), custom),
    "custom_pipelines": custom_pipelines,
    "_class_name": class_name,
    "auto_mapping": mapping,
    "type_hint": type_hint,
    **dict.fromkeys(_BASES, base_model),
    **dict.fromkeys(
        ("mm_vision_tower", "vision_tower", "mm_audio_encoder", "draft_model", "text_encoder_name", "tokenizer_name",
         "teacher_model", "language_model_name", "lora_path", "pretrained_model_name_or_path", "repo"),
        base_model,
    ),
}  # fmt: skip
WHOLE = (pipeline, shards, described)
