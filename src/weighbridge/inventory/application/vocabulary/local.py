"""Python loaders of models, adapters, tokenizers and data sets that the program itself runs.

Each entry names the library and the version for whose published interface it is written.
``0:model|model_name`` is a position and the
keywords; see ``loaders.argument``.
"""

from __future__ import annotations

from weighbridge.inventory.application.loaders import loader
from weighbridge.inventory.application.references import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.loaders import Loader

_M, _A, _T, _D, _F, _S = Kind.MODEL, Kind.ADAPTER, Kind.TOKENIZER, Kind.DATASET, Kind.FILE, Kind.SPACE
_HUB = {"revision": "revision", "folder": "subfolder", "code": "trust_remote_code"}
_NAMES = (
    "0:pretrained_model_name_or_path|pretrained_model_link_or_path|model_name_or_path|model_id|model_name|repo_id|model"
)
_TF, _PEFT, _DIFF = "transformers 5.23", "peft 0.21", "diffusers 0.35"
_HFH, _DS, _ST, _VLLM = "huggingface_hub 2.4", "datasets 4.4", "sentence-transformers 6.2", "vllm 0.11"
_TORCH, _MLF, _KERAS, _TFLOW = "torch 2.13", "mlflow 3.6", "keras 3.12", "tensorflow 2.20"

