"""Keras configurations: what they name, carry, open and switch off, at any depth and in every spelling."""

from __future__ import annotations

import builtins
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import effort
from tests.builders import hdf5_files, marshalled
from tests.builders import keras_files as keras
from tests.builders.pickles.gadgets import posix_system
from tests.museum.exhibit import Verdict, described, examined, verdict, verdict_of
from weighbridge.core.coverage import Gap
from weighbridge.core.facts import Identity
from weighbridge.core.limits import Limits, Meter
from weighbridge.core.programs import CodeUnit, ConfiguredCall, Operator, SourceCall
from weighbridge.core.references import Reference, Target
from weighbridge.core.source import BytesSource
from weighbridge.core.when import When
from weighbridge.formats import keras_config
from weighbridge.formats.node import Bench, Child, Node
from weighbridge.formats.strict_json import read_json
from weighbridge.rules.vocabulary.lists import Lists

NODE = Node(name="model.json")


def walked(config: Any, **words: Any) -> list[Any]:
    return list(keras_config.walk(config, NODE, Bench(Limits(), Meter(Limits())), **words))


def calls(config: Any) -> set[tuple[str, str]]:
    return {(one.module, one.name) for one in walked(config) if isinstance(one, ConfiguredCall)}


def of(kind: type, config: Any) -> list[Any]:
    return [one for one in walked(config) if isinstance(one, kind)]


# -- names ---------------------------------------------------------------------------------------------------------
def test_every_class_is_named_once_with_its_count_and_first_place() -> None:
    dense = keras.layer("Dense", units=1)
    found = {one.name: one for one in of(ConfiguredCall, keras.sequential(dense, dense))}
    assert (found["Dense"].count, found["Dense"].module, found["Dense"].scheme) == (3, "keras.layers", "keras")
    assert found["Sequential"].key == ""
    assert {one.when for one in found.values()} == {When.LOAD}
    assert {one.when for one in walked(dense, when=When.FLAG)} == {When.FLAG}


def test_functions_and_their_modules() -> None:
    assert ("os", "system") in calls(keras.called("os", "system", "echo INERT"))
    assert calls({"class_name": "function", "config": "relu", "module": "builtins"}) == {("builtins", "relu")}
    assert calls({"class_name": "__typespec__", "spec_name": "Spec", "module": "m", "config": []}) == {("m", "Spec")}


def test_a_registered_name_and_the_module_behind_it_both_count() -> None:
    found = calls(keras.custom("Inert>system", "os"))
    assert {("", "Inert>system"), ("os", "system")} <= found


def test_what_is_data_is_not_named() -> None:
    data = ["__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"]
    assert walked([{"class_name": name, "config": {"value": "x"}} for name in data]) == []
    assert walked({"class_name": "TensorShape", "items": [1]}) == []


def test_functions_of_tensorflow() -> None:
    config = {"class_name": "TFOpLambda", "config": {"function": "math.multiply"}}
    assert calls(config) == {("tensorflow", "math.multiply")}
    assert calls({"class_name": "TFOpLambda", "config": {"function": "io.write_file"}}) == {
        ("tensorflow", "io.write_file")
    }


def test_a_key_that_is_written_twice_is_read_both_ways() -> None:
    text = b'{"class_name": "Dense", "class_name": "system", "module": "os", "module": "keras.layers", "config": {}}'
    found = calls(read_json(text).value)
    assert {("os", "system"), ("keras.layers", "Dense")} <= found
    many = b'{"class_name": "a", ' * 1 + b'"module": "m", ' * 50 + b'"config": {}}'
    assert any(isinstance(one, Gap) for one in walked(read_json(many).value))


def test_functions_of_tensorflow_have_a_list_of_their_own() -> None:
    """What a layer may name inside TensorFlow is no licence to import a module of that name."""
    lists = Lists()
    assert lists.find("tf-op-layer", "tensorflow.math.multiply") is not None
    assert lists.find("tf-op-layer", "tensorflow.io.write_file") is None
    assert lists.find("keras", "tensorflow.math.multiply") is None
    honest = {"class_name": "TFOpLambda", "config": {"name": "x", "function": "math.multiply"}}
    assert verdict(keras.archive(keras.sequential(honest)), "model.keras") is Verdict.CLEAN
    writing = {"class_name": "TFOpLambda", "config": {"name": "x", "function": "io.write_file"}}
    assert verdict(keras.archive(keras.sequential(writing)), "model.keras") is not Verdict.CLEAN
    importing = {"class_name": "function", "config": "multiply", "module": "tensorflow.math"}
    assert verdict(keras.archive(keras.sequential(importing)), "model.keras") is Verdict.SUSPICIOUS


# -- code ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("make", [keras.lambda_of_keras_2, keras.lambda_of_keras_3])
@pytest.mark.parametrize("depth", [0, 1, 4])
def test_code_is_found_at_any_depth_and_says_what_it_reaches(make: Any, depth: int) -> None:
    config = keras.wrapped(make(), depth)
    (unit,) = of(CodeUnit, config)
    assert (unit.language, unit.when, len(unit.digest)) == ("marshal", When.LOAD, 64)
    assert ("os", "system") in {(one.module, one.name) for one in of(SourceCall, config)}


