"""Honest configurations as programs that are not at hand here write them, each in a few lines of its own."""

from __future__ import annotations

import json
from typing import Any

from tests.builders import configs


def _json(document: Any) -> str:
    return json.dumps(document, indent=1)


GITHUB = """\
name: CI
on:
  push: {branches: [main]}
  schedule: [{cron: "0 3 * * 1"}]
env: &env
  FORCE_COLOR: 1
jobs:
  test:
    runs-on: ${{ matrix.os }}
    strategy: {matrix: {os: [ubuntu-latest, windows-latest], python: ["3.11", "3.12"]}}
    env: {<<: *env, MODE: test}
    steps:
      - uses: actions/checkout@v4
      - name: Test
        run: |
          pip install -e .[dev]
          pytest -q
"""
COMPOSE = """\
services:
  server:
    image: ghcr.io/example/server:1.2@sha256:0000
    command: ["serve", "--port", "8000"]
    volumes: ["../data:/data:ro", "./models:/models"]
    environment: {MODEL_PATH: /models/tiny, TOKEN: "${TOKEN:-}"}
    deploy: {resources: {reservations: {devices: [{driver: nvidia, count: all, capabilities: [gpu]}]}}}
"""
KUBERNETES = """\
apiVersion: v1
kind: Service
metadata: {name: tiny}
spec: {type: ClusterIP, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: tiny}
spec:
  template:
    spec:
      containers:
        - {name: server, image: "example/server:1", command: [python, -m, server], args: ["--model", "/mnt/model"]}
"""
LATENT_DIFFUSION = """\
model:
  base_learning_rate: 1.0e-04
  target: ldm.models.diffusion.ddpm.LatentDiffusion
  params:
    timesteps: 1000
    unet_config:
      target: ldm.modules.diffusionmodules.openaimodel.UNetModel
      params: {image_size: 32, in_channels: 4, legacy: False}
    first_stage_config:
      target: ldm.models.autoencoder.AutoencoderKL
      params: {embed_dim: 4, lossconfig: {target: torch.nn.Identity}}
    cond_stage_config: {target: ldm.modules.encoders.modules.FrozenCLIPEmbedder}
"""
LIGHTNING_CLI = """\
# lightning.pytorch==2.5.0
seed_everything: 42
trainer:
  accelerator: auto
  logger:
    class_path: lightning.pytorch.loggers.TensorBoardLogger
    init_args: {save_dir: logs, name: tiny}
  callbacks:
    - class_path: lightning.pytorch.callbacks.ModelCheckpoint
      init_args: {monitor: val_loss, save_weights_only: false}
optimizer:
  class_path: torch.optim.Adam
  init_args: {lr: 0.001}
"""
TORCHTUNE = """\
model:
  _component_: torchtune.models.llama3_1.lora_llama3_1_8b
  lora_attn_modules: [q_proj, v_proj]
tokenizer: {_component_: torchtune.models.llama3.llama3_tokenizer, path: /tmp/original/tokenizer.model}
optimizer: {_component_: torch.optim.AdamW, fused: True}
"""
AXOLOTL = """\
base_model: example-org/tiny-8b
load_in_4bit: true
adapter: qlora
datasets: [{path: example-org/alpaca, type: alpaca}]
lora_target_modules: [q_proj, v_proj]
output_dir: ./outputs/out
special_tokens: {pad_token: "<|end_of_text|>"}
"""
MERGEKIT = """\
merge_method: slerp
base_model: example-org/tiny-a
slices:
  - sources:
      - {model: example-org/tiny-a, layer_range: [0, 32]}
      - {model: example-org/tiny-b, layer_range: [0, 32]}
parameters: {t: [{filter: self_attn, value: [0, 0.5, 1]}, {value: 0.5}]}
dtype: bfloat16
"""
MMENGINE = """\
model:
  type: FasterRCNN
  backbone:
    type: ResNet
    depth: 50
    init_cfg: {type: Pretrained, checkpoint: "https://download.openmmlab.com/resnet50.pth"}
train_pipeline: [{type: LoadImageFromFile}, {type: Resize, scale: [1333, 800]}]
"""
PRE_COMMIT = """\
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.5.0
    hooks: [{id: ruff, args: [--fix]}]
"""
MKDOCS = """\
site_name: Tiny
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
"""
OPENAPI = """\
openapi: 3.1.0
info: {title: Tiny, version: "1"}
paths:
  /predict:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/In"}}}}
      responses: {"200": {description: ok}}
components: {schemas: {In: {type: object, properties: {text: {type: string}}}}}
"""
SPACY_META = {
    "lang": "en",
    "name": "tiny",
    "version": "3.7.0",
    "spacy_version": ">=3.7.0,<3.8.0",
    "author": "Example",
    "url": "https://example.com",
    "license": "MIT",
    "vectors": {"width": 0, "vectors": 0},
    "pipeline": ["tok2vec", "ner"],
    "components": ["tok2vec", "ner"],
    "sources": [{"name": "OntoNotes 5", "url": "https://example.com/corpus"}],
}
TIMM = {
    "architecture": "resnet18",
    "num_classes": 1000,
    "num_features": 512,
    "global_pool": "avg",
    "pretrained_cfg": {
        "tag": "a1_in1k",
        "custom_load": False,
        "input_size": [3, 224, 224],
        "fixed_input_size": False,
        "interpolation": "bicubic",
        "mean": [0.485, 0.456, 0.406],
        "first_conv": "conv1",
        "classifier": "fc",
        "url": "https://github.com/huggingface/pytorch-image-models/releases/download/v0.1-rsb/resnet18.pth",
        "origin_url": "https://github.com/huggingface/pytorch-image-models",
        "paper_ids": "arXiv:2110.00476",
    },
}
OPEN_CLIP = {
    "model_cfg": {
        "embed_dim": 512,
        "vision_cfg": {"image_size": 224, "layers": 12, "width": 768, "patch_size": 32},
        "text_cfg": {"hf_model_name": "xlm-roberta-base", "hf_tokenizer_name": "xlm-roberta-base"},
    },
    "preprocess_cfg": {"mean": [0.48, 0.45, 0.4], "std": [0.26, 0.26, 0.27]},
}
LLAVA = configs.CONFIG | {
    "architectures": ["LlavaLlamaForCausalLM"],
    "model_type": "llava_llama",
    "mm_vision_tower": "openai/clip-vit-large-patch14",
    "mm_projector_type": "mlp2x_gelu",
    "_name_or_path": "/mnt/data/checkpoints/tiny",
    "time_step_limit": [0.0, float("inf")],
}
OLD_TOKENIZER = {
    "do_lower_case": True,
    "model_max_length": 512,
    "name_or_path": "bert-base-uncased",
    "tokenizer_class": "BertTokenizer",
    "special_tokens_map_file": "/root/.cache/huggingface/transformers/0f0e0d0c.special_tokens_map.json",
    "tokenizer_file": "/home/somebody/.cache/huggingface/transformers/0f0e.tokenizer.json",
}
TRAINER_STATE = {
    "best_metric": None,
    "epoch": 3.0,
    "global_step": 300,
    "is_local_process_zero": True,
    "log_history": [{"epoch": 1.0, "grad_norm": float("nan"), "learning_rate": 5e-05, "loss": 1.5, "step": 100}],
}
QUANTISATION = {
    "bits": 4,
    "group_size": 128,
    "damp_percent": 0.01,
    "desc_act": False,
    "model_name_or_path": None,
    "model_file_base_name": "model",
    "quant_method": "gptq",
}
CTRANSLATE2 = {"alignment_heads": [[7, 0]], "lang_ids": [50259], "suppress_ids": [1, 2], "multi_query_attention": False}
ORT = {
    "one_external_file": True,
    "opset": None,
    "optimization": {},
    "optimum_version": "1.20.0",
    "quantization": {"activations_dtype": "QUInt8", "operators_to_quantize": ["Gemm", "MatMul"], "is_static": False},
}
FLUX = {
    "_class_name": "FluxPipeline",
    "_diffusers_version": "0.30.0",
    "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "text_encoder_2": ["transformers", "T5EncoderModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "transformer": ["diffusers", "FluxTransformer2DModel"],
}
SCHEDULER = {
    "_class_name": "PNDMScheduler",
    "_diffusers_version": "0.6.0",
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
}
SAFETY = configs.pipeline(safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"]).decode()
PROMPT_API = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20, "model": ["4", 0], "sampler_name": "euler"}},
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sub/model.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat ... sleeping", "clip": ["4", 1]}},
}
CHAIN = {
    "lc": 1,
    "type": "constructor",
    "id": ["langchain", "chains", "llm", "LLMChain"],
    "kwargs": {
        "llm": {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "chat_models", "openai", "ChatOpenAI"],
            "kwargs": {"openai_api_key": {"lc": 1, "type": "secret", "id": ["OPENAI_API_KEY"]}, "temperature": 0},
        },
        "prompt": {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain_core", "prompts", "prompt", "PromptTemplate"],
            "kwargs": {"template": "Say {it}", "input_variables": ["it"], "template_format": "f-string"},
        },
    },
}
TSCONFIG = {"compilerOptions": {"target": "ES2022", "module": "esnext", "outDir": "../dist", "types": ["node"]}}
PACKAGE = {
    "name": "tiny",
    "version": "1.0.0",
    "type": "module",
    "main": "dist/index.js",
    "scripts": {"build": "tsc -p ."},
    "dependencies": {"react": "^18.2.0"},
    "repository": {"type": "git", "url": "git+https://github.com/example/tiny.git"},
}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "os.listdir",
            "description": "eval(x) and os.system are never called",
            "parameters": {"type": "object", "properties": {"path": {"type": "string"}}},
        },
    }
]
LINES = "".join(_json({"text": f"import os; os.system('{n}')", "label": n}).replace("\n", "") + "\n" for n in range(3))
MLFLOW_PYFUNC = """\
flavors:
  python_function:
    artifacts: {weights: {path: artifacts/weights.bin, uri: artifacts/weights.bin}}
    cloudpickle_version: 3.1.0
    code: null
    env: {conda: conda.yaml, virtualenv: python_env.yaml}
    loader_module: mlflow.pyfunc.model
    python_model: python_model.pkl
    python_version: 3.11.7
    streamable: false
model_uuid: 0f0e
signature: {inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 4]}}]'}
"""
MLFLOW_TORCH = """\
flavors:
  python_function: {data: data, env: {conda: conda.yaml}, loader_module: mlflow.pytorch, pickle_module_name: x}
  pytorch: {code: null, model_data: data, pytorch_version: 2.6.0}
"""
ENSEMBLE = """\
# an ensemble of two steps
name: "both"
platform: "ensemble"
max_batch_size: 1
ensemble_scheduling {
  step [
    { model_name: "first" model_version: -1 input_map { key: "IN" value: "RAW" }
      output_map { key: "OUT" value: "MID" } },
    { model_name: "second" model_version: -1 input_map { key: "IN" value: "MID" } }
  ]
}
parameters: { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value: { string_value: "no" } }
"""
SETUP_CFG = """\
[metadata]
name = tiny
[options]
install_requires =
    numpy
    torch>=2
[flake8]
ignore = E1,E2
[tool:x]
a = [1]
"""

