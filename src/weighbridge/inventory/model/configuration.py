"""Configurations of models: what loaders are told, and what that says about the model.

Sources: transformers ``PretrainedConfig``, PEFT ``adapter_config.json``, diffusers ``model_index.json``,
sentence-transformers ``modules.json``.
"""

from __future__ import annotations

from weighbridge.core.descriptions import DocumentValue
from weighbridge.inventory.graph import Confidence, Field, Kind, RelationKind
from weighbridge.inventory.model.telling import Repository, repository_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from weighbridge.inventory.model.subject import SubjectFile
    from weighbridge.inventory.model.telling import Telling

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
    "target_modules",
})  # fmt: skip
_GENERATION = frozenset({
    "temperature", "top_p", "top_k", "do_sample", "repetition_penalty", "max_new_tokens", "max_length", "num_beams",
})  # fmt: skip
_VERSIONS = {
    "/transformers_version": "transformers", "/_diffusers_version": "diffusers", "/peft_version": "peft",
    "/__version__/sentence_transformers": "sentence-transformers", "/__version__/transformers": "transformers",
    "/__version__/pytorch": "torch",
}  # fmt: skip
"""Where libraries write which version of them has saved the model."""
GENERATION, PIPELINE, MODULES = "generation_config.json", "model_index.json", "modules.json"
SENTENCES = "config_sentence_transformers.json"


def read(file: SubjectFile, tell: Telling) -> None:
    """Take in a configuration of the model or adapter that ``tell`` is about."""
    values = _values(file)
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
    targets = [one.text for pointer, one in values.items() if pointer.startswith("/target_modules/")]
    if targets:
        tell.claim(Field.HYPERPARAMETER, f"target_modules={' '.join(sorted(targets))}", "/target_modules")
    _quantization(values, tell)
    _bases(values, tell)
    _software(values, tell)


def generation(file: SubjectFile, tell: Telling) -> None:
    """Take in how text is generated unless the caller says otherwise."""
    for pointer, one in _values(file).items():
        if pointer[1:] in _GENERATION and one.kind != "null":
            tell.claim(Field.HYPERPARAMETER, f"generation.{pointer[1:]}={one.text}", pointer)
    _software(_values(file), tell)


def pipeline(file: SubjectFile, tell: Telling) -> None:
    """Take in the index of a diffusers pipeline: what it is and which library made it."""
    values = _values(file)
    if "/_class_name" in values:
        tell.claim(Field.ARCHITECTURE, values["/_class_name"].text, "/_class_name")
    _software(values, tell)
    _bases(values, tell)


def sentences(file: SubjectFile, tell: Telling) -> None:
    """Take in the configuration of sentence-transformers."""
    _software(_values(file), tell)


def modules(file: SubjectFile, tell: Telling) -> None:
    """Take in the modules of a sentence-transformers model."""
    for pointer, one in _values(file).items():
        if pointer.endswith("/type"):
            tell.claim(Field.HYPERPARAMETER, f"module.{pointer.split('/')[1]}={one.text}", pointer)
            if one.text.startswith("sentence_transformers."):
                tell.made_with("sentence-transformers", "", pointer)


def is_model(file: SubjectFile) -> bool:
    """Tell whether a configuration says what it configures."""
    return any(pointer in _values(file) for pointer in ("/model_type", "/architectures/0", "/_class_name"))


def _values(file: SubjectFile) -> dict[str, DocumentValue]:
    return {one.pointer: one for one in file.of(DocumentValue) if one.document == "config" and not one.at.member}


def _software(values: dict[str, DocumentValue], tell: Telling) -> None:
    for pointer, library in _VERSIONS.items():
        if pointer in values:
            tell.made_with(library, values[pointer].text, pointer)


def _quantization(values: dict[str, DocumentValue], tell: Telling) -> None:
    method = values.get("/quantization_config/quant_method")
    bits = values.get("/quantization_config/bits")
    if method is not None:
        words = f"{method.text} {bits.text} bits" if bits is not None else method.text
        tell.claim(Field.QUANTIZATION, words, method.pointer)


def _bases(values: dict[str, DocumentValue], tell: Telling) -> None:
    adapted = values.get("/base_model_name_or_path")
    name = _repository(adapted)
    if adapted is not None and name:
        given = values.get("/revision")
        revision = given.text if given is not None and given.kind == "str" else ""
        tell.relate(RelationKind.ADAPTER_OF, Repository(kind=Kind.MODEL, name=name, revision=revision), adapted.pointer)
    origin = values.get("/_name_or_path")
    name = _repository(origin)
    if origin is not None and name and adapted is None and name != tell.elsewhere.own:
        # What was loaded before it was saved: the base, or the model itself under its own name.
        named = Repository(kind=Kind.MODEL, name=name)
        tell.relate(RelationKind.DERIVED, named, origin.pointer, Confidence.INFERRED)


def _repository(one: DocumentValue | None) -> str:
    """Give the name of a repository; two plain names are needed, for one could be a folder of somebody's machine."""
    name = repository_name(one.text) if one is not None else ""
    return name if "/" in name else ""


MANIFESTS: dict[str, Callable[[SubjectFile, Telling], None]] = {
    MODEL: read, ADAPTER: read, GENERATION: generation, PIPELINE: pipeline, MODULES: modules, SENTENCES: sentences,
}  # fmt: skip
"""Readers by the names of files."""
