"""Applications as people write them, and the list of what each of them refers to.

``HELPDESK`` has 21 models, adapters and services and one data set in the five kinds of files that most applications
have; ``WORKSHOP`` has one of everything that is read. Beside what counts stands what only looks like it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

COMMIT = "e8f8c211226b894fcb81acc59f3b34ba3efd5f42"


class Expected(NamedTuple):
    """One reference: ``line`` is a piece of the one line of the file where the name is written."""

    path: str
    line: str
    kind: str
    hub: str
    name: str
    revision: str = ""
    pin: str = "none"
    confidence: str = "declared"


HELPDESK_FILES = {
    "helpdesk/__init__.py": "",
    "helpdesk/settings.py": '''"""Settings of the help desk."""

import os
from dataclasses import dataclass

ORG = "intfloat"
EMBEDDER = f"{ORG}/multilingual-e5-small"
# RERANKER = "BAAI/bge-reranker-large"
RERANKER = os.environ.get("RERANKER_MODEL", "BAAI/bge-reranker-base")


@dataclass
class Generation:
    """How answers are written. See also https://huggingface.co/docs/transformers and org/model names like "a/b"."""

    model: str = "Qwen/Qwen2.5-1.5B-Instruct"
    revision: str = "'''
    + COMMIT
    + """"
    temperature: float = 0.2
    template: str = "prompts/answer.txt"
""",
    "helpdesk/answer.py": '''"""Writes answers."""

import torch
from openai import OpenAI
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

from helpdesk.settings import Generation

config = Generation()
ACCEPT = "application/json"


def load_base():
    """Load AutoModelForCausalLM.from_pretrained("gpt2-xl/never") as of old."""
    base = AutoModelForCausalLM.from_pretrained(config.model, revision=config.revision)
    return PeftModel.from_pretrained(base, "acme/helpdesk-lora", revision="v1.2")


def moderate(text):
    guard = pipeline("text-classification", model="unitary/toxic-bert")
    return guard(text)


def remote(prompt):
    client = OpenAI()
    messages = [{"role": "user", "content": prompt}]
    return client.chat.completions.create(model="gpt-4o-mini-2024-07-18", messages=messages)


def phi():
    return AutoModelForCausalLM.from_pretrained("microsoft/phi-2", trust_remote_code=True, torch_dtype=torch.float16)


if False:
    AutoTokenizer.from_pretrained("dead/code")
''',
    "helpdesk/search.py": '''"""Finds articles."""

import timm
import torch
from anthropic import Anthropic
from datasets import load_dataset
from huggingface_hub import hf_hub_download
from sentence_transformers import CrossEncoder, SentenceTransformer

from .settings import EMBEDDER, RERANKER

MEDIA = "image/png"
PAIR = "and/or"


class Search:
    def __init__(self, embedder: str = EMBEDDER):
        self.embedder = SentenceTransformer(embedder)
        self.reranker = CrossEncoder(RERANKER)
        self.client = Anthropic()

    def summarise(self, text):
        return self.client.messages.create(model="claude-3-5-haiku-20241022", max_tokens=300, messages=[])


def train():
    pairs = load_dataset("sentence-transformers/natural-questions", split="train")
    small = SentenceTransformer("all-MiniLM-L6-v2")
    return pairs, small


def screenshots():
    vision = timm.create_model("vit_base_patch16_224.augreg_in21k", pretrained=True)
    scratch = timm.create_model("resnet18")
    detector = torch.hub.load("ultralytics/yolov5:v7.0", "yolov5s")
    weights = hf_hub_download(repo_id="acme/layout", filename="layout.onnx", revision="main")
    return vision, scratch, detector, weights


def tests():
    data = ["org/name", "tests/data", "./models/local"]
    return data
''',
    "helpdesk/registry.py": '''"""Models of the registry."""

import mlflow
import mlflow.pyfunc

ROUTER = "models:/ticket-router/7"


def router():
    return mlflow.pyfunc.load_model(ROUTER)
''',
    "compose.yaml": """services:
  api:
    build: .
    environment:
      PROMPTS: prompts/answer
    models:
      - small
  llm:
    image: vllm/vllm-openai:v0.11.0
    command: ["--model", "mistralai/Mistral-7B-Instruct-v0.3", "--max-model-len", "4096"]
models:
  small:
    model: ai/smollm2:360M-Q4_K_M
""",
    "Dockerfile": """FROM python:3.12-slim
WORKDIR /srv/app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
# RUN huggingface-cli download commented/out
RUN huggingface-cli download openai/whisper-tiny --revision main \\
    && python -m spacy download en_core_web_sm
CMD ["python", "-m", "helpdesk"]
""",
    "Modelfile": """FROM llama3.2:1b
PARAMETER temperature 0.3
ADAPTER ./adapters/tickets.gguf
SYSTEM You answer tickets. FROM here on you are polite.
""",
    "scripts/serve.sh": """#!/bin/sh
set -e
# llama-server -hf commented/out
llama-server -hf ggml-org/gemma-3-1b-it-GGUF --port 8080 &
ollama pull nomic-embed-text
echo "ollama run nothing/at-all"
""",
    "requirements.txt": "transformers==4.57.1\nsentence-transformers>=5\nopenai\n",
    "README.md": "# Help desk\n\nLoads `AutoModel.from_pretrained('readme/model')`, and/or others.\n",
}

