"""Python clients of models that others run, and the frameworks that call models by a name.

Each entry names the library and the version for whose published interface it is written.
"""

from __future__ import annotations

from weighbridge.inventory.application.loaders import loader
from weighbridge.inventory.application.references import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.loaders import Loader

_S, _M, _T = Kind.SERVICE, Kind.MODEL, Kind.TOKENIZER
_OPENAI, _LC, _LI = "openai 2.8", "langchain 1.0", "llama-index 0.14"
_CALLS = (
    "chat.completions.create", "chat.completions.parse", "chat.completions.stream", "beta.chat.completions.parse",
    "beta.chat.completions.stream", "responses.create", "responses.parse", "responses.stream", "completions.create",
    "embeddings.create", "images.generate", "images.edit", "audio.transcriptions.create", "audio.translations.create",
    "audio.speech.create", "moderations.create", "beta.assistants.create", "fine_tuning.jobs.create", "batches.create",
)  # fmt: skip
_CLIENTS = (
    # (classes, provider, source)
    ("openai.*OpenAI()", "openai", _OPENAI),
    ("openai.*AzureOpenAI()", "azure", _OPENAI),
    ("groq.*Groq()", "groq", "groq 0.36"),
    ("together.*Together()", "together", "together 1.5"),
    ("cerebras.cloud.sdk.*Cerebras()", "cerebras", "cerebras-cloud-sdk 1.56"),
    ("huggingface_hub.*InferenceClient()", "hf-inference", "huggingface_hub 2.4"),
    ("langfuse.openai.*OpenAI()", "openai", "langfuse 3.9"),
)