LOADERS: tuple[Loader, ...] = (
    # -- transformers and what follows its convention
    loader(_TF, "*.from_pretrained", _M, "hf", _NAMES, by_tail=True, file="weight_name|filename|model_file", more=_HUB),
    loader(_TF, "*.*Tokenizer.from_pretrained", _T, "hf", _NAMES, more=_HUB),
    loader(_TF, "*.*TokenizerFast.from_pretrained", _T, "hf", _NAMES, more=_HUB),
    loader(_TF, "*.*Processor.from_pretrained", _T, "hf", _NAMES, more=_HUB),
    loader(_TF, "*.*FeatureExtractor.from_pretrained", _T, "hf", _NAMES, more=_HUB),
    loader(_TF, "transformers.*pipeline", _M, "hf", "1:model", more=_HUB),
    loader(_TF, "transformers.*pipeline", _T, "hf", "3:tokenizer", silent=True, more=_HUB),
    loader(_TF, "optimum.*pipeline", _M, "hf", "1:model", more=_HUB),
    loader(_TF, "torch.hub.load_state_dict_from_url", _M, "url", "0:url"),
    loader("auto-gptq 0.7, autoawq 0.2", "*.from_quantized", _M, "hf",
           "0:model_name_or_path|quant_path|model_path", by_tail=True, code="trust_remote_code"),
    loader("trl 0.25", "trl.*Trainer", _M, "hf", "0:model", silent=True),
    loader("unsloth 2025.11", "unsloth.*.from_pretrained", _M, "hf", "0:model_name", more=_HUB),
    loader("audiocraft 1.3", "audiocraft.*.get_pretrained", _M, "hf", "0:name"),
    loader("speechbrain 1.0", "speechbrain.*.from_hparams", _M, "hf", "0:source", revision="revision"),
    loader("pyannote.audio 4.0", "pyannote.audio*.from_pretrained", _M, "hf", "0:checkpoint|checkpoint_path",
           revision="revision"),
    # -- peft
    loader(_PEFT, "peft.PeftModel*.from_pretrained", _A, "hf", "1:model_id", revision="revision", folder="subfolder"),
    loader(_PEFT, "peft.Peft*Config.from_pretrained", _A, "hf", "0:pretrained_model_name_or_path",
           revision="revision", folder="subfolder"),
    loader(_PEFT, "peft.LoraConfig.from_pretrained", _A, "hf", "0:pretrained_model_name_or_path",
           revision="revision", folder="subfolder"),
    loader(_PEFT, "peft.AutoPeftModel*.from_pretrained", _A, "hf", "0:pretrained_model_name_or_path", more=_HUB),
    loader(_PEFT, "*.load_adapter", _A, "hf", "0:model_id|peft_model_id|adapter_name_or_path", by_tail=True,
           silent=True, revision="revision"),
    loader("adapters 1.2", "adapters.*.load_adapter", _A, "hf", "0:adapter_name_or_path", revision="version"),
    # -- diffusers
    loader(_DIFF, "diffusers.*.from_pretrained", _M, "hf", "0:pretrained_model_name_or_path", more=_HUB),
    loader(_DIFF, "*.from_single_file", _M, "hf", "0:pretrained_model_link_or_path_or_dict"
           "|pretrained_model_link_or_path", by_tail=True, revision="revision"),
    loader(_DIFF, "*.load_lora_weights", _A, "hf", "0:pretrained_model_name_or_path_or_dict", by_tail=True,
           file="weight_name", revision="revision", folder="subfolder"),
    loader(_DIFF, "*.load_ip_adapter", _A, "hf", "0:pretrained_model_name_or_path_or_dict", by_tail=True,
           file="weight_name", revision="revision", folder="1:subfolder"),
    loader(_DIFF, "*.load_textual_inversion", _A, "hf", "0:pretrained_model_name_or_path", by_tail=True,
           file="weight_name", revision="revision", folder="subfolder"),
    # -- the Hub's own client
    loader(_HFH, "*hf_hub_download", _M, "hf", "0:repo_id", by_tail=True, file="1:filename", folder="subfolder",
           type="repo_type", revision="revision"),
    loader(_HFH, "*hf_hub_url", _M, "hf", "0:repo_id", by_tail=True, file="1:filename", folder="subfolder",
           type="repo_type", revision="revision"),
    loader(_HFH, "*try_to_load_from_cache", _M, "hf", "0:repo_id", by_tail=True, file="1:filename", type="repo_type",
           revision="revision"),
    loader(_HFH, "*snapshot_download", _M, "hf", "0:repo_id", by_tail=True, type="repo_type", revision="revision"),
    loader("modelscope 1.31", "modelscope.*snapshot_download", _M, "modelscope", "0:model_id", revision="revision"),
    loader("modelscope 1.31", "modelscope.*.from_pretrained", _M, "modelscope", _NAMES, more=_HUB),
    loader("modelscope 1.31", "modelscope.*pipeline", _M, "modelscope", "1:model", revision="model_revision"),
    # -- data sets
    loader(_DS, "*datasets*.load_dataset", _D, "hf", "0:path", revision="revision", code="trust_remote_code",
           detail="1:name"),
    loader(_DS, "datasets.*load_dataset_builder", _D, "hf", "0:path", revision="revision", code="trust_remote_code"),
    loader(_DS, "datasets.*get_dataset_*", _D, "hf", "0:path", revision="revision"),
    loader("evaluate 0.4", "evaluate.load", _S, "hf", "0:path", prefix="evaluate-metric/", revision="revision"),
    loader("kagglehub 0.3", "kagglehub.model_download", _M, "kaggle", "0:handle"),
    loader("kagglehub 0.3", "kagglehub.dataset_download", _D, "kaggle", "0:handle"),
    loader("nltk 3.9", "nltk.download", _D, "nltk", "0:info_or_id", silent=True),
    loader("gradio 5.49", "gradio.load", _M, "hf", "0:name", type="1:src"),
    loader("gradio_client 1.13", "gradio_client.Client", _S, "hf", "0:src"),
    # -- sentence embeddings
    loader(_ST, "*SentenceTransformer", _M, "hf", "0:model_name_or_path", prefix="sentence-transformers/",
           by_tail=True, silent=True, revision="revision", code="trust_remote_code"),
    loader(_ST, "*CrossEncoder", _M, "hf", "0:model_name_or_path|model_name", by_tail=True, silent=True,
           prefix="cross-encoder/", revision="revision", code="trust_remote_code"),
    loader(_ST, "*SparseEncoder", _M, "hf", "0:model_name_or_path", by_tail=True, silent=True,
           revision="revision", code="trust_remote_code"),
    loader(_ST, "sentence_transformers.models.Transformer", _M, "hf", "0:model_name_or_path"),
    loader("FlagEmbedding 1.3", "FlagEmbedding.*Model", _M, "hf", "0:model_name_or_path", code="trust_remote_code"),
    loader("FlagEmbedding 1.3", "FlagEmbedding.*Reranker", _M, "hf", "0:model_name_or_path", code="trust_remote_code"),
    loader("InstructorEmbedding 1.0", "InstructorEmbedding.INSTRUCTOR", _M, "hf", "0:model_name_or_path"),
    loader("fastembed 0.9", "fastembed.*Embedding", _M, "fastembed", "0:model_name"),
    # These two hold what a model computed.
    loader("fastembed 0.9", "fastembed.*SparseEmbedding", _M, "fastembed", "model_name", silent=True),
    loader("fastembed 0.9", "fastembed.*WordEmbedding", _M, "fastembed", "model_name", silent=True),
    loader("fastembed 0.9", "fastembed.*TextCrossEncoder", _M, "fastembed", "0:model_name"),
    loader("keybert 0.9, bertopic 0.17", "keybert.KeyBERT", _M, "hf", "0:model", prefix="sentence-transformers/"),
    loader("keybert 0.9, bertopic 0.17", "bertopic.BERTopic", _M, "hf", "embedding_model", silent=True,
           prefix="sentence-transformers/"),
    loader("chromadb 1.3", "*SentenceTransformerEmbeddingFunction", _M, "hf", "0:model_name", by_tail=True,
           prefix="sentence-transformers/"),
    loader("txtai 9.1", "txtai.*Embeddings", _M, "hf", "path", silent=True),
    loader("txtai 9.1", "txtai.*LLM", _M, "hf", "0:path", silent=True),
    # -- engines for language models
    loader(_VLLM, "vllm.*LLM", _M, "hf", "0:model", revision="revision", code="trust_remote_code"),
    loader(_VLLM, "vllm.*LLM", _T, "hf", "tokenizer", silent=True, revision="tokenizer_revision"),
    loader(_VLLM, "vllm.*EngineArgs", _M, "hf", "0:model", revision="revision", code="trust_remote_code"),
    loader(_VLLM, "vllm.*LoRARequest", _A, "hf", "2:lora_path", silent=True),
    loader("sglang 0.5", "sglang.*Engine", _M, "hf", "model_path", revision="revision", code="trust_remote_code"),
    loader("lmdeploy 0.10", "lmdeploy.*pipeline", _M, "hf", "0:model_path", revision="revision"),
    loader("mlx-lm 0.28", "mlx_lm.*load", _M, "hf", "0:path_or_hf_repo", revision="revision"),
    loader("ctranslate2 4.6", "ctranslate2.*", _F, "file", "0:model_path", silent=True),
    loader("llama-cpp-python 0.3", "llama_cpp.*Llama", _F, "file", "0:model_path"),
    loader("llama-cpp-python 0.3", "llama_cpp.*Llama", _A, "file", "lora_path", silent=True),
    loader("llama-cpp-python 0.3", "llama_cpp.*Llama.from_pretrained", _M, "hf", "0:repo_id", file="1:filename"),
    loader("gpt4all 2.8", "gpt4all.GPT4All", _M, "gpt4all", "0:model_name"),
    *(
        loader("ollama 0.6", f"ollama.*{name}", _M, "ollama", "0:model", silent=name == "create")
        for name in ("chat", "generate", "embed", "embeddings", "pull", "show")
    ),
    # -- vision
    loader("timm 1.0", "timm.*create_model", _M, "timm", "0:model_name", only_if="1:pretrained"),
    loader("open_clip_torch 3.2", "open_clip.*create_model*", _M, "open_clip", "0:model_name",
           only_if="1:pretrained"),
    loader("open_clip_torch 3.2", "open_clip.*get_tokenizer", _T, "open_clip", "0:model_name", silent=True),
    loader("clip 1.0", "clip.load", _M, "clip", "0:name"),
    loader("ultralytics 8.3", "ultralytics.*YOLO", _M, "ultralytics", "0:model", silent=True),
    *(
        loader("ultralytics 8.3", f"ultralytics.*{name}", _M, "ultralytics", "0:model", silent=True)
        for name in ("RTDETR", "SAM", "FastSAM", "YOLOWorld", "YOLOE", "NAS")
    ),
    loader("rembg 2.0", "rembg.*new_session", _M, "rembg", "0:model_name"),
    loader("insightface 0.7", "insightface.*FaceAnalysis", _M, "insightface", "name"),
    loader("easyocr 1.7", "easyocr.*Reader", _M, "easyocr", "recog_network", silent=True),
    loader(_TORCH, "torch.hub.load", _M, "github", "0:repo_or_dir", detail="1:model", type="source"),
    loader("torchvision 0.24", "torchvision.models.get_model", _M, "torchvision", "0:name", only_if="weights"),
    loader("torchvision 0.24", "torchvision.models.*", _M, "torchvision", "()", only_if="weights|pretrained"),
    loader(_KERAS, "keras.applications.*", _M, "keras.applications", "()", weights="weights"),
    loader(_KERAS, "tensorflow.keras.applications.*", _M, "keras.applications", "()", weights="weights"),
    # -- speech
    loader("openai-whisper 20250625", "whisper.load_model", _M, "whisper", "0:name"),
    loader("whisperx 3.8", "whisperx.load_model", _M, "hf", "0:whisper_arch", prefix="Systran/faster-whisper-"),
    loader("faster-whisper 1.2", "faster_whisper.*WhisperModel", _M, "hf", "0:model_size_or_path",
           prefix="Systran/faster-whisper-"),
    loader("TTS 0.22", "TTS.*TTS", _M, "coqui", "0:model_name", silent=True),
    # -- language processing
    loader("spacy 3.8", "spacy.load", _M, "spacy", "0:name"),
    loader("spacy 3.8", "spacy.*download", _M, "spacy", "0:model"),
    loader("stanza 1.11", "stanza.Pipeline", _M, "stanza", "0:lang"),
    loader("stanza 1.11", "stanza.download", _M, "stanza", "0:lang"),
    loader("flair 0.15", "flair.models.*.load", _M, "flair", "0:model_path"),
    loader("flair 0.15", "flair.nn.*.load", _M, "flair", "0:model_path"),
    loader("flair 0.15", "flair.embeddings.Transformer*", _M, "hf", "0:model"),
    loader("flair 0.15", "flair.embeddings.WordEmbeddings", _M, "flair", "0:embeddings"),
    loader("flair 0.15", "flair.embeddings.FlairEmbeddings", _M, "flair", "0:model"),
    loader("gensim 4.4", "gensim.downloader.load", _M, "gensim", "0:name"),
    loader("fasttext 0.9", "fasttext.load_model", _F, "file", "0:path"),
    # -- registries and packages of models
    loader(_MLF, "mlflow.*.load_model", _M, "mlflow", "0:model_uri"),
    loader(_MLF, "mlflow.artifacts.download_artifacts", _M, "mlflow", "0:artifact_uri", silent=True),
    loader(_MLF, "mlflow.*.spark_udf", _M, "mlflow", "1:model_uri"),
    loader(_KERAS, "keras.*load_model", _F, "file", "0:filepath", code="safe_mode"),
    loader(_TFLOW, "tensorflow.keras.*load_model", _F, "file", "0:filepath"),
    loader(_TFLOW, "tensorflow.saved_model.load", _F, "file", "0:export_dir"),
    loader("keras-hub 0.23", "*.from_preset", _M, "keras", "0:preset", by_tail=True),
    loader("tensorflow-hub 0.16", "tensorflow_hub.load", _M, "tfhub", "0:handle"),
    loader("tensorflow-hub 0.16", "tensorflow_hub.KerasLayer", _M, "tfhub", "0:handle"),
    loader("tensorflow-hub 0.16", "tensorflow_hub.resolve", _M, "tfhub", "0:handle"),
    # -- files of this machine
    loader("onnxruntime 1.23", "onnxruntime.*InferenceSession", _F, "file", "0:path_or_bytes"),
    loader("onnx 1.23", "onnx.load*", _F, "file", "0:f|path", silent=True),
    loader("openvino 2025.3", "openvino.*.read_model", _F, "file", "0:model", silent=True),
    loader("openvino 2025.3", "openvino.*.compile_model", _F, "file", "0:model", silent=True),
    loader(_TORCH, "torch.load", _F, "file", "0:f", silent=True),
    loader(_TORCH, "torch.jit.load", _F, "file", "0:f"),
    loader(_TORCH, "torch.nn.Embedding*.from_pretrained", _F, "file", "0:embeddings", silent=True),  # takes a tensor
    loader("safetensors 0.8", "safetensors.*load_file", _F, "file", "0:filename", silent=True),
    loader("safetensors 0.8", "safetensors.*safe_open", _F, "file", "0:filename", silent=True),
    loader("joblib 1.6", "joblib.load", _F, "file", "0:filename", silent=True),
    loader("xgboost 3.1", "xgboost.*.load_model", _F, "file", "0:fname", silent=True),
    loader("lightgbm 4.7", "lightgbm.Booster", _F, "file", "model_file", silent=True),
    loader("catboost 1.2", "catboost.*.load_model", _F, "file", "0:fname", silent=True),
    loader("tflite-runtime 2.14", "tflite_runtime.*Interpreter", _F, "file", "0:model_path", silent=True),
    loader(_TFLOW, "tensorflow.lite.Interpreter", _F, "file", "0:model_path", silent=True),
)  # fmt: skip

BUILDERS = frozenset({
    "csv", "json", "text", "parquet", "arrow", "pandas", "sql", "xml", "webdataset", "imagefolder", "audiofolder",
    "videofolder", "pdffolder", "generator", "spark", "cache", "lance", "hdf5", "eval",
})  # fmt: skip
"""Names that ``load_dataset`` has for kinds of local files. Source: datasets 4.4, ``packaged_modules``."""