HELPDESK = (
    Expected("helpdesk/settings.py", 'f"{ORG}/multilingual', "model", "hf", "intfloat/multilingual-e5-small"),
    Expected("helpdesk/settings.py", "os.environ.get", "model", "hf", "BAAI/bge-reranker-base",
             confidence="inferred"),
    Expected("helpdesk/settings.py", "Qwen/Qwen2.5-1.5B", "model", "hf", "Qwen/Qwen2.5-1.5B-Instruct", COMMIT,
             "commit"),
    Expected("helpdesk/answer.py", "acme/helpdesk-lora", "adapter", "hf", "acme/helpdesk-lora", "v1.2", "tag"),
    Expected("helpdesk/answer.py", "unitary/toxic-bert", "model", "hf", "unitary/toxic-bert"),
    Expected("helpdesk/answer.py", "gpt-4o-mini", "service", "openai", "gpt-4o-mini-2024-07-18", pin="tag"),
    Expected("helpdesk/answer.py", "microsoft/phi-2", "model", "hf", "microsoft/phi-2"),
    Expected("helpdesk/search.py", "claude-3-5-haiku", "service", "anthropic", "claude-3-5-haiku-20241022",
             pin="tag"),
    Expected("helpdesk/search.py", "natural-questions", "dataset", "hf", "sentence-transformers/natural-questions"),
    Expected("helpdesk/search.py", "all-MiniLM", "model", "hf", "sentence-transformers/all-MiniLM-L6-v2"),
    Expected("helpdesk/search.py", "vit_base_patch16", "model", "timm", "vit_base_patch16_224.augreg_in21k"),
    Expected("helpdesk/search.py", "ultralytics/yolov5", "model", "github", "ultralytics/yolov5", "v7.0", "tag"),
    Expected("helpdesk/search.py", "acme/layout", "model", "hf", "acme/layout", "main", "branch"),
    Expected("helpdesk/registry.py", "models:/ticket-router", "model", "mlflow", "ticket-router", "7", "tag"),
    Expected("compose.yaml", "mistralai/Mistral", "model", "hf", "mistralai/Mistral-7B-Instruct-v0.3"),
    Expected("compose.yaml", "ai/smollm2", "model", "oci", "ai/smollm2", "360M-Q4_K_M", "tag"),
    Expected("Dockerfile", "openai/whisper-tiny", "model", "hf", "openai/whisper-tiny", "main", "branch"),
    Expected("Dockerfile", "en_core_web_sm", "model", "spacy", "en_core_web_sm"),
    Expected("Modelfile", "FROM llama3.2", "model", "ollama", "llama3.2", "1b", "tag"),
    Expected("Modelfile", "ADAPTER", "file", "file", "./adapters/tickets.gguf"),
    Expected("scripts/serve.sh", "\nllama-server -hf", "model", "hf", "ggml-org/gemma-3-1b-it-GGUF"),
    Expected("scripts/serve.sh", "ollama pull", "model", "ollama", "nomic-embed-text"),
)  # fmt: skip


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write an application below a folder and give the folder."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, "utf-8")
    return folder


def line_of(files: dict[str, str], expected: Expected) -> int:
    """Give the number of the line that has the piece of an expectation; it must stand there once."""
    content = "\n" + files[expected.path]
    assert content.count(expected.line) == 1, expected
    return content.count("\n", 0, content.index(expected.line)) + expected.line.count("\n")
