"""What each field of a configuration is taken to mean; every fact has a twin that gives none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import configs
from tests.formats.config.reading import facts, items, yaml_facts
from weighbridge.core.errors import Malformed, OverLimit
from weighbridge.core.facts import Inconsistency, MetadataEntry
from weighbridge.core.programs import CodeUnit, Command, ConfiguredCall, Permission
from weighbridge.core.references import Reference, Requirement, Target
from weighbridge.core.when import When

LOAD, FLAG = When.LOAD, When.FLAG
MODEL = {"model_type": "tiny"}


def calls(document: Any, name: str = "settings.json") -> list[tuple[str, str, str]]:
    return [(call.scheme, call.key, f"{call.module}.{call.name}") for call in facts(ConfiguredCall, document, name)]


def references(document: Any, name: str = "config.json") -> list[tuple[str, Target, str, bool, When | None]]:
    return [(one.relation, one.kind, one.target, one.escapes, one.when) for one in facts(Reference, document, name)]


# -- code of the repository and of others --------------------------------------------------------------------------


def test_classes_of_the_repository_are_one_program() -> None:
    (unit,) = facts(CodeUnit, {"auto_map": configs.OWN_CODE, "a": {"auto_map": {"AutoTokenizer": ["tok.Tok", None]}}})
    assert (unit.name, unit.when) == ("configuration_tiny.py, modeling_tiny.py, tok.py", FLAG)


def test_many_classes_are_shortened() -> None:
    (unit,) = facts(CodeUnit, {"auto_map": {f"Auto{n}": f"m{n}.C" for n in range(9)}})
    assert unit.name == "m0.py, m1.py, m2.py, m3.py, m4.py, m5.py …"


def test_code_of_another_repository_may_be_pinned() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    found = facts(Reference, {"auto_map": {"A": "o/r--m.C", "B": f"o/r@{commit}--m.C", "C": "o/r@main--m.C"}})
    assert [(one.target, one.pinned, one.when) for one in found] == [
        ("o/r", False, FLAG), ("o/r", True, FLAG), ("o/r", False, FLAG),
    ]  # fmt: skip
    assert {(one.relation, one.kind) for one in found} == {("remote_code", Target.REPOSITORY)}


def test_a_class_outside_the_repository_is_a_path() -> None:
    assert references({"auto_map": {"A": "../../inert.C"}}) == [
        ("remote_code", Target.PATH, "../../inert.C", True, FLAG)
    ]


def test_custom_pipelines_name_their_class() -> None:
    document = {"custom_pipelines": {"one": {"impl": "pair.Pipe", "pt": ["A"]}, "two": {"impl": "o/r--pair.Pipe"}}}
    assert [unit.name for unit in facts(CodeUnit, document)] == ["pair.py"]
    assert [one.target for one in facts(Reference, document)] == ["o/r"]


@pytest.mark.parametrize(
    ("key", "thrown"), [("trust_remote_code", True), ("allow_pickle", True), ("weights_only", False)]
)
def test_switches(key: str, thrown: bool) -> None:
    words = (True, 1, "true", "Yes", "1", "on") if thrown else (False, 0, "false", "No", "off")
    for found in words:
        assert [one.key for one in facts(Permission, {"a": [{key: found}]})] == [f"a[0].{key}"], found
    for found in (not thrown, None, "auto", [], {}, "", 2):
        assert facts(Permission, {key: found}) == []


def test_a_switch_counts_at_load_where_a_loader_of_models_reads_it() -> None:
    assert facts(Permission, {"trust_remote_code": True}, "train.json")[0].when is FLAG
    assert facts(Permission, {"trust_remote_code": True, **MODEL}, "any.json")[0].when is LOAD
    assert yaml_facts(Permission, "trust_remote_code: yes")[0].when is FLAG
    assert yaml_facts(Permission, "trust_remote_code: !!bool on")[0].text == "on"


@pytest.mark.parametrize(
    ("text", "target"),
    [("o/k", "o/k"), ("o/k@main", "o/k"), ("o/k:attention", "o/k"), ("flash_attention_2|o/k:f", "o/k")],
)
def test_kernels(text: str, target: str) -> None:
    for key in ("attn_implementation", "_attn_implementation_internal"):
        assert references({key: text}) == [("kernel", Target.REPOSITORY, target, False, LOAD)]


def test_attention_of_the_library_is_nothing() -> None:
    for text in ("sdpa", "eager", "flash_attention_2", "own_registered_name"):
        told = items(configs.dumped({"attn_implementation": text}), "config.json", "json")[1:]
        assert {type(one).__name__ for one in told} == {"DocumentValue"}
    assert facts(CodeUnit, {"_attn_implementation_internal": "own"})[0].when is FLAG
    assert facts(CodeUnit, {"attn_implementation": "./own/kernel"})[0].when is LOAD
    assert facts(CodeUnit, {"_attn_implementation_internal": "sdpa"}) == []


def test_pipelines_of_somebody() -> None:
    assert references({"custom_pipeline": "o/p"}) == [("custom_pipeline", Target.REPOSITORY, "o/p", False, FLAG)]
    assert facts(CodeUnit, {"custom_generate": "generate.py"})[0].name == "generate.py"
    assert facts(CodeUnit, {"_class_name": ["pipeline", "Own"]})[0].name == "pipeline.Own"
    assert facts(CodeUnit, {"_class_name": "StableDiffusionPipeline"}) == []


# -- calls ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", ["_target_", "__target__", "_component_", "class_path", "target", "cls", "type", "class"]
)
def test_targets_at_any_depth(key: str) -> None:
    document = {"a": [{"b": {key: "os.system", "_args_": ["echo INERT"]}}]}
    assert calls(document) == [("hydra", f"a[0].b.{key}", "os.system")]
    (call,) = facts(ConfiguredCall, document)
    assert [argument.text for argument in call.arguments] == ["echo INERT"]
    text = f"a:\n  - b: {{{key}: os.system, _args_: [echo INERT]}}\n"
    assert [one.name for one in yaml_facts(ConfiguredCall, text)] == ["system"]


def test_equal_calls_are_counted() -> None:
    (call,) = facts(ConfiguredCall, [{"_target_": "torch.nn.Linear"}] * 3)
    assert (call.key, call.count, call.when) == ("[0]._target_", 3, LOAD)


@pytest.mark.parametrize(
    "text",
    ["ES2022", "index.html", "text", "v1.2", "a.b", "google.protobuf.Struct", "org.apache.Foo", "Some.Thing", "x y.z",
     "", "AWS::S3"],
)  # fmt: skip
def test_what_other_programs_mean_by_type_and_target(text: str) -> None:
    for key in ("type", "target", "cls"):
        assert calls({key: text}) == []
    assert calls({"class_path": "Adam"}) == []


def test_a_function_with_small_letters_needs_parameters_or_a_telling_package() -> None:
    assert calls({"target": "pkg.run"}) == []
    assert calls({"target": "pkg.run", "params": {}}) == [("hydra", "target", "pkg.run")]
    assert calls({"target": "subprocess.run"}) == [("hydra", "target", "subprocess.run")]
    assert calls({"target": "pkg.models.Net"}) == [("hydra", "target", "pkg.models.Net")]


def test_classes_of_other_libraries() -> None:
    modules = configs.modules("pkg.Pooling")
    found = [one for one in items(modules, "modules.json", "json") if isinstance(one, ConfiguredCall)]
    assert [(one.scheme, one.key, one.module) for one in found][1] == ("sentence-transformers", "[1].type", "pkg")
    assert calls({"types": {"0": "pkg.Transformer", "1": "text"}}) == [
        ("sentence-transformers", "types", "pkg.Transformer")
    ]
    assert calls({"auto_mapping": {"parent_library": "pkg", "base_model_class": "C"}}) == [
        ("peft", "auto_mapping", "pkg.C")
    ]
    assert calls({"auto_mapping": None}) == []
    assert calls({"_class_name": "P", "vae": ["pkg", "C"], "none": [None, None], "n": [1, 2], "_x": ["a", "b"]}) == [
        ("diffusers", "vae", "pkg.C")
    ]
    assert calls({"unet": [None, None, {"type_hint": ["pkg", "C"]}]}) == [("diffusers", "unet[2].type_hint", "pkg.C")]
    assert calls({"type_hint": "int"}) == calls({"type_hint": [None, None]}) == []
    assert calls({"hidden_act": "pkg.Act"}) == [("activation", "hidden_act", "pkg.Act")]
    assert calls({"hidden_act": "gelu_new"}) == []


def test_serialised_objects_of_langchain() -> None:
    inner = {"lc": 1, "type": "constructor", "id": ["a", "B"], "kwargs": {"openai_api_base": "http://inert.invalid/"}}
    assert calls({"x": inner}) == [("langchain", "x.id", "a.B")]
    assert [one.target for one in facts(Reference, {"x": inner}, "chain.json")] == ["http://inert.invalid/"]
    secret = {"lc": 1, "type": "secret", "id": ["HOME"]}
    assert calls({"note": secret}) == [("langchain", "note.id", "secret.HOME")]
    assert calls({"openai_api_key": secret}) == []
    assert calls({"lc": True, "type": "constructor", "id": ["a"]}) == []
    assert calls({"lc": 1, "type": "constructor", "id": "a.B"}) == []


@pytest.mark.parametrize("text", ["[__import__('os')]", "eval('1')", "().__class__", "${eval:'os.system(1)'}"])
def test_fields_that_read_like_code(text: str) -> None:
    for document in ({**MODEL, "any": text}, {"conv_feature_layers": text}):
        (unit,) = facts(CodeUnit, document, "settings.json")
        assert unit.when is FLAG
    assert bool(facts(CodeUnit, {"any": text}, "settings.json")) == ("${" in text)
    for document in ({"text": text}, {**MODEL, "chat_template": text}, {**MODEL, "any": text + "x" * 5_000}):
        assert facts(CodeUnit, document, "data.json") == [] or "${" in text


# -- places --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("../vocab", LOAD), ("a/../../b", LOAD), ("..\\vocab", LOAD), ("/etc/passwd", LOAD), ("~/.ssh/id", LOAD),
        ("\\\\host\\share", LOAD), ("/home/me/vocab", None), ("C:\\me\\vocab", None), ("~/vocab", None),
    ],
)  # fmt: skip
def test_paths_that_leave(text: str, when: When | None) -> None:
    assert references({**MODEL, "vocab_file": text}) == [("asset", Target.PATH, text, True, when)]
    assert references({"vocab_file": text}, "other.json") == []


def test_paths_that_stay_and_texts_that_are_none() -> None:
    for text in ("vocab.json", "sub/vocab.json", "", "a\n../b", "x" * 5_000, "wait..."):
        assert references({**MODEL, "vocab_file": text}) == []


def test_what_a_library_only_records_is_never_followed() -> None:
    assert references({"_name_or_path": "../checkpoint"}) == [("base_model", Target.PATH, "../checkpoint", True, None)]
    assert references({"_name_or_path": "org/base"}) == [("base_model", Target.REPOSITORY, "org/base", False, None)]
    assert references({"mm_vision_tower": "org/v"}) == [("sub_model", Target.REPOSITORY, "org/v", False, None)]


def test_addresses() -> None:
    assert references({"vocab_file": "https://inert.invalid/v"}) == [
        ("asset", Target.URL, "https://inert.invalid/v", False, LOAD)
    ]
    assert references({"homepage": "https://inert.invalid/"}) == []


def test_paths_inside_a_nemo_archive() -> None:
    found = yaml_facts(Reference, configs.nemo(tokenizer="nemo:../x"), "anything.yaml")
    assert [(one.target, one.escapes, one.when) for one in found] == [("../x", True, LOAD)]
    assert yaml_facts(Reference, configs.nemo(), "model_config.yaml") == []


def test_an_index_of_shards() -> None:
    assert references({"weight_map": {"a": "x.safetensors", "b": "x.safetensors"}}) == [
        ("shard", Target.PATH, "x.safetensors", False, LOAD)
    ]
    assert [one.detail for one in facts(Inconsistency, {"weight_map": {"a": "x.bin", "b": "y.pt"}})] == [
        "the index names .bin, .pt"
    ]
    assert len(facts(Inconsistency, {"weight_map": {"a": "x.bin"}}, "model.safetensors.index.json")) == 1
    assert facts(Inconsistency, {"weight_map": {"a": "x.bin"}}, "pytorch_model.bin.index.json") == []
    assert len(facts(Inconsistency, {"weight_map": {"a": None, "b": 1}})) == 1
    assert len(facts(Inconsistency, {"weight_map": ["x"]})) == 1


def test_what_relates_a_model_to_others() -> None:
    found = {one.key: one.text for one in facts(MetadataEntry, {**configs.CONFIG, "text_config": {"vocab_size": 7}})}
    assert found["config.vocab_size"] == "32000"
    assert found["config.architectures"] == "LlamaForCausalLM"
    assert found["config.tie_word_embeddings"] == "false"
    assert found["config.text_config.vocab_size"] == "7"
    assert facts(MetadataEntry, {"vocab_size": 1}, "other.json") == []


# -- services ------------------------------------------------------------------------------------------------------


def test_mlflow() -> None:
    def units(more: str, loader: str = "mlflow.sklearn") -> list[tuple[str, When]]:
        text = configs.mlmodel(loader=loader, more=more)
        return [(one.name, one.when) for one in yaml_facts(CodeUnit, text, "MLmodel")]

    assert units("") == []
    assert units("code: null") == []
    assert units("code: code") == [("code", FLAG)]
    assert units("code: code", "own") == [("code", LOAD)]
    assert units("model_code_path: model.py") == [("model.py", LOAD)]
    paths = yaml_facts(Reference, configs.mlmodel(path="s3://inert.invalid/x", more="data: ../y"), "MLmodel")
    assert [(one.target, one.kind, one.escapes) for one in paths] == [
        ("s3://inert.invalid/x", Target.URL, False), ("../y", Target.PATH, True),
    ]  # fmt: skip
    artifacts = "flavors: {python_function: {artifacts: {w: {path: ../w, uri: /home/me/w}}}}\n"
    assert [one.target for one in yaml_facts(Reference, artifacts, "MLmodel")] == ["../w"]
    assert yaml_facts(ConfiguredCall, "flavors: [a]\n", "MLmodel") == []


def test_packages_from_elsewhere() -> None:
    text = (
        "service: a\npython:\n  packages: [numpy, 'git+https://inert.invalid/a.git', 'b @ https://inert.invalid/b.whl']\n"
        "  extra_index_url: [https://inert.invalid/simple]\n"
    )
    assert [(one.origin, one.name) for one in yaml_facts(Requirement, text, "bentofile.yaml")] == [
        ("option", ""), ("vcs", ""), ("url", "b"),
    ]  # fmt: skip
    meta = {"spacy_version": ">=3.7", "requirements": ["spacy>=3", "x @ git+https://inert.invalid/x"]}
    assert [(one.origin, one.name) for one in facts(Requirement, meta, "meta.json")] == [("vcs", "x")]


def test_bentoml() -> None:
    text = "service: a\ndocker:\n  dockerfile_template: ./D\n  env: {A: '1', 'B; x': '2'}\nimage: {commands: [make]}\n"
    assert [(one.key, one.line) for one in yaml_facts(Command, text, "bentofile.yaml")] == [
        ("docker.env", "B; x"), ("image.commands", "make"),
    ]  # fmt: skip
    assert [one.name for one in yaml_facts(CodeUnit, text, "bentofile.yaml")] == ["./D"]
    assert yaml_facts(Command, text, "other.yaml") == []


def test_spacy_registries() -> None:
    found = [item for item in items(configs.spacy("own.A.v1"), "config.cfg", "cfg") if isinstance(item, ConfiguredCall)]
    assert ("components.ner.model.@architectures", "own.A", "v1") in [(one.key, one.module, one.name) for one in found]
    assert ("nlp.tokenizer.@tokenizers", "spacy.Tokenizer", "v1") in [(one.key, one.module, one.name) for one in found]


def test_workflows() -> None:
    assert calls({"1": {"class_type": "Run Python Script", "inputs": {}}}) == [
        ("comfyui", "node Run Python Script", ".Run Python Script")
    ]
    assert calls({"1": {"class_type": "CLIPTextEncode", "inputs": {}}, "2": 3}) == []
    inputs = {"1": {"class_type": "LoadImage", "inputs": {"image": "../x.png", "text": "a ... b"}}}
    assert references(inputs, "w.json") == [("asset", Target.PATH, "../x.png", True, FLAG)]


# -- anything ------------------------------------------------------------------------------------------------------

KEYS = st.sampled_from([
    "auto_map", "type", "target", "_target_", "lc", "id", "kwargs", "weight_map", "flavors",
    "docker", "env", "nodes", "links",
    "_class_name", "custom_pipelines",
    "types", "auto_mapping", "attn_implementation", "vocab_file", "model_type",
    "text_config",
    "trust_remote_code", "hidden_act", "class_type", "inputs", "code", "path", "image", "name", "service",
])  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(
    ["os.system", "../x", "a/b", "a/b--c.D", "https://inert.invalid/", "constructor", "",
     "nemo:", "\ud800", "a\nb", "é" * 9]
)  # fmt: skip
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, st.sampled_from(["config.json", "modules.json", "bento.yaml", "config.pbtxt", "x.cfg", "w.json"]))
def test_no_document_is_too_odd(document: Any, name: str) -> None:
    for item in items(configs.dumped(document), name, "json"):
        repr(item).encode("utf-8", "surrogatepass")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([configs.spacy(), configs.triton(), configs.index(), configs.langchain()]), st.data())
def test_any_cut_or_change_of_a_file_is_read_or_refused(content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content)))
    put = data.draw(st.binary(max_size=4))
    for kind in ("json", "cfg", "pbtxt"):
        for changed in (content[:at], content[:at] + put + content[at:]):
            try:
                items(changed, "config.cfg", kind)
            except (Malformed, OverLimit):
                continue