TEXTS: dict[str, str] = {
    ".github/workflows/ci.yml": GITHUB,
    "docker-compose.yml": COMPOSE,
    "deploy.yaml": KUBERNETES,
    "openapi.yaml": OPENAPI,
    "v1-inference.yaml": LATENT_DIFFUSION,
    "cli/config.yaml": LIGHTNING_CLI,
    "8B_lora.yaml": TORCHTUNE,
    "axolotl_config.yml": AXOLOTL,
    "mergekit_config.yml": MERGEKIT,
    "faster_rcnn.yaml": MMENGINE,
    ".pre-commit-config.yaml": PRE_COMMIT,
    "hydra.yaml": configs.hydra_named_yaml().decode(),
    "model_config.yaml": configs.nemo().decode(),
    "args.yml": configs.zoo().decode(),
    "template.yml": configs.infrastructure().decode(),
    "bentofile.yaml": configs.bento().decode(),
    "MLmodel": configs.mlmodel().decode(),
    "pyfunc/MLmodel": MLFLOW_PYFUNC,
    "torch/MLmodel": MLFLOW_TORCH,
    "config.pbtxt": configs.triton().decode(),
    "ensemble/config.pbtxt": ENSEMBLE,
    "config.cfg": configs.spacy().decode(),
    "setup.cfg": SETUP_CFG,
    "meta.json": _json(SPACY_META),
    "timm/config.json": _json(TIMM),
    "open_clip_config.json": _json(OPEN_CLIP),
    "llava/config.json": _json(LLAVA),
    "old/tokenizer_config.json": _json(OLD_TOKENIZER),
    "trainer_state.json": _json(TRAINER_STATE),
    "quantize_config.json": _json(QUANTISATION),
    "ctranslate2/config.json": _json(CTRANSLATE2),
    "ort_config.json": _json(ORT),
    "flux/model_index.json": _json(FLUX),
    "scheduler/scheduler_config.json": _json(SCHEDULER),
    "sd/model_index.json": SAFETY,
    "workflow_api.json": _json(PROMPT_API),
    "workflow.json": configs.workflow().decode(),
    "chain.json": _json(CHAIN),
    "tsconfig.json": _json(TSCONFIG),
    "package.json": _json(PACKAGE),
    "tools.json": _json(TOOLS),
    "train.jsonl": LINES,
    "empty.yaml": "",
    "comment.yaml": "# nothing\n",
    "list.json": "[]",
    "numbers.json": "[1, 2]",
    "notes.txt": "[1] see the paper [2]\n[2] Author. Title. [online]",
    "sections": "[nlp]\nlang = en\nx = [true]",
}
"""The text of each file by its name."""

TAGGED = {"mkdocs.yml": MKDOCS}
"""YAML that names a function by a tag of PyYAML's unsafe loader, as one honest program asks for."""