LOADERS: tuple[Loader, ...] = (
    # -- clients with the calls of OpenAI's
    *(
        loader(source, f"{client}.{call}", _S, provider, "model", silent=call.endswith("batches.create"))
        for client, provider, source in _CLIENTS for call in _CALLS
    ),
    *(
        loader(_OPENAI, f"openai.{name}.{call}", _S, "openai", "model|engine")
        for name in ("ChatCompletion", "Completion", "Embedding", "Image", "Moderation", "Audio")
        for call in ("create", "acreate")
    ),
    *(loader(_OPENAI, f"openai.{call}", _S, "openai", "model") for call in _CALLS),
    *(
        loader(_OPENAI, f"*.{call}", _S, "", "model", silent=True)
        for call in ("chat.completions.create", "chat.completions.parse", "responses.create", "responses.parse",
                     "embeddings.create", "chat.completions.stream")
    ),
    # -- Anthropic
    *(
        loader("anthropic 0.74", f"anthropic.*{client}().{call}", _S, provider, "model")
        for client, provider in (("Anthropic", "anthropic"), ("AnthropicBedrock", "bedrock"),
                                 ("AnthropicVertex", "vertex"), ("AnthropicFoundry", "azure"))
        for call in ("messages.create", "messages.stream", "messages.parse", "messages.count_tokens",
                     "beta.messages.create", "beta.messages.stream", "completions.create")
    ),
    loader("anthropic 0.74", "*.messages.create", _S, "", "model", silent=True),
    loader("anthropic 0.74", "*.messages.stream", _S, "", "model", silent=True),
    # -- Google
    loader("google-generativeai 0.8", "google.generativeai.GenerativeModel", _S, "google", "0:model_name"),
    loader("google-generativeai 0.8", "google.generativeai.embed_content", _S, "google", "0:model"),
    loader("google-genai 1.51", "google.genai.Client().*models.*", _S, "google", "model"),
    loader("google-genai 1.51", "google.genai.Client().*chats.create", _S, "google", "model"),
    loader("google-genai 1.51", "google.genai.Client().*live.connect", _S, "google", "model"),
    loader("google-cloud-aiplatform 1.128", "vertexai.*GenerativeModel", _S, "vertex", "0:model_name"),
    loader("google-cloud-aiplatform 1.128", "vertexai.*Model.from_pretrained", _S, "vertex", "0:model_name"),
    loader("google-cloud-aiplatform 1.128", "google.cloud.aiplatform.Endpoint", _S, "vertex", "0:endpoint_name"),
    # -- Amazon
    *(
        loader("boto3 1.41", f"*.{call}", _S, "bedrock", "modelId", by_tail=True, silent=call.startswith("conv"))
        for call in ("invoke_model", "invoke_model_with_response_stream", "converse", "converse_stream")
    ),
    # -- others
    loader("mistralai 1.9", "mistralai.*Mistral().*", _S, "mistral", "model", silent=True),
    loader("mistralai 0.4", "mistralai.*MistralClient().*", _S, "mistral", "model", silent=True),
    loader("cohere 5.20", "cohere.*Client*().*", _S, "cohere", "model", silent=True),
    loader("voyageai 0.3", "voyageai.*Client().*", _S, "voyage", "1:model", silent=True),
    loader("replicate 1.0", "replicate.*run", _S, "replicate", "0:ref"),
    loader("replicate 1.0", "replicate.*stream", _S, "replicate", "0:ref"),
    loader("fal-client 0.9", "fal_client.run", _S, "fal", "0:application"),
    loader("fal-client 0.9", "fal_client.subscribe", _S, "fal", "0:application"),
    loader("azure-ai-inference 1.0", "azure.ai.inference.*Client().*", _S, "azure", "model", silent=True),
    loader("ibm-watsonx-ai 1.4", "ibm_watsonx_ai.*ModelInference", _S, "watsonx", "0:model_id"),
    loader("huggingface_hub 2.4", "*InferenceClient", _S, "hf-inference", "0:model", by_tail=True, silent=True),
    loader("huggingface_hub 2.4", "huggingface_hub.*InferenceClient().*", _S, "hf-inference", "model", silent=True),
    # -- LiteLLM and others that take provider/model
    *(
        loader("litellm 1.80", f"litellm.{call}", _S, "litellm", "0:model")
        for call in ("completion", "acompletion", "embedding", "aembedding", "text_completion", "atext_completion",
                     "image_generation", "aimage_generation", "transcription", "speech", "rerank", "responses",
                     "aresponses")
    ),
    loader("litellm 1.80", "litellm.*Router", _S, "litellm", "0:model_list*litellm_params*model"),
    loader("dspy 3.0", "dspy.LM", _S, "litellm", "0:model"),
    loader("crewai 1.5", "crewai.*LLM", _S, "litellm", "0:model"),
    loader("crewai 1.5", "crewai.*Agent", _S, "litellm", "llm", silent=True),
    loader("instructor 1.13", "instructor.from_provider", _S, "litellm", "0:model"),
    loader("pydantic-ai 1.20", "pydantic_ai.*Agent", _S, "colon", "0:model", silent=True),
    loader("openai-agents 0.5", "agents.Agent", _S, "openai", "model", silent=True),
    loader("smolagents 1.23", "smolagents.*InferenceClientModel", _S, "hf-inference", "0:model_id"),
    loader("smolagents 1.23", "smolagents.*HfApiModel", _S, "hf-inference", "0:model_id"),
    loader("smolagents 1.23", "smolagents.*LiteLLMModel", _S, "litellm", "0:model_id"),
    loader("smolagents 1.26", "smolagents.*OpenAIModel", _S, "openai", "0:model_id", endpoint="1:api_base"),
    loader("smolagents 1.26", "smolagents.*OpenAIServerModel", _S, "openai", "0:model_id", endpoint="1:api_base"),
    loader("smolagents 1.26", "smolagents.*AzureOpenAIModel", _S, "azure", "0:model_id", endpoint="1:azure_endpoint"),
    loader("smolagents 1.26", "smolagents.*AmazonBedrockModel", _S, "bedrock", "0:model_id"),
    loader("smolagents 1.26", "smolagents.*MLXModel", _M, "hf", "0:model_id", code="trust_remote_code"),
    loader("smolagents 1.26", "smolagents.*VLLMModel", _M, "hf", "0:model_id"),
    loader("smolagents 1.23", "smolagents.*TransformersModel", _M, "hf", "0:model_id", code="trust_remote_code"),
    # -- LangChain
    loader(_LC, "*init_chat_model", _S, "colon", "0:model", by_tail=True, type="model_provider"),
    loader(_LC, "*init_embeddings", _S, "colon", "0:model", by_tail=True, type="provider"),
    *(
        loader(_LC, f"*{name}", _S, provider, "0:model|model_name", by_tail=True, silent=True,
               endpoint="base_url|openai_api_base")
        for name, provider in (
            ("ChatOpenAI", "openai"), ("OpenAIEmbeddings", "openai"), ("ChatAnthropic", "anthropic"),
            ("ChatGoogleGenerativeAI", "google"), ("GoogleGenerativeAIEmbeddings", "google"),
            ("ChatVertexAI", "vertex"), ("VertexAIEmbeddings", "vertex"), ("ChatMistralAI", "mistral"),
            ("MistralAIEmbeddings", "mistral"), ("ChatCohere", "cohere"), ("CohereEmbeddings", "cohere"),
            ("ChatGroq", "groq"), ("ChatTogether", "together"), ("TogetherEmbeddings", "together"),
            ("ChatFireworks", "fireworks"), ("ChatDeepSeek", "deepseek"), ("ChatXAI", "xai"),
            ("ChatPerplexity", "perplexity"), ("ChatNVIDIA", "nvidia"), ("NVIDIAEmbeddings", "nvidia"),
            ("ChatLiteLLM", "litellm"), ("VoyageAIEmbeddings", "voyage"), ("ChatWatsonx", "watsonx"),
        )
    ),
    loader(_LC, "langchain*.OpenAI", _S, "openai", "0:model|model_name", silent=True),
    *(
        loader(_LC, f"*{name}", _S, "azure", "azure_deployment|deployment_name|deployment|model|model_name",
               by_tail=True, silent=True, endpoint="azure_endpoint")
        for name in ("AzureChatOpenAI", "AzureOpenAIEmbeddings")
    ),
    *(
        loader(_LC, f"*{name}", _S, "bedrock", "0:model_id|model", by_tail=True, silent=True)
        for name in ("ChatBedrock", "ChatBedrockConverse", "BedrockEmbeddings", "BedrockLLM")
    ),
    *(
        loader(_LC, f"*{name}", _M, "ollama", "0:model", by_tail=True, silent=True, endpoint="base_url")
        for name in ("ChatOllama", "OllamaLLM", "OllamaEmbeddings")
    ),
    loader(_LC, "langchain*.Ollama", _M, "ollama", "0:model", silent=True),
    *(
        loader(_LC, f"*{name}", _M, "hf", "0:model_name", by_tail=True, silent=True)
        for name in ("HuggingFaceEmbeddings", "HuggingFaceBgeEmbeddings", "HuggingFaceInstructEmbeddings",
                     "HuggingFaceCrossEncoder", "FastEmbedEmbeddings", "SentenceTransformerEmbeddings")
    ),
    loader(_LC, "*.HuggingFacePipeline.from_model_id", _M, "hf", "0:model_id"),
    loader(_LC, "*HuggingFaceEndpoint", _S, "hf-inference", "repo_id|model", by_tail=True, silent=True,
           endpoint="endpoint_url"),
    loader(_LC, "*HuggingFaceEndpointEmbeddings", _S, "hf-inference", "repo_id|model", by_tail=True, silent=True),
    loader(_LC, "*HuggingFaceHub", _S, "hf-inference", "repo_id", by_tail=True, silent=True),
    loader(_LC, "langchain*.Replicate", _S, "replicate", "0:model"),
    loader(_LC, "langchain*.LlamaCpp", Kind.FILE, "file", "model_path"),
    # -- LlamaIndex
    *(
        loader(_LI, f"llama_index.*{name}", kind, hub, f"0:{words}", silent=True, endpoint="base_url|api_base")
        for name, kind, hub, words in (
            ("llms.openai.OpenAI", _S, "openai", "model"), ("llms.OpenAI", _S, "openai", "model"),
            ("llms.azure_openai.AzureOpenAI", _S, "azure", "engine|deployment_name|model"),
            ("llms.anthropic.Anthropic", _S, "anthropic", "model"), ("llms.Anthropic", _S, "anthropic", "model"),
            ("llms.gemini.Gemini", _S, "google", "model"), ("llms.google_genai.GoogleGenAI", _S, "google", "model"),
            ("llms.vertex.Vertex", _S, "vertex", "model"), ("llms.bedrock*.Bedrock*", _S, "bedrock", "model"),
            ("llms.mistralai.MistralAI", _S, "mistral", "model"), ("llms.cohere.Cohere", _S, "cohere", "model"),
            ("llms.groq.Groq", _S, "groq", "model"), ("llms.together.TogetherLLM", _S, "together", "model"),
            ("llms.replicate.Replicate", _S, "replicate", "model"),
            ("llms.ollama.Ollama", _M, "ollama", "model"), ("llms.Ollama", _M, "ollama", "model"),
            ("embeddings.ollama.OllamaEmbedding", _M, "ollama", "model_name"),
            ("llms.huggingface.HuggingFaceLLM", _M, "hf", "model_name"),
            ("llms.vllm.Vllm", _M, "hf", "model"), ("llms.llama_cpp.LlamaCPP", Kind.FILE, "file", "model_path"),
            ("embeddings.huggingface*.HuggingFaceEmbedding", _M, "hf", "model_name"),
            ("embeddings.HuggingFaceEmbedding", _M, "hf", "model_name"),
            ("embeddings.fastembed.FastEmbedEmbedding", _M, "fastembed", "model_name"),
            ("embeddings.openai.OpenAIEmbedding", _S, "openai", "model"),
            ("embeddings.OpenAIEmbedding", _S, "openai", "model"),
            ("embeddings.cohere.CohereEmbedding", _S, "cohere", "model_name"),
            ("postprocessor*.SentenceTransformerRerank", _M, "hf", "model"),
            ("postprocessor*.FlagEmbeddingReranker", _M, "hf", "model"),
        )
    ),
    loader(_LI, "llama_index.*.HuggingFaceLLM", _T, "hf", "tokenizer_name", silent=True),
    loader(_LI, "llama_index.*resolve_embed_model", _M, "local", "0:embed_model", silent=True),
    # -- Haystack
    *(
        loader("haystack-ai 2.20", f"haystack*.{name}", kind, hub, "0:model", silent=True)
        for name, kind, hub in (
            ("SentenceTransformersDocumentEmbedder", _M, "hf"), ("SentenceTransformersTextEmbedder", _M, "hf"),
            ("SentenceTransformersSimilarityRanker", _M, "hf"), ("TransformersSimilarityRanker", _M, "hf"),
            ("HuggingFaceLocalGenerator", _M, "hf"), ("HuggingFaceLocalChatGenerator", _M, "hf"),
            ("ExtractiveReader", _M, "hf"), ("LocalWhisperTranscriber", _M, "whisper"),
            ("OpenAIGenerator", _S, "openai"), ("OpenAIChatGenerator", _S, "openai"),
            ("OpenAITextEmbedder", _S, "openai"), ("OpenAIDocumentEmbedder", _S, "openai"),
        )
    ),
    loader("chromadb 1.3", "*OpenAIEmbeddingFunction", _S, "openai", "model_name", by_tail=True, silent=True),
)  # fmt: skip