def test_a_function_by_name_is_for_review() -> None:
    (unit,) = of(CodeUnit, keras.lambda_by_name())
    assert (unit.language, unit.name, unit.when) == ("python", "my_function", When.FLAG)


def test_code_that_cannot_be_read_is_still_code() -> None:
    config = keras.layer("Lambda", function=["!!not base64!!", None, None], function_type="lambda")
    found = walked(config)
    assert [one.when for one in found if isinstance(one, CodeUnit)] == [When.LOAD]
    assert any(isinstance(one, Gap) for one in found)


@pytest.mark.parametrize("version", marshalled.VERSIONS)
def test_code_of_every_python(version: str) -> None:
    import base64

    text = base64.b64encode(marshalled.function(version)).decode()
    config = keras.layer("Lambda", function=[text, None, None], function_type="lambda")
    assert ("os", "system") in {(one.module, one.name) for one in of(SourceCall, config)}
    assert not of(Gap, config)


def test_a_torch_module_is_handed_on() -> None:
    config = keras.torch_module(posix_system())
    (child,) = of(Child, config)
    assert child.content.source.read_at(0, 1 << 10) == posix_system()
    assert [one.language for one in of(CodeUnit, config)] == ["pickle"]
    packed = {"class_name": "TorchModuleWrapper", "config": {"module": {"class_name": "__bytes__", "config": {}}}}
    assert len(of(CodeUnit, packed)) == 1


@pytest.mark.parametrize(
    ("path", "when"),
    [("/inert", When.LOAD), ("https://inert.invalid/m", When.LOAD), ("..\\m", When.LOAD), ("model", When.FLAG)],
)
def test_a_saved_model_outside_is_code(path: str, when: When) -> None:
    (unit,) = of(CodeUnit, keras.saved_model(path))
    assert (unit.name, unit.when) == (path, when)


# -- files and addresses -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("held", "relation", "kind", "escapes"),
    [
        ("https://inert.invalid/w", "vocabulary", Target.URL, False),
        ("/etc/inert", "vocabulary", Target.PATH, True),
        ("../inert", "vocabulary", Target.PATH, True),
        ("words.txt", "lookup vocabulary", Target.PATH, False),
    ],
)
def test_a_vocabulary_elsewhere(held: str, relation: str, kind: Target, escapes: bool) -> None:
    config = keras.layer("TextVectorization", vocabulary=held)
    (one,) = of(Reference, config)
    assert (one.relation, one.kind, one.escapes, one.when) == (relation, kind, escapes, When.LOAD)


def test_a_vocabulary_of_words_is_data() -> None:
    words = keras.layer("StringLookup", vocabulary=["/etc/inert", "https://inert.invalid", "set_global"])
    assert of(Reference, words) == []


@pytest.mark.parametrize("word", ["safe_mode_saving", "enable_unsafe_deserialization", "set_global_attribute"])
def test_words_that_turn_the_safe_mode_off(word: str) -> None:
    for config in ({"a": word}, [{"args": [[word]]}], {"class_name": "function", "module": "m", "config": word}):
        assert ("keras.config", "enable_unsafe_deserialization") in calls(config)


# -- TensorFlow.js -------------------------------------------------------------------------------------------------
def test_a_layers_model_for_browsers() -> None:
    seen = examined(keras.tfjs(), "model.json")
    assert "tfjs" in seen.formats
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)


def test_a_graph_model_names_its_operators() -> None:
    nodes = [{"name": "a", "op": "MatMul"}, {"name": "b", "op": "MatMul"}]
    functions = {"function": [{"signature": {"name": "f"}, "nodeDef": [{"op": "ReadFile"}]}]}
    document = {"modelTopology": {"node": nodes, "library": functions}, "weightsManifest": []}
    bench = Bench(Limits(), Meter(Limits()))
    found = list(keras_config.inspect(document, BytesSource(b""), NODE, bench))
    assert [(one.name, one.scope, one.count) for one in found if isinstance(one, Operator)] == [
        ("MatMul", "", 2), ("ReadFile", "f", 1),
    ]  # fmt: skip


def test_other_json_is_left_alone() -> None:
    bench = Bench(Limits(), Meter(Limits()))
    for document in ({"model_type": "bert"}, {"class_name": "x"}, [keras.sequential()], None, 3):
        assert list(keras_config.inspect(document, BytesSource(b""), NODE, bench)) == []


# -- containers ----------------------------------------------------------------------------------------------------
def test_archives_and_hdf5_say_what_they_are() -> None:
    seen = examined(keras.honest_named_keras(), "model.keras")
    assert (seen.formats, seen.gaps) == (("zip", "keras"), ())
    seen = examined(keras.legacy(keras.bare(keras.sequential())), "model.h5")
    assert seen.formats == ("hdf5", "keras.config")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)


