"""Images of containers that hold a server of models, in all places that name one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inventory.application.test_finder import found_in
from weighbridge.inventory.application.finder import find
from weighbridge.inventory.application.references import ApplicationReferences


def servers(found: ApplicationReferences) -> list[tuple[str, str, str, int]]:
    return [(one.name, one.revision, str(one.pin), one.at.line) for one in found.servers]


def test_images_that_hold_a_server_of_models_are_told_and_no_others(tmp_path: Path) -> None:
    compose = (
        "services:\n  a:\n    image: ollama/ollama:0.1.30\n  b:\n    image: nginx:1.27\n"
        "  c:\n    image: 'vllm/vllm-openai:${TAG:-v0.5.0}'\n  d:\n    image: ghcr.io/ggml-org/llama.cpp:server\n"
    )
    found = found_in(tmp_path, compose_dot_yaml=compose)
    assert servers(found) == [
        ("ollama/ollama", "0.1.30", "tag", 3), ("vllm/vllm-openai", "v0.5.0", "tag", 7),
        ("ghcr.io/ggml-org/llama.cpp", "server", "branch", 9),
    ]  # fmt: skip
    assert [str(one.confidence) for one in found.servers] == ["declared", "inferred", "declared"]
    assert found.references == ()


def test_an_image_whose_tag_nobody_knows_still_names_its_server(tmp_path: Path) -> None:
    compose = "services:\n  a:\n    image: ollama/ollama:${TAG}\n  b:\n    image: ${NAME}:${TAG}\n"
    chart = (
        'spec:\n  containers:\n  - image: "vllm/vllm-openai:{{ .Values.tag }}"\n  - image: "{{ .Values.name }}:1"\n'
        '  - image: "lmsysorg/sglang:v0.{{ .Values.tag }}"\n'
    )
    found = found_in(
        tmp_path, compose_dot_yaml=compose, pod_dot_yaml=chart, Dockerfile="ARG V\nFROM pytorch/torchserve:${V}-cpu\n"
    )
    assert servers(found) == [
        ("pytorch/torchserve", "", "none", 2), ("ollama/ollama", "", "none", 3), ("vllm/vllm-openai", "", "none", 3),
        ("lmsysorg/sglang", "", "none", 5),
    ]  # fmt: skip


def test_stages_of_a_dockerfile_begin_with_an_image(tmp_path: Path) -> None:
    text = (
        "ARG V=23.10\nFROM --platform=linux/amd64 nvcr.io/nvidia/tritonserver:${V}-py3 AS base\n"
        f"FROM docker.io/ollama/ollama@sha256:{'ab' * 32}\nFROM base\nFROM\nFROM --platform=x\n"
    )
    found = found_in(tmp_path, Dockerfile=text)
    assert servers(found) == [
        ("nvcr.io/nvidia/tritonserver", "23.10-py3", "tag", 2), ("ollama/ollama", "", "digest", 3),
    ]  # fmt: skip


def test_an_argument_of_one_dockerfile_is_none_of_another(tmp_path: Path) -> None:
    for folder, lines in (
        ("a", "ARG V=0.1.30\nFROM ollama/ollama:${V}\n"),
        ("b", "ARG V=v0.5.0\nFROM vllm/vllm-openai:$V\nARG V=9.9.9\n"),
        ("c", "ARG A=${A}${A}\nARG B=pytorch/torchserve:0.8.1-cpu\nARG C=$B\nFROM $C\n"),
    ):  # fmt: skip
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Dockerfile").write_text(lines)
    found = find(str(tmp_path), jobs=1)
    assert [(one.name, one.revision, one.variable) for one in found.servers] == [
        ("ollama/ollama", "0.1.30", "ARG V"), ("vllm/vllm-openai", "v0.5.0", "ARG V"),
        ("pytorch/torchserve", "0.8.1-cpu", "B"),
    ]  # fmt: skip
    assert {str(one.confidence) for one in found.servers} == {"inferred"}


@pytest.mark.parametrize("values", [
    "image:\n  registry: docker.io\n  repository: pytorch/torchserve\n  tag: 0.8.1-cpu\n",
    "server:\n  image:\n    repository: pytorch/torchserve\n    tag: \"0.8.1-cpu\"\n",
    "spec:\n  containers:\n  - name: x\n    image: pytorch/torchserve:0.8.1-cpu\n",
])  # fmt: skip
def test_charts_keep_an_image_in_pieces(tmp_path: Path, values: str) -> None:
    found = found_in(tmp_path, values_dot_yaml=values)
    assert [(one.name, one.revision) for one in found.servers] == [("pytorch/torchserve", "0.8.1-cpu")]


@pytest.mark.parametrize("text", [
    "image: [ollama/ollama]\n", "image: {repository: [ollama]}\n", "image: 7\n", "image:\n",
    "image: {repository: ollama/ollama, tag: {a: b}, registry: [x]}\n",
])  # fmt: skip
def test_images_of_odd_shapes_do_no_harm(tmp_path: Path, text: str) -> None:
    found = found_in(tmp_path, compose_dot_yaml=text + "# ollama\n")
    assert {one.revision for one in found.servers} <= {""}
    assert found.unread == ()
