"""A larger application, with one of everything that is read; ``workshop_expected`` lists what it refers to."""

from __future__ import annotations

import json

from tests.builders.applications import COMMIT

_NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# `AutoModel.from_pretrained('prose/only')`\n"]},
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["pipeline(model='output/only')"]}],
            "source": [
                "%pip install -q transformers\n",
                "!hf download HuggingFaceTB/SmolLM2-135M --revision v1.0\n",
                "from transformers import pipeline\n",
                'CAPTION = "Salesforce/blip-image-captioning-base"\n',
                'print("ready: ä")',
            ],
        },
        {
            "cell_type": "code",
            "execution_count": 2,
            "metadata": {},
            "outputs": [],
            "source": 'caption = pipeline("image-to-text", model=CAPTION)\n'
            'ocr = pipeline(model="microsoft/trocr-small-printed")',
        },
    ],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}

FILES = {
    # -- Python
    "src/workshop/__init__.py": "",
    "src/workshop/constants.py": '''"""Names that the rest of the workshop uses."""

PREFIX = "facebook"
SUMMARISERS = {
    "small": "sshleifer/distilbart-cnn-12-6",
    "large": "{}/{}".format(PREFIX, "bart-large-cnn"),
}
TRANSLATORS = ["Helsinki-NLP/opus-mt-de-en", "Helsinki-NLP/opus-mt-fr-en"]
FOLDERS = ["data/raw", "data/clean"]
''',
    "src/workshop/config.py": '''"""Settings of the workshop, from the environment or a file."""

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WORKSHOP_")

    chat_model: str = "gpt-4.1-mini"
    vision_model: str = Field(default="openai/clip-vit-base-patch32", description="a/b")
    database: str = "postgres/main"


@lru_cache
def get_settings() -> Settings:
    return Settings()


def load_settings():
    with open(Path(__file__).parent / "models.yaml") as file:
        return yaml.safe_load(file)
''',
    "src/workshop/models.yaml": """# What runs here; old/model is gone.
speech:
  recogniser:
    repo: "nvidia/parakeet-tdt-0.6b-v2"
    revision: """
    + COMMIT
    + """
  folder: audio/in
limits:
  path: text/plain
""",
    "src/workshop/loaders.py": '''"""Thin layers over the libraries."""

from transformers import AutoModel


class Encoder:
    def __init__(self, name, *, revision=None, remote=False):
        self.name = name
        self.model = AutoModel.from_pretrained(self.name, revision=revision, trust_remote_code=remote)


def tagger(name="dslim/bert-base-NER"):
    return _tagger(name)


def _tagger(name):
    from transformers import pipeline

    return pipeline("ner", name)
''',
    "src/workshop/text.py": '''"""Works on text."""

from functools import partial

import spacy
from datasets import load_dataset
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from workshop.config import get_settings, load_settings
from workshop.constants import SUMMARISERS, TRANSLATORS
from workshop.loaders import Encoder, tagger

JINA = "44e7d1d6caec8c883c2d4b207588504d519788d0"
settings = get_settings()
load_summariser = partial(AutoModelForSeq2SeqLM.from_pretrained, trust_remote_code=False)


def summarise(text, size):
    name = SUMMARISERS[size]
    return load_summariser(name), AutoTokenizer.from_pretrained("google-t5/t5-small")


def translate(text):
    return [AutoModelForSeq2SeqLM.from_pretrained(name) for name in TRANSLATORS]


def encode():
    first = Encoder("jinaai/jina-embeddings-v2-small-en", revision=JINA, remote=True)
    second = Encoder(name="nomic-ai/nomic-embed-text-v1.5")
    return first, second, tagger(), tagger("Jean-Baptiste/camembert-ner")


def recognise():
    speech = load_settings()["speech"]
    return AutoTokenizer.from_pretrained(speech["recogniser"]["repo"], revision=speech["recogniser"]["revision"])


def see(path):
    from transformers import CLIPModel

    return CLIPModel.from_pretrained(settings.vision_model), spacy.load("de_core_news_md")


def corpus(kind):
    rows = load_dataset("csv", data_files="data/rows.csv")
    return rows, load_dataset("allenai/c4", "en", revision="main"), load_dataset("squad")
''',
    "src/workshop/hosted.py": '''"""Models that others run."""

import os

import boto3
import google.generativeai as genai
import litellm
import replicate
from langchain_openai import AzureChatOpenAI, ChatOpenAI
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.llms.ollama import Ollama
from openai import OpenAI

from workshop.config import get_settings


class Chat:
    def __init__(self):
        self.client = OpenAI(base_url="https://api.groq.com/openai/v1", api_key=os.environ["GROQ_API_KEY"])
        self.own = OpenAI()

    def ask(self, text):
        return self.client.chat.completions.create(model="llama-3.3-70b-versatile", messages=text)

    def own_ask(self, text):
        return self.own.responses.create(model=get_settings().chat_model, input=text)


def others(text):
    a = litellm.completion(model="anthropic/claude-sonnet-4-20250514", messages=text)
    b = genai.GenerativeModel("gemini-1.5-flash-002").generate_content(text)
    c = boto3.client("bedrock-runtime").invoke_model(modelId="amazon.titan-text-lite-v1", body=text)
    d = replicate.run("stability-ai/sdxl:39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b")
    e = AzureChatOpenAI(azure_deployment="office-gpt4o", azure_endpoint="https://office.openai.azure.com")
    f = ChatOpenAI(model=os.getenv("DRAFT_MODEL") or "gpt-4o-mini")
    g = Ollama(model="mistral-nemo:12b"), HuggingFaceEmbedding(model_name="BAAI/bge-small-en-v1.5")
    return a, b, c, d, e, f, g
''',
    "src/workshop/train.py": '''"""Fine-tunes."""

import argparse

from diffusers import StableDiffusionPipeline
from faster_whisper import WhisperModel
from ultralytics import YOLO
from vllm import LLM


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-model", default="EleutherAI/pythia-70m")
    parser.add_argument("--output", default="runs/latest")
    args = parser.parse_args()
    llm = LLM(model=args.base_model, revision="step3000")
    pictures = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
    pictures.load_lora_weights("latent-consistency/lcm-lora-sdv1-5", weight_name="pytorch_lora_weights.safetensors")
    return llm, pictures, WhisperModel("small.en"), YOLO("yolov8n.pt"), args.output
''',
    "src/workshop/unknowable.py": '''"""What no source tells."""

import os

from transformers import AutoModel, pipeline


def any_model(name):
    return AutoModel.from_pretrained(name)


def from_outside():
    return AutoModel.from_pretrained(os.environ["NOWHERE_SET"])


def chosen_by_the_library():
    return pipeline("sentiment-analysis")
''',
    "tests/test_text.py": '''"""Tests."""

from transformers import AutoModel

ROWS = [{"model": "not/loaded", "mime": "text/html"}]


def test_loads():
    assert AutoModel.from_pretrained("hf-internal-testing/tiny-random-bert")
''',
    "tests/data/rows.json": '{"model": "rows/only", "base_model": "rows/too"}\n',
    # -- notebooks, scripts of JavaScript
    "notebooks/caption.ipynb": json.dumps(_NOTEBOOK, indent=1, ensure_ascii=False) + "\n",
    "web/src/search.ts": """// import { pipeline } from '@xenova/transformers'; pipeline('x', 'comment/only')
import { pipeline, AutoTokenizer, type Pipeline } from "@huggingface/transformers";
import OpenAI from 'openai';
import { generateText } from "ai";
import { anthropic } from "@ai-sdk/anthropic";

const EMBED = "Xenova/all-MiniLM-L6-v2";
const kinds = ["text/css", "image/webp"];
const client = new OpenAI();

export async function load(): Promise<Pipeline> {
  const extractor = await pipeline("feature-extraction", EMBED, { revision: "v2.0.1" });
  await AutoTokenizer.from_pretrained(`Xenova/${"gpt-4"}`.trim());
  const tokenizer = await AutoTokenizer.from_pretrained('Xenova/bert-base-uncased');
  return extractor;
}

export const ask = (prompt: string) =>
  client.chat.completions.create({
    messages: [{ role: "user", content: prompt }],
    model: process.env.WEB_MODEL ?? "gpt-4o-2024-08-06",
  });

export const say = () => generateText({ model: anthropic("claude-3-7-sonnet-20250219"), prompt: "hi" });
""",
    "web/package.json": """{
  "name": "workshop-web",
  "scripts": {
    "models": "hf download onnx-community/Kokoro-82M-ONNX onnx/model.onnx --local-dir public/models",
    "build": "vite build"
  },
  "dependencies": {"@huggingface/transformers": "3.7.6", "openai": "6.9.0"}
}
""",
    # -- containers
    "docker/api.Dockerfile": """# syntax=docker/dockerfile:1
FROM python:3.12-slim AS models
ARG EMBED_MODEL=thenlper/gte-small
ENV HF_HOME=/models WORKSHOP_RERANK_MODEL="mixedbread-ai/mxbai-rerank-xsmall-v1"
RUN python -c "from sentence_transformers import SentenceTransformer; SentenceTransformer('intfloat/e5-small-v2')"
RUN --mount=type=cache,target=/models \\
    curl -L -o /models/tiny.gguf \\
      https://huggingface.co/TheBloke/TinyLlama-1.1B-Chat-v1.0-GGUF/resolve/main/tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf
RUN <<EOF
set -e
ollama pull qwen2.5:0.5b
EOF

FROM vllm/vllm-openai:v0.11.0
CMD ["--model", "HuggingFaceH4/zephyr-7b-beta", "--revision", "main", "--trust-remote-code"]
""",
    "docker-compose.yml": """services:
  tgi:
    image: ghcr.io/huggingface/text-generation-inference:3.3
    command: --model-id tiiuae/falcon-7b-instruct --num-shard 1
    environment:
      - HF_HUB_OFFLINE=0
      - DRAFT_MODEL=gpt-4.1-nano
  embed:
    image: ghcr.io/huggingface/text-embeddings-inference:cpu-1.8
    command: ["--model-id", "${EMBED:-Alibaba-NLP/gte-base-en-v1.5}", "--port", "80"]
  chat:
    provider:
      type: model
      options:
        model: ai/gemma3:4B-Q4_0
""",
    "Modelfile.support": """FROM hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M
SYSTEM \"\"\"
FROM nothing/here
\"\"\"
""",
    # -- Kubernetes and Helm
    "deploy/vllm.yaml": """apiVersion: apps/v1
kind: Deployment
metadata:
  name: vllm
  annotations: {note: a/b}
spec:
  template:
    spec:
      containers:
        - name: server
          image: vllm/vllm-openai:v0.11.0
          command: ["/bin/sh", "-c"]
          args:
            - >-
              vllm serve ibm-granite/granite-3.1-2b-instruct
              --max-model-len 2048
          env:
            - name: GUARD_MODEL
              value: meta-llama/Llama-Guard-3-1B
            - name: LOG_PATH
              value: var/log
---
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
spec:
  predictor:
    model:
      modelFormat: {name: huggingface}
      storageUri: hf://microsoft/deberta-v3-small
""",
    "deploy/chart/values.yaml": """image:
  repository: vllm/vllm-openai
model:
  name: upstage/SOLAR-10.7B-Instruct-v1.0
  revision: v1.0
ingress:
  path: models/v1
""",
    "deploy/chart/templates/deployment.yaml": """{{- if .Values.enabled }}
spec:
  containers:
    - name: {{ .Chart.Name }}
      image: {{ .Values.image.repository }}
      args: ["--model", {{ .Values.model.name | quote }}]
    - name: draft
      image: ollama/ollama
      command: ["ollama", "run", "tinyllama:1.1b"]
{{- end }}
""",
    # -- command lines and CI
    "scripts/serve.sh": """#!/usr/bin/env bash
MODEL=${MODEL:-openbmb/MiniCPM-2B-sft-bf16}
exec vllm serve "$MODEL" --port 8000
""",
    "scripts/offline.sh": """#!/bin/sh
llama-server -m models/local.gguf -c 4096
mlflow models serve -m "models:/price@champion" -p 5001
text-generation-launcher --model-id=bigcode/starcoder2-3b --revision="""
    + COMMIT
    + """
""",
    "Makefile": """BASE ?= databricks/dolly-v2-3b

serve:
\tvllm serve $(BASE)

eval:
\tlm_eval --model hf --model_args pretrained=allenai/OLMo-1B-hf,revision=main --tasks arc
""",
    ".github/workflows/models.yml": """name: models
on: [push]
env:
  SMALL_MODEL: google/flan-t5-small
jobs:
  smoke:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: fetch
        run: |
          pip install huggingface_hub
          huggingface-cli download cross-encoder/ms-marco-TinyBERT-L-2-v2
""",
    ".gitlab-ci.yml": """test:
  image: python:3.12
  script:
    - python -m spacy download fr_core_news_sm
    - echo "ollama run said/only"
""",
    # -- settings, agents, packages, submodules, weights
    ".env.example": """# EMBED=commented/out
EMBEDDING_MODEL=snowflake/arctic-embed-s
OPENAI_API_KEY=
DATA_DIR=data/raw
""",
    "conf/experiment.yaml": """defaults: [base]
encoder:
  _target_: transformers.AutoModel.from_pretrained
  pretrained_model_name_or_path: answerdotai/ModernBERT-base
  revision: main
tokenizer: unsloth/tokenizer-only
output_dir: results/run1
""",
    "agents.toml": """[agents.writer]
model = "claude-opus-4-20250514"
fallback_model = "o4-mini"
prompt = "prompts/writer"
""",
    ".mcp.json": """{
  "mcpServers": {
    "search": {"command": "uvx", "args": ["--embedding-model", "ibm-granite/granite-embedding-30m-english"]}
  }
}
""",
    ".claude/agents/review.md": """---
name: review
description: Reads and/or writes.
model: claude-3-5-sonnet-20241022
---
Use model: other/model.
""",
    "requirements.txt": "spacy==3.8.7\nhttps://github.com/explosion/spacy-models/releases/download/it_core_news_sm-3.8.0/"
    "it_core_news_sm-3.8.0-py3-none-any.whl\n# en_core_web_lg\n",
    ".gitmodules": """[submodule "vendor/bloom"]
\tpath = vendor/bloom
\turl = https://huggingface.co/bigscience/bloom-560m
[submodule "vendor/lib"]
\tpath = vendor/lib
\turl = https://github.com/pytorch/vision.git
""",
    "models/local.gguf": "version https://git-lfs.github.com/spec/v1\noid sha256:" + "ab" * 32 + "\nsize 1000\n",
    "docs/guide.md": "Run `ollama run documented/only` and read https://huggingface.co/docs/hub.\n",
}
