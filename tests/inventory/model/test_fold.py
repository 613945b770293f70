"""Repositories of many kinds, each folded into one model with its parts; what is said of one is not said of others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighbridge.core.descriptions import DocumentSection, DocumentValue
from weighbridge.core.facts import Fact, MetadataEntry, TensorDecl
from weighbridge.core.location import Location
from weighbridge.formats.config.values import plain_values
from weighbridge.inventory.document import dumps
from weighbridge.inventory.graph import LINEAGE, Component, Field, Graph, Kind, RelationKind
from weighbridge.inventory.model.fold import model_graph
from weighbridge.inventory.model.subject import Subject, SubjectFile

AT = Location()


def config(content: Any, document: str = "config") -> tuple[Fact, ...]:
    return tuple(plain_values(json.loads(json.dumps(content)), document, AT))


def tensors(**shapes: tuple[int, ...]) -> tuple[Fact, ...]:
    return tuple(TensorDecl(at=AT, name=name, dtype="F32", shape=shape) for name, shape in shapes.items())


def file(path: str, *facts: Fact, formats: tuple[str, ...] = (), complete: bool = True) -> SubjectFile:
    return SubjectFile(path=path, size=1, sha256="a" * 64, formats=formats, facts=facts, complete=complete)


def folded(*files: SubjectFile, name: str = "m", reference: str = "", resolved: str = "") -> Graph:
    ordered = tuple(sorted(files, key=lambda one: one.path))
    return model_graph(Subject(name=name, files=ordered, reference=reference, resolved=resolved))


def root(graph: Graph) -> Component:
    return graph.component(graph.root)


def values(one: Component, field: Field) -> list[Any]:
    return [claim.content for claim in one.claims(field)]


def safetensors(path: str, *, complete: bool = True, **shapes: tuple[int, ...]) -> SubjectFile:
    return file(path, *tensors(**shapes), formats=("safetensors",), complete=complete)


def test_shards_are_counted_together_and_held_against_their_index() -> None:
    graph = folded(
        file("model.safetensors.index.json", *config({"metadata": {"total_parameters": 11}}, "index")),
        safetensors("model-00001-of-00002.safetensors", a=(2, 3)),
        safetensors("model-00002-of-00002.safetensors", b=(5,)),
    )
    (counted, stated) = root(graph).claims(Field.PARAMETERS)
    assert (counted.content, counted.note) == (11, "counted in 2 safetensors files")
    assert (stated.content, stated.origin.pointer) == (11, "/metadata/total_parameters")


def test_quantised_variants_are_one_model_and_count_once() -> None:
    kinds = {"m.Q4_K_M.gguf": "15", "m.Q8_0.gguf": "7"}
    graph = folded(*(
        file(path, MetadataEntry(at=AT, key="general.file_type", text=kind), *tensors(a=(2, 3)), formats=("gguf",))
        for path, kind in kinds.items()
    ))  # fmt: skip
    assert values(root(graph), Field.PARAMETERS) == [6]
    assert set(values(root(graph), Field.QUANTIZATION)) == {"Q4_K_M", "Q8_0"}
    assert graph.component("file:m.Q8_0.gguf").text(Field.QUANTIZATION) == "Q8_0"
    assert len(list(graph.of(Kind.MODEL))) == 1


def test_two_models_in_one_folder_are_counted_apart() -> None:
    graph = folded(safetensors("a.safetensors", w=(2,)), safetensors("b.safetensors", w=(3,)))
    assert sorted(values(root(graph), Field.PARAMETERS)) == [2, 3]


def test_nothing_is_counted_in_files_of_which_not_all_is_known() -> None:
    assert not root(folded(safetensors("a.safetensors", complete=False, w=(2,)))).claims(Field.PARAMETERS)


def test_the_parts_of_a_pipeline_are_models_of_their_own() -> None:
    graph = folded(
        file("model_index.json", *config({
            "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0", "unet": ["diffusers", "UNet"],
        })),
        file("unet/config.json", *config({"_class_name": "UNet", "_diffusers_version": "0.30.0"})),
        safetensors("unet/diffusion_pytorch_model.safetensors", w=(4,)),
        file("scheduler/scheduler_config.json", *config({"_class_name": "DDIM"})),
    )  # fmt: skip
    (unet,) = (one for one in graph.of(Kind.MODEL) if one.id != graph.root)
    assert (unet.text(Field.NAME), unet.text(Field.ARCHITECTURE)) == ("unet", "UNet")
    assert values(unet, Field.PARAMETERS) == [4]
    assert values(root(graph), Field.ARCHITECTURE) == ["StableDiffusionPipeline"]
    assert not root(graph).claims(Field.PARAMETERS)
    (library,) = graph.of(Kind.LIBRARY)
    assert library.text(Field.PURL) == "pkg:pypi/diffusers@0.30.0"


def test_sentence_transformers_names_its_modules_and_libraries() -> None:
    graph = folded(
        file("modules.json", *config([{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}])),
        file("config_sentence_transformers.json", *config({
            "__version__": {"sentence_transformers": "3.0.1", "transformers": "4.41.0", "pytorch": "2.3.0+cu121"},
        })),
        file("config.json", *config({"model_type": "bert", "transformers_version": "4.40.0"})),
        safetensors("model.safetensors", w=(4,)),
    )  # fmt: skip
    assert "module.0=sentence_transformers.models.Transformer" in values(root(graph), Field.HYPERPARAMETER)
    made = {one.text(Field.NAME): one for one in graph.of(Kind.LIBRARY, Kind.FRAMEWORK)}
    assert made["torch"].text(Field.PURL) == "pkg:pypi/torch@2.3.0%2Bcu121"
    assert made["sentence-transformers"].text(Field.VERSION) == "3.0.1"
    assert not made["transformers"].claims(Field.VERSION)
    assert sorted(values(made["transformers"], Field.SPECIFIER)) == ["4.40.0", "4.41.0"]


def test_several_adapters_and_nothing_else() -> None:
    graph = folded(
        *(file(f"{name}/adapter_config.json", *config({"base_model_name_or_path": "org/base"})) for name in "ab"),
        *(safetensors(f"{name}/adapter_model.safetensors", lora_A=(4, 2)) for name in "ab"),
    )
    inner = [one for one in graph.of(Kind.ADAPTER) if one.id != graph.root]
    assert [one.text(Field.NAME) for one in inner] == ["a", "b"]
    (base,) = graph.of(Kind.MODEL)
    assert {one.source for one in graph.relations if one.target == base.id} == {one.id for one in inner}


def test_results_of_evaluations_keep_whether_they_have_a_token() -> None:
    listed = [
        {"dataset": {"id": "org/bench", "task_id": "diamond", "revision": "a" * 40}, "value": 0.5, "verifyToken": "x"},
        {"dataset": {"id": "org/bench", "task_id": "main"}, "value": 12, "source": {"url": "https://x.invalid"}},
    ]
    graph = folded(file(".eval_results/bench.yaml", *config(listed, "evaluation")))
    found = {claim.content.type: claim for claim in root(graph).claims(Field.METRIC)}  # type: ignore[union-attr]
    assert {kind: (claim.content.value, claim.content.verified) for kind, claim in found.items()} == {  # type: ignore[union-attr]
        "diamond": ("0.5", True), "main": ("12", False),
    }  # fmt: skip
    (data,) = graph.of(Kind.DATASET)
    assert data.text(Field.COMMIT) == "a" * 40


@pytest.mark.parametrize("base", ["org/m", "https://huggingface.co/org/m"])
def test_a_model_that_names_itself_as_its_base_is_a_gap(base: str) -> None:
    card = file("README.md", *config({"base_model": base}, "card"))
    graph = folded(card, name="org/m", reference="hf://org/m")
    assert not [one for one in graph.relations if one.kind in LINEAGE]
    assert len(graph.gaps) == 1


def test_sections_of_cards() -> None:
    sections = {
        "Tiny": "[![badge](x)](y)\n\n| a | b |\n\nA small model for letters.", "Direct Use": "Letters.",
        "Out-of-Scope Use": "Words.", "3. **Ethical considerations**": "Be kind.", "How to use": "Load it.",
        "Training Details": "[More Information Needed]", "Overview": "More.",
    }  # fmt: skip
    card = file("README.md", *(DocumentSection(at=AT, heading=name, text=text) for name, text in sections.items()))
    one = root(folded(card))
    assert set(values(one, Field.DESCRIPTION)) == {"A small model for letters.", "More."}
    assert values(one, Field.INTENDED_USE) == ["Letters."]
    assert values(one, Field.LIMITATION) == ["Words."]
    assert values(one, Field.RISK) == ["Be kind."]
    assert not one.claims(Field.TRAINING)


def test_what_lies_inside_an_archive_is_not_the_card() -> None:
    inside = DocumentValue(
        at=Location(member=("README.md",)), document="card", pointer="/license", kind="str", text="mit"
    )
    assert not root(folded(file("README.md", inside))).claims(Field.LICENSE)


NAMES = st.sampled_from(
    [
        "README.md",
        "config.json",
        "adapter_config.json",
        "a/config.json",
        "a/b/adapter_config.json",
        "model_index.json",
        "modules.json",
        "generation_config.json",
        "m.gguf",
        "a/m.safetensors",
        "adapter_model.safetensors",
        "LICENSE",
        ".eval_results/x.yaml",
        "x.safetensors.index.json",
        "config_sentence_transformers.json",
        "chat_template.jinja",
    ]
)
POINTERS = st.sampled_from(
    [
        "/base_model",
        "/base_model/0",
        "/license",
        "/datasets/0",
        "/model-index/0/results/0/metrics/0/value",
        "/revision",
        "/model-index/0/results/0/dataset/type",
        "/base_model_name_or_path",
        "/_name_or_path",
        "/architectures/0",
        "/0/value",
        "/model_type",
        "/co2_eq_emissions",
        "/library_name",
        "/transformers_version",
        "/0/dataset/id",
        "",
        "/",
        "/a/b/c",
        "/model-index",
        "/pipeline_tag",
        "/unet/1",
        "/metadata/total_parameters",
        "/vocab_size",
        "/quantization_config/bits",
        "/name",
        "/url",
        "/distribution/0/contentUrl",
        "/distribution/1/sha256",
    ]
)
TEXTS = st.sampled_from(
    [
        "org/m",
        "org/base",
        "../x",
        "",
        "1e999",
        "nan",
        "-1",
        "a b",
        "hf://x",
        "datasets/x",
        "gpt2",
        "\x1b[2J",
        "a" * 1_000,
        "https://huggingface.co/org/m",
        "a/b/c",
        "main",
        "a@b/c",
        "%2F",
        "mit",
        "text-generation",
        "7",
        "transformers",
        "m.gguf",
        "https://huggingface.co/datasets/org/x",
    ]
)
FACTS = st.one_of(
    st.builds(
        DocumentValue,
        at=st.just(AT),
        document=st.sampled_from(["card", "config", "index", "evaluation", "croissant"]),
        pointer=POINTERS,
        kind=st.just("str"),
        text=TEXTS,
    ),
    st.builds(DocumentSection, at=st.just(AT), heading=TEXTS, text=TEXTS),
    st.builds(
        MetadataEntry,
        at=st.just(AT),
        text=TEXTS,
        key=st.sampled_from(
            ["general.license", "general.base_model.0.repo_url", "chat_template.sha256", ".vocab_size"]
        ),
    ),
    st.builds(
        TensorDecl,
        at=st.just(AT),
        name=TEXTS,
        dtype=st.just("F16"),
        shape=st.tuples(st.integers(0, 1 << 62)),
    ),
)
FILES = st.lists(
    st.builds(
        SubjectFile,
        path=NAMES,
        size=st.just(1),
        sha256=st.sampled_from(["", "a" * 64]),
        facts=st.lists(FACTS).map(tuple),
        formats=st.sampled_from([(), ("gguf",), ("safetensors",)]),
    ),
    unique_by=lambda one: one.path,
)


@given(FILES, st.randoms(use_true_random=False))
def test_whatever_files_say_the_graph_is_whole_and_the_same_in_any_order(files: list[SubjectFile], random: Any) -> None:
    made = folded(*files, name="org/m", reference="hf://org/m", resolved="c" * 40)
    shuffled = list(files)
    random.shuffle(shuffled)
    again = model_graph(Subject(name="org/m", files=tuple(shuffled), reference="hf://org/m", resolved="c" * 40))
    assert dumps(again) == dumps(made)
    assert {one.text(Field.NAME) for one in made.of(Kind.FILE) if "#" not in one.id} == {one.path for one in files}
    held = [one.target for one in made.relations if one.kind is RelationKind.CONTAINS]
    assert len(held) == len(set(held))
    assert not any(one.target == made.root for one in made.relations)
