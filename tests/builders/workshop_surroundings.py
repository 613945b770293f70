"""What stands beside the Python of ``workshop``: JavaScript, containers, deployment, CI, configuration, agents."""

from __future__ import annotations

from tests.builders.applications import COMMIT

SURROUNDINGS = {
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
