"""Names that tell what they are: models of the Hub without an owner, sizes, hosts, files of weights.

Sources: the Hub's canonical repositories as of November 2026, the libraries named at each table.
"""

from __future__ import annotations

LEGACY = (
    "albert-", "bert-base-", "bert-large-", "camembert-base", "ctrl", "distilbert-base-", "distilgpt2",
    "distilroberta-base", "gpt2", "gpt2-large", "gpt2-medium", "gpt2-xl", "openai-gpt", "roberta-base", "roberta-large",
    "t5-11b", "t5-3b", "t5-base", "t5-large", "t5-small", "transfo-xl-wt103", "xlm-", "xlm-roberta-", "xlnet-",
)  # fmt: skip
"""Models of the Hub that were there before owners were; one that ends in a dash is a beginning."""

LEGACY_DATASETS = frozenset({
    "squad", "squad_v2", "glue", "super_glue", "imdb", "ag_news", "wikitext", "cnn_dailymail", "xsum", "conll2003",
    "mnist", "cifar10", "cifar100", "fashion_mnist", "common_voice", "wikipedia", "bookcorpus", "c4", "mc4", "oscar",
    "openwebtext", "the_pile", "emotion", "rotten_tomatoes", "yelp_review_full", "yelp_polarity", "dbpedia_14", "trec",
    "snli", "multi_nli", "xnli", "wmt14", "wmt16", "wmt19", "opus_books", "opus100", "gsm8k", "piqa", "boolq",
    "winogrande", "hellaswag", "race", "samsum", "lambada", "ptb_text_only", "librispeech_asr", "timit_asr", "superb",
    "food101", "beans", "cats_vs_dogs", "coco", "tweet_eval", "hate_speech18", "banking77", "amazon_polarity", "qasper",
    "natural_questions", "trivia_qa", "hotpot_qa", "adversarial_qa", "quora", "paws", "stsb_multi_mt", "eli5",
    "billsum", "multi_news", "big_patent", "pubmed_qa", "scientific_papers", "code_search_net", "wiki_dpr", "scicite",
    "openai_humaneval", "mbpp", "ms_marco", "ai2_arc", "openbookqa", "commonsense_qa", "cosmos_qa", "social_i_qa",
    "truthful_qa", "sciq", "math_qa", "aqua_rat", "drop", "coqa", "quac", "narrativeqa", "web_questions", "anli",
    "blimp", "crows_pairs", "wino_bias", "swag", "sst", "sst2", "sms_spam", "go_emotions", "financial_phrasebank",
    "cc_news", "wnut_17", "wikiann", "conll2000", "tydiqa", "mlqa", "xquad", "xcopa", "paws-x", "xtreme", "kilt_tasks",
    "yahoo_answers_topics", "poem_sentiment", "tiny_shakespeare", "wikihow", "gigaword", "newsroom", "reddit_tifu",
})  # fmt: skip
"""Data sets of the Hub without an owner; the Hub forwards most of them by now."""

FASTER_WHISPER = {
    **{size: f"Systran/faster-whisper-{size}" for size in (
        "tiny", "tiny.en", "base", "base.en", "small", "small.en", "medium", "medium.en", "large-v1", "large-v2",
        "large-v3",
    )},
    "large": "Systran/faster-whisper-large-v3",
    "distil-large-v2": "Systran/faster-distil-whisper-large-v2",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}  # fmt: skip
"""Sizes and their repositories. Source: faster-whisper 1.2, ``utils._MODELS``."""

FASTEMBED = {
    "baai/bge-base-en": "Qdrant/fast-bge-base-en",
    "baai/bge-base-en-v1.5": "Qdrant/bge-base-en-v1.5-onnx-Q",
    "baai/bge-large-en-v1.5": "Qdrant/bge-large-en-v1.5-onnx",
    "baai/bge-reranker-v2-m3": "onnx-community/bge-reranker-v2-m3-ONNX",
    "baai/bge-small-en": "Qdrant/bge-small-en",
    "baai/bge-small-en-v1.5": "Qdrant/bge-small-en-v1.5-onnx-Q",
    "baai/bge-small-zh-v1.5": "Qdrant/bge-small-zh-v1.5",
    "qdrant/bm42-all-minilm-l6-v2-attentions": "Qdrant/all_miniLM_L6_v2_with_attentions",
    "qwen/qwen3-embedding-0.6b": "Qdrant/Qwen3-Embedding-0.6B-onnx",
    "qwen/qwen3-embedding-0.6b-q": "Qdrant/Qwen3-Embedding-0.6B-onnx",
    "google/embeddinggemma-300m": "onnx-community/embeddinggemma-300m-ONNX",
    "google/siglip2-base-patch16-224": "onnx-community/siglip2-base-patch16-224-ONNX",
    "ibm-granite/granite-embedding-small-english-r2": "onnx-community/granite-embedding-small-english-r2-ONNX",
    "intfloat/multilingual-e5-large": "Qdrant/multilingual-e5-large-onnx",
    "jinaai/jina-embeddings-v2-base-en": "Xenova/jina-embeddings-v2-base-en",
    "jinaai/jina-embeddings-v2-small-en": "Xenova/jina-embeddings-v2-small-en",
    "nomic-ai/nomic-embed-text-v1.5-q": "nomic-ai/nomic-embed-text-v1.5",
    "nomic-ai/nomic-embed-vision-v1.5-q": "nomic-ai/nomic-embed-vision-v1.5",
    "prithivida/splade_pp_en_v1": "Qdrant/Splade_PP_en_v1",
    "prithvida/splade_pp_en_v1": "Qdrant/Splade_PP_en_v1",
    "sentence-transformers/all-minilm-l6-v2": "Qdrant/all-MiniLM-L6-v2-onnx",
    "sentence-transformers/paraphrase-multilingual-minilm-l12-v2":
        "Qdrant/paraphrase-multilingual-MiniLM-L12-v2-onnx-Q",
    "sentence-transformers/paraphrase-multilingual-mpnet-base-v2": "Xenova/paraphrase-multilingual-mpnet-base-v2",
    "thenlper/gte-large": "Qdrant/gte-large-onnx",
}  # fmt: skip
"""Names in lower case and the repositories that they are fetched from, where these differ. Source: fastembed 0.9.1, the
``ModelSource`` of each model."""