def test_what_keras_2_writes_is_clean() -> None:
    """Bare names, wrappers around functions, and optimizers that Keras itself had registered as custom."""
    seeded = {"class_name": "GlorotUniform", "config": {"seed": None}}
    dense = {"name": "d", "dtype": "float32", "units": 2, "activation": "relu", "kernel_initializer": seeded}
    entry = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 3], "name": "i", "ragged": False}}
    layers = [entry, {"class_name": "Dense", "config": dense}]
    model = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    metric = {"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "fn": "categorical_accuracy"}}
    training = {
        "loss": {"class_name": "CategoricalCrossentropy", "config": {"reduction": "auto"}},
        "metrics": [[metric]],
        "optimizer_config": {"class_name": "Custom>Adam", "config": {"learning_rate": 0.001, "jit_compile": False}},
    }
    seen = examined(keras.legacy(model, training), "model.h5")
    assert verdict_of(seen.findings, seen.gaps) is Verdict.CLEAN, described(seen)


def test_the_archive_needs_no_name() -> None:
    for name in ("model.keras", "model.zip", "x"):
        assert verdict(keras.lambda_layer_named_keras(), name) is Verdict.MALICIOUS


def test_an_archive_whose_configuration_is_no_object_is_followed() -> None:
    assert verdict(keras.archive([[keras.lambda_of_keras_3()]]), "model.keras") is Verdict.MALICIOUS
    assert verdict(keras.archive({"a": {"b": keras.lambda_of_keras_3()}}), "model.keras") is Verdict.MALICIOUS


def test_a_configuration_that_cannot_be_read_is_a_gap() -> None:
    assert verdict(keras.archive(b"{]"), "model.keras") is Verdict.INCONCLUSIVE
    broken = hdf5_files.honest(attributes=[hdf5_files.attribute("model_config", b"{]")])
    assert verdict(broken, "model.h5") is Verdict.INCONCLUSIVE


def test_members_of_the_archive_are_files_like_others() -> None:
    content = keras.archive(keras.sequential(), more={"assets/words.pkl": posix_system()})
    assert verdict(content, "model.keras") is Verdict.MALICIOUS


# -- the list ------------------------------------------------------------------------------------------------------
def test_the_list_holds_nothing_that_runs_code() -> None:
    lists = Lists()
    for name in (
        "keras.layers.Lambda", "Lambda", "TFSMLayer", "keras.layers.TFSMLayer", "TorchModuleWrapper",
        "keras.layers.TorchModuleWrapper", "JaxLayer", "FlaxLayer", "keras.utils.get_file", "keras.models.load_model",
        "keras.saving.load_model", "keras.config.enable_unsafe_deserialization", "keras.layers.deserialize",
        "keras.src.layers.core.lambda_layer.Lambda", "keras.src.utils.torch_utils.TorchModuleWrapper", "keras",
        "keras.src.ops.core.Map", "keras.src.backend.common.global_state.set_global_attribute",
        "tensorflow.io.read_file", "tensorflow.py_function", "builtins.get", "keras.callbacks.BackupAndRestore",
    ):  # fmt: skip
        assert lists.find("keras", name) is None, name
    for name in ("keras.layers.Dense", "Dense", "keras.Sequential", "builtins.relu", "Custom>Adam", "Functional"):
        assert lists.find("keras", name) is not None, name


def test_no_builtin_of_python_is_listed() -> None:
    lists = Lists()
    assert [name for name in dir(builtins) if lists.find("keras", f"builtins.{name}")] == []


@pytest.mark.libraries
def test_public_layers_are_listed_or_left_out_on_purpose() -> None:
    import inspect
    import os

    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras as library

    lists = Lists()
    missing = {
        name
        for name, one in vars(library.layers).items()
        if inspect.isclass(one) and lists.find("keras", f"keras.layers.{name}") is None
    }
    assert missing == {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "InputSpec"}


# -- laws ----------------------------------------------------------------------------------------------------------
KEYS = ("class_name", "module", "config", "function", "registered_name", "vocabulary", "layers")
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | st.sampled_from(["Lambda", "function", "__lambda__", "os"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_any_document_can_be_walked(document: Any) -> None:
    examined(keras.archive(document), "model.keras")
    examined(keras.text(document), "config.json")


def test_long_configurations_take_linear_work() -> None:
    def work(count: int) -> int:
        text = json.dumps({"layers": [keras.layer(f"L{number}", units=1) for number in range(count)]}).encode()
        return effort.calls(lambda: list(keras_config.read(text, NODE, Bench(Limits(), Meter(Limits())))))

    work(100)
    assert work(8_000) < 9 * work(1_000)  # were it quadratic, 64 times


def test_text_in_hdf5_says_what_it_is() -> None:
    bench = Bench(Limits(), Meter(Limits()))
    found = list(keras_config.read(b'{"class_name": "Dense", "config": {}}', NODE, bench))
    assert found[0] == Identity(at=NODE.at(), format="keras.config")
