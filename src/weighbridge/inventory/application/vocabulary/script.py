"""Calls of JavaScript and TypeScript that name models. Keywords are keys of an object that is given.

A pattern is ``script:``, the last words of the call, and behind ``from`` the packages one of which the source must
import. Each entry names the package and the version for whose published interface it is
written.
"""

from __future__ import annotations

from weighbridge.inventory.application.loaders import loader
from weighbridge.inventory.application.references import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from weighbridge.inventory.application.loaders import Loader

_M, _T, _S = Kind.MODEL, Kind.TOKENIZER, Kind.SERVICE
_TJS, _AI = "@huggingface/transformers 3.7", "ai 5.0"
_PACKAGES = "@huggingface/transformers|@xenova/transformers"

LOADERS: tuple[Loader, ...] = (
    loader(_TJS, f"script:pipeline from {_PACKAGES}", _M, "hf", "1:", revision="revision"),
    loader(_TJS, f"script:Tokenizer.from_pretrained from {_PACKAGES}", _T, "hf", "0:", revision="revision"),
    loader(_TJS, f"script:Processor.from_pretrained from {_PACKAGES}", _T, "hf", "0:", revision="revision"),
    loader(_TJS, f"script:from_pretrained from {_PACKAGES}", _M, "hf", "0:", revision="revision"),
    *(
        loader("openai 6.9", f"script:{call} from openai|groq-sdk|together-ai|@azure/openai", _S, "openai", "model")
        for call in ("chat.completions.create", "chat.completions.parse", "chat.completions.stream",
                     "responses.create",
                     "responses.parse", "responses.stream", "embeddings.create",
                     "images.generate",
                     "completions.create", "audio.transcriptions.create", "audio.speech.create",
                     "beta.assistants.create")
    ),
    *(
        loader("@anthropic-ai/sdk 0.70", f"script:{call} from @anthropic-ai/sdk|@anthropic-ai/bedrock-sdk"
               "|@anthropic-ai/vertex-sdk", _S, "anthropic", "model")
        for call in ("messages.create", "messages.stream")
    ),
    loader("@google/generative-ai 0.24", "script:getGenerativeModel from @google/generative-ai"
           "|@google-cloud/vertexai", _S, "google", "model"),
    loader("@google/genai 1.30", "script:models.generateContent from @google/genai", _S, "google", "model"),
    loader("@google/genai 1.30", "script:models.generateContentStream from @google/genai", _S, "google", "model"),
    loader("@google/genai 1.30", "script:models.embedContent from @google/genai", _S, "google", "model"),
    *(
        loader("ollama 0.6", f"script:ollama.{call} from ollama", _M, "ollama", "model")
        for call in ("chat", "generate", "embed", "embeddings", "pull")
    ),
    loader("replicate 1.4", "script:replicate.run from replicate", _S, "replicate", "0:"),
    loader("@mistralai/mistralai 1.10", "script:chat.complete from @mistralai/mistralai", _S, "mistral", "model"),
    loader("cohere-ai 7.20", "script:chat from cohere-ai", _S, "cohere", "model"),
    *(
        loader("@huggingface/inference 4.13", f"script:{call} from @huggingface/inference", _S, "hf-inference", "model")
        for call in ("textGeneration", "chatCompletion", "chatCompletionStream", "featureExtraction", "textToImage",
                     "automaticSpeechRecognition", "summarization", "translation", "zeroShotClassification")
    ),
    loader("@aws-sdk/client-bedrock-runtime 3.930", "script:InvokeModelCommand from @aws-sdk/client-bedrock-runtime",
           _S, "bedrock", "modelId"),
    loader("@aws-sdk/client-bedrock-runtime 3.930", "script:ConverseCommand from @aws-sdk/client-bedrock-runtime",
           _S, "bedrock", "modelId"),
    *(
        loader(_AI, f"script:{name} from {package}", _S, provider, "0:")
        for name, package, provider in (
            ("openai", "@ai-sdk/openai", "openai"), ("openai.chat", "@ai-sdk/openai", "openai"),
            ("openai.responses", "@ai-sdk/openai", "openai"), ("openai.embedding", "@ai-sdk/openai", "openai"),
            ("openai.textEmbeddingModel", "@ai-sdk/openai", "openai"), ("anthropic", "@ai-sdk/anthropic", "anthropic"),
            ("google", "@ai-sdk/google", "google"), ("vertex", "@ai-sdk/google-vertex", "vertex"),
            ("mistral", "@ai-sdk/mistral", "mistral"), ("groq", "@ai-sdk/groq", "groq"),
            ("cohere", "@ai-sdk/cohere", "cohere"), ("bedrock", "@ai-sdk/amazon-bedrock", "bedrock"),
            ("azure", "@ai-sdk/azure", "azure"), ("xai", "@ai-sdk/xai", "xai"),
            ("deepseek", "@ai-sdk/deepseek", "deepseek"),
            ("togetherai", "@ai-sdk/togetherai", "together"), ("fireworks", "@ai-sdk/fireworks", "fireworks"),
            ("perplexity", "@ai-sdk/perplexity", "perplexity"), ("gateway", "ai", "litellm"),
        )
    ),
    *(
        loader(_AI, f"script:{call} from ai", _S, "litellm", "model", silent=True)
        for call in ("generateText", "streamText", "generateObject", "streamObject", "embed", "embedMany")
    ),
    *(
        loader("@langchain/core 1.0", f"script:{name} from @langchain/*", kind, hub, "model|modelName", silent=True)
        for name, kind, hub in (
            ("ChatOpenAI", _S, "openai"), ("OpenAIEmbeddings", _S, "openai"), ("ChatAnthropic", _S, "anthropic"),
            ("ChatGoogleGenerativeAI", _S, "google"), ("ChatMistralAI", _S, "mistral"), ("ChatGroq", _S, "groq"),
            ("ChatOllama", _M, "ollama"), ("OllamaEmbeddings", _M, "ollama"), ("ChatBedrockConverse", _S, "bedrock"),
            ("HuggingFaceTransformersEmbeddings", _M, "hf"), ("HuggingFaceInferenceEmbeddings", _S, "hf-inference"),
            ("ChatCohere", _S, "cohere"), ("ChatVertexAI", _S, "vertex"),
        )
    ),
    loader("@mlc-ai/web-llm 0.2", "script:CreateMLCEngine from @mlc-ai/web-llm", _M, "mlc", "0:"),
    loader("onnxruntime-web 1.23", "script:InferenceSession.create from onnxruntime-web|onnxruntime-node",
           Kind.FILE, "file", "0:"),
    loader("node-llama-cpp 3.14", "script:loadModel from node-llama-cpp", Kind.FILE, "file", "modelPath"),
)  # fmt: skip