WEIGHTS = (
    ".gguf", ".ggml", ".safetensors", ".onnx", ".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib", ".h5",
    ".hdf5", ".keras", ".tflite", ".pb", ".npz", ".mlmodel", ".engine", ".plan", ".torchscript", ".ubj", ".cbm",
    ".model", ".llamafile", ".xml", ".caffemodel", ".params", ".mar", ".nemo", ".task", ".litertlm", ".pte",
)  # fmt: skip
"""Ends of names of model files."""

HUB_HOSTS = ("huggingface.co", "hf.co", "www.huggingface.co", "hf-mirror.com")

NOT_OWNERS = frozenset({
    "application", "audio", "font", "image", "message", "multipart", "text", "video", "models", "model", "data",
    "datasets", "checkpoints", "checkpoint", "weights", "output", "outputs", "input", "inputs", "src", "tests", "test",
    "docs", "path", "config", "configs", "assets", "static", "tmp", "usr", "opt", "var", "home", "app", "and", "or",
    "results", "logs", "cache", "lib", "bin", "etc", "mnt", "workspace", "content", "artifacts", "resources",
    "pretrained", "ckpt", "ckpts", "saved_models", "runs", "experiments", "api", "v1", "true", "yes", "read", "train",
    "train_dir", "local", "your-org", "your_org", "path_to", "path-to", "http", "https", "org", "user", "username",
    "your-username", "your_username", "namespace", "repo", "owner", "n", "w", "he", "his", "cpu", "gpu", "on",
    "utf-8", "en", "us", "europe", "america", "asia", "africa", "client", "server", "request", "pass",
})  # fmt: skip
"""First words of ``a/b`` that are folders, types of media or plain words; no owner of the Hub that matters is called
so. Only used where nothing but the name of a key tells that it is a model."""

MODEL_KEYS = frozenset({
    "model", "model_name", "model_id", "model_name_or_path", "pretrained_model_name_or_path", "base_model", "modelname",
    "modelid", "hf_model", "hf_model_id", "hf_repo", "hf_repo_id", "repo_id", "llm_model", "llm", "chat_model",
    "embedding_model", "embed_model", "embedding_model_name", "embeddings_model", "reranker", "reranker_model",
    "rerank_model", "rerank_model_name", "base_model_name_or_path", "draft_model", "speculative_model", "teacher_model",
    "student_model", "reward_model", "vision_model", "whisper_model", "tts_model", "asr_model", "ner_model",
    "generation_model", "completion_model", "default_model", "fast_model", "small_model", "large_model",
    "text_model", "image_model", "classifier_model", "pretrained_model", "pretrained", "model_path", "served_model",
    "encoder_model", "weak_model", "editor_model", "fallback_model", "summary_model", "model_uri", "small_fast_model",
    "model_url",
})  # fmt: skip
"""Keys of configurations, and environment variables in lower case, whose value is a model."""
TOKENIZER_KEYS = frozenset({"tokenizer", "tokenizer_name", "tokenizer_id", "tokenizer_name_or_path"})
ADAPTER_KEYS = frozenset({"adapter", "adapter_id", "adapter_name", "lora", "lora_path", "lora_model", "adapter_model",
                          "lora_adapter", "peft_model_id", "adapter_path"})  # fmt: skip
DATASET_KEYS = frozenset({"dataset", "dataset_name", "dataset_id", "train_dataset", "eval_dataset", "hf_dataset",
                          "dataset_path", "datasets"})  # fmt: skip
REVISION_KEYS = ("revision", "model_revision", "commit", "ref")
"""Keys beside a model that hold its revision."""
