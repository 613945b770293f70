"""Libraries that load, train or serve models: the short list by which an application's software is sorted.

Each stands here because its own documentation says that it does one of these; the packages are those of the projects'
installation pages, under their names on PyPI, npm and conda.
"""

from __future__ import annotations

from weighbridge.inventory.software.values import Ecosystem

_PYTHON = frozenset({
    # build and train: pytorch.org, tensorflow.org, jax.readthedocs.io, keras.io, paddlepaddle.org.cn, mindspore.cn
    "torch", "torchvision", "torchaudio", "tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-intel",
    "tf-nightly", "jax", "jaxlib", "flax", "keras", "paddlepaddle", "paddlepaddle-gpu", "mindspore", "mxnet", "chainer",
    "mlx", "lightning", "pytorch-lightning", "deepspeed", "fastai", "tinygrad",
    # models of the Hub: huggingface.co/docs, sbert.net
    "transformers", "diffusers", "sentence-transformers", "peft", "trl", "accelerate", "timm", "optimum",
    "bitsandbytes", "setfit", "huggingface-hub", "safetensors", "tokenizers", "datasets", "autogptq", "auto-gptq",
    "autoawq", "unsloth",
    # serve and run: docs.vllm.ai, docs.sglang.ai, onnxruntime.ai, docs.openvino.ai, github.com/abetlen/llama-cpp-python
    "vllm", "sglang", "llama-cpp-python", "ctransformers", "ctranslate2", "faster-whisper", "openai-whisper", "onnx",
    "onnxruntime", "onnxruntime-gpu", "openvino", "tensorrt", "tensorrt-llm", "tflite-runtime", "ai-edge-litert",
    "coremltools", "executorch", "lmdeploy", "text-generation", "fastembed", "gguf", "mlc-llm", "rembg",
    # classical: scikit-learn.org, xgboost.readthedocs.io, lightgbm.readthedocs.io, catboost.ai, spacy.io
    "scikit-learn", "xgboost", "lightgbm", "catboost", "spacy", "flair", "gensim", "nltk", "stanza", "joblib", "skops",
    "h2o", "statsmodels",
    # put models together and keep them: python.langchain.com, docs.llamaindex.ai, mlflow.org, bentoml.com, ray.io
    "langchain", "langchain-core", "langchain-community", "langchain-openai", "langchain-huggingface", "langgraph",
    "llama-index", "llama-index-core", "haystack-ai", "txtai", "dspy", "dspy-ai", "guidance", "outlines",
    "semantic-kernel", "litellm", "mlflow", "mlflow-skinny", "bentoml", "ray", "kserve", "wandb", "crewai", "autogen",
    # clients of hosted models and of local servers: the vendors' own documentation
    "openai", "anthropic", "google-generativeai", "google-genai", "google-cloud-aiplatform", "cohere", "mistralai",
    "ollama", "groq", "replicate", "together", "azure-ai-inference", "ibm-watsonx-ai",
})  # fmt: skip

_NODE = frozenset({
    # huggingface.co/docs/transformers.js, tensorflow.org/js, onnxruntime.ai, js.langchain.com, sdk.vercel.ai, vendors'
    "@huggingface/transformers", "@xenova/transformers", "@huggingface/inference", "@huggingface/hub",
    "@tensorflow/tfjs", "@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-core",
    "onnxruntime-node", "onnxruntime-web", "node-llama-cpp", "@mlc-ai/web-llm", "langchain", "@langchain/core",
    "@langchain/openai", "@langchain/community", "llamaindex", "ai", "@ai-sdk/openai", "@ai-sdk/anthropic", "openai",
    "@anthropic-ai/sdk", "@google/generative-ai", "@google/genai", "cohere-ai", "@mistralai/mistralai", "ollama",
    "groq-sdk", "replicate", "together-ai", "@aws-sdk/client-bedrock-runtime", "brain.js", "ml5",
})  # fmt: skip

_CONDA = _PYTHON | {"pytorch", "pytorch-cpu", "pytorch-gpu", "pytorch-cuda", "py-xgboost", "libtorch", "jaxlib"}

_RUST = frozenset({
    # github.com/huggingface/candle, ort.pyke.io, burn.dev, github.com/LaurentMazare/tch-rs
    "candle-core", "candle-nn", "candle-transformers", "ort", "burn", "tch", "tokenizers", "safetensors", "hf-hub",
    "llama-cpp-2", "tract-onnx", "async-openai", "mistralrs",
})  # fmt: skip

_KNOWN = {
    Ecosystem.PYPI: _PYTHON, Ecosystem.NPM: _NODE, Ecosystem.CONDA: _CONDA, Ecosystem.CARGO: _RUST,
}  # fmt: skip


def is_framework(ecosystem: Ecosystem, name: str) -> bool:
    """Tell whether a package, under its normalised name, loads, trains, serves or calls models."""
    return name in _KNOWN[ecosystem]
