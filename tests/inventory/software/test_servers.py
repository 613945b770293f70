from __future__ import annotations

import pytest

from weighbridge.inventory.bom.purls import trouble
from weighbridge.inventory.software.servers import image_of

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(("written", "program", "release"), [
    ("ollama/ollama:0.1.30", "pkg:golang/github.com/ollama/ollama", "0.1.30"),
    ("docker.io/ollama/ollama:0.1.30-rocm", "pkg:golang/github.com/ollama/ollama", "0.1.30"),
    ("ollama/ollama:0.1.34-rc1", "pkg:golang/github.com/ollama/ollama", "0.1.34-rc1"),
    (f"ollama/ollama:0.1.30@{DIGEST}", "pkg:golang/github.com/ollama/ollama", "0.1.30"),
    ("ollama/ollama:latest", "pkg:golang/github.com/ollama/ollama", ""),
    ("ollama/ollama", "pkg:golang/github.com/ollama/ollama", ""),
    ("vllm/vllm-openai:v0.5.0.post1", "pkg:pypi/vllm", "0.5.0.post1"),
    ("lmsysorg/sglang:v0.5.9-cu126", "pkg:pypi/sglang", "0.5.9"),
    ("ghcr.io/ggml-org/llama.cpp:server", "pkg:github/ggml-org/llama.cpp", ""),
    ("ghcr.io/ggml-org/llama.cpp:server-cuda-b4719", "pkg:github/ggml-org/llama.cpp", "b4719"),
    ("ghcr.io/ggml-org/llama.cpp:b4719", "pkg:github/ggml-org/llama.cpp", "b4719"),
    ("nvcr.io/nvidia/tritonserver:23.10-py3", "pkg:github/triton-inference-server/server", "23.10"),
    ("pytorch/torchserve:0.8.1-cpu", "pkg:pypi/torchserve", "0.8.1"),
    ("vllm/vllm-openai:0.5.3b1", "pkg:pypi/vllm", ""), ("vllm/vllm-openai:v0.11.1rc6.x", "pkg:pypi/vllm", "0.11.1rc6"),
    ("acme/ollama:0.1.30", "", "0.1.30"), ("evil.example/ollama/ollama:0.1.30", "", "0.1.30"), ("acme/x:b12", "", ""),
])  # fmt: skip
def test_an_image_tells_its_server_and_the_tag_its_version(written: str, program: str, release: str) -> None:
    found = image_of(written)
    assert found is not None
    assert (found.program, found.release) == (program, release)
    assert trouble(found.purl) == ""


@pytest.mark.parametrize("written", [
    "", ":", "@", "python", "Ollama/Ollama:1", "ollama/ollama:", "ollama/ollama:0.1 30", "ollama/ollama@sha256:12",
    "../ollama/ollama", "ollama/ollama:" + "1" * 200, "ollama/ollama:${TAG}", "https://ollama/ollama", "a/b\nc:1",
])  # fmt: skip
def test_what_is_no_name_of_an_image_is_none(written: str) -> None:
    found = image_of(written)
    assert found is None or not found.program or not found.release


@pytest.mark.parametrize(("written", "purl"), [
    ("ollama/ollama:0.1.30", "pkg:docker/ollama/ollama@0.1.30"), ("ollama/ollama", "pkg:docker/ollama/ollama"),
    (f"ollama/ollama:1@{DIGEST}", f"pkg:docker/ollama/ollama@{DIGEST}?tag=1"),
    ("ghcr.io/ggml-org/llama.cpp:full", "pkg:docker/ggml-org/llama.cpp@full?repository_url=ghcr.io"),
    ("localhost:5000/a/b:1", "pkg:docker/a/b@1?repository_url=localhost:5000"),
])  # fmt: skip
def test_the_package_url_of_an_image(written: str, purl: str) -> None:
    found = image_of(written)
    assert found is not None
    assert found.purl == purl
