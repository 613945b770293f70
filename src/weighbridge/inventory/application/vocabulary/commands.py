"""Programs on command lines that take a model, and images of servers that do.

A pattern is ``shell:`` and the words that begin the command; keywords are options. Each entry names the program and the
version for whose documented options it is written.
"""

from __future__ import annotations

from weighbridge.inventory.application.loaders import loader
from weighbridge.inventory.application.references import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.loaders import Loader

_M, _A, _T, _D, _F, _S = Kind.MODEL, Kind.ADAPTER, Kind.TOKENIZER, Kind.DATASET, Kind.FILE, Kind.SERVICE
_VLLM, _LLAMA, _HF, _OLLAMA = "vllm 0.11", "llama.cpp b7000", "huggingface_hub 2.4", "ollama 0.12"
_REVISED = {"revision": "--revision", "code": "--trust-remote-code|--trust_remote_code"}

LOADERS: tuple[Loader, ...] = (
    *(
        loader(_VLLM, f"shell:{words}", _M, "hf", f"{first}--model", silent=True, more=_REVISED)
        for words, first in (("vllm serve", "0:"), ("vllm bench", ""), ("vllm chat", ""),
                             ("vllm.entrypoints.openai.api_server", ""), ("vllm.entrypoints.api_server", ""))
    ),
    *(
        loader(_VLLM, f"shell:{words}", _T, "hf", "--tokenizer", silent=True, revision="--tokenizer-revision")
        for words in ("vllm serve", "vllm.entrypoints.openai.api_server")
    ),
    *(
        loader(_VLLM, f"shell:{words}", _M, "hf", "--speculative-model|--draft-model", silent=True)
        for words in ("vllm serve", "vllm.entrypoints.openai.api_server")
    ),
    *(
        loader(_VLLM, f"shell:{words}", _A, "lora", "--lora-modules", silent=True)
        for words in ("vllm serve", "vllm.entrypoints.openai.api_server")
    ),
    *(
        one
        for program in ("llama-server", "llama-cli", "llama-run", "llama-embedding", "llama-bench", "llama-mtmd-cli",
                        "llama-simple", "llama-perplexity")
        for one in (
            loader(_LLAMA, f"shell:{program}", _M, "llama.cpp", "-hf|-hfr|--hf-repo", silent=True,
                   file="-hff|--hf-file"),
            loader(_LLAMA, f"shell:{program}", _F, "file", "-m|--model", silent=True),
            loader(_LLAMA, f"shell:{program}", _M, "url", "-mu|--model-url", silent=True),
            loader(_LLAMA, f"shell:{program}", _M, "llama.cpp", "-hfd|-hfrd|--hf-repo-draft", silent=True),
            loader(_LLAMA, f"shell:{program}", _A, "file", "--lora", silent=True),
        )
    ),
    loader("llama-cpp-python 0.3", "shell:llama_cpp.server", _F, "file", "--model", silent=True),
    loader("llama-cpp-python 0.3", "shell:llama_cpp.server", _M, "hf", "--hf_model_repo_id", silent=True),
    *(loader(_OLLAMA, f"shell:ollama {verb}", _M, "ollama", "0:") for verb in ("run", "pull", "show")),
    *(
        loader(_HF, f"shell:{program} {verb}", _M, "hf", "0:", type="--repo-type", revision="--revision", file="1:")
        for program in ("hf", "huggingface-cli") for verb in ("download",)
    ),
    loader("text-generation-inference 3.3", "shell:text-generation-launcher", _M, "hf", "--model-id", more=_REVISED),
    loader("text-generation-inference 3.3", "shell:text-generation-launcher", _A, "hf", "--lora-adapters",
           silent=True),
    loader("text-embeddings-inference 1.8", "shell:text-embeddings-router", _M, "hf", "--model-id",
           revision="--revision"),
    loader("sglang 0.5", "shell:sglang.launch_server", _M, "hf", "--model-path|--model", more=_REVISED),
    loader("lmdeploy 0.10", "shell:lmdeploy serve", _M, "hf", "1:", silent=True, revision="--revision"),
    loader("tensorrt-llm 1.0", "shell:trtllm-serve", _M, "hf", "0:", silent=True),
    loader("mlx-lm 0.28", "shell:mlx_lm.server", _M, "hf", "--model"),
    loader("mlx-lm 0.28", "shell:mlx_lm.generate", _M, "hf", "--model"),
    loader("mlflow 3.6", "shell:mlflow models", _M, "mlflow", "-m|--model-uri", silent=True),
    loader("mlflow 3.6", "shell:mlflow deployments", _M, "mlflow", "-m|--model-uri", silent=True),
    loader("mlflow 3.6", "shell:mlflow artifacts", _M, "mlflow", "-u|--artifact-uri", silent=True),
    loader("docker model 1.0", "shell:docker model", _M, "oci", "1:", silent=True),
    loader("ramalama 0.14", "shell:ramalama run", _M, "ollama", "0:", silent=True),
    loader("ramalama 0.14", "shell:ramalama serve", _M, "ollama", "0:", silent=True),
    loader("spacy 3.8", "shell:spacy download", _M, "spacy", "0:"),
    loader("nltk 3.9", "shell:nltk.downloader", _D, "nltk", "0:", silent=True),
    loader("litellm 1.80", "shell:litellm", _S, "litellm", "-m|--model", silent=True),
    loader("optimum 2.0", "shell:optimum-cli export", _M, "hf", "-m|--model", silent=True,
           code="--trust-remote-code"),
    loader("ctranslate2 4.6", "shell:ct2-transformers-converter", _M, "hf", "--model", revision="--revision",
           code="--trust_remote_code"),
    loader("lm-eval 0.4", "shell:lm_eval", _M, "lm_eval", "--model_args|-a", silent=True),
    loader("modelscope 1.31", "shell:modelscope download", _M, "modelscope", "0:--model", silent=True,
           revision="--revision"),
    loader("aider 0.86", "shell:aider", _S, "litellm", "--model", silent=True),
    loader("openai-whisper 20250625", "shell:whisper", _M, "whisper", "--model", silent=True),
    loader("ultralytics 8.3", "shell:yolo", _M, "ultralytics", "model", silent=True),
    loader("git 2.51", "shell:git clone", _M, "clone", "0:", silent=True, revision="-b|--branch"),
    loader("infinity 0.0.77", "shell:infinity_emb v2", _M, "hf", "--model-id", silent=True, revision="--revision"),
    loader("ray 2.51", "shell:gpt-j", _M, "hf", "--model", silent=True),
)  # fmt: skip

