"""Adapters against their configuration and the base beside them; indexes of shards against what the shards hold."""

from __future__ import annotations

from typing import Any

import pytest

from tests.inventory.model.test_fold import config, file, folded
from weighbridge.core.facts import Fact, MetadataEntry, TensorDecl
from weighbridge.core.location import Location
from weighbridge.inventory.disputes import disputes
from weighbridge.inventory.graph import Field, Graph
from weighbridge.inventory.model.subject import SubjectFile

STEM = "base_model.model.model.layers.0.self_attn"


def tensor(name: str, *shape: int, dtype: str = "F32") -> TensorDecl:
    size = 4
    for extent in shape:
        size *= extent
    return TensorDecl(at=Location(offset=0, length=size), name=name, dtype=dtype, shape=shape)


def safetensors(path: str, *facts: Fact, complete: bool = True) -> SubjectFile:
    return file(path, *facts, formats=("safetensors",), complete=complete)


def adapter(*layers: tuple[str, int, int, int], base: str = "org/m", **more: Any) -> list[SubjectFile]:
    """An adapter in a folder: layers with rank, columns of A and rows of B."""
    tensors = [
        one
        for name, rank, inner, outer in layers
        for one in (
            tensor(f"{STEM}.{name}.lora_A.weight", rank, inner), tensor(f"{STEM}.{name}.lora_B.weight", outer, rank),
        )
    ]  # fmt: skip
    words = {"base_model_name_or_path": base, "r": 4, "target_modules": ["q_proj"], **more}
    return [
        file("a/adapter_config.json", *config(words)), safetensors("a/adapter_model.safetensors", *tensors),
    ]  # fmt: skip


def base(rows: int, columns: int, *, name: str = "model.layers.0.self_attn.q_proj.weight", **more: Any) -> SubjectFile:
    return safetensors("model.safetensors", tensor(name, rows, columns, **more))


def told(graph: Graph) -> dict[str, list[tuple[str, str]]]:
    return {one.what: [(words, origin.file) for words, origin in one.sides] for one in disputes(graph)}


MODEL = file("config.json", *config({"model_type": "llama"}))


def test_an_adapter_that_does_not_fit_its_base_is_told_with_both_shapes() -> None:
    graph = folded(MODEL, base(8, 16), *adapter(("q_proj", 4, 12, 8)), name="org/m")
    what = "model.layers.0.self_attn.q_proj"
    assert told(graph) == {what: [("12 to 8", "a/adapter_model.safetensors"), ("16 to 8", "model.safetensors")]}


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (base(8, 16), {}),
        (base(8, 16, name="layers.0.self_attn.q_proj.weight"), {}),
        (base(16, 8), {"fan_in_fan_out": True}),
        (base(8, 99, dtype="I32"), {}),  # packed
        (base(8, 99), {"base": "org/other"}),  # not the base
        (base(8, 99), {"base": ""}),
        (base(8, 99, name="model.layers.1.self_attn.q_proj.weight"), {}),
        (base(8, 99), {"complete": False}),
    ],
)
def test_what_fits_or_cannot_be_compared_is_no_dispute(weights: SubjectFile, words: dict[str, Any]) -> None:
    words = dict(words)
    if not words.pop("complete", True):
        weights = safetensors(weights.path, *weights.facts, complete=False)
    assert told(folded(MODEL, weights, *adapter(("q_proj", 4, 16, 8), **words), name="org/m")) == {}


def test_a_base_in_a_folder_of_the_repository_is_found() -> None:
    inner = safetensors("base/model.safetensors", tensor("model.layers.0.self_attn.q_proj.weight", 8, 99))
    graph = folded(MODEL, base(1, 1, name="x.weight"), inner, *adapter(("q_proj", 4, 16, 8), base="./base"))
    assert len(told(graph)) == 1


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"r": 4}, {}),
        ({"r": 8}, {"r"}),
        ({"r": 8, "rank_pattern": {"q_proj": 4}}, set()),
        ({"target_modules": ["v_proj"]}, {"target_modules"}),
        ({"target_modules": ["self_attn.q_proj"]}, set()),
        ({"target_modules": "all-linear"}, set()),
    ],
)
def test_the_configuration_of_an_adapter_is_held_against_its_tensors(words: dict[str, Any], what: set[str]) -> None:
    assert told(folded(*adapter(("q_proj", 4, 16, 8), **words))).keys() == set(what)


def index(size: object, *names: str) -> SubjectFile:
    shards = [MetadataEntry(at=Location(), key=f"shard:t{number}", text=name) for number, name in enumerate(names)]
    return file("model.safetensors.index.json", *config({"metadata": {"total_size": size}}, "index"), *shards)


ONE, TWO = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"


@pytest.mark.parametrize(("size", "differs"), [(16, False), (20, True), (16.0, False), ("16", False)])
def test_the_size_that_an_index_states_is_held_against_the_tensors(size: object, differs: bool) -> None:
    graph = folded(index(size, ONE, TWO), safetensors(ONE, tensor("t0", 2)), safetensors(TWO, tensor("t1", 2)))
    assert told(graph) == (
        {"size": [("16", ONE), ("20", "model.safetensors.index.json")]} if differs else {}
    )  # fmt: skip
    assert not graph.gaps


def test_a_shard_that_is_not_here_is_told() -> None:
    graph = folded(index(16, ONE, TWO), safetensors(ONE, tensor("t0", 2)))
    summed = graph.component(graph.root).best(Field.SIZE)
    assert summed is not None
    assert (summed.content, summed.note) == (8, "the tensors of 1 of 2 shards")
    assert "size" in told(graph)
    assert graph.gaps == (f"model.safetensors.index.json: it names the shard {TWO}, not here",)


def test_nothing_is_summed_that_is_not_known() -> None:
    assert told(folded(index(99, ONE), safetensors(ONE, tensor("t0", 2), complete=False))) == {}
    assert told(folded(index(99, ONE), safetensors(ONE, tensor("t0", 2, dtype="BOOL")))) == {}