ENDPOINTS = {
    "api.openai.com": "openai", "api.groq.com": "groq", "api.together.xyz": "together", "openrouter.ai": "openrouter",
    "api.deepseek.com": "deepseek", "api.mistral.ai": "mistral", "api.x.ai": "xai", "api.perplexity.ai": "perplexity",
    "api.fireworks.ai": "fireworks", "generativelanguage.googleapis.com": "google", "api.anthropic.com": "anthropic",
    "integrate.api.nvidia.com": "nvidia", "router.huggingface.co": "hf-inference", "api.cerebras.ai": "cerebras",
    "api-inference.huggingface.co": "hf-inference", "models.github.ai": "github-models", "api.moonshot.ai": "moonshot",
    "models.inference.ai.azure.com": "github-models", "dashscope.aliyuncs.com": "dashscope",
    "dashscope-intl.aliyuncs.com": "dashscope", "api.deepinfra.com": "deepinfra", "api.sambanova.ai": "sambanova",
}  # fmt: skip
"""Hosts that speak OpenAI's protocol, and whose they are. Source: the providers' quick starts, November 2026."""

PREFIXES = {
    "gpt-": "openai", "chatgpt-": "openai", "o1": "openai", "o3": "openai", "o4-": "openai",
    "text-embedding-": "openai",
    "davinci": "openai", "dall-e-": "openai", "whisper-1": "openai", "tts-1": "openai", "omni-moderation": "openai",
    "claude-": "anthropic", "gemini-": "google", "models/gemini-": "google", "text-bison": "vertex",
    "mistral-large": "mistral", "mistral-small": "mistral", "mistral-medium": "mistral", "codestral-": "mistral",
    "ministral-": "mistral", "pixtral-": "mistral", "command-r": "cohere", "command-a": "cohere", "embed-": "cohere",
    "rerank-": "cohere", "deepseek-chat": "deepseek", "deepseek-reasoner": "deepseek", "grok-": "xai",
    "sonar": "perplexity", "voyage-": "voyage", "anthropic.claude": "bedrock", "amazon.": "bedrock",
    "us.anthropic.": "bedrock", "eu.anthropic.": "bedrock", "meta.llama": "bedrock", "cohere.": "bedrock",
}  # fmt: skip
"""Beginnings of names that only one provider gives to hosted models. Source: their model lists, November 2026."""