IMAGES = (
    ("vllm/vllm-openai", "vllm serve"), ("vllm/vllm-", "vllm serve"),
    ("huggingface/text-generation-inference", "text-generation-launcher"),
    ("huggingface/text-embeddings-inference", "text-embeddings-router"), ("llama.cpp", "llama-server"),
    ("lmsysorg/sglang", "sglang.launch_server"), ("michaelf34/infinity", "infinity_emb"),
)  # fmt: skip
"""Parts of the names of images, and the program that they start. Sources: their documentation, November 2026."""

PLAIN_SWITCHES = frozenset({
    "--trust-remote-code", "--trust_remote_code", "--enforce-eager", "--rm", "-it", "-i", "-t", "-d", "--detach", "-q",
    "--quiet", "-v", "--verbose", "--insecure", "--force", "-f", "--no-cache", "--init", "--privileged", "--direct",
    "--enable-prefix-caching", "--enable-auto-tool-choice", "--enable-chunked-prefill", "--enable-lora", "-y", "--yes",
    "--jinja", "--embedding", "--embeddings", "--no-mmap", "--mlock", "--flash-attn", "-fa", "--reranking",
    "--disable-log-requests", "--enable-reasoning", "--force-download", "--dry-run", "--local", "--depth1",
    "--force-reinstall", "--no-deps", "--network=host", "--env-manager-local", "--no-conda", "--enable-mlserver",
})  # fmt: skip
"""Options without a value."""

SILENT = frozenset({
    "echo", "printf", "grep", "which", "cd", "pip", "pip3", "apt", "apt-get", "apk", "yum", "sed", "awk", "cat",
    "mkdir", "rm", "cp", "mv", "chmod", "chown", "test", "[", "[[", "man", "alias", "pkill", "killall", "ls",
    "tar",
})  # fmt: skip
"""Programs whose words are no command lines."""
