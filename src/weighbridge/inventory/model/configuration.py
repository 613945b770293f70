"""Configurations of models: what loaders are told, and what that says about the model.

Sources: transformers ``PretrainedConfig``, PEFT ``adapter_config.json``, diffusers ``model_index.json``,
sentence-transformers ``modules.json``.
"""

from __future__ import annotations

from weighbridge.core.descriptions import DocumentValue
from weighbridge.inventory.graph import Confidence, Field, Kind, RelationKind
from weighbridge.inventory.model.telling import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.model.subject import SubjectFile
    from weighbridge.inventory.model.telling import Elsewhere, Telling

ADAPTER = "adapter_config.json"
MODEL = "config.json"
_FIELDS = {
    "/model_type": Field.FAMILY, "/torch_dtype": Field.DTYPE, "/dtype": Field.DTYPE, "/peft_type": Field.ARCHITECTURE,
    "/_class_name": Field.ARCHITECTURE, "/task_type": Field.TASK,
}  # fmt: skip
_NUMBERS = {
    "/max_position_embeddings": Field.CONTEXT_LENGTH, "/n_positions": Field.CONTEXT_LENGTH,
    "/max_seq_len": Field.CONTEXT_LENGTH, "/seq_length": Field.CONTEXT_LENGTH, "/vocab_size": Field.VOCABULARY_SIZE,
}  # fmt: skip
_HYPERPARAMETERS = frozenset({
    "hidden_size", "n_embd", "d_model", "num_hidden_layers", "n_layer", "num_layers", "num_attention_heads", "n_head",
    "num_key_value_heads", "intermediate_size", "d_ff", "num_experts", "num_local_experts", "num_experts_per_tok",
    "rope_theta", "sliding_window", "hidden_act", "tie_word_embeddings", "r", "lora_alpha", "lora_dropout",
})  # fmt: skip
_COMMIT = 40


def read(file: SubjectFile, tell: Telling, elsewhere: Elsewhere) -> None:
    """Take in a configuration of the model or adapter that ``tell`` is about."""
    values = {one.pointer: one for one in file.of(DocumentValue) if one.document == "config"}
    for pointer, one in values.items():
        if pointer in _FIELDS:
            tell.claim(_FIELDS[pointer], one.text, pointer)
        elif pointer in _NUMBERS and one.kind == "int":
            tell.claim(_NUMBERS[pointer], int(one.text), pointer)
        elif pointer.startswith("/architectures/"):
            tell.claim(Field.ARCHITECTURE, one.text, pointer)
        elif pointer.startswith("/auto_map/"):
            tell.claim(Field.REMOTE_CODE, True, pointer)
        if pointer[1:] in _HYPERPARAMETERS and one.kind != "null":
            tell.claim(Field.HYPERPARAMETER, f"{pointer[1:]}={one.text}", pointer)
    _quantization(values, tell)
    _bases(values, tell, elsewhere)


def _quantization(values: dict[str, DocumentValue], tell: Telling) -> None:
    method = values.get("/quantization_config/quant_method")
    bits = values.get("/quantization_config/bits")
    if method is not None:
        words = f"{method.text} {bits.text} bits" if bits is not None else method.text
        tell.claim(Field.QUANTIZATION, words, method.pointer)


def _bases(values: dict[str, DocumentValue], tell: Telling, elsewhere: Elsewhere) -> None:
    adapted = values.get("/base_model_name_or_path")
    if adapted is not None and _is_repository(adapted.text):
        given = values.get("/revision")
        revision = given.text if given is not None and given.kind == "str" else ""
        named = Repository(kind=Kind.MODEL, name=adapted.text, revision=revision)
        elsewhere.name(tell.about, RelationKind.ADAPTER_OF, named, tell.origin(adapted.pointer))
    origin = values.get("/_name_or_path")
    if origin is not None and _is_repository(origin.text) and adapted is None:
        place = tell.origin(origin.pointer, Confidence.INFERRED)
        elsewhere.name(tell.about, RelationKind.DERIVED, Repository(kind=Kind.MODEL, name=origin.text), place)


def _is_repository(text: str) -> bool:
    """Tell whether a text can be the name of a repository and is no path of somebody's machine."""
    parts = text.split("/")
    return len(parts) == 2 and all(parts) and not text.startswith((".", "~")) and text.isprintable() and " " not in text
